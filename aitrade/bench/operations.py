"""Where the time of an LLM goes, by kind of operation, as torch's own profiler sees it."""

import time
from collections.abc import Sequence

from aitrade.bench.blocks import asked_batches
from aitrade.classification.classifier import Classifier
from aitrade.nomenclature.codes import Code

# Kinds of operation by what their names in torch hold; the first that fits counts.
KINDS = {
    "attention": ("attention", "softmax", "bmm"),
    "matrix products": ("mm", "linear", "matmul", "mkldnn"),
    "moving, masking, widening weights": ("cat", "copy", "index", "clone", "contiguous", "where", "fill", "gather"),
}
ELEMENTWISE = "norms, rotations, activations, sums"
OUTSIDE = "outside operations: Python, launching, text, neighbours"


def operation_seconds(classifier: Classifier, codes: Sequence[Code], count: int) -> dict[str, float]:
    """Seconds of asking the LLM by kind of operation; together the time that asking takes.

    The profiler itself takes time at each operation, which falls on the last kind: compare shares, not speeds.

    Args:
        classifier: what judges.
        codes: all codes that a run would classify, in its order.
        count: how many to take, exemplars counted, rounded up to whole batches; a first batch warms up.
    """
    import torch
    from torch.profiler import ProfilerActivity, profile

    batches, _ = asked_batches(codes, count, classifier.index.exemplars.by_code, classifier.method.codes_per_batch)
    classifier.ask(batches[0], classifier.retrieve(batches[0]))
    on_gpu = classifier.runtime.device == "cuda"
    kinds = [ProfilerActivity.CPU] + [ProfilerActivity.CUDA] * on_gpu
    known = [classifier.retrieve(batch) for batch in batches]
    started = time.perf_counter()
    with profile(activities=kinds) as seen:
        for batch, retrieved in zip(batches, known, strict=True):
            classifier.ask(batch, retrieved)
        if on_gpu:
            torch.cuda.synchronize()
    wall = time.perf_counter() - started
    found = dict.fromkeys((*KINDS, ELEMENTWISE), 0.0)
    for event in seen.key_averages():
        if event.device_type.name == "CPU":  # a GPU's kernels are counted at the operations that launched them
            micro = event.self_device_time_total if on_gpu else event.self_cpu_time_total
            found[_kind(event.key)] += micro / 1e6
    return found | {OUTSIDE: max(0.0, wall - sum(found.values()))}


def _kind(operation: str) -> str:
    name = operation.removeprefix("aten::").lower()
    return next((kind for kind, parts in KINDS.items() if any(part in name for part in parts)), ELEMENTWISE)
