"""Fit a calibration: how evidence is joined, when the LLM need not be asked, and how categories are chosen."""

from typing import TYPE_CHECKING

import numpy as np

from aitrade.classification.calibration import Calibration
from aitrade.classification.features import category_features
from aitrade.classification.fitting.joint import BASELINE_KINDS, fit_evidence_model, training_features
from aitrade.classification.fitting.probe import fit_probe
from aitrade.classification.fitting.training_set import CalibrationSet
from aitrade.core.softmax import softmax
from aitrade.question.rubric import NOT_RELATED, RELEVANCES, related_categories

if TYPE_CHECKING:
    from numpy.typing import NDArray

OVERRULED = 0.0025  # half of what the cascade may change (0.5% of the labels), since the threshold is fitted, not known
LOW = RELEVANCES.index("Low")


def fit_calibration(training: CalibrationSet, model: str, inputs: dict[str, str]) -> Calibration:
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
    full, rival = fit_evidence_model(training, features), fit_evidence_model(training, features, BASELINE_KINDS)
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


def _fit_category(training: CalibrationSet) -> tuple[list[float], float]:
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
