"""A base model: rubric and neighbours in the prompt, labels scored as token sequences."""

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING

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


class PromptScorer(Scorer):
    """A base model: rubric and neighbours in the prompt, labels scored as token sequences."""

    def __init__(self, engine: Engine | PlainEngine, sha256: str, question: Question, prompt_neighbours: int) -> None:
        self.engine, self.sha256, self.prompt_neighbours = engine, sha256, prompt_neighbours
        self.prompter = Prompter(engine.tokenizer, question)
        self.shown_sha256 = self.prompter.sha256
        self.engine.cache_prefix(self.prompter.preamble)

    def relevance(self, codes: Sequence[Code], neighbours: Neighbourhoods) -> Scores:
        """See :class:`Scorer`."""
        self.engine.truncate()
        prompts = self._prompts(codes, neighbours, range(len(codes)))
        scores = score_labels(self.engine, prompts, self.prompter.relevance_labels)
        return Scores(scores.logprobs, None, scores.mass)

    def category(
        self, codes: Sequence[Code], neighbours: Neighbourhoods, related: Mapping[int, str]
    ) -> "NDArray[np.float64]":
        """See :class:`Scorer`; the prompts go on where those of :meth:`relevance` ended, which the engine has read."""
        prompts = self._prompts(codes, neighbours, list(related))
        asked = [self.prompter.category_prompt(p, r) for p, r in zip(prompts, related.values(), strict=True)]
        return np.log(score_labels(self.engine, asked, self.prompter.category_labels).probabilities)

    def _prompts(self, codes: Sequence[Code], neighbours: Neighbourhoods, rows: Iterable[int]) -> list[Tokens]:
        """Prompts of the codes in ``rows``, with the neighbours that all codes of their headings share."""
        shared = heading_neighbours(codes, neighbours, self.prompt_neighbours)
        return [self.prompter.prompt(codes[row], [n.exemplar for n in shared[row]]) for row in rows]


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
