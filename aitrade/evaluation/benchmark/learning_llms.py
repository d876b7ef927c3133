"""Ask LLMs on a learning curve: base models, whose prompts show neighbours, and models tuned on the exemplars."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, cast

import numpy as np

from aitrade.classification.features import near_votes
from aitrade.classification.fitting.calibration_set import spread
from aitrade.classification.fitting.gather import tuned_neighbours
from aitrade.evaluation.benchmark.draw_tuner import FOLDS, Embedders, TunedLLM
from aitrade.evaluation.benchmark.judging import LEAST_EXEMPLARS
from aitrade.evaluation.benchmark.learning_evidence import Heard, Placed
from aitrade.llm.prompt_scorer import heading_neighbours
from aitrade.llm.scorer import Scorer
from aitrade.nomenclature.codes import Code
from aitrade.question.exemplars import ExemplarSet
from aitrade.question.question import Question
from aitrade.retrieval.neighbours import Neighbour

if TYPE_CHECKING:
    from numpy.typing import NDArray

BATCH = 64
OnAsked = Callable[[int], None]  # told how many more codes an LLM was asked about


@dataclass(frozen=True)
class Contenders:
    """What judges the codes beside the baseline on the base embedder.

    Attributes:
        scorers: base models by name.
        embedder: tunes the embedder on a question's exemplars; None for no tuned embedder.
        llms: by name, what tunes an LLM on them.
    """

    scorers: Mapping[str, Scorer]
    embedder: Callable[[Question], Embedders] | None
    llms: Mapping[str, Callable[[Question], TunedLLM]]

    def hear(self, question: Question, placed: Placed, on_asked: OnAsked) -> dict[str, Heard]:
        """Ask every LLM about exemplars and measured codes, by the name of the contender."""
        base = {name: _of_base(name, scorer, placed, on_asked) for name, scorer in self.scorers.items()}
        tuned = {f"{name}, tuned": _of_tuned(tune(question), placed, on_asked) for name, tune in self.llms.items()}
        return base | tuned

    def asked(self, measured: int, exemplars: int) -> int:
        """About how many codes the LLMs are asked together, given numbers of codes."""
        of_base = measured + _joined_on(exemplars)
        return len(self.scorers) * of_base + (len(self.llms) * measured if exemplars else 0)


def _joined_on(exemplars: int) -> int:
    """Of so many exemplars, how many a base model is asked about, to join what it says with the evidence."""
    return min(exemplars, LEAST_EXEMPLARS)


def ask(
    scorer: Scorer, codes: Sequence[Code], neighbours: Sequence[Sequence[Neighbour]], on_asked: OnAsked
) -> "NDArray[np.float64]":
    """Scores of the levels by a base model, shape (n, k)."""
    scores = []
    for start in range(0, len(codes), BATCH):
        batch = slice(start, start + BATCH)
        shown = heading_neighbours(codes[batch], neighbours[batch], scorer.prompt_neighbours)
        scores.append(scorer.relevance(codes[batch], shown).relevance)
        on_asked(len(codes[batch]))
    return np.concatenate(scores)


def _of_base(name: str, scorer: Scorer, placed: Placed, on_asked: OnAsked) -> Heard:
    training = placed.training
    codes = [e.code for e in training.exemplars]
    count = _joined_on(len(codes))
    rows = np.array(spread(count, len(codes)))
    scores = ask(scorer, placed.codes, placed.neighbours, on_asked)
    shown = [training.neighbours[row] for row in rows]
    of_exemplars = ask(scorer, [codes[row] for row in rows], shown, on_asked)
    seen = replace(
        training,
        rows=rows,
        llm=of_exemplars,
        llm_votes=training.llm_votes[rows],
        llm_category=training.llm_category[rows],
    )
    return Heard(name, seen, scores, [()] * len(placed.codes))


def _of_tuned(tuned: TunedLLM, placed: Placed, on_asked: OnAsked) -> Heard:
    training, levels = placed.training, len(placed.training.labels.levels)
    exemplars, method = ExemplarSet(tuple(training.exemplars)), training.method
    scores, vectors = [], []
    for start in range(0, len(placed.codes), BATCH):
        said = tuned.scorer.relevance(codes := placed.codes[start : start + BATCH], [()] * len(codes))
        scores.append(said.relevance)
        vectors.append(cast("NDArray[np.float32]", said.vectors))
        on_asked(len(codes))
    own = tuned_neighbours(method, tuned.vectors, exemplars, FOLDS, exemplars.exemplars)
    of_exemplars = np.array([tuned.out_of_fold[e.code.key][:levels] for e in exemplars.exemplars])
    votes = near_votes(own, training.labels, method)
    seen = replace(training, llm=of_exemplars, llm_votes=votes)
    theirs = method.near(tuned.vectors.index(exemplars), placed.codes, np.concatenate(vectors))
    return Heard(tuned.name, seen, np.concatenate(scores), theirs)
