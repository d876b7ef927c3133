"""Where the time of an LLM goes, by kind of operation, as torch's own profiler sees it."""

import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from aitrade.bench.blocks import whole_batches
from aitrade.classifier import Classifier
from aitrade.codes import Code
from aitrade.evidence import NEIGHBOURS
from aitrade.llm.prompt import describe
from aitrade.retrieval.neighbours import Neighbour, find_neighbours
from aitrade.rubric import RELEVANCES

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

# Kinds of operation by what their names in torch hold; the first that fits counts.
KINDS = {
    "attention": ("attention", "softmax"),
    "matrix products": ("mm", "linear", "matmul", "mkldnn"),
    "moving keys, values and masks": ("cat", "copy", "index", "clone", "contiguous", "where", "fill", "gather"),
}
ELEMENTWISE = "norms, rotations, activations, sums"
OUTSIDE = "outside operations: Python, launching, text"


def operation_seconds(classifier: Classifier, codes: Sequence[Code], count: int) -> dict[str, float]:
    """Seconds of the LLM's stage by kind of operation; together the time of the stage.

    The profiler itself takes time at each operation, which falls on the last kind: compare shares, not speeds.

    Args:
        classifier: what judges; its calibration says which codes the category is asked of, as in a run.
        codes: all codes that a run would classify, in its order.
        count: how many to judge, rounded up to whole batches; a first batch warms up.
    """
    import torch
    from torch.profiler import ProfilerActivity, profile

    batches = whole_batches(codes, count)
    _judge(classifier, _evidence(classifier, batches[0]))
    on_gpu = classifier.machine.device == "cuda"
    kinds = [ProfilerActivity.CPU] + [ProfilerActivity.CUDA] * on_gpu
    asked = [_evidence(classifier, batch) for batch in batches]
    started = time.perf_counter()
    with profile(activities=kinds) as seen:
        for evidence in asked:
            _judge(classifier, evidence)
        if on_gpu:
            torch.cuda.synchronize()
    wall = time.perf_counter() - started
    found = dict.fromkeys((*KINDS, ELEMENTWISE), 0.0)
    for event in seen.key_averages():
        if event.device_type.name == "CPU":  # a GPU's kernels are counted at the operations that launched them
            micro = event.self_device_time_total if on_gpu else event.self_cpu_time_total
            found[_kind(event.key)] += micro / 1e6
    return found | {OUTSIDE: max(0.0, wall - sum(found.values()))}


@dataclass(frozen=True)
class _Evidence:
    """A batch, and what is known of it before the LLM is asked."""

    codes: Sequence[Code]
    vectors: "NDArray[np.float32]"
    neighbours: Sequence[Sequence[Neighbour]]


def _evidence(classifier: Classifier, codes: Sequence[Code]) -> _Evidence:
    vectors = classifier.embedder.embed([describe(code) for code in codes])
    return _Evidence(codes, vectors, find_neighbours(classifier.index, codes, vectors, NEIGHBOURS))


def _judge(classifier: Classifier, it: _Evidence) -> None:
    """What a run asks the LLM about a batch."""
    opinions = classifier.judge.relevance(it.codes, it.neighbours)
    scores = opinions.relevance
    if classifier.calibration:
        scores = classifier.calibration.relevance(scores, it.vectors, it.neighbours)
    levels = [RELEVANCES[level] for level in scores.argmax(1)]
    related = {row: level for row, level in enumerate(levels) if level != "Low"}
    if opinions.category is None and related:
        classifier.judge.category(it.codes, it.neighbours, related)


def _kind(operation: str) -> str:
    name = operation.removeprefix("aten::").lower()
    return next((kind for kind, parts in KINDS.items() if any(part in name for part in parts)), ELEMENTWISE)
