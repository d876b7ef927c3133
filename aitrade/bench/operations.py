"""Measure where the LLM's time goes, by kind of operation, with torch's profiler."""

import time
from collections.abc import Sequence

from aitrade.bench.batches import sample_batches
from aitrade.classification.classifier import Classifier
from aitrade.nomenclature.codes import Code

# Kind of an operation by parts of its name in torch; the first kind with a matching part counts.
KINDS = {
    "attention": ("attention", "softmax", "bmm"),
    "matrix products": ("mm", "linear", "matmul", "mkldnn"),
    "moving, masking, upcasting weights": ("cat", "copy", "index", "clone", "contiguous", "where", "fill", "gather"),
}
ELEMENTWISE = "norms, rotations, activations, sums"
OUTSIDE = "outside operations: Python, launching, text, neighbours"


def operation_seconds(classifier: Classifier, codes: Sequence[Code], count: int) -> dict[str, float]:
    """Measure the seconds of scoring codes with the LLM, by kind of operation.

    The profiler slows each operation down, which adds to the last kind: compare shares, not speeds.

    Args:
        classifier: what classifies.
        codes: all codes that a run would classify, in its order.
        count: how many to take, exemplars counted, rounded up to complete batches; one more batch warms up.
    """
    import torch
    from torch.profiler import ProfilerActivity, profile

    batches, _ = sample_batches(codes, count, classifier.index.exemplars.by_code, classifier.method.codes_per_batch)
    classifier.ask(batches[0], classifier.retrieve(batches[0]))
    on_gpu = classifier.runtime.device == "cuda"
    activities = [ProfilerActivity.CPU, ProfilerActivity.CUDA] if on_gpu else [ProfilerActivity.CPU]
    retrieved = [classifier.retrieve(batch) for batch in batches]
    started = time.perf_counter()
    with profile(activities=activities) as profiled:
        for batch, context in zip(batches, retrieved, strict=True):
            classifier.ask(batch, context)
        if on_gpu:
            torch.cuda.synchronize()
    wall = time.perf_counter() - started
    seconds = dict.fromkeys((*KINDS, ELEMENTWISE), 0.0)
    for event in profiled.key_averages():
        if event.device_type.name == "CPU":  # a GPU's kernels are counted at the operations that launched them
            microseconds = event.self_device_time_total if on_gpu else event.self_cpu_time_total
            seconds[kind_of(event.key)] += microseconds / 1e6
    return seconds | {OUTSIDE: max(0.0, wall - sum(seconds.values()))}


def kind_of(operation: str) -> str:
    """Find the kind of an operation by its name in torch."""
    name = operation.removeprefix("aten::").lower()
    return next((kind for kind, parts in KINDS.items() if any(part in name for part in parts)), ELEMENTWISE)
