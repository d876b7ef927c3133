"""Choose the device and the arithmetic to compute with."""

import sys
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from aitrade.core.errors import UsageError
from aitrade.core.wording import offer

if TYPE_CHECKING:
    import torch

DEVICES = ("auto", "cpu", "cuda")
ARITHMETICS = ("auto", "bfloat16", "float32")


@dataclass(frozen=True)
class Runtime:
    """A device and an arithmetic, both part of a run's fingerprint.

    Attributes:
        device: cpu or cuda.
        arithmetic: bfloat16 or float32.
        gpu: number of the GPU, on which no prediction depends.
    """

    device: str
    arithmetic: str
    gpu: int = 0

    @property
    def torch_device(self) -> str:
        """The device's name in torch."""
        return f"cuda:{self.gpu}" if self.device == "cuda" else self.device

    @property
    def dtype(self) -> "torch.dtype":
        """The arithmetic as a dtype of torch."""
        import torch

        return torch.bfloat16 if self.arithmetic == "bfloat16" else torch.float32


def choose_runtime(device: str = "auto", arithmetic: str = "auto") -> Runtime:
    """Choose device and arithmetic.

    With ``auto``, bfloat16 is used where the hardware multiplies it (GPUs since NVIDIA's Ampere; CPUs with AVX-512
    BF16 or AMX, where it is 2.4 times faster than float32), else float32. In float32, all machines agree on
    probabilities to at least three decimals. In bfloat16, probabilities vary a little with the other codes of a batch.

    Args:
        device: one of :data:`DEVICES`; ``auto`` takes a GPU where there is one.
        arithmetic: one of :data:`ARITHMETICS`.

    Raises:
        UsageError: a name is unknown, or ``cuda`` is requested where there is no CUDA device.
    """
    import torch

    if device not in DEVICES:
        raise UsageError(f"there is no device {device!r}", fix=offer(device, DEVICES))
    if arithmetic not in ARITHMETICS:
        raise UsageError(f"there is no arithmetic {arithmetic!r}", fix=offer(arithmetic, ARITHMETICS))
    if device == "cuda" and not torch.cuda.is_available():
        raise UsageError("there is no CUDA device here", fix="use --device auto or --device cpu")
    chosen = "cuda" if device != "cpu" and torch.cuda.is_available() else "cpu"
    if arithmetic == "auto":
        arithmetic = "bfloat16" if has_bfloat16(chosen) else "float32"
    torch.set_float32_matmul_precision("highest")  # some CUDA images default to TF32, with 10 bits
    return Runtime(chosen, arithmetic)


def choose_runtimes(device: str = "auto", arithmetic: str = "auto") -> list[Runtime]:
    """Choose as :func:`choose_runtime` does, with one runtime for each GPU of the same model as the first.

    Other GPU models would give other numbers, and it depends on timing which GPU classifies a code.
    """
    import torch

    runtime = choose_runtime(device, arithmetic)
    if runtime.device != "cuda":
        return [runtime]
    names = [torch.cuda.get_device_name(gpu) for gpu in range(torch.cuda.device_count())]
    return [replace(runtime, gpu=gpu) for gpu, name in enumerate(names) if name == names[0]]


def has_bfloat16(device: str) -> bool:
    """Check whether the device, cpu or cuda, multiplies bfloat16 in hardware."""
    import torch

    if device == "cuda":
        return bool(torch.cuda.is_bf16_supported(including_emulation=False))
    capability = torch.cpu.get_capabilities()
    return any(capability.get(name) for name in ("avx512_bf16", "amx_bf16", "bf16"))


def peak_memory() -> int | None:
    """Return the most bytes of memory that this process has used; None on Windows, which does not tell."""
    if sys.platform == "win32":
        return None
    import resource

    unit = 1 if sys.platform == "darwin" else 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit
