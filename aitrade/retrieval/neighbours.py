"""Find the exemplars nearest to a code, by meaning and heading; a code is never its own neighbour."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from aitrade.nomenclature.codes import Code
from aitrade.question.exemplars import Exemplar
from aitrade.retrieval.index import Index

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

# Added to the cosine similarity (docs/quality.md): a shared heading says more than similar wording.
SAME_HS4 = 0.15
SAME_HS6 = 0.15


@dataclass(frozen=True)
class Neighbour:
    """An exemplar near a code.

    Attributes:
        exemplar: the exemplar.
        similarity: cosine similarity of code and exemplar, -1 to 1.
        same_hs4: whether code and exemplar share the heading.
        same_hs6: whether code and exemplar share the subheading.
    """

    exemplar: Exemplar
    similarity: float
    same_hs4: bool
    same_hs6: bool

    @property
    def closeness(self) -> float:
        """Similarity plus the bonuses for heading and subheading, by which neighbours are ranked."""
        return self.similarity + SAME_HS4 * self.same_hs4 + SAME_HS6 * self.same_hs6


def find_neighbours(
    index: Index, codes: Sequence[Code], vectors: "NDArray[np.float32]", count: int
) -> list[tuple[Neighbour, ...]]:
    """Find the ``count`` nearest exemplars of each code, nearest first.

    Candidates are the nearest by meaning, from the FAISS index, and all exemplars of the code's heading, because a
    sibling with an unlike description may still be the best evidence.

    Args:
        index: index of the exemplars.
        codes: n codes.
        vectors: vectors of the codes, by the same model as those of the index, shape (n, dimensions).
        count: number of neighbours.
    """
    if not len(index.exemplars):
        return [()] * len(codes)
    exemplar_vectors = index.vectors
    _, positions = index.faiss_index.search(vectors, min(count + 1, index.faiss_index.ntotal))
    neighbours_of_codes = []
    for code, vector, nearest in zip(codes, vectors, positions.tolist(), strict=True):
        candidates = sorted({*nearest, *index.rows_by_heading.get(code.hs4, ())})
        similarities = (exemplar_vectors[candidates] @ vector).tolist()
        neighbours = [
            _neighbour(index, code, s, position) for s, position in zip(similarities, candidates, strict=True)
        ]
        others = [n for n in neighbours if n.exemplar.code.key != code.key]
        others.sort(key=lambda n: (-n.closeness, n.exemplar.code.hs10))
        neighbours_of_codes.append(tuple(others[:count]))
    return neighbours_of_codes


def _neighbour(index: Index, code: Code, similarity: float, position: int) -> Neighbour:
    exemplar = index.exemplars.exemplars[position]
    return Neighbour(exemplar, similarity, exemplar.code.hs4 == code.hs4, exemplar.code.hs6 == code.hs6)
