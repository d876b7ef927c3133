"""Keep what an LLM has computed for the nodes of a prefix tree: keys, values and last hidden states."""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import torch


class GrowableTensor:
    """A tensor that grows along one dimension.

    Attributes:
        dim: the dimension that grows, one row for each node.
    """

    def __init__(self, dim: int) -> None:
        self.dim = dim
        self._buffer: torch.Tensor | None = None

    def write(self, start: int, rows: "torch.Tensor") -> None:
        """Write rows from ``start`` on; all rows before ``start`` must have been written."""
        import torch

        stop = start + rows.shape[self.dim]
        if self._buffer is None or stop > self._buffer.shape[self.dim]:
            shape = list(rows.shape)
            shape[self.dim] = max(2 * stop, 1024)
            larger = torch.empty(shape, dtype=rows.dtype, device=rows.device)
            if self._buffer is not None:
                larger.narrow(self.dim, 0, start).copy_(self._buffer.narrow(self.dim, 0, start))
            self._buffer = larger
        self._buffer.narrow(self.dim, start, rows.shape[self.dim]).copy_(rows)

    def rows_before(self, stop: int) -> "torch.Tensor":
        """Return a view of the rows before ``stop``, all of which must have been written."""
        if self._buffer is None:
            raise RuntimeError("nothing has been computed yet")
        return self._buffer.narrow(self.dim, 0, stop)


class KVCache:
    """Keys and values of every layer, and last hidden states, by node.

    Attributes:
        hidden: hidden states after the last norm, shape (nodes, width). Keys and values have shape
            (1, heads, nodes, dimensions).
    """

    def __init__(self) -> None:
        self.hidden = GrowableTensor(0)
        self._keys: dict[int, GrowableTensor] = {}
        self._values: dict[int, GrowableTensor] = {}

    def for_pass(self, start: int) -> Any:
        """Make the transformers cache for one forward pass over nodes from ``start`` on.

        Each layer writes its new keys and values, and gets those of all nodes up to the last of the pass.
        """
        from transformers import DynamicCache

        kv_cache = self

        class PassCache(DynamicCache):  # type: ignore[misc]  # transformers is not typed
            def update(self, key_states: Any, value_states: Any, layer_idx: int, *_: Any, **__: Any) -> Any:
                stop = start + key_states.shape[2]
                keys = kv_cache._keys.setdefault(layer_idx, GrowableTensor(2))
                values = kv_cache._values.setdefault(layer_idx, GrowableTensor(2))
                keys.write(start, key_states)
                values.write(start, value_states)
                return keys.rows_before(stop), values.rows_before(stop)

        return PassCache()
