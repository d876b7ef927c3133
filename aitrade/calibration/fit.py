"""Fit how the evidence is joined.

An exemplar's own label is not among its neighbours, and what has been tuned or fitted was so without its subheading.
"""

from collections.abc import Collection
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from aitrade.calibrate import Calibration, Joint
from aitrade.calibration.probe import Probe, fit_probe
from aitrade.calibration.training_set import FOLDS, Training, sampled_weights
from aitrade.evidence import FEATURES, KINDS, category_features, relevance_features
from aitrade.folds import subheading_folds
from aitrade.rubric import NOT_RELATED, RELEVANCES, related_categories
from aitrade.softmax import fit_softmax, softmax

if TYPE_CHECKING:
    from numpy.typing import NDArray

RIVAL_KINDS = ("neighbours", "probe")
RIDGE = 3.0
RIDGE_OF_ADDED = 10.0  # of what few exemplars say beyond the rival; measured in docs/quality.md
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
    features, weights = training_features(training, probe), training.asked_weights
    full, rival = fit_joint(training, features), fit_joint(training, features, RIVAL_KINDS)
    sure_low, share = _sure_low(rival.out_of_fold[:, LOW], full.out_of_fold.argmax(1) != LOW, weights)
    category_weights, category_accuracy = _fit_category(training)
    return Calibration(
        model=model,
        inputs=inputs,
        probe={"weights": probe.weights.tolist(), "bias": probe.bias.tolist()},
        joint=full.joint,
        rival=rival.joint,
        sure_low=sure_low,
        category_weights=category_weights,
        figures=_figures(full.out_of_fold, training.targets, weights)
        | {"category_accuracy": category_accuracy, "sure_low_share": share},
    )


def training_features(training: Training, probe: Probe) -> "NDArray[np.float64]":
    """All evidence on the exemplars, shape (n, features), the probe's made without their subheading.

    The LLM's is zero where it was not asked.
    """
    llm, votes = np.zeros((len(training.exemplars), 3)), np.zeros((len(training.exemplars), 4))
    llm[training.rows], votes[training.rows] = training.llm, training.llm_votes
    return relevance_features(llm, votes, probe.held_out, training.neighbours)


def fit_joint(
    training: Training, features: "NDArray[np.float64]", kinds: Collection[str] = tuple(KINDS), ridge: float = RIDGE
) -> Fitted:
    """Fit how kinds of evidence are joined.

    What needs no LLM is fitted on all exemplars. Where the LLM was asked about some of them only, its evidence is
    added to that, which these few would teach worse.

    Args:
        training: the exemplars with their evidence.
        features: :func:`training_features`, shape (n, features).
        kinds: the kinds of evidence to join; the others get a weight of zero.
        ridge: penalty on the joining weights (see :func:`aitrade.softmax.fit_softmax`).
    """
    everything = np.arange(len(training.exemplars))
    rival_kinds = [kind for kind in kinds if kind in RIVAL_KINDS]
    if len(rival_kinds) == len(kinds):
        fitted = _fit(training, features, kinds, everything, ridge)
        return Fitted(fitted.joint, fitted.out_of_fold[training.rows])
    if len(training.rows) == len(everything) or not rival_kinds:
        return _fit(training, features, kinds, training.rows, ridge)
    rival = _fit(training, features, rival_kinds, everything, ridge)
    added = _fit(training, features, kinds, training.rows, RIDGE_OF_ADDED, np.log(rival.out_of_fold[training.rows]))
    return Fitted(rival.joint.plus(added.joint), added.out_of_fold)


def _fit(
    training: Training,
    features: "NDArray[np.float64]",
    kinds: Collection[str],
    rows: "NDArray[np.int64]",
    ridge: float,
    start: "NDArray[np.float64] | None" = None,
) -> Fitted:
    """Join kinds of evidence on some exemplars, added to the logits ``start`` of each, shape (rows, 3)."""
    heard = np.isin(FEATURES, [name for kind in kinds for name in KINDS[kind]])
    mine = features[rows]
    center, scale = mine.mean(0), np.maximum(mine.std(0), 1e-9)
    scaled = (mine - center) / scale * heard
    levels = training.levels
    targets, weights = levels[rows], sampled_weights(training.weights, levels, rows)
    known = np.zeros((len(rows), len(RELEVANCES))) if start is None else start
    folds = subheading_folds([training.exemplars[row].code for row in rows], FOLDS)
    out_of_fold = np.zeros((len(rows), len(RELEVANCES)))
    for fold in range(FOLDS):
        seen = folds != fold
        w, b = fit_softmax(scaled[seen], targets[seen], weights[seen], ridge, len(RELEVANCES), known[seen])
        out_of_fold[~seen] = softmax(scaled[~seen] @ w + b + known[~seen])
    w, b = fit_softmax(scaled, targets, weights, ridge, len(RELEVANCES), known)
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
    features = category_features(training.llm_category[rows], [training.neighbours[training.rows[i]] for i in rows])

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
