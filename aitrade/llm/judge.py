"""Judges: what the LLM says of codes, by label scoring with neighbours in the prompt, or by a tuned adapter's heads."""

from abc import ABC, abstractmethod
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from aitrade.codes import Code
from aitrade.errors import ModelError
from aitrade.llm.adapter import Heads, apply_adapter, own_adapter, with_adapter
from aitrade.llm.code_vectors import CodeVectors, place, read_vectors
from aitrade.llm.engine import Engine, load_engine
from aitrade.llm.labels import last_hidden, score_labels
from aitrade.llm.machine import Machine
from aitrade.llm.prompt import Prompter, short_tokens
from aitrade.llm.tree import Tokens
from aitrade.retrieval.neighbours import Neighbour
from aitrade.weights.installed import locate

if TYPE_CHECKING:
    from numpy.typing import NDArray

PROMPT_NEIGHBOURS = 8

Neighbourhoods = Sequence[Sequence[Neighbour]]


@dataclass(frozen=True)
class Opinions:
    """Scores of n codes.

    Attributes:
        relevance: log-probabilities (or logits) of High, Medium and Low, shape (n, 3).
        category: log-probabilities of the related categories, shape (n, categories), where they come with it.
        mass: probability that the answer is one of the labels, shape (n,), where labels are scored.
        vectors: where a tuned model places the codes, of length one, shape (n, dimensions), where its adapter has
            the exemplars' vectors.
    """

    relevance: "NDArray[np.float64]"
    category: "NDArray[np.float64] | None"
    mass: "NDArray[np.float64] | None"
    vectors: "NDArray[np.float32] | None" = None


class Judge(ABC):
    """An LLM that scores codes.

    Attributes:
        engine: the LLM.
        sha256: hash of all its files as they lie here, which the libraries that converted them have a part in.
        vectors: where it places the exemplars, if it is tuned and its adapter says.
    """

    engine: Engine
    sha256: str
    vectors: CodeVectors | None = None

    @abstractmethod
    def relevance(self, codes: Sequence[Code], neighbours: Neighbourhoods) -> Opinions:
        """Score High, Medium and Low for each code, given its nearest exemplars (nearest first)."""

    @abstractmethod
    def category(
        self, codes: Sequence[Code], neighbours: Neighbourhoods, related: Mapping[int, str]
    ) -> "NDArray[np.float64]":
        """Log-probabilities of the related categories of some codes, shape (related, categories).

        Args:
            codes: the codes that were asked about last.
            neighbours: of each.
            related: relevance of each code to ask about, by its place among them.
        """


class LabelJudge(Judge):
    """A model as it comes: rubric and neighbours in the prompt, labels scored as token sequences."""

    def __init__(self, engine: Engine, sha256: str) -> None:
        self.engine, self.sha256 = engine, sha256
        self.prompter = Prompter(engine.tokenizer)
        self.engine.remember(self.prompter.preamble)

    def relevance(self, codes: Sequence[Code], neighbours: Neighbourhoods) -> Opinions:
        """See :class:`Judge`."""
        self.engine.forget()
        prompts = self._prompts(codes, neighbours, range(len(codes)))
        scores = score_labels(self.engine, prompts, self.prompter.relevance_labels)
        return Opinions(scores.logprobs, None, scores.mass)

    def category(
        self, codes: Sequence[Code], neighbours: Neighbourhoods, related: Mapping[int, str]
    ) -> "NDArray[np.float64]":
        """See :class:`Judge`; the prompts go on where those of :meth:`relevance` ended, which the engine has read."""
        prompts = self._prompts(codes, neighbours, list(related))
        asked = [self.prompter.category_prompt(p, r) for p, r in zip(prompts, related.values(), strict=True)]
        return np.log(score_labels(self.engine, asked, self.prompter.category_labels).probabilities)

    def _prompts(self, codes: Sequence[Code], neighbours: Neighbourhoods, rows: Iterable[int]) -> list[Tokens]:
        """Prompts of the codes in ``rows``, with the neighbours that all codes of their headings share."""
        shared = heading_neighbours(codes, neighbours)
        return [self.prompter.prompt(codes[row], [n.exemplar for n in shared[row]]) for row in rows]


class TunedJudge(Judge):
    """A model with an adapter: the heads read the last token of a short prompt; neighbours are joined afterwards."""

    def __init__(self, engine: Engine, heads: Heads, sha256: str, vectors: CodeVectors | None = None) -> None:
        self.engine, self.heads, self.sha256, self.vectors = engine, heads, sha256, vectors

    def relevance(self, codes: Sequence[Code], neighbours: Neighbourhoods) -> Opinions:  # noqa: ARG002
        """See :class:`Judge`; the neighbours are not looked at."""
        import torch

        self.engine.forget()
        hidden = last_hidden(self.engine, [short_tokens(self.engine.tokenizer, code) for code in codes])
        relevance, category = self.heads.logits(hidden)
        return Opinions(
            relevance.double().numpy(),
            torch.log_softmax(category, -1).double().numpy(),
            None,
            place(hidden.numpy(), self.vectors.projection) if self.vectors else None,
        )

    def category(
        self, codes: Sequence[Code], neighbours: Neighbourhoods, related: Mapping[int, str]
    ) -> "NDArray[np.float64]":
        """See :class:`Judge`."""
        known = self.relevance(codes, neighbours).category
        if known is None:
            raise RuntimeError("an adapter's heads always score categories")
        return known[list(related)]


def heading_neighbours(codes: Sequence[Code], neighbours: Neighbourhoods) -> list[list[Neighbour]]:
    """The same few neighbours for all codes of a heading, so that their prompts differ in the product alone.

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
        best = sorted(total, key=lambda code: (-total[code], code.hs10, code.flow))[:PROMPT_NEIGHBOURS]
        for row in rows:
            own = (codes[row].flow, codes[row].hs10)
            chosen[row] = [found[code] for code in best if (code.flow, code.hs10) != own]
    return chosen


def load_judge(model: str, machine: Machine, adapters: Path | None = None) -> Judge:
    """Load ``BASE`` or ``BASE+ADAPTER``.

    Raises:
        ModelError: the base is not installed or no LLM, the adapter is missing or belongs to another base.
    """
    base_name, _, adapter_name = model.partition("+")
    base = locate(base_name)
    if base.kind != "llm":
        raise ModelError(f"{base_name} is not an LLM", mend="choose one: aitrade models list")
    if not adapter_name:
        return LabelJudge(load_engine(str(base.folder), machine), base.sha256)
    folder = own_adapter(model, base, adapters)
    engine = load_engine(str(base.folder), machine)
    heads = apply_adapter(engine, folder)
    return TunedJudge(engine, heads, with_adapter(base.sha256, folder), read_vectors(folder))


def judge_source_sha256(model: str, adapters: Path | None = None) -> str:
    """Hash of what is published of ``BASE`` or ``BASE+ADAPTER``: the same wherever it was installed. Loads nothing.

    Raises:
        ModelError: the base is not installed, the adapter is missing or belongs to another base.
    """
    base = locate(model.partition("+")[0])
    return with_adapter(base.source_sha256, own_adapter(model, base, adapters)) if "+" in model else base.source_sha256
