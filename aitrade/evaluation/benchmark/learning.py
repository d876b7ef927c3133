"""The learning curve: how well codes are judged from N labels, without an LLM and with one.

The labels of a run play the labeller. Its codes are cut in two by subheading: exemplars are drawn from one half, and
what is learnt from them is measured on the other. Draws are nested: the first 300 of a seed are among its first 1,000.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from aitrade.classification.fitting.calibration_set import FOLDS
from aitrade.classification.method import Method
from aitrade.core.errors import BadInputError
from aitrade.core.softmax import softmax
from aitrade.evaluation.benchmark.gold import Gold, whole_headings
from aitrade.evaluation.benchmark.learning_evidence import place, with_llm, without_llm
from aitrade.evaluation.benchmark.learning_llms import Contenders, OnAsked, ask
from aitrade.nomenclature.code_text import describe
from aitrade.nomenclature.codes import Code
from aitrade.question.exemplars import Exemplar, ExemplarSet
from aitrade.question.folds import subheading_folds
from aitrade.question.question import Question
from aitrade.retrieval.embedder import Embedder

if TYPE_CHECKING:
    from numpy.typing import NDArray

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


def learnt(
    parts: Halves,
    chosen: "NDArray[np.int64]",
    question: Question,
    method: Method,
    nomenclature: Sequence[Code],
    contenders: Contenders,
    on_asked: OnAsked,
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
        The baseline, that on the tuned embedder, and for each LLM what it says alone and what a calibration makes of
        that and of the evidence of the better embedder there is.
    """
    places = sorted(chosen.tolist(), key=lambda place: parts.labelled.codes[place].key)
    question = replace(question, exemplars=_exemplars(parts.labelled, places, question))
    measured = parts.measured.codes
    if not places:
        certain = np.zeros((len(measured), len(question.labels.levels)))
        certain[:, question.labels.reference_index] = 1.0
        none = [()] * len(measured)
        alone = {name: ask(scorer, measured, none, on_asked) for name, scorer in contenders.scorers.items()}
        return {BASELINE: certain} | {f"{name} alone": softmax(scores) for name, scores in alone.items()}
    own = parts.vectors[places]
    placed = place(question, method, nomenclature, measured, own, [own] * FOLDS, parts.measured_vectors)
    said = {BASELINE: without_llm(placed)}
    if contenders.embedder:
        tuned = contenders.embedder(question)
        texts = [describe(e.code, question.words) for e in question.exemplars.exemplars]
        vectors, *folds = (embedder.embed(texts) for embedder in (tuned.whole, *tuned.folds))
        theirs = tuned.whole.embed([describe(code, question.words) for code in measured])
        placed = place(question, method, nomenclature, measured, vectors, folds, theirs)
        said[TUNED] = without_llm(placed)
    for name, heard in contenders.hear(question, placed, on_asked).items():
        said |= {f"{name} alone": softmax(heard.scores), f"{name} joined": with_llm(placed, heard)}
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
