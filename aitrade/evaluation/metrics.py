"""How good probabilities are against labels: figures, and intervals from a bootstrap over whole headings."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
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


@dataclass(frozen=True)
class Said:
    """What is said of n codes with known labels.

    Attributes:
        probabilities: of the k levels, shape (n, k).
        targets: place of each label among the levels, shape (n,).
        labels: the label space.
    """

    probabilities: "NDArray[np.float64]"
    targets: "NDArray[np.int64]"
    labels: LabelSpace

    @cached_property
    def levels(self) -> "NDArray[np.int64]":
        """Place of each code's likeliest level, shape (n,)."""
        return np.asarray(self.probabilities.argmax(1))

    @cached_property
    def confidence(self) -> "NDArray[np.float64]":
        """Probability of each code's likeliest level, shape (n,)."""
        return np.asarray(self.probabilities.max(1), float)

    @cached_property
    def right(self) -> "NDArray[np.bool_]":
        """Whether the likeliest level is the label, shape (n,)."""
        return np.asarray(self.levels == self.targets)

    @cached_property
    def counted(self) -> list[int]:
        """Places of the counted levels."""
        return [self.labels.position(level) for level in self.labels.counted]


def scores(said: Said, times: "NDArray[np.int64 | np.float64]") -> "NDArray[np.float64]":
    """Compute the figures of :data:`FIGURES`, in their order.

    Args:
        said: what is said of n codes.
        times: how many times each code counts, or its design weight, shape (n,).
    """
    labels, levels = said.labels, len(said.labels.levels)
    cells = np.bincount(said.targets * levels + said.levels, times, levels * levels).tolist()
    both = Agreement(labels, dict(zip(level_pairs(labels), cells, strict=True)))
    plain = [both.accuracy, both.kappa, both.macro_f1, both.precision, both.recall, both.f1]
    ranked = average_precision(said.probabilities[:, said.counted].sum(1), np.isin(said.targets, said.counted), times)
    return np.array([*plain, ranked, calibration_error(said.confidence, said.right, times)], float)


def average_precision(
    scores_of_counted: "NDArray[np.float64]", counted: "NDArray[np.bool_]", times: "NDArray[np.int64 | np.float64]"
) -> float:
    """Mean precision at each step of recall, equal scores taken together; 0 where nothing is counted."""
    order = np.argsort(-scores_of_counted, kind="stable")
    last_of_equals = np.append(np.diff(scores_of_counted[order]) != 0, True)
    hits = np.cumsum(times[order] * counted[order])[last_of_equals]
    called = np.cumsum(times[order])[last_of_equals]
    if not hits[-1]:
        return 0.0
    return float((np.diff(hits, prepend=0) * hits / np.where(called > 0, called, 1)).sum() / hits[-1])


def calibration_error(
    confidence: "NDArray[np.float64]", right: "NDArray[np.bool_]", times: "NDArray[np.int64 | np.float64]"
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


def bootstrap_within_strata(
    stratum: "NDArray[np.int64]", weights: "NDArray[np.float64]", replicates: int, seed: int
) -> "NDArray[np.float64]":
    """Weights of each code in each replicate, shape (replicates, n), of a sample drawn within strata (Rao and Wu 1988).

    Of the m codes of a stratum m - 1 are drawn with replacement and weighted by m / (m - 1).

    Args:
        stratum: of each code of the sample, shape (n,); -1 for those that were certain to be drawn, which stay.
        weights: design weights, shape (n,).
        replicates: how many.
        seed: of the generator, numpy's PCG64.
    """
    generator = np.random.Generator(np.random.PCG64(seed))
    drawn = np.tile(weights, (replicates, 1))
    for name in sorted(set(stratum.tolist()) - {-1}):
        codes = np.flatnonzero(stratum == name)
        if (number := len(codes)) < 2:
            continue
        for replicate_weights in drawn:
            times = np.bincount(generator.integers(0, number, number - 1), minlength=number)
            replicate_weights[codes] = weights[codes] * times * number / (number - 1)
    return drawn


def replicate(
    said: Said, times: "NDArray[np.int64]", on_step: Callable[[], None] = lambda: None
) -> "NDArray[np.float64]":
    """Figures of all codes, then of each replicate, shape (1 + replicates, figures).

    Two of them over the same replicates can be subtracted: the figures of a paired difference.
    """
    found = [scores(said, np.ones(len(said.targets), int))]
    for drawn in times:
        found.append(scores(said, drawn))
        on_step()
    return np.array(found)


def intervals(replicated: "NDArray[np.float64]") -> list[Interval]:
    """Each figure, or difference of two, of :func:`replicate`, with its interval."""
    low, high = np.percentile(replicated[1:], [2.5, 97.5], axis=0)
    return [Interval(*map(float, values)) for values in zip(replicated[0], low, high, strict=True)]
