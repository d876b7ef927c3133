"""Sentence embeddings of codes."""

import os
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from aitrade.errors import ModelError
from aitrade.llm.machine import Machine
from aitrade.weights.installed import locate

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

DEFAULT_EMBEDDER = "all-minilm-l6-v2"


@dataclass(frozen=True)
class Embedder:
    """A sentence-transformers model.

    Attributes:
        name: its name among the installed models.
        sha256: hash of its files, for fingerprints and the index.
        arithmetic: what it computes in; vectors of one arithmetic are compared with each other only.
        model: the loaded model.
    """

    name: str
    sha256: str
    arithmetic: str
    model: Any

    def embed(self, texts: Sequence[str]) -> "NDArray[np.float32]":
        """Embed texts, L2-normalised, shape (texts, dimensions)."""
        import numpy as np

        raw = self.model.encode(list(texts), batch_size=64, convert_to_numpy=True, show_progress_bar=False)
        vectors = np.asarray(raw, np.float32)
        normalised: NDArray[np.float32] = vectors / np.linalg.norm(vectors, axis=1, keepdims=True)
        return normalised


def load_embedder(machine: Machine, name: str = DEFAULT_EMBEDDER) -> Embedder:
    """Load an installed embedder, in the machine's arithmetic.

    Raises:
        ModelError: it is not installed, altered, or not an embedder.
    """
    installed = locate(name)
    if installed.kind != "embedder":
        raise ModelError(f"{name} is not an embedder", mend=f"use {DEFAULT_EMBEDDER}")
    # Tokenizers' own threads would fight with torch's for the same cores.
    os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")
    from sentence_transformers import SentenceTransformer
    from transformers.utils import logging

    logging.disable_progress_bar()
    model = SentenceTransformer(
        str(installed.folder), device=machine.device, local_files_only=True, trust_remote_code=False
    ).to(machine.dtype)
    return Embedder(name, installed.sha256, machine.dtype_name, model)
