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
    """The ``count`` nearest exemplars of each code, nearest first.

    The nearest by meaning come from the FAISS index; the exemplars of the code's own heading are always looked at
    beside them, since a sibling may read quite unlike and still be the best witness.

    Args:
        index: the exemplars.
        codes: n codes.
        vectors: of the codes, made as those of the index were, shape (n, dimensions).
        count: how many neighbours.
        same_hs4: what closeness gains where an exemplar shares the heading.
        same_hs6: what it gains beside where an exemplar shares the subheading.
    """
    if not len(index.exemplars):
        return [()] * len(codes)
    stored = index.vectors
    _, places = index.faiss_index.search(vectors, min(count + 1, index.faiss_index.ntotal))
    found = []
    for code, vector, nearest in zip(codes, vectors, places.tolist(), strict=True):
        looked_at = sorted({*nearest, *index.families.get(code.hs4, ())})
        similarities = (stored[looked_at] @ vector).tolist()
        neighbours = [
            _neighbour(index.exemplars.exemplars[place], code, similarity, same_hs4, same_hs6)
            for similarity, place in zip(similarities, looked_at, strict=True)
        ]
        others = [n for n in neighbours if n.exemplar.code.key != code.key]
        others.sort(key=lambda n: (-n.closeness, n.exemplar.code.hs10))
        found.append(tuple(others[:count]))
    return found


def _neighbour(exemplar: Exemplar, code: Code, similarity: float, same_hs4: float, same_hs6: float) -> Neighbour:
    hs4, hs6 = exemplar.code.hs4 == code.hs4, exemplar.code.hs6 == code.hs6
    return Neighbour(exemplar, similarity, hs4, hs6, similarity + same_hs4 * hs4 + same_hs6 * hs6)
