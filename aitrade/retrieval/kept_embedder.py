"""An embedder whose vectors are kept in the workspace, so that no text is embedded twice."""

from collections.abc import Sequence
from dataclasses import dataclass, fields
from typing import TYPE_CHECKING

from aitrade.retrieval.embedder import Embedder
from aitrade.workspace.scores import ScoreStore, content_key

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray


@dataclass(frozen=True)
class KeptEmbedder(Embedder):
    """An embedder that embeds only texts whose vectors are not kept."""

    store: ScoreStore

    def embed(self, texts: Sequence[str]) -> "NDArray[np.float32]":
        """See :class:`Embedder`."""
        import numpy as np

        keys = [content_key("vector", self.sha256, self.device, self.arithmetic, text) for text in texts]
        kept = self.store.read(keys)
        missing = {key: text for key, text in zip(keys, texts, strict=True) if key not in kept}
        if missing:
            vectors = super().embed(list(missing.values()))
            fresh = {key: vector.tobytes() for key, vector in zip(missing, vectors, strict=True)}
            self.store.keep(fresh)
            kept |= fresh
        return np.array([np.frombuffer(kept[key], np.float32) for key in keys])


def keep_vectors(embedder: Embedder, store: ScoreStore) -> KeptEmbedder:
    """Make an embedder that gives the same vectors and keeps them."""
    parts = {part.name: getattr(embedder, part.name) for part in fields(Embedder)}
    return KeptEmbedder(**parts, store=store)
