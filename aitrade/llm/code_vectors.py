"""Vectors of codes by a tuned LLM: its last hidden states, projected to fewer dimensions.

Tuning moves codes with the same use close together, so that a code's nearest exemplars add evidence to the heads'
scores. The exemplars' vectors are stored beside the adapter: by the tuned model itself, and by the model of each fold,
which was tuned without the fold's subheadings. Calibrations are fitted on the latter.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from aitrade.llm.engine import filled
from aitrade.nomenclature.codes import FLOWS
from aitrade.question.exemplars import Exemplar, ExemplarSet
from aitrade.retrieval.index import Index, index_of

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

VECTORS = "vectors.safetensors"
DIMENSIONS = 128
FULL = "all"  # view by the model that was tuned on all exemplars
_SEED = 2026


def new_projection(width: int) -> "NDArray[np.float32]":
    """Draw orthonormal directions, shape (width, dimensions), always the same for a width.

    Random directions nearly keep angles (Johnson and Lindenstrauss 1984), and need no fit, which could leak held-out
    exemplars.
    """
    import numpy as np

    drawn = np.random.default_rng(_SEED).normal(size=(width, min(DIMENSIONS, width)))
    return np.linalg.qr(drawn)[0].astype(np.float32)


def project(hidden: "NDArray[np.float32]", projection: "NDArray[np.float32]") -> "NDArray[np.float32]":
    """Project hidden states (n, width) to vectors of length one, shape (n, dimensions)."""
    import torch

    # By torch, whose products of filled rows give each row the same numbers in any company; numpy's do not.
    projected = filled(torch.from_numpy(hidden).float()) @ torch.from_numpy(projection)
    return _unit(projected[: len(hidden)].numpy())


@dataclass(frozen=True)
class CodeVectors:
    """Vectors of the n exemplars that an adapter was tuned on.

    Attributes:
        codes: flow and hs10 of each exemplar.
        projection: from hidden states to vectors, shape (width, dimensions).
        views: vectors of length one, shape (n, dimensions), by the model that made them: :data:`FULL`, or a fold's
            (:func:`aitrade.question.folds.fold_name`).
    """

    codes: Sequence[tuple[str, str]]
    projection: "NDArray[np.float32]"
    views: "Mapping[str, NDArray[np.float32]]"

    def index(self, exemplars: ExemplarSet, view: str = FULL) -> Index:
        """Index the exemplars of a set that the adapter was tuned on, with the set's labels."""
        row_of = {code: row for row, code in enumerate(self.codes)}
        tuned_on = tuple(e for e in exemplars.exemplars if e.code.key in row_of)
        rows = [row_of[e.code.key] for e in tuned_on]
        return index_of(ExemplarSet(tuned_on), self.views[view][rows])


def write_vectors(
    path: Path,
    exemplars: Sequence[Exemplar],
    projection: "NDArray[np.float32]",
    views: "Mapping[str, NDArray[np.float32]]",
) -> None:
    """Write vectors as safetensors, one byte for each dimension."""
    import numpy as np
    from safetensors.numpy import save_file

    tensors: dict[str, NDArray[Any]] = {f"view:{name}": _quantize(vectors) for name, vectors in views.items()}
    tensors["projection"] = projection
    tensors["hs10"] = np.array([int(e.code.hs10) for e in exemplars], np.int64)
    tensors["flow"] = np.array([FLOWS.index(e.code.flow) for e in exemplars], np.int8)
    save_file(tensors, path)


def read_vectors(adapter: Path) -> CodeVectors | None:
    """Read the vectors stored beside an adapter; None where there are none."""
    import numpy as np
    from safetensors.numpy import load_file

    if not (adapter / VECTORS).is_file():
        return None
    tensors = load_file(adapter / VECTORS)
    codes = [(FLOWS[f], f"{n:010}") for f, n in zip(tensors["flow"].tolist(), tensors["hs10"].tolist(), strict=True)]
    views = {
        name.removeprefix("view:"): _unit(quantized.astype(np.float32))
        for name, quantized in tensors.items()
        if name.startswith("view:")
    }
    return CodeVectors(codes, tensors["projection"], views)


def _quantize(vectors: "NDArray[np.float32]") -> "NDArray[np.int8]":
    """Scale each vector so that its largest component is 127 or -127, and round; only directions are used."""
    import numpy as np

    quantized: NDArray[np.int8] = np.round(vectors / np.abs(vectors).max(1, keepdims=True) * 127).astype(np.int8)
    return quantized


def _unit(vectors: "NDArray[np.float32]") -> "NDArray[np.float32]":
    import numpy as np

    unit: NDArray[np.float32] = (vectors / np.linalg.norm(vectors, axis=1, keepdims=True)).astype(np.float32)
    return unit
