"""The FAISS index over the exemplars, kept while exemplars and embedder are unchanged."""

import hashlib
import warnings
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from aitrade.exemplars import ExemplarSet
from aitrade.llm.prompt import describe, prompt_sha256
from aitrade.retrieval.embedder import Embedder


@dataclass(frozen=True)
class Index:
    """Inner products with the exemplars' embeddings; position i is exemplar i of the set."""

    exemplars: ExemplarSet
    faiss_index: Any

    @property
    def vectors(self) -> Any:
        """The exemplars' embeddings, shape (exemplars, dimensions)."""
        return self.faiss_index.reconstruct_n(0, self.faiss_index.ntotal)


def open_index(exemplars: ExemplarSet, embedder: Embedder, folder: Path) -> Index:
    """Read the kept index, or build and keep it.

    Args:
        exemplars: what to index.
        embedder: what embeds them.
        folder: where indexes are kept; a file is named by the hash of everything that it depends on.
    """
    faiss = load_faiss()
    parts = (exemplars.sha256, embedder.sha256, embedder.arithmetic, prompt_sha256())
    key = hashlib.sha256(" ".join(parts).encode()).hexdigest()
    path = folder / f"{key[:24]}.faiss"
    if path.is_file():
        return Index(exemplars, faiss.read_index(str(path)))
    vectors = embedder.embed([describe(exemplar.code) for exemplar in exemplars.exemplars])
    index = faiss.IndexFlatIP(vectors.shape[1])
    index.add(vectors)
    folder.mkdir(parents=True, exist_ok=True)
    partial = path.with_suffix(".partial")
    faiss.write_index(index, str(partial))
    partial.replace(path)
    return Index(exemplars, index)


def load_faiss() -> Any:
    """Import faiss without the deprecation warnings of its SWIG wrapper.

    Its number of threads is left alone: faiss and torch share one OpenMP, and setting it would bind torch as well.
    """
    with warnings.catch_warnings():
        warnings.filterwarnings(
            "ignore", message=r"builtin type (swigvarlink|SwigPyObject|SwigPyPacked)", category=DeprecationWarning
        )
        import faiss
    return faiss
