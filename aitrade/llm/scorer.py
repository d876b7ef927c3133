"""A scorer: what an LLM says of codes, by label scoring (prompt_scorer.py) or by heads (head_scorer.py)."""

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from aitrade.llm.code_vectors import CodeVectors
from aitrade.llm.engine import Engine
from aitrade.llm.plain_engine import PlainEngine
from aitrade.nomenclature.codes import Code
from aitrade.retrieval.neighbours import Neighbour

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

Neighbourhoods = Sequence[Sequence[Neighbour]]


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


class Scorer(ABC):
    """An LLM that scores codes.

    Attributes:
        engine: the LLM.
        sha256: hash of all its files as they lie here, which the libraries that converted them have a part in.
        shown_sha256: hash of what the model's own template and tokenizer make of a prompt; None where it has no part.
        vectors: where it places the exemplars, if it is tuned and its adapter says.
    """

    engine: Engine | PlainEngine
    sha256: str
    shown_sha256: str | None = None
    vectors: CodeVectors | None = None

    @abstractmethod
    def relevance(self, codes: Sequence[Code], neighbours: Neighbourhoods) -> Scores:
        """Score the levels for each code, given its nearest exemplars (nearest first)."""

    def category(
        self, codes: Sequence[Code], neighbours: Neighbourhoods, related: Mapping[int, str]
    ) -> "NDArray[np.float64]":
        """Log-probabilities of the categories of some codes, shape (related, categories).

        Asked of a scorer whose scores come without them.

        Args:
            codes: the codes that were asked about last.
            neighbours: of each.
            related: level of each code to ask about, by its place among them.
        """
        raise NotImplementedError
