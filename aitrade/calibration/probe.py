"""The linear probe on the embeddings: the evidence that knows the codes' meaning beyond their nearest exemplars."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from aitrade.calibration.training_set import Training
from aitrade.rubric import RELEVANCES
from aitrade.softmax import fit_softmax

if TYPE_CHECKING:
    from numpy.typing import NDArray


@dataclass(frozen=True)
class Probe:
    """A linear probe on the embeddings.

    Attributes:
        weights, bias: shapes (dimensions, 3) and (3,).
        held_out: logits of each exemplar by a probe that has not seen its subheading, shape (n, 3).
    """

    weights: "NDArray[np.float64]"
    bias: "NDArray[np.float64]"
    held_out: "NDArray[np.float64]"


def fit_probe(training: Training, ridge: float = 3.0) -> Probe:
    """Fit the probe on all exemplars, and likewise without those that each view holds out.

    Args:
        training: the exemplars; what the LLM said is not looked at.
        ridge: penalty on the weights (see :func:`aitrade.softmax.fit_softmax`).
    """
    targets = training.levels
    alike = np.ones(len(targets))
    held_out = np.zeros((len(targets), len(RELEVANCES)))
    for view in training.views:
        vectors, seen = view.vectors.astype(np.float64), ~view.held_out
        w, b = fit_softmax(vectors[seen], targets[seen], alike[seen], ridge, len(RELEVANCES))
        held_out[~seen] = vectors[~seen] @ w + b
    w, b = fit_softmax(training.vectors.astype(np.float64), targets, alike, ridge, len(RELEVANCES))
    return Probe(np.round(w, 6), np.round(b, 6), held_out)
