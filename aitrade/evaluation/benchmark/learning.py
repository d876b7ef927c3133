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
from aitrade.classification.fitting.probe import fit_probe
from aitrade.classification.method import Method
from aitrade.core.errors import BadInputError
from aitrade.core.softmax import softmax
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
from aitrade.retrieval.index import index_of
from aitrade.retrieval.neighbours import Neighbour, find_neighbours

if TYPE_CHECKING:
    from numpy.typing import NDArray

BATCH = 64
BASELINE = "baseline"


@dataclass(frozen=True)
class Halves:
    """Codes with labels, embedded: those that exemplars are drawn from, and those that are measured."""

    labelled: Gold
    measured: Gold
    vectors: "NDArray[np.float32]"
    measured_vectors: "NDArray[np.float32]"


def halves(gold: Gold, question: Question, embedder: Embedder, limit: int | None, seed: int) -> Halves:
    """Cut labelled codes in two by subheading, and embed them.

    Args:
        gold: codes with labels.
        question: its words spell out the codes.
        embedder: what embeds them; one that was not tuned on labels like these.
        limit: measure this many codes, in whole headings; all by default.
        seed: of the choice of headings.

    Raises:
        BadInputError: a half is empty.
    """
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


def learnt(
    parts: Halves,
    chosen: "NDArray[np.int64]",
    question: Question,
    method: Method,
    nomenclature: Sequence[Code],
    scorers: Mapping[str, Scorer],
    on_asked: Callable[[int], None],
) -> "dict[str, NDArray[np.float64]]":
    """Learn from some labels, and judge the measured codes: probabilities of the levels by contender, shape (n, k).

    Args:
        parts: the two halves.
        chosen: places of the exemplars in the labelled half.
        question: what is asked; its own exemplars are not used.
        method: the numbers of the method.
        nomenclature: all codes, for the weights of exemplars.
        scorers: base models by name; none for the baseline alone.
        on_asked: told how many more codes an LLM was asked about.

    Returns:
        The baseline, and for each base model what it says alone and joined with the baseline's evidence.
    """
    places = sorted(chosen.tolist(), key=lambda place: parts.labelled.codes[place].key)
    exemplars = _exemplars(parts.labelled, places, question)
    codes, measured = [e.code for e in exemplars.exemplars], parts.measured.codes
    if not codes:
        certain = np.zeros((len(measured), len(question.labels.levels)))
        certain[:, question.labels.reference_index] = 1.0
        said = {BASELINE: certain}
        for name, scorer in scorers.items():
            said[f"{name} alone"] = softmax(_asked(scorer, measured, [()] * len(measured), on_asked))
        return said
    index = index_of(exemplars, parts.vectors[places])

    def near(of: Sequence[Code], vectors: "NDArray[np.float32]") -> list[tuple[Neighbour, ...]]:
        m = method
        return find_neighbours(index, of, vectors, m.neighbours, same_hs4=m.same_hs4, same_hs6=m.same_hs6)

    own, theirs = near(codes, parts.vectors[places]), near(measured, parts.measured_vectors)
    training = _training(exemplars, parts.vectors[places], own, question, method, nomenclature)
    probe = fit_probe(training)
    logits = parts.measured_vectors.astype(np.float64) @ probe.weights + probe.bias
    votes = np.zeros((len(measured), 2 * len(question.labels.others)))

    def joined(training: CalibrationSet, llm: "NDArray[np.float64]", kinds: Sequence[str]) -> "NDArray[np.float64]":
        fitted = fit_evidence_model(training, training_features(training, probe), kinds)
        features = relevance_features(llm, votes, logits, theirs, question.labels, method)
        return fitted.model.probabilities(features)

    nothing = np.zeros((len(measured), len(question.labels.levels)))
    said = {BASELINE: joined(training, nothing, BASELINE_KINDS)}
    for name, scorer in scorers.items():
        scores = _asked(scorer, measured, theirs, on_asked)
        count = min(len(codes), LEAST_EXEMPLARS)
        rows = np.array([i * len(codes) // count for i in range(count)])
        of_exemplars = _asked(scorer, [codes[row] for row in rows], [own[row] for row in rows], on_asked)
        seen = replace(training, rows=rows, llm=of_exemplars, llm_votes=training.llm_votes[rows])
        said[f"{name} alone"] = softmax(scores)
        said[f"{name} joined"] = joined(seen, scores, ("llm", *BASELINE_KINDS))
    return said


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


def _training(
    exemplars: ExemplarSet,
    vectors: "NDArray[np.float32]",
    neighbours: Sequence[Sequence[Neighbour]],
    question: Question,
    method: Method,
    nomenclature: Sequence[Code],
) -> CalibrationSet:
    """The exemplars with the evidence about each of them that needs no LLM."""
    labels, n = question.labels, len(exemplars)
    parts = subheading_folds([e.code for e in exemplars.exemplars], FOLDS)
    return CalibrationSet(
        labels=labels,
        method=method,
        exemplars=exemplars.exemplars,
        vectors=vectors,
        views=[FoldEmbeddings(parts == fold, vectors) for fold in range(FOLDS)],
        neighbours=neighbours,
        weights=population_weights(exemplars.exemplars, nomenclature),
        rows=np.arange(n),
        llm=np.zeros((n, len(labels.levels))),
        llm_votes=np.zeros((n, 2 * len(labels.others))),
        llm_category=np.zeros((n, len(labels.categories))),
    )


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
