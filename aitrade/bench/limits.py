"""Measure what this machine can do at most, and how much memory was used."""

import time

from aitrade.core.device import Runtime

SIDE = {"cpu": 4096, "cuda": 8192}  # of the square matrices
REPEATS = 5


def matmul_peak(runtime: Runtime) -> float:
    """Measure floating-point operations per second of a large matrix product, the fastest of several.

    A model's linear layers are such products; the arithmetic is the one that the model computes in.
    """
    import torch

    side = SIDE[runtime.device]
    left, right = (torch.randn(side, side, device=runtime.torch_device).to(runtime.dtype) for _ in range(2))
    times = []
    with torch.inference_mode():
        for _ in range(REPEATS + 1):  # the first one warms up
            _synchronize(runtime)
            started = time.perf_counter()
            torch.nn.functional.linear(left, right)
            _synchronize(runtime)
            times.append(time.perf_counter() - started)
    return operations_per_second(side, times[1:])


def operations_per_second(side: int, seconds: list[float]) -> float:
    """Compute the speed of the fastest of some products of square matrices: 2 side^3 operations each."""
    return 2 * side**3 / min(seconds)


def peak_gpu_memory(runtime: Runtime) -> int | None:
    """Return the most bytes of GPU memory used by tensors since the last reset; None without a GPU."""
    if runtime.device != "cuda":
        return None
    import torch

    return torch.cuda.max_memory_allocated(runtime.torch_device)


def reset_peak_gpu_memory(runtime: Runtime) -> None:
    """Start counting peak GPU memory anew."""
    if runtime.device == "cuda":
        import torch

        torch.cuda.reset_peak_memory_stats(runtime.torch_device)


def _synchronize(runtime: Runtime) -> None:
    if runtime.device == "cuda":
        import torch

        torch.cuda.synchronize()
