"""Where a tuned LLM places codes: its last hidden state in fewer dimensions, kept of the exemplars beside the adapter.

Tuning brings together what is used alike, so that the exemplars near a code say more than the heads alone. Beside
those of the adapter itself there are vectors by each fold's model, which had not seen the subheadings held out of it:
calibrations are fitted on them.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from aitrade.nomenclature.codes import FLOWS
from aitrade.question.exemplars import Exemplar, ExemplarSet
from aitrade.retrieval.index import Index, index_of

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

VECTORS = "vectors.safetensors"
DIMENSIONS = 128
WHOLE = "all"  # the vectors by the adapter itself
_SEED = 2026


def new_projection(width: int) -> "NDArray[np.float32]":
    """Orthonormal directions, shape (width, dimensions).

    Random ones keep angles (Johnson and Lindenstrauss 1984), and learn nothing of exemplars that are held out.
    """
    import numpy as np

    drawn = np.random.default_rng(_SEED).normal(size=(width, min(DIMENSIONS, width)))
    return np.linalg.qr(drawn)[0].astype(np.float32)


def place(hidden: "NDArray[np.float32]", projection: "NDArray[np.float32]") -> "NDArray[np.float32]":
    """Vectors of length one, shape (n, dimensions), of hidden states (n, width)."""
    return _unit(hidden @ projection)


@dataclass(frozen=True)
class CodeVectors:
    """Vectors of the n exemplars that an adapter was tuned on.

    Attributes:
        codes: flow and hs10 of each.
        projection: from hidden states to vectors, shape (width, dimensions).
        views: by :data:`WHOLE` and each :func:`aitrade.question.folds.fold_name`, of length one, shape (n, dimensions).
    """

    codes: Sequence[tuple[str, str]]
    projection: "NDArray[np.float32]"
    views: "Mapping[str, NDArray[np.float32]]"

    def index(self, exemplars: ExemplarSet, view: str = WHOLE) -> Index:
        """Those of a set that the adapter was tuned on, with the labels that they have in the set."""
        places = {code: place for place, code in enumerate(self.codes)}
        known = tuple(e for e in exemplars.exemplars if e.code.key in places)
        rows = [places[e.code.key] for e in known]
        return index_of(ExemplarSet(known), self.views[view][rows])


def write_vectors(
    path: Path,
    exemplars: Sequence[Exemplar],
    projection: "NDArray[np.float32]",
    views: "Mapping[str, NDArray[np.float32]]",
) -> None:
    """Write vectors, a byte a dimension."""
    import numpy as np
    from safetensors.numpy import save_file

    tensors: dict[str, NDArray[Any]] = {f"view:{name}": _bytes(vectors) for name, vectors in views.items()}
    tensors["projection"] = projection
    tensors["hs10"] = np.array([int(e.code.hs10) for e in exemplars], np.int64)
    tensors["flow"] = np.array([FLOWS.index(e.code.flow) for e in exemplars], np.int8)
    save_file(tensors, path)


def read_vectors(adapter: Path) -> CodeVectors | None:
    """Vectors beside an adapter; None where it was tuned without keeping them."""
    import numpy as np
    from safetensors.numpy import load_file

    if not (adapter / VECTORS).is_file():
        return None
    tensors = load_file(adapter / VECTORS)
    codes = [(FLOWS[f], f"{n:010}") for f, n in zip(tensors["flow"].tolist(), tensors["hs10"].tolist(), strict=True)]
    views = {
        name.removeprefix("view:"): _unit(kept.astype(np.float32))
        for name, kept in tensors.items()
        if name.startswith("view:")
    }
    return CodeVectors(codes, tensors["projection"], views)


def _bytes(vectors: "NDArray[np.float32]") -> "NDArray[np.int8]":
    """Vectors whose largest part is 127; only their direction counts."""
    import numpy as np

    coarse: NDArray[np.int8] = np.round(vectors / np.abs(vectors).max(1, keepdims=True) * 127).astype(np.int8)
    return coarse


def _unit(vectors: "NDArray[np.float32]") -> "NDArray[np.float32]":
    import numpy as np

    unit: NDArray[np.float32] = (vectors / np.linalg.norm(vectors, axis=1, keepdims=True)).astype(np.float32)
    return unit
