"""Evidence about measured codes on a learning curve, and what follows from it without an LLM and with one."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from aitrade.classification.features import near_votes, relevance_features
from aitrade.classification.fitting.calibration_set import CalibrationSet, FoldEmbeddings, population_weights
from aitrade.classification.fitting.evidence import BASELINE_KINDS, fit_evidence_model, join, training_features
from aitrade.classification.fitting.gather import neighbours_out_of_fold
from aitrade.classification.fitting.probe import Probe, fit_probe
from aitrade.classification.method import Method
from aitrade.nomenclature.codes import Code
from aitrade.question.folds import subheading_folds
from aitrade.question.question import Question
from aitrade.retrieval.index import index_of
from aitrade.retrieval.neighbours import Neighbour

if TYPE_CHECKING:
    from numpy.typing import NDArray


@dataclass(frozen=True)
class Placed:
    """Exemplars and measured codes where one embedder places them.

    Attributes:
        codes: the n measured codes.
        training: the exemplars with the evidence about each of them that needs no LLM.
        probe: fitted on them.
        logits: of the codes by the probe, shape (n, k).
        neighbours: of the codes.
    """

    codes: Sequence[Code]
    training: CalibrationSet
    probe: Probe
    logits: "NDArray[np.float64]"
    neighbours: Sequence[Sequence[Neighbour]]


@dataclass(frozen=True)
class Heard:
    """What an LLM says.

    Attributes:
        model: ``BASE`` or ``BASE+ADAPTER``.
        training: the exemplars with what it says of them, not having learnt their subheadings.
        scores: of the levels of the measured codes, shape (n, k).
        neighbours: the exemplars that it places near each of these, if it is tuned.
    """

    model: str
    training: CalibrationSet
    scores: "NDArray[np.float64]"
    neighbours: Sequence[Sequence[Neighbour]]


def place(
    question: Question,
    method: Method,
    nomenclature: Sequence[Code],
    measured: Sequence[Code],
    vectors: "NDArray[np.float32]",
    folds: "Sequence[NDArray[np.float32]]",
    measured_vectors: "NDArray[np.float32]",
) -> Placed:
    """Find neighbours of exemplars and of measured codes where an embedder places them.

    Args:
        question: with the n exemplars.
        method: how many neighbours, and what closeness gains in a heading.
        nomenclature: all codes, for the weights of exemplars.
        measured: the codes.
        vectors: embeddings of the exemplars, shape (n, dimensions).
        folds: the same by an embedder that has not learnt the fold.
        measured_vectors: of the codes.
    """
    labels, exemplars = question.labels, question.exemplars
    codes = [e.code for e in exemplars.exemplars]
    parts = subheading_folds(codes, len(folds))
    own = neighbours_out_of_fold(
        method.near, lambda fold: index_of(exemplars, folds[fold]), len(folds), exemplars.exemplars
    )
    n = len(codes)
    training = CalibrationSet(
        labels=labels,
        method=method,
        exemplars=exemplars.exemplars,
        vectors=vectors,
        views=[FoldEmbeddings(parts == fold, seen) for fold, seen in enumerate(folds)],
        neighbours=own,
        weights=population_weights(exemplars.exemplars, nomenclature),
        rows=np.arange(n),
        llm=np.zeros((n, len(labels.levels))),
        llm_votes=np.zeros((n, 2 * len(labels.others))),
        llm_category=np.zeros((n, len(labels.categories))),
    )
    probe = fit_probe(training)
    logits = measured_vectors.astype(np.float64) @ probe.weights + probe.bias
    near = method.near(index_of(exemplars, vectors), measured, measured_vectors)
    return Placed(measured, training, probe, logits, near)


def without_llm(placed: Placed) -> "NDArray[np.float64]":
    """Probabilities of the measured codes by neighbours and probe, shape (n, k)."""
    training = placed.training
    fitted = fit_evidence_model(training, training_features(training, placed.probe), BASELINE_KINDS)
    return fitted.model.probabilities(_features(placed, np.zeros_like(placed.logits), [()] * len(placed.codes)))


def with_llm(placed: Placed, heard: Heard) -> "NDArray[np.float64]":
    """Probabilities of the measured codes by all evidence, joined as a calibration joins it, shape (n, k)."""
    chosen = join(heard.training, placed.probe, heard.model).chosen
    return chosen.model.probabilities(_features(placed, heard.scores, heard.neighbours))


def _features(
    placed: Placed, scores: "NDArray[np.float64]", of_llm: Sequence[Sequence[Neighbour]]
) -> "NDArray[np.float64]":
    labels, method = placed.training.labels, placed.training.method
    votes = near_votes(of_llm, labels, method)
    return relevance_features(scores, votes, placed.logits, placed.neighbours, labels, method)
