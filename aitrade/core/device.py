"""What to compute on: device, arithmetic and threads."""

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from aitrade.core.errors import UsageError

if TYPE_CHECKING:
    import torch

DEVICES = ("auto", "cpu", "cuda")
ARITHMETICS = ("auto", "bfloat16", "float32")


@dataclass(frozen=True)
class Runtime:
    """A device and the arithmetic that suits it; both stand in a run's fingerprint.

    Attributes:
        device: cpu or cuda.
        arithmetic: bfloat16 or float32.
        gpu: which of several GPUs; no prediction depends on it.
    """

    device: str
    arithmetic: str
    gpu: int = 0

    @property
    def torch_device(self) -> str:
        """The device as torch names it."""
        return f"cuda:{self.gpu}" if self.device == "cuda" else self.device

    @property
    def dtype(self) -> "torch.dtype":
        """The arithmetic as torch names it."""
        import torch

        return torch.bfloat16 if self.arithmetic == "bfloat16" else torch.float32


def choose_runtime(device: str = "auto", arithmetic: str = "auto") -> Runtime:
    """Choose device and arithmetic.

    bfloat16 on what multiplies it in hardware (GPUs since NVIDIA's Ampere; CPUs with AVX-512 BF16 or AMX, where it is
    2.4 times faster than float32); float32 elsewhere. In float32 every machine gives the same probabilities to three
    decimals and more; in bfloat16 they depend a little on what stands beside a code in its batch.

    Raises:
        UsageError: the names are unknown, or CUDA is asked for and not there.
    """
    import torch

    if device not in DEVICES:
        raise UsageError(f"there is no device {device!r}", fix=f"choose from {', '.join(DEVICES)}")
    if arithmetic not in ARITHMETICS:
        raise UsageError(f"there is no arithmetic {arithmetic!r}", fix=f"choose from {', '.join(ARITHMETICS)}")
    if device == "cuda" and not torch.cuda.is_available():
        raise UsageError("there is no CUDA device here", fix="use --device auto or --device cpu")
    chosen = "cuda" if device != "cpu" and torch.cuda.is_available() else "cpu"
    if arithmetic == "auto":
        arithmetic = "bfloat16" if has_bfloat16(chosen) else "float32"
    torch.set_float32_matmul_precision("highest")  # float32 means it: some images of CUDA begin with TF32, of ten bits
    return Runtime(chosen, arithmetic)


def choose_runtimes(device: str = "auto", arithmetic: str = "auto") -> list[Runtime]:
    """What :func:`choose_runtime` chooses, once for every GPU that CUDA shows and that is of the first one's kind.

    Others would give other numbers, and which GPU judges a code is a matter of time.
    """
    import torch

    runtime = choose_runtime(device, arithmetic)
    if runtime.device != "cuda":
        return [runtime]
    kinds = [torch.cuda.get_device_name(gpu) for gpu in range(torch.cuda.device_count())]
    return [replace(runtime, gpu=gpu) for gpu, kind in enumerate(kinds) if kind == kinds[0]]


def has_bfloat16(device: str) -> bool:
    """Whether the device, cpu or cuda, multiplies bfloat16 in hardware."""
    import torch

    if device == "cuda":
        return bool(torch.cuda.is_bf16_supported(including_emulation=False))
    capability = torch.cpu.get_capabilities()
    return any(capability.get(name) for name in ("avx512_bf16", "amx_bf16", "bf16"))
