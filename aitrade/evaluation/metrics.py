"""How good probabilities are against labels: figures, and intervals from a bootstrap over whole headings."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from aitrade.question.agreement import Agreement, level_pairs
from aitrade.question.labels import LabelSpace

if TYPE_CHECKING:
    from numpy.typing import NDArray

BINS = 15  # of the calibration error
PLAIN = ("accuracy", "kappa", "macro_f1", "counted_precision", "counted_recall", "counted_f1")
FIGURES = (*PLAIN, "counted_average_precision", "calibration_error")


@dataclass(frozen=True)
class Interval:
    """A figure and the middle 95 percent of its bootstrap replicates."""

    figure: float
    low: float
    high: float


def scores(
    probabilities: "NDArray[np.float64]",
    targets: "NDArray[np.int64]",
    times: "NDArray[np.int64]",
    labels: LabelSpace,
) -> "NDArray[np.float64]":
    """Compute the figures of :data:`FIGURES`, in their order.

    Args:
        probabilities: of the k levels, shape (n, k).
        targets: place of each label among the levels, shape (n,).
        times: how many times each code counts, shape (n,).
        labels: the label space.
    """
    levels, counted = len(labels.levels), [labels.position(level) for level in labels.counted]
    said = probabilities.argmax(1)
    cells = np.bincount(targets * levels + said, times, levels * levels).astype(int).tolist()
    both = Agreement(labels, dict(zip(level_pairs(labels), cells, strict=True)))
    plain = [both.accuracy, both.kappa, both.macro_f1, both.precision, both.recall, both.f1]
    ranked = average_precision(probabilities[:, counted].sum(1), np.isin(targets, counted), times)
    return np.array([*plain, ranked, calibration_error(probabilities.max(1), said == targets, times)], float)


def average_precision(
    scores_of_counted: "NDArray[np.float64]", counted: "NDArray[np.bool_]", times: "NDArray[np.int64]"
) -> float:
    """Mean precision at each step of recall, equal scores taken together; 0 where nothing is counted."""
    order = np.argsort(-scores_of_counted, kind="stable")
    last_of_equals = np.append(np.diff(scores_of_counted[order]) != 0, True)
    hits = np.cumsum(times[order] * counted[order])[last_of_equals]
    called = np.cumsum(times[order])[last_of_equals]
    if not hits[-1]:
        return 0.0
    return float((np.diff(hits, prepend=0) * hits / np.maximum(called, 1)).sum() / hits[-1])


def calibration_error(
    confidence: "NDArray[np.float64]", right: "NDArray[np.bool_]", times: "NDArray[np.int64]"
) -> float:
    """Expected calibration error of the given label (Guo et al. 2017), over bins of equal width."""
    bins = np.minimum((confidence * BINS).astype(int), BINS - 1)
    gaps = np.bincount(bins, times * (right - confidence), BINS)
    return float(np.abs(gaps).sum() / times.sum())


def bootstrap(headings: Sequence[str], replicates: int, seed: int) -> "NDArray[np.int64]":
    """How many times each code counts in each replicate, shape (replicates, n): whole headings are drawn again.

    Codes of a heading are labelled alike, rightly or wrongly; drawing single codes would make intervals too narrow.
    """
    names, place = np.unique(np.array(headings), return_inverse=True)
    drawn = np.random.default_rng(seed).multinomial(len(names), np.full(len(names), 1 / len(names)), replicates)
    times: NDArray[np.int64] = drawn[:, place]
    return times


def replicate(
    probabilities: "NDArray[np.float64]",
    targets: "NDArray[np.int64]",
    times: "NDArray[np.int64]",
    labels: LabelSpace,
    on_step: Callable[[], None] = lambda: None,
) -> "NDArray[np.float64]":
    """Figures of all codes, then of each replicate, shape (1 + replicates, figures).

    Two of them over the same replicates can be subtracted: the figures of a paired difference.
    """
    found = [scores(probabilities, targets, np.ones(len(targets), int), labels)]
    for drawn in times:
        found.append(scores(probabilities, targets, drawn, labels))
        on_step()
    return np.array(found)


def intervals(replicated: "NDArray[np.float64]") -> list[Interval]:
    """Each figure, or difference of two, of :func:`replicate`, with its interval."""
    low, high = np.percentile(replicated[1:], [2.5, 97.5], axis=0)
    return [Interval(*map(float, values)) for values in zip(replicated[0], low, high, strict=True)]
