"""The learning curve: how well codes are judged from N labels, without an LLM and with one.

The labels of a run play the labeller. Its codes are cut in two by subheading: exemplars are drawn from one half, and
what is learnt from them is measured on the other. Draws are nested: the first 300 of a seed are among its first 1,000.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from aitrade.classification.features import relevance_features
from aitrade.classification.fitting.calibration_set import FOLDS, CalibrationSet, FoldEmbeddings, population_weights
from aitrade.classification.fitting.evidence import BASELINE_KINDS, fit_evidence_model, training_features
from aitrade.classification.fitting.gather import neighbours_out_of_fold
from aitrade.classification.fitting.probe import Probe, fit_probe
from aitrade.classification.method import Method
from aitrade.core.errors import BadInputError
from aitrade.core.softmax import softmax
from aitrade.evaluation.benchmark.embedder_tuner import Embedders
from aitrade.evaluation.benchmark.gold import Gold, whole_headings
from aitrade.evaluation.benchmark.judging import LEAST_EXEMPLARS
from aitrade.llm.prompt_scorer import heading_neighbours
from aitrade.llm.scorer import Scorer
from aitrade.nomenclature.code_text import describe
from aitrade.nomenclature.codes import Code
from aitrade.question.exemplars import Exemplar, ExemplarSet
from aitrade.question.folds import subheading_folds
from aitrade.question.question import Question
from aitrade.retrieval.embedder import Embedder
from aitrade.retrieval.index import Index, index_of
from aitrade.retrieval.neighbours import Neighbour, find_neighbours

if TYPE_CHECKING:
    from numpy.typing import NDArray

BATCH = 64
BASELINE, TUNED = "baseline", "baseline, embedder tuned"


@dataclass(frozen=True)
class Halves:
    """Codes with labels, embedded: those that exemplars are drawn from, and those that are measured."""

    labelled: Gold
    measured: Gold
    vectors: "NDArray[np.float32]"
    measured_vectors: "NDArray[np.float32]"


def halves(
    gold: Gold, flows: Sequence[str], question: Question, embedder: Embedder, limit: int | None, seed: int
) -> Halves:
    """Cut labelled codes in two by subheading, and embed them.

    Args:
        gold: codes with labels.
        flows: only codes of these.
        question: its words spell out the codes.
        embedder: what embeds them; one that was not tuned on labels like these.
        limit: measure this many codes, in whole headings; all by default.
        seed: of the choice of headings.

    Raises:
        BadInputError: a half is empty.
    """
    gold = _only(gold, [place for place, code in enumerate(gold.codes) if code.flow in flows])
    side = subheading_folds(gold.codes, 2)
    labelled, measured = (_only(gold, np.flatnonzero(side == half).tolist()) for half in (0, 1))
    if not labelled.codes or not measured.codes:
        raise BadInputError(f"run {gold.name} labels too few subheadings", fix="name labels of more codes")
    measured = whole_headings(measured, limit, seed)
    vectors, of_measured = (
        embedder.embed([describe(code, question.words) for code in half.codes]) for half in (labelled, measured)
    )
    return Halves(labelled, measured, vectors, of_measured)


def _only(gold: Gold, places: Sequence[int]) -> Gold:
    return Gold(gold.name, tuple(gold.codes[i] for i in places), tuple(gold.levels[i] for i in places))


@dataclass(frozen=True)
class Contenders:
    """What judges the codes beside the baseline on the base embedder.

    Attributes:
        scorers: base models by name.
        tune: tunes the embedder on a question's exemplars; None for no tuned embedder.
    """

    scorers: Mapping[str, Scorer]
    tune: Callable[[Question], Embedders] | None = None


@dataclass(frozen=True)
class Placed:
    """Exemplars and measured codes where one embedder places them.

    Attributes:
        training: the exemplars with the evidence about each of them that needs no LLM.
        probe: fitted on them.
        logits: of the measured codes by the probe, shape (n, k).
        neighbours: of the measured codes.
    """

    training: CalibrationSet
    probe: Probe
    logits: "NDArray[np.float64]"
    neighbours: Sequence[Sequence[Neighbour]]


def learnt(
    parts: Halves,
    chosen: "NDArray[np.int64]",
    question: Question,
    method: Method,
    nomenclature: Sequence[Code],
    contenders: Contenders,
    on_asked: Callable[[int], None],
) -> "dict[str, NDArray[np.float64]]":
    """Learn from some labels, and judge the measured codes: probabilities of the levels by contender, shape (n, k).

    Args:
        parts: the two halves.
        chosen: places of the exemplars in the labelled half.
        question: what is asked; its own exemplars are not used.
        method: the numbers of the method.
        nomenclature: all codes, for the weights of exemplars.
        contenders: what judges beside the baseline.
        on_asked: told how many more codes an LLM was asked about.

    Returns:
        The baseline, that on the tuned embedder, and for each base model what it says alone and joined with the
        evidence of the better embedder there is.
    """
    places = sorted(chosen.tolist(), key=lambda place: parts.labelled.codes[place].key)
    question = replace(question, exemplars=_exemplars(parts.labelled, places, question))
    measured = parts.measured.codes
    if not places:
        certain = np.zeros((len(measured), len(question.labels.levels)))
        certain[:, question.labels.reference_index] = 1.0
        said = {BASELINE: certain}
        for name, scorer in contenders.scorers.items():
            said[f"{name} alone"] = softmax(_asked(scorer, measured, [()] * len(measured), on_asked))
        return said
    own = parts.vectors[places]
    placed = _placed(question, method, nomenclature, measured, own, [own] * FOLDS, parts.measured_vectors)
    said = {BASELINE: _joined(placed, None, placed.training)}
    if contenders.tune:
        tuned = contenders.tune(question)
        texts = [describe(e.code, question.words) for e in question.exemplars.exemplars]
        vectors, *folds = (embedder.embed(texts) for embedder in (tuned.whole, *tuned.folds))
        theirs = tuned.whole.embed([describe(code, question.words) for code in measured])
        placed = _placed(question, method, nomenclature, measured, vectors, folds, theirs)
        said[TUNED] = _joined(placed, None, placed.training)
    training = placed.training
    codes = [e.code for e in training.exemplars]
    count = joined_on(len(codes))
    rows = np.array([i * len(codes) // count for i in range(count)])
    for name, scorer in contenders.scorers.items():
        scores = _asked(scorer, measured, placed.neighbours, on_asked)
        shown = [training.neighbours[row] for row in rows]
        of_exemplars = _asked(scorer, [codes[row] for row in rows], shown, on_asked)
        said[f"{name} alone"] = softmax(scores)
        seen = replace(training, rows=rows, llm=of_exemplars, llm_votes=training.llm_votes[rows])
        said[f"{name} joined"] = _joined(placed, scores, seen)
    return said


def joined_on(exemplars: int) -> int:
    """Of so many exemplars, how many a model is asked about, to join what it says with the evidence."""
    return min(exemplars, LEAST_EXEMPLARS)


def _joined(placed: Placed, llm: "NDArray[np.float64] | None", training: CalibrationSet) -> "NDArray[np.float64]":
    """Probabilities of the measured codes by neighbours and probe, and by what an LLM says where it was asked."""
    labels, count = training.labels, len(placed.logits)
    kinds = BASELINE_KINDS if llm is None else ("llm", *BASELINE_KINDS)
    fitted = fit_evidence_model(training, training_features(training, placed.probe), kinds)
    scores = np.zeros((count, len(labels.levels))) if llm is None else llm
    votes = np.zeros((count, 2 * len(labels.others)))
    features = relevance_features(scores, votes, placed.logits, placed.neighbours, labels, training.method)
    return fitted.model.probabilities(features)


def _exemplars(labelled: Gold, places: Sequence[int], question: Question) -> ExemplarSet:
    """Labels of the run as exemplars; their category is not known, and plays no part in levels."""
    reference = question.labels.reference
    empty = question.labels.reference_category
    return ExemplarSet(
        tuple(
            Exemplar(
                labelled.codes[place],
                labelled.levels[place],
                empty if labelled.levels[place] == reference else "",
                f"as run {labelled.name} labels it",
            )
            for place in places
        )
    )


def _placed(
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
        nomenclature: all codes.
        measured: the codes.
        vectors: embeddings of the exemplars, shape (n, dimensions).
        folds: the same by an embedder that has not learnt the fold.
        measured_vectors: of the codes.
    """
    labels, exemplars = question.labels, question.exemplars
    codes = [e.code for e in exemplars.exemplars]

    def near(index: Index, of: Sequence[Code], vectors: "NDArray[np.float32]") -> list[tuple[Neighbour, ...]]:
        m = method
        return find_neighbours(index, of, vectors, m.neighbours, same_hs4=m.same_hs4, same_hs6=m.same_hs6)

    parts = subheading_folds(codes, len(folds))
    own = neighbours_out_of_fold(near, lambda fold: index_of(exemplars, folds[fold]), len(folds), exemplars.exemplars)
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
    return Placed(training, probe, logits, near(index_of(exemplars, vectors), measured, measured_vectors))


def _asked(
    scorer: Scorer,
    codes: Sequence[Code],
    neighbours: Sequence[Sequence[Neighbour]],
    on_asked: Callable[[int], None],
) -> "NDArray[np.float64]":
    """Scores of the levels, shape (n, k)."""
    scores = []
    for start in range(0, len(codes), BATCH):
        batch = slice(start, start + BATCH)
        shown = heading_neighbours(codes[batch], neighbours[batch], scorer.prompt_neighbours)
        scores.append(scorer.relevance(codes[batch], shown).relevance)
        on_asked(len(codes[batch]))
    return np.concatenate(scores)
