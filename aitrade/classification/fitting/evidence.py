"""Fit how kinds of evidence are joined.

An exemplar's own label is not among its neighbours, and what has been tuned or fitted was so without its subheading.
"""

import math
from collections.abc import Collection
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from aitrade.classification.calibration import EvidenceModel
from aitrade.classification.features import KINDS, feature_names, features_of_kind, relevance_features
from aitrade.classification.fitting.calibration_set import FOLDS, CalibrationSet, sampled_weights
from aitrade.classification.fitting.probe import Probe
from aitrade.core.softmax import fit_softmax, softmax
from aitrade.models.adapter_files import is_tuned
from aitrade.question.folds import subheading_folds

if TYPE_CHECKING:
    from numpy.typing import NDArray

BASELINE_KINDS = ("neighbours", "probe")
RIDGE = 3.0  # penalty on the joining weights (see aitrade.core.softmax.fit_softmax)
RIDGE_OF_ADDED = 10.0  # of what few exemplars say beyond the baseline; measured in docs/experiments


@dataclass(frozen=True)
class CrossFit:
    """How evidence is joined, and what that says of exemplars that it was not fitted on.

    Attributes:
        model: fitted on every exemplar that the evidence is there of.
        out_of_fold: probabilities of the k levels of those that the LLM was asked about, each by a fit without its
            subheading, shape (m, k).
    """

    model: EvidenceModel
    out_of_fold: "NDArray[np.float64]"


@dataclass(frozen=True)
class Joined:
    """The evidence joined with an LLM's, and without.

    Attributes:
        with_llm: of all evidence.
        baseline: of the evidence that needs no LLM.
        llm_is_heard: whether the LLM has a part in the probabilities.
    """

    with_llm: CrossFit
    baseline: CrossFit
    llm_is_heard: bool

    @property
    def chosen(self) -> CrossFit:
        """What decides."""
        return self.with_llm if self.llm_is_heard else self.baseline


def training_features(training: CalibrationSet, probe: Probe) -> "NDArray[np.float64]":
    """All evidence on the exemplars, shape (n, features), the probe's made without their subheading.

    The LLM's is zero where it was not asked.
    """
    n, labels = len(training.exemplars), training.labels
    llm, votes = np.zeros((n, len(labels.levels))), np.zeros((n, 2 * len(labels.others)))
    llm[training.rows], votes[training.rows] = training.llm, training.llm_votes
    return relevance_features(llm, votes, probe.held_out, training.neighbours, labels, training.method)


def join(training: CalibrationSet, probe: Probe, model: str) -> Joined:
    """Join the evidence on exemplars; the LLM is heard where they show that it adds, a tuned one unless it harms.

    Args:
        training: the exemplars with their evidence.
        probe: :func:`aitrade.classification.fitting.probe.fit_probe` on them.
        model: what gave the LLM's scores.
    """
    features, targets = training_features(training, probe), training.targets
    with_llm, baseline = fit_evidence_model(training, features), fit_evidence_model(training, features, BASELINE_KINDS)
    saved = losses(baseline.out_of_fold, targets) - losses(with_llm.out_of_fold, targets)
    return Joined(with_llm, baseline, _heard(saved, training.asked_weights, is_tuned(model)))


def losses(probabilities: "NDArray[np.float64]", targets: "NDArray[np.int64]") -> "NDArray[np.float64]":
    """Log loss of each of the m exemplars, shape (m,)."""
    of_each: NDArray[np.float64] = -np.log(probabilities[np.arange(len(targets)), targets])
    return of_each


def _heard(saved: "NDArray[np.float64]", weights: "NDArray[np.float64]", tuned: bool) -> bool:
    """Whether the LLM has a part in the probabilities, by what it saves of the log loss of the exemplars out of fold.

    The rule of one standard error (Breiman, Friedman, Olshen and Stone 1984): what few exemplars cannot tell is left
    to the simpler of the two, the baseline. A tuned LLM is measured as it was tuned without a part of the exemplars,
    which wrongs it where they are few (docs/experiments/learning-curve.md); it is left out where it is shown to harm.
    Exemplars are taken as independent.

    Args:
        saved: the baseline's loss of each of the m exemplars less the loss with the LLM, shape (m,).
        weights: of the exemplars, shape (m,).
        tuned: whether the LLM is tuned on them.
    """
    share = weights / weights.sum()
    unbiased = 1 - float(share @ share)
    if not unbiased:
        return False  # one exemplar tells nothing
    gain = float(share @ saved)
    error = math.sqrt(float(share**2 @ (saved - gain) ** 2) / unbiased)
    return gain > (-error if tuned else error)


def fit_evidence_model(
    training: CalibrationSet, features: "NDArray[np.float64]", kinds: Collection[str] = tuple(KINDS)
) -> CrossFit:
    """Fit how kinds of evidence are joined.

    What needs no LLM is fitted on all exemplars. Where the LLM was asked about some of them only, its evidence is
    added to that, which these few would teach worse.

    Args:
        training: the exemplars with their evidence.
        features: :func:`training_features`, shape (n, features).
        kinds: the kinds of evidence to join; the others get a weight of zero.
    """
    everything = np.arange(len(training.exemplars))
    baseline_kinds = [kind for kind in kinds if kind in BASELINE_KINDS]
    if len(baseline_kinds) == len(kinds):
        fitted = _fit(training, features, kinds, everything, RIDGE)
        return CrossFit(fitted.model, fitted.out_of_fold[training.rows])
    if len(training.rows) == len(everything) or not baseline_kinds:
        return _fit(training, features, kinds, training.rows, RIDGE)
    baseline = _fit(training, features, baseline_kinds, everything, RIDGE)
    added = _fit(training, features, kinds, training.rows, RIDGE_OF_ADDED, np.log(baseline.out_of_fold[training.rows]))
    return CrossFit(baseline.model.plus(added.model), added.out_of_fold)


def _fit(
    training: CalibrationSet,
    features: "NDArray[np.float64]",
    kinds: Collection[str],
    rows: "NDArray[np.int64]",
    ridge: float,
    start: "NDArray[np.float64] | None" = None,
) -> CrossFit:
    """Join kinds of evidence on some exemplars, added to the logits ``start`` of each, shape (rows, k)."""
    labels, k = training.labels, len(training.labels.levels)
    heard = np.isin(feature_names(labels), [name for kind in kinds for name in features_of_kind(kind, labels)])
    mine = features[rows]
    center, scale = mine.mean(0), np.maximum(mine.std(0), 1e-9)
    scaled = (mine - center) / scale * heard
    levels = training.levels
    targets, weights = levels[rows], sampled_weights(training.weights, levels, rows, k)
    known = np.zeros((len(rows), k)) if start is None else start
    folds = subheading_folds([training.exemplars[row].code for row in rows], FOLDS)
    out_of_fold = np.zeros((len(rows), k))
    for fold in range(FOLDS):
        seen = folds != fold
        w, b = fit_softmax(scaled[seen], targets[seen], weights[seen], ridge, k, known[seen])
        out_of_fold[~seen] = softmax(scaled[~seen] @ w + b + known[~seen])
    w, b = fit_softmax(scaled, targets, weights, ridge, k, known)
    return CrossFit(EvidenceModel(center.tolist(), scale.tolist(), w.tolist(), b.tolist()), out_of_fold)
