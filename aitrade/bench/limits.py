"""What the machine can do at most, measured here and now, and how much memory was taken of it."""

import sys
import time

from aitrade.core.device import Runtime

SIDE = {"cpu": 4096, "cuda": 8192}  # of the square matrices
REPEATS = 5


def matmul_peak(runtime: Runtime) -> float:
    """Floating-point operations a second of a large product of square matrices: the best of some.

    It is the product that a model's linear layers are made of, in the arithmetic that the model computes in.
    """
    import torch

    side = SIDE[runtime.device]
    left, right = (torch.randn(side, side, device=runtime.where).to(runtime.dtype) for _ in range(2))
    best = float("inf")
    with torch.inference_mode():
        for _ in range(REPEATS + 1):  # the first one only warms up, and is never the best
            _wait(runtime)
            started = time.perf_counter()
            torch.nn.functional.linear(left, right)
            _wait(runtime)
            best = min(best, time.perf_counter() - started)
    return 2 * side**3 / best


def peak_memory() -> int | None:
    """Most bytes of memory that this process has held so far; None on a system that does not tell (Windows)."""
    if sys.platform == "win32":
        return None
    import resource

    unit = 1 if sys.platform == "darwin" else 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit


def peak_gpu_memory(runtime: Runtime) -> int | None:
    """Most bytes of GPU memory that tensors have held since it was last forgotten; None without a GPU."""
    if runtime.device != "cuda":
        return None
    import torch

    return torch.cuda.max_memory_allocated(runtime.where)


def forget_peak_gpu_memory(runtime: Runtime) -> None:
    """Count from now on, so that what was measured before does not hide what is."""
    if runtime.device == "cuda":
        import torch

        torch.cuda.reset_peak_memory_stats(runtime.where)


def _wait(runtime: Runtime) -> None:
    if runtime.device == "cuda":
        import torch

        torch.cuda.synchronize()
