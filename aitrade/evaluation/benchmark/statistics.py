"""Which differences between rows are real: paired over the same draws, with Holm's correction."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from aitrade.evaluation.benchmark.figures import ALL_FIGURES, figures
from aitrade.evaluation.metrics import Interval, Said
from aitrade.question.labels import LabelSpace

if TYPE_CHECKING:
    from numpy.typing import NDArray

MEASURE = "kappa"  # that rows are ordered by
LEVEL = 0.05
POWER = 2.8  # standard errors that a difference must have to be found in 80% of samples at 5% (1.96 + 0.84)


@dataclass(frozen=True)
class Compared:
    """Figures of a row, and its difference in :data:`MEASURE` to the best row and to the baseline.

    Attributes:
        figures: every figure with its interval, in the order of ``ALL_FIGURES``.
        to_best, to_baseline: the row less the other, paired; None for the row itself, or without a baseline.
        p_best: probability of such a difference to the best by chance, after Holm's correction; None for the best.
        with_best: whether it cannot be told from the best.
    """

    figures: tuple[Interval, ...]
    to_best: Interval | None
    to_baseline: Interval | None
    p_best: float | None
    with_best: bool


def compare_rows(
    rows: "Mapping[str, NDArray[np.float64]]",
    targets: "NDArray[np.int64]",
    values: "NDArray[np.int64]",
    times: "NDArray[np.int64 | np.float64]",
    labels: LabelSpace,
    baseline: str | None,
) -> dict[str, Compared]:
    """Compare rows of probabilities over the same codes, the best first.

    Args:
        rows: probabilities of the levels by row, shape (n, k) each.
        targets: place of each label among the levels, shape (n,).
        values: dollars of each code, shape (n,).
        times: how many times each code counts, shape (1 + replicates, n): once, then in each draw.
        labels: the label space.
        baseline: the row that stands for no LLM.
    """
    said = {name: Said(p, targets, labels) for name, p in rows.items()}
    drawn = {name: np.array([figures(one, draw, values) for draw in times]) for name, one in said.items()}
    place = ALL_FIGURES.index(MEASURE)
    order = sorted(rows, key=lambda name: (-drawn[name][0, place], name))
    best = order[0]
    raw = {name: p_value(drawn[best][1:, place] - drawn[name][1:, place]) for name in order[1:]}
    corrected = holm(raw)
    return {
        name: Compared(
            tuple(interval_of(drawn[name][:, column]) for column in range(len(ALL_FIGURES))),
            None if name == best else interval_of(drawn[name][:, place] - drawn[best][:, place]),
            None
            if baseline is None or name == baseline
            else interval_of(drawn[name][:, place] - drawn[baseline][:, place]),
            corrected.get(name),
            name == best or corrected[name] >= LEVEL,
        )
        for name in order
    }


def smallest_difference(found: Mapping[str, Compared]) -> float | None:
    """The smallest difference to the best that this gold would show in four of five samples; None for one row.

    The median over rows of 2.8 standard errors of the paired difference.
    """
    widths = [(c.to_best.high - c.to_best.low) / (2 * 1.96) for c in found.values() if c.to_best]
    return POWER * float(np.median(widths)) if widths else None


def holm(p_values: Mapping[str, float]) -> dict[str, float]:
    """Correct p-values of several comparisons (Holm 1979, step-down)."""
    corrected, largest = {}, 0.0
    for rank, (name, p) in enumerate(sorted(p_values.items(), key=lambda item: item[1])):
        largest = max(largest, min(1.0, (len(p_values) - rank) * p))
        corrected[name] = largest
    return corrected


def p_value(differences: "NDArray[np.float64]") -> float:
    """Two-sided: twice the share of replicates on the other side of nothing; never below what they can show."""
    other_side = min((differences <= 0).mean(), (differences >= 0).mean())
    return float(min(1.0, max(2 * other_side, 1 / len(differences))))


def interval_of(values: "NDArray[np.float64]") -> Interval:
    """The first value with the middle 95% of the others."""
    low, high = np.percentile(values[1:], [2.5, 97.5])
    return Interval(float(values[0]), float(low), float(high))
