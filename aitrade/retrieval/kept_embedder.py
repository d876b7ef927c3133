"""An embedder whose vectors are kept in the workspace, so that no text is embedded twice."""

from collections.abc import Sequence
from dataclasses import dataclass, field, fields
from typing import TYPE_CHECKING

from aitrade.retrieval.embedder import Embedder
from aitrade.workspace.scores import ScoreStore, content_key

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

KEPT = 256  # vectors that are kept at a time, so that a stop loses the work of seconds


@dataclass(frozen=True)
class KeptEmbedder(Embedder):
    """An embedder that embeds only texts whose vectors are not kept."""

    store: ScoreStore = field(kw_only=True)

    def embed(self, texts: Sequence[str]) -> "NDArray[np.float32]":
        """See :class:`Embedder`."""
        import numpy as np

        keys = [content_key("vector", self.sha256, self.device, self.arithmetic, text) for text in texts]
        kept = self.store.read(keys)
        missing = {key: text for key, text in zip(keys, texts, strict=True) if key not in kept}
        missing_keys, fresh = list(missing), dict[str, bytes]()
        for rows, vectors in self.embed_by_length(list(missing.values())) if missing else ():
            fresh |= {missing_keys[row]: vector.tobytes() for row, vector in zip(rows, vectors, strict=True)}
            if len(fresh) >= KEPT:
                self._keep(kept, fresh)
        self._keep(kept, fresh)
        return np.array([np.frombuffer(kept[key], np.float32) for key in keys])

    def _keep(self, kept: dict[str, bytes], fresh: dict[str, bytes]) -> None:
        """Move vectors from those that are fresh to those that are kept."""
        if fresh:
            self.store.keep(fresh)
            kept |= fresh
            fresh.clear()


def keep_vectors(embedder: Embedder, store: ScoreStore) -> KeptEmbedder:
    """Make an embedder that gives the same vectors and keeps them."""
    parts = {part.name: getattr(embedder, part.name) for part in fields(Embedder)}
    return KeptEmbedder(**parts, store=store)
