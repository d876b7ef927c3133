"""The nearest exemplars of a code: by meaning, helped by the heading, never the code itself."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from aitrade.nomenclature.codes import Code
from aitrade.question.exemplars import Exemplar
from aitrade.retrieval.index import Index

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

# Added to the cosine similarity. Measured in docs/quality.md: the heading says more than the wording.
SAME_HS4 = 0.15
SAME_HS6 = 0.15


@dataclass(frozen=True)
class Neighbour:
    """An exemplar near a code.

    Attributes:
        exemplar: the exemplar.
        similarity: cosine similarity of their vectors, -1 to 1.
        same_hs4: they share the heading.
        same_hs6: they share the subheading.
    """

    exemplar: Exemplar
    similarity: float
    same_hs4: bool
    same_hs6: bool

    @property
    def closeness(self) -> float:
        """Similarity with the bonus for the heading and subheading: what neighbours are ordered by."""
        return self.similarity + SAME_HS4 * self.same_hs4 + SAME_HS6 * self.same_hs6


def find_neighbours(
    index: Index, codes: Sequence[Code], vectors: "NDArray[np.float32]", count: int
) -> list[tuple[Neighbour, ...]]:
    """The ``count`` nearest exemplars of each code, nearest first.

    The nearest by meaning come from the FAISS index; the exemplars of the code's own heading are always looked at
    beside them, since a sibling may read quite unlike and still be the best witness.

    Args:
        index: the exemplars.
        codes: n codes.
        vectors: of the codes, made as those of the index were, shape (n, dimensions).
        count: how many neighbours.
    """
    if not len(index.exemplars):
        return [()] * len(codes)
    stored = index.vectors
    _, places = index.faiss_index.search(vectors, min(count + 1, index.faiss_index.ntotal))
    found = []
    for code, vector, nearest in zip(codes, vectors, places.tolist(), strict=True):
        looked_at = sorted({*nearest, *index.families.get(code.hs4, ())})
        similarities = (stored[looked_at] @ vector).tolist()
        neighbours = [_neighbour(index, code, s, place) for s, place in zip(similarities, looked_at, strict=True)]
        others = [n for n in neighbours if n.exemplar.code.key != code.key]
        others.sort(key=lambda n: (-n.closeness, n.exemplar.code.hs10))
        found.append(tuple(others[:count]))
    return found


def _neighbour(index: Index, code: Code, similarity: float, place: int) -> Neighbour:
    exemplar = index.exemplars.exemplars[place]
    return Neighbour(exemplar, similarity, exemplar.code.hs4 == code.hs4, exemplar.code.hs6 == code.hs6)
