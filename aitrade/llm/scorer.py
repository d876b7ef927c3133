"""A scorer: what an LLM says of codes, by label scoring (prompt_scorer.py) or by heads (head_scorer.py)."""

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from aitrade.core.progress import OnStep, unheard
from aitrade.llm.code_vectors import CodeVectors
from aitrade.llm.engine import Engine
from aitrade.llm.plain_engine import PlainEngine
from aitrade.nomenclature.codes import Code
from aitrade.retrieval.neighbours import Neighbour

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

Neighbourhoods = Sequence[Sequence[Neighbour]]
Columns = tuple[int, int, int, int]


@dataclass(frozen=True)
class Scores:
    """Scores of n codes.

    Attributes:
        relevance: log-probabilities (or logits) of the levels, shape (n, k).
        category: log-probabilities of the categories, shape (n, categories), where they come with it.
        mass: probability that the answer is one of the labels, shape (n,), where labels are scored.
        vectors: where a tuned model places the codes, of length one, shape (n, dimensions), where its adapter has
            the exemplars' vectors.
    """

    relevance: "NDArray[np.float64]"
    category: "NDArray[np.float64] | None"
    mass: "NDArray[np.float64] | None"
    vectors: "NDArray[np.float32] | None" = None

    def rows(self) -> "NDArray[np.float64]":
        """All numbers of each code, shape (n, columns)."""
        import numpy as np

        parts = [self.relevance, self.category, None if self.mass is None else self.mass[:, None], self.vectors]
        return np.concatenate([part for part in parts if part is not None], 1, dtype=np.float64)


def scores_from_rows(rows: "NDArray[np.float64]", columns: Columns) -> Scores:
    """The scores that :meth:`Scores.rows` was called on."""
    import numpy as np

    levels, categories, mass, vectors = np.split(rows, np.cumsum(columns)[:-1], 1)
    return Scores(
        levels,
        categories if categories.size else None,
        mass[:, 0] if mass.size else None,
        vectors.astype(np.float32) if vectors.size else None,
    )


class Scorer(ABC):
    """An LLM that scores codes.

    Attributes:
        engine: the LLM, loaded when it is first needed.
        sha256: hash of all its files as they lie here, which the libraries that converted them have a part in.
        shown_sha256: hash of what the model's own template and tokenizer make of a prompt; None where it has no part.
        vectors: where it places the exemplars, if it is tuned and its adapter says.
        prompt_neighbours: how many exemplars its prompts show.
        columns: how many numbers of each kind its :class:`Scores` have: levels, categories, label mass, dimensions.
    """

    sha256: str
    shown_sha256: str | None = None
    vectors: CodeVectors | None = None
    prompt_neighbours: int = 0
    columns: Columns
    _on_step: OnStep = staticmethod(unheard)  # see telling

    def __init__(self, load: Callable[[], Engine | PlainEngine]) -> None:
        self._load = load

    @cached_property
    def engine(self) -> Engine | PlainEngine:
        """The LLM."""
        return self._load()

    @property
    def engine_kind(self) -> str:
        """What a run says of the engine."""
        return self.engine.kind

    @contextmanager
    def telling(self, on_step: OnStep) -> Iterator[None]:
        """While a ``with`` block runs, tell how much of each answer the LLM has computed, of how much."""
        before, self._on_step = self._on_step, on_step
        try:
            yield
        finally:
            self._on_step = before

    @abstractmethod
    def reads(self, codes: Sequence[Code], neighbours: Neighbourhoods) -> list[str]:
        """Write down all that the scores of each code depend on beside the LLM; the LLM is not loaded."""

    @abstractmethod
    def relevance(self, codes: Sequence[Code], neighbours: Neighbourhoods) -> Scores:
        """Score the levels for each code, given the exemplars that its prompt shows (nearest first)."""

    def reads_category(
        self, codes: Sequence[Code], neighbours: Neighbourhoods, related: Mapping[int, str]
    ) -> list[str]:
        """Write down what :meth:`category` depends on, for each code in ``related``."""
        raise NotImplementedError

    def category(
        self, codes: Sequence[Code], neighbours: Neighbourhoods, related: Mapping[int, str]
    ) -> "NDArray[np.float64]":
        """Log-probabilities of the categories of some codes, shape (related, categories).

        Asked of a scorer whose scores come without them.

        Args:
            codes: n codes.
            neighbours: the exemplars that the prompt of each shows.
            related: level of each code to ask about, by its place among them.
        """
        raise NotImplementedError


class PassedOn(Scorer):
    """A scorer that passes everything on to another one; what wraps one overrides what it adds to."""

    def __init__(self, scorer: Scorer) -> None:
        super().__init__(lambda: scorer.engine)
        self.scorer, self.sha256, self.vectors, self.columns = scorer, scorer.sha256, scorer.vectors, scorer.columns
        self.shown_sha256, self.prompt_neighbours = scorer.shown_sha256, scorer.prompt_neighbours

    @property
    def engine_kind(self) -> str:
        """See :class:`Scorer`."""
        return self.scorer.engine_kind

    @contextmanager
    def telling(self, on_step: OnStep) -> Iterator[None]:
        """See :class:`Scorer`."""
        with self.scorer.telling(on_step):
            yield

    def reads(self, codes: Sequence[Code], neighbours: Neighbourhoods) -> list[str]:
        """See :class:`Scorer`."""
        return self.scorer.reads(codes, neighbours)

    def reads_category(
        self, codes: Sequence[Code], neighbours: Neighbourhoods, related: Mapping[int, str]
    ) -> list[str]:
        """See :class:`Scorer`."""
        return self.scorer.reads_category(codes, neighbours, related)

    def relevance(self, codes: Sequence[Code], neighbours: Neighbourhoods) -> Scores:
        """See :class:`Scorer`."""
        return self.scorer.relevance(codes, neighbours)

    def category(
        self, codes: Sequence[Code], neighbours: Neighbourhoods, related: Mapping[int, str]
    ) -> "NDArray[np.float64]":
        """See :class:`Scorer`."""
        return self.scorer.category(codes, neighbours, related)
