"""Fit a calibration: how evidence is joined, when the LLM need not be asked, and how categories are chosen."""

from typing import TYPE_CHECKING

import numpy as np

from aitrade.classification.calibration import Calibration
from aitrade.classification.features import category_features
from aitrade.classification.fitting.calibration_set import CalibrationSet
from aitrade.classification.fitting.evidence import join, losses
from aitrade.classification.fitting.probe import fit_probe
from aitrade.core.softmax import softmax
from aitrade.question.labels import LabelSpace

if TYPE_CHECKING:
    from numpy.typing import NDArray

OVERRULED = 0.0025  # half of what the cascade may change (0.5% of the labels), since the threshold is fitted, not known


def fit_calibration(training: CalibrationSet, model: str, inputs: dict[str, str]) -> Calibration:
    """Fit everything that turns evidence into probabilities.

    The cascade trusts the baseline without an LLM from the lowest probability of the reference level at which, by the
    exemplars out of fold and weighted to the nomenclature, no more than :data:`OVERRULED` of all codes have another
    label with the LLM.

    Where the LLM is not heard (:func:`join`), the baseline decides alone; the figures of both are kept.

    Args:
        training: the exemplars with their evidence.
        model: what gave the LLM's scores.
        inputs: hashes of what the evidence was made with.
    """
    probe = fit_probe(training)
    joined = join(training, probe, model)
    weights, labels, reference = training.asked_weights, training.labels, training.labels.reference_index
    with_llm, without = (
        _figures(one.out_of_fold, training.targets, weights, labels) for one in (joined.with_llm, joined.baseline)
    )
    threshold, share = _cascade_threshold(
        joined.baseline.out_of_fold[:, reference], joined.chosen.out_of_fold.argmax(1) != reference, weights
    )
    category_weights, category_figures = _fit_category(training)
    return Calibration(
        model=model,
        labels=labels,
        inputs=inputs,
        probe={"weights": probe.weights.tolist(), "bias": probe.bias.tolist()},
        evidence_model=joined.chosen.model,
        baseline=joined.baseline.model,
        cascade_threshold=threshold,
        category_weights=category_weights,
        figures=(with_llm if joined.llm_is_heard else without)
        | category_figures
        | {"cascade_share": share}
        | {f"joined_{name}": with_llm[name] for name in _compared(labels)}
        | {f"baseline_{name}": without[name] for name in _compared(labels)},
    )


def _cascade_threshold(
    probability: "NDArray[np.float64]", overruled: "NDArray[np.bool_]", weights: "NDArray[np.float64]"
) -> tuple[float, float]:
    """The threshold, and the share of codes at or above it; 1 and above where not even the surest may be trusted."""
    order = np.argsort(-probability, kind="stable")
    wrong = np.cumsum((weights * overruled)[order]) / weights.sum()
    trusted = int(np.searchsorted(wrong, OVERRULED, side="right"))
    trusted = min(trusted, int((probability > 0.5).sum()))  # below it, the level is not even the likeliest
    # Equal probabilities are trusted together or not at all.
    while 0 < trusted < len(order) and probability[order[trusted]] == probability[order[trusted - 1]]:
        trusted -= 1
    if not trusted:
        return 2.0, 0.0
    return float(probability[order[trusted - 1]]), float(weights[order[:trusted]].sum() / weights.sum())


def _fit_category(training: CalibrationSet) -> tuple[list[float], dict[str, float]]:
    """Weights of the two kinds of evidence on categories, by conditional logistic regression, and their accuracy.

    Nothing for a question without categories, or where no exemplar has one.
    """
    from scipy.optimize import minimize

    asked, names = training.asked, training.labels.categories
    rows = [i for i, e in enumerate(asked) if e.category in names]
    if not rows:
        return [0.5] * 2 if names else [], {}
    targets = np.array([names.index(asked[i].category) for i in rows])
    features = category_features(
        training.llm_category[rows],
        [training.neighbours[training.rows[i]] for i in rows],
        training.labels,
        training.method,
    )

    def loss(w: "NDArray[np.float64]") -> float:
        return -float(np.log(softmax(features @ w)[np.arange(len(rows)), targets]).mean()) + 1e-3 * float((w**2).sum())

    best = minimize(loss, np.array([0.5, 0.5]), method="Nelder-Mead").x
    return best.tolist(), {"category_accuracy": float(((features @ best).argmax(1) == targets).mean())}


def _compared(labels: LabelSpace) -> list[str]:
    """Name the figures that are kept with and without the LLM."""
    return ["accuracy", *(f"{level.lower()}_f1" for level in labels.counted), "log_loss"]


def _figures(
    probabilities: "NDArray[np.float64]",
    targets: "NDArray[np.int64]",
    weights: "NDArray[np.float64]",
    labels: LabelSpace,
) -> dict[str, float]:
    share = weights / weights.sum()
    predicted = probabilities.argmax(1)
    figures = {"exemplars": float(len(targets)), "accuracy": float(share[predicted == targets].sum())}
    for level in labels.counted:
        place = labels.position(level)
        hit = float(share[(predicted == place) & (targets == place)].sum())
        both = float(share[predicted == place].sum() + share[targets == place].sum())
        figures[f"{level.lower()}_f1"] = 2 * hit / both if both else 0.0
    figures["log_loss"] = float(share @ losses(probabilities, targets))
    shares = {f"{name.lower()}_share": float(share[targets == labels.position(name)].sum()) for name in labels.others}
    return figures | shares
