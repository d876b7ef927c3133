"""Figures of a benchmark's row: how good probabilities are against gold labels, over codes and over trade."""

from typing import TYPE_CHECKING

import numpy as np

from aitrade.evaluation.metrics import FIGURES, Said, scores

if TYPE_CHECKING:
    from numpy.typing import NDArray

AUTOMATIC_AT = 0.95  # agreement that codes coded automatically must have
BY_TRADE = ("automatic_trade_share", "trade_f1", "headline_error")  # that nothing can be said of without trade
FURTHER = (
    "weighted_kappa",
    "log_loss",
    "brier",
    "automatic_share",
    "automatic_trade_share",
    "trade_f1",
    "headline_error",
)
ALL_FIGURES = (*FIGURES, *FURTHER)
_LEAST = 1e-6  # probability that a level has at least in the log loss


def figures(said: Said, times: "NDArray[np.int64 | np.float64]", values: "NDArray[np.int64]") -> "NDArray[np.float64]":
    """Compute :data:`ALL_FIGURES`, in their order.

    Args:
        said: what is said of n codes.
        times: how many times each code counts, or its design weight, shape (n,).
        values: dollars of each code, shape (n,).

    Returns:
        Kappa with quadratic weights (Cohen 1968), log loss and Brier score (sum over levels, Brier 1950) in nats and
        squares; the share of codes, and of trade, above the lowest confidence at which the surest codes still agree in
        95%; F1 of the counted levels by dollars; and the counted dollars as labelled less those of the gold.
    """
    targets, levels, total = said.targets, len(said.labels.levels), times.sum()
    chance = np.clip(said.probabilities[np.arange(len(targets)), targets], _LEAST, 1)
    distance = ((said.probabilities - np.eye(levels)[targets]) ** 2).sum(1)
    in_gold, in_run = np.isin(targets, said.counted), np.isin(said.levels, said.counted)
    dollars = values * times
    both = float(dollars[in_gold & in_run].sum())
    either = float(dollars[in_gold].sum() + dollars[in_run].sum())
    sure = _automatic(said.confidence, said.right, times)
    further = (
        weighted_kappa(targets, said.levels, times, levels),
        float((times * -np.log(chance)).sum() / total),
        float((times * distance).sum() / total),
        float(times[sure].sum() / total),
        float(dollars[sure].sum() / max(dollars.sum(), 1)),
        2 * both / either if either else 0.0,
        float(dollars[in_run].sum() - dollars[in_gold].sum()) / 1e9,
    )
    return np.concatenate([scores(said, times), further])


def weighted_kappa(
    targets: "NDArray[np.int64]", said: "NDArray[np.int64]", times: "NDArray[np.int64 | np.float64]", levels: int
) -> float:
    """Cohen's kappa with quadratic weights: 1 less squared distance found over that expected by chance."""
    cells = np.bincount(targets * levels + said, times, levels * levels).reshape(levels, levels)
    places = np.arange(levels)
    distance = (places[:, None] - places) ** 2
    expected = np.outer(cells.sum(1), cells.sum(0)) / cells.sum()
    by_chance = float((distance * expected).sum())
    return 1 - float((distance * cells).sum()) / by_chance if by_chance else 0.0


def _automatic(
    confidence: "NDArray[np.float64]", right: "NDArray[np.bool_]", times: "NDArray[np.int64 | np.float64]"
) -> "NDArray[np.int64]":
    """Places of the surest codes, as many as still agree in 95%; equal confidence goes together."""
    order = np.argsort(-confidence, kind="stable")
    agreed, seen = np.cumsum((times * right)[order]), np.cumsum(times[order])
    last_of_equals = np.append(np.diff(confidence[order]) != 0, True)
    good = np.flatnonzero(last_of_equals & (agreed >= AUTOMATIC_AT * seen) & (seen > 0))
    return order[: good[-1] + 1] if len(good) else order[:0]
