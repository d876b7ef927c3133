"""What an LLM has computed of a prefix tree: keys and values of every layer, and last hidden states, by node."""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import torch


class Rows:
    """A tensor that grows along one dimension; what is written stays until it is written over.

    Attributes:
        dim: the dimension that nodes are counted along.
    """

    def __init__(self, dim: int) -> None:
        self.dim = dim
        self._kept: torch.Tensor | None = None

    def write(self, start: int, new: "torch.Tensor") -> None:
        """Write rows from ``start`` on, all before which have been written."""
        import torch

        stop = start + new.shape[self.dim]
        if self._kept is None or stop > self._kept.shape[self.dim]:
            shape = list(new.shape)
            shape[self.dim] = max(2 * stop, 1024)
            grown = torch.empty(shape, dtype=new.dtype, device=new.device)
            if self._kept is not None:
                grown.narrow(self.dim, 0, start).copy_(self._kept.narrow(self.dim, 0, start))
            self._kept = grown
        self._kept.narrow(self.dim, start, new.shape[self.dim]).copy_(new)

    def upto(self, stop: int) -> "torch.Tensor":
        """Rows before ``stop``, all of which have been written; not a copy."""
        if self._kept is None:
            raise RuntimeError("nothing has been computed yet")
        return self._kept.narrow(self.dim, 0, stop)


class Memory:
    """Keys and values of each layer, shape (1, heads, nodes, dimensions), and hidden states, shape (nodes, width)."""

    def __init__(self) -> None:
        self.hidden = Rows(0)
        self._keys: dict[int, Rows] = {}
        self._values: dict[int, Rows] = {}

    def cache(self, start: int) -> Any:
        """A cache for one forward pass over nodes from ``start`` on, whose keys and values it keeps.

        Every layer is handed those of all nodes up to the pass's last.
        """
        from transformers import DynamicCache

        memory = self

        class PassCache(DynamicCache):  # type: ignore[misc]  # transformers is not typed
            def update(self, key_states: Any, value_states: Any, layer_idx: int, *_: Any, **__: Any) -> Any:
                found = []
                for kept, new in ((memory._keys, key_states), (memory._values, value_states)):
                    rows = kept.setdefault(layer_idx, Rows(2))
                    rows.write(start, new)
                    found.append(rows.upto(start + new.shape[2]))
                return tuple(found)

        return PassCache()
