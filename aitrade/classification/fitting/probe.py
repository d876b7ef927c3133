"""The linear probe on the embeddings: the evidence that knows the codes' meaning beyond their nearest exemplars."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from aitrade.classification.fitting.calibration_set import CalibrationSet
from aitrade.core.softmax import fit_softmax

if TYPE_CHECKING:
    from numpy.typing import NDArray

RIDGE = 3.0


@dataclass(frozen=True)
class Probe:
    """A linear probe on the embeddings.

    Attributes:
        weights, bias: shapes (dimensions, k) and (k,).
        held_out: logits of each exemplar by a probe that has not seen its subheading, shape (n, k).
    """

    weights: "NDArray[np.float64]"
    bias: "NDArray[np.float64]"
    held_out: "NDArray[np.float64]"


def fit_probe(training: CalibrationSet, ridge: float = RIDGE) -> Probe:
    """Fit the probe on all exemplars, and likewise without those that each view holds out.

    Args:
        training: the exemplars; what the LLM said is not looked at.
        ridge: penalty on the weights (see :func:`aitrade.core.softmax.fit_softmax`).
    """
    targets, levels = training.levels, len(training.labels.levels)
    held_out = np.zeros((len(targets), levels))
    for view in training.views:
        seen = ~view.held_out
        w, b = _fit(view.vectors[seen], targets[seen], levels, ridge)
        held_out[~seen] = view.vectors[~seen].astype(np.float64) @ w + b
    return Probe(*probe_weights(training.vectors, targets, levels, ridge), held_out)


def probe_weights(
    vectors: "NDArray[np.float32]", targets: "NDArray[np.int64]", levels: int, ridge: float = RIDGE
) -> tuple["NDArray[np.float64]", "NDArray[np.float64]"]:
    """Weights (dimensions, k) and bias (k,) from embeddings (n, dimensions) and places of levels (n,).

    To six decimals: they are hashed, and what follows differs from machine to machine.
    """
    w, b = _fit(vectors, targets, levels, ridge)
    return np.round(w, 6), np.round(b, 6)


def _fit(
    vectors: "NDArray[np.float32]", targets: "NDArray[np.int64]", levels: int, ridge: float
) -> tuple["NDArray[np.float64]", "NDArray[np.float64]"]:
    return fit_softmax(vectors.astype(np.float64), targets, np.ones(len(targets)), ridge, levels)
