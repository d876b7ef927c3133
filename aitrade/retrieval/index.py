"""Build the FAISS index over the exemplars, or read it where exemplars and embedder have not changed.

`models install` builds the index of the default embedder once for all workspaces. Other indexes are built in the
workspace that needs them.
"""

import hashlib
import os
import warnings
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from aitrade.core.files import write_file
from aitrade.core.paths import weights_folder
from aitrade.nomenclature.code_text import describe
from aitrade.nomenclature.text import Words
from aitrade.question.exemplars import ExemplarSet
from aitrade.question.question import Question
from aitrade.retrieval.embedder import Embedder

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray


@dataclass(frozen=True)
class Index:
    """An inner-product index of the exemplars' vectors, in the order of the exemplar set.

    The vectors are embeddings, or vectors by a tuned LLM (:mod:`aitrade.llm.code_vectors`).
    """

    exemplars: ExemplarSet
    faiss_index: Any

    @cached_property
    def vectors(self) -> Any:
        """Vectors of the exemplars, shape (exemplars, dimensions)."""
        return self.faiss_index.reconstruct_n(0, self.faiss_index.ntotal)

    @cached_property
    def rows_by_heading(self) -> dict[str, list[int]]:
        """Positions of the exemplars of each heading (HS4)."""
        rows_by_heading: dict[str, list[int]] = {}
        for position, exemplar in enumerate(self.exemplars.exemplars):
            rows_by_heading.setdefault(exemplar.code.hs4, []).append(position)
        return rows_by_heading


def installed_indexes() -> Path:
    """Return the folder in which `models install` keeps indexes, beside the weights."""
    return weights_folder() / ".index"


def index_file(exemplars: ExemplarSet, words: Words, embedder: Embedder) -> str:
    """The file of an index in a folder: it is named by the hash of everything that it depends on."""
    made_of = "\n".join((embedder.sha256, embedder.device, embedder.arithmetic, *_texts(exemplars, words)))
    return f"{hashlib.sha256(made_of.encode()).hexdigest()[:24]}.faiss"


def open_index(exemplars: ExemplarSet, words: Words, embedder: Embedder, *folders: Path, keep: bool = True) -> Index:
    """Read the kept index, or build and keep it.

    Args:
        exemplars: what to index.
        words: what spells out the texts of codes.
        embedder: what embeds them.
        folders: where indexes are kept, one built now in the last.
        keep: False where the embedder keeps vectors itself.
    """
    name = index_file(exemplars, words, embedder)
    for folder in folders:
        if (kept := _read(folder / name)) is not None:
            return Index(exemplars, kept)
    index = index_of(exemplars, embedder.embed(_texts(exemplars, words)))
    if keep:  # FAISS itself does not notice a full disk
        write_file(folders[-1] / name, load_faiss().serialize_index(index.faiss_index).tobytes())
    return index


def open_index_of(question: Question, embedder: Embedder, workspace: Path) -> Index:
    """Read or build the index of a question's exemplars; one built now is kept where the workspace may be written."""
    folders, may_write = (installed_indexes(), workspace / "index"), os.access(workspace, os.W_OK)
    return open_index(question.exemplars, question.words, embedder, *folders, keep=may_write)


def _read(path: Path) -> Any:
    """The index in a file; None where there is none, or a damaged one, which is made anew."""
    import numpy as np

    if not path.is_file():
        return None
    try:
        return load_faiss().deserialize_index(np.frombuffer(path.read_bytes(), np.uint8))
    except RuntimeError:
        return None


def index_of(exemplars: ExemplarSet, vectors: "NDArray[np.float32]") -> Index:
    """Build an index of exemplars from their vectors of length one, shape (exemplars, dimensions)."""
    index = load_faiss().IndexFlatIP(vectors.shape[1])
    index.add(vectors)
    return Index(exemplars, index)


def _texts(exemplars: ExemplarSet, words: Words) -> list[str]:
    return [describe(exemplar.code, words) for exemplar in exemplars.exemplars]


def load_faiss() -> Any:
    """Import faiss without the deprecation warnings of its SWIG wrapper.

    The number of threads of faiss is not set, because faiss and torch share one OpenMP and torch would change too.
    """
    with warnings.catch_warnings():
        warnings.filterwarnings(
            "ignore", message=r"builtin type (swigvarlink|SwigPyObject|SwigPyPacked)", category=DeprecationWarning
        )
        import faiss
    return faiss
