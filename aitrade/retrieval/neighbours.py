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


@dataclass(frozen=True)
class Neighbour:
    """An exemplar near a code.

    Attributes:
        exemplar: the exemplar.
        similarity: cosine similarity of their vectors, -1 to 1.
        same_hs4: they share the heading.
        same_hs6: they share the subheading.
        closeness: similarity with what sharing heading and subheading adds: what neighbours are ordered by.
    """

    exemplar: Exemplar
    similarity: float
    same_hs4: bool
    same_hs6: bool
    closeness: float


def find_neighbours(
    index: Index,
    codes: Sequence[Code],
    vectors: "NDArray[np.float32]",
    count: int,
    *,
    same_hs4: float,
    same_hs6: float,
) -> list[tuple[Neighbour, ...]]:
    """Find the ``count`` nearest exemplars of each code, nearest first.

    Candidates are the nearest by meaning, from the FAISS index, and all exemplars of the code's heading, because a
    sibling with an unlike description may still be the best evidence.

    Args:
        index: index of the exemplars.
        codes: n codes.
        vectors: of the codes, made as those of the index were, shape (n, dimensions).
        count: how many neighbours.
        same_hs4: what closeness gains where an exemplar shares the heading.
        same_hs6: what it gains beside where an exemplar shares the subheading.
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
            _neighbour(index.exemplars.exemplars[position], code, similarity, same_hs4, same_hs6)
            for similarity, position in zip(similarities, candidates, strict=True)
        ]
        others = [n for n in neighbours if n.exemplar.code.key != code.key]
        others.sort(key=lambda n: (-n.closeness, n.exemplar.code.hs10))
        neighbours_of_codes.append(tuple(others[:count]))
    return neighbours_of_codes


def _neighbour(exemplar: Exemplar, code: Code, similarity: float, same_hs4: float, same_hs6: float) -> Neighbour:
    hs4, hs6 = exemplar.code.hs4 == code.hs4, exemplar.code.hs6 == code.hs6
    return Neighbour(exemplar, similarity, hs4, hs6, similarity + same_hs4 * hs4 + same_hs6 * hs6)
