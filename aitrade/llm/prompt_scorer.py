"""A base model: rubric and neighbours in the prompt, labels scored as token sequences."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np

from aitrade.llm.engine import Engine
from aitrade.llm.label_scoring import score_labels
from aitrade.llm.plain_engine import PlainEngine
from aitrade.llm.prefix_tree import Tokens
from aitrade.llm.prompt import Prompter
from aitrade.llm.scorer import Neighbourhoods, Scorer, Scores
from aitrade.nomenclature.codes import Code
from aitrade.question.question import Question
from aitrade.retrieval.neighbours import Neighbour

if TYPE_CHECKING:
    from numpy.typing import NDArray

CATEGORY_SHARE = 8  # asking for categories takes up to this part of the time that asking for levels takes


class PromptScorer(Scorer):
    """A base model: rubric and neighbours in the prompt, labels scored as token sequences."""

    def __init__(
        self,
        load: Callable[[], Engine | PlainEngine],
        tokenizer: Any,
        sha256: str,
        question: Question,
        prompt_neighbours: int,
    ) -> None:
        super().__init__(load)
        self.sha256, self.prompt_neighbours = sha256, prompt_neighbours
        self.prompter = Prompter(tokenizer, question)
        self.shown_sha256 = self.prompter.sha256
        self.columns = len(question.labels.levels), 0, 1, 0
        self._read: set[Tokens] = set()  # prompts that the engine still holds

    @cached_property
    def engine(self) -> Engine | PlainEngine:
        """The LLM, with what all prompts begin with."""
        engine = self._load()
        engine.cache_prefix(self.prompter.preamble)
        return engine

    def reads(self, codes: Sequence[Code], neighbours: Neighbourhoods) -> list[str]:
        """See :class:`Scorer`."""
        labels = self.prompter.relevance_labels
        return [f"{prompt} {labels}" for prompt in self._prompts(codes, neighbours, range(len(codes)))]

    def reads_category(
        self, codes: Sequence[Code], neighbours: Neighbourhoods, related: Mapping[int, str]
    ) -> list[str]:
        """See :class:`Scorer`."""
        labels = self.prompter.category_labels
        prompts = self._prompts(codes, neighbours, list(related))
        return [
            f"{self.prompter.category_prompt(prompt, level)} {labels}"
            for prompt, level in zip(prompts, related.values(), strict=True)
        ]

    def relevance(self, codes: Sequence[Code], neighbours: Neighbourhoods) -> Scores:
        """See :class:`Scorer`."""
        prompts = self._prompts(codes, neighbours, range(len(codes)))
        self.engine.truncate()
        self._read = set(prompts)
        scores = score_labels(self.engine, prompts, self.prompter.relevance_labels, self._before_category)
        return Scores(scores.logprobs, None, scores.mass)

    def category(
        self, codes: Sequence[Code], neighbours: Neighbourhoods, related: Mapping[int, str]
    ) -> "NDArray[np.float64]":
        """See :class:`Scorer`; prompts that the engine has just read for :meth:`relevance` are not read again."""
        prompts = self._prompts(codes, neighbours, list(related))
        if not self._read.issuperset(prompts):
            self.engine.truncate()
            self._read = set(prompts)
        asked = [self.prompter.category_prompt(p, r) for p, r in zip(prompts, related.values(), strict=True)]
        scores = score_labels(self.engine, asked, self.prompter.category_labels, self._on_step)
        return np.log(scores.probabilities)

    def _before_category(self, done: int, total: int) -> None:
        """Tell how far the levels are, as a share of levels and categories together."""
        self._on_step(done, total + (total // CATEGORY_SHARE if self.prompter.question.labels.categories else 0))

    def _prompts(self, codes: Sequence[Code], neighbours: Neighbourhoods, rows: Iterable[int]) -> list[Tokens]:
        """Prompts of the codes in ``rows``."""
        return [self.prompter.prompt(codes[row], [n.exemplar for n in neighbours[row]]) for row in rows]


def heading_neighbours(codes: Sequence[Code], neighbours: Neighbourhoods, count: int) -> list[list[Neighbour]]:
    """Choose ``count`` neighbours for all codes of a heading, so that prompts differ in the product alone.

    Each neighbour is ranked by its summed closeness to the heading's codes (0 to a code that does not list it). A code
    that is itself among the chosen goes without itself.
    """
    by_heading: dict[tuple[str, str], list[int]] = {}
    for row, code in enumerate(codes):
        by_heading.setdefault((code.flow, code.hs4), []).append(row)
    chosen: list[list[Neighbour]] = [[] for _ in codes]
    for rows in by_heading.values():
        total: dict[Code, float] = {}
        found: dict[Code, Neighbour] = {}
        for row in rows:
            for n in neighbours[row]:
                found.setdefault(n.exemplar.code, n)
                total[n.exemplar.code] = total.get(n.exemplar.code, 0.0) + n.closeness
        best = sorted(total, key=lambda code: (-total[code], code.hs10, code.flow))[:count]
        for row in rows:
            chosen[row] = [found[code] for code in best if code.key != codes[row].key]
    return chosen
