"""Fit how the evidence is joined.

An exemplar's own label is not among its neighbours, and what has been tuned or fitted was so without its subheading.
"""

from collections.abc import Collection
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from aitrade.calibrate import Calibration, Joint
from aitrade.calibration.probe import Probe, fit_probe
from aitrade.calibration.training_set import FOLDS, Training
from aitrade.evidence import FEATURES, KINDS, category_features, relevance_features
from aitrade.folds import subheading_folds
from aitrade.llm.prompt import related_categories
from aitrade.rubric import NOT_RELATED, RELEVANCES
from aitrade.softmax import fit_softmax, softmax

if TYPE_CHECKING:
    from numpy.typing import NDArray

RIVAL_KINDS = ("neighbours", "probe")
OVERRULED = 0.0025  # half of what the cascade may change (0.5% of the labels), since the threshold is fitted, not known
LOW = RELEVANCES.index("Low")


@dataclass(frozen=True)
class Fitted:
    """How evidence is joined, and what that says of exemplars that it was not fitted on.

    Attributes:
        joint: fitted on all exemplars asked about.
        out_of_fold: probabilities of High, Medium, Low of these, each by a fit without its subheading, shape (m, 3).
    """

    joint: Joint
    out_of_fold: "NDArray[np.float64]"


def fit_calibration(training: Training, model: str, inputs: dict[str, str]) -> Calibration:
    """Fit everything that turns evidence into probabilities.

    The cascade trusts the rival without an LLM from the lowest probability of Low at which, by the exemplars out of
    fold and weighted to the nomenclature, no more than :data:`OVERRULED` of all codes have another label with the LLM.

    Args:
        training: the exemplars with their evidence.
        model: what gave the LLM's scores.
        inputs: hashes of what the evidence was made with.
    """
    probe = fit_probe(training)
    features = training_features(training, probe)
    full, rival = fit_joint(training, features), fit_joint(training, features, RIVAL_KINDS)
    sure_low, share = _sure_low(rival.out_of_fold[:, LOW], full.out_of_fold.argmax(1) != LOW, training.weights)
    category_weights, category_accuracy = _fit_category(training)
    return Calibration(
        model=model,
        inputs=inputs,
        probe={"weights": probe.weights.tolist(), "bias": probe.bias.tolist()},
        joint=full.joint,
        rival=rival.joint,
        sure_low=sure_low,
        category_weights=category_weights,
        figures=_figures(full.out_of_fold, training.targets, training.weights)
        | {"category_accuracy": category_accuracy, "sure_low_share": share},
    )


def training_features(training: Training, probe: Probe) -> "NDArray[np.float64]":
    """All evidence on the exemplars asked about, shape (m, features), the probe's made without their subheading."""
    return relevance_features(training.llm, training.llm_votes, probe.held_out[training.rows], training.neighbours)


def fit_joint(
    training: Training, features: "NDArray[np.float64]", kinds: Collection[str] = tuple(KINDS), ridge: float = 3.0
) -> Fitted:
    """Fit how kinds of evidence are joined, on the exemplars that the LLM was asked about.

    Args:
        training: the exemplars with their evidence.
        features: what the training says of them with a probe, shape (m, features).
        kinds: the kinds of evidence to join; the others get a weight of zero.
        ridge: penalty on the joining weights (see :func:`aitrade.softmax.fit_softmax`).
    """
    heard = np.isin(FEATURES, [name for kind in kinds for name in KINDS[kind]])
    center, scale = features.mean(0), np.maximum(features.std(0), 1e-9)
    scaled = (features - center) / scale * heard
    targets, weights = training.targets, training.weights
    folds = subheading_folds([e.code for e in training.asked], FOLDS)
    out_of_fold = np.zeros((len(targets), len(RELEVANCES)))
    for fold in range(FOLDS):
        seen = folds != fold
        w, b = fit_softmax(scaled[seen], targets[seen], weights[seen], ridge, len(RELEVANCES))
        out_of_fold[~seen] = softmax(scaled[~seen] @ w + b)
    w, b = fit_softmax(scaled, targets, weights, ridge, len(RELEVANCES))
    return Fitted(Joint(center.tolist(), scale.tolist(), w.tolist(), b.tolist()), out_of_fold)


def _sure_low(
    probability: "NDArray[np.float64]", overruled: "NDArray[np.bool_]", weights: "NDArray[np.float64]"
) -> tuple[float, float]:
    """The threshold, and the share of codes at or above it; 1 and above where not even the surest may be trusted."""
    order = np.argsort(-probability, kind="stable")
    wrong = np.cumsum((weights * overruled)[order]) / weights.sum()
    trusted = int(np.searchsorted(wrong, OVERRULED, side="right"))
    trusted = min(trusted, int((probability > 0.5).sum()))  # below it, Low is not even the likeliest
    # Equal probabilities are trusted together or not at all.
    while 0 < trusted < len(order) and probability[order[trusted]] == probability[order[trusted - 1]]:
        trusted -= 1
    if not trusted:
        return 2.0, 0.0
    return float(probability[order[trusted - 1]]), float(weights[order[:trusted]].sum() / weights.sum())


def _fit_category(training: Training) -> tuple[list[float], float]:
    """Weights of the two kinds of evidence on categories, by conditional logistic regression, and their accuracy."""
    from scipy.optimize import minimize

    asked, names = training.asked, related_categories()
    rows = [i for i, e in enumerate(asked) if e.category != NOT_RELATED]
    targets = np.array([names.index(asked[i].category) for i in rows])
    features = category_features(training.llm_category[rows], [training.neighbours[i] for i in rows])

    def loss(w: "NDArray[np.float64]") -> float:
        return -float(np.log(softmax(features @ w)[np.arange(len(rows)), targets]).mean()) + 1e-3 * float((w**2).sum())

    best = minimize(loss, np.array([0.5, 0.5]), method="Nelder-Mead").x
    return best.tolist(), float(((features @ best).argmax(1) == targets).mean())


def _figures(
    probabilities: "NDArray[np.float64]", targets: "NDArray[np.int64]", weights: "NDArray[np.float64]"
) -> dict[str, float]:
    share = weights / weights.sum()
    predicted = probabilities.argmax(1)
    hit = float(share[(predicted == 0) & (targets == 0)].sum())
    both = float(share[predicted == 0].sum() + share[targets == 0].sum())
    return {
        "exemplars": float(len(targets)),
        "accuracy": float(share[predicted == targets].sum()),
        "high_f1": 2 * hit / both if both else 0.0,
        "log_loss": -float((share * np.log(probabilities[np.arange(len(targets)), targets])).sum()),
        "high_share": float(share[targets == 0].sum()),
        "medium_share": float(share[targets == 1].sum()),
    }
