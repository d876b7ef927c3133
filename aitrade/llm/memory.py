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

    def read(self, nodes: "torch.Tensor") -> "torch.Tensor":
        """Rows of nodes that have been written."""
        if self._kept is None:
            raise RuntimeError("nothing has been computed yet")
        return self._kept.index_select(self.dim, nodes)


class Memory:
    """Keys and values of each layer, shape (1, heads, nodes, dimensions), and hidden states, shape (nodes, width)."""

    def __init__(self) -> None:
        self.hidden = Rows(0)
        self._keys: dict[int, Rows] = {}
        self._values: dict[int, Rows] = {}

    def cache(self, past: "torch.Tensor", start: int) -> Any:
        """A cache for one forward pass over new nodes.

        Every layer is handed the keys and values of ``past`` before those of the new nodes, which are kept from node
        ``start`` on.
        """
        import torch
        from transformers import DynamicCache

        memory = self

        class PassCache(DynamicCache):  # type: ignore[misc]  # transformers is not typed
            def update(self, key_states: Any, value_states: Any, layer_idx: int, *_: Any, **__: Any) -> Any:
                found = []
                for kept, new in ((memory._keys, key_states), (memory._values, value_states)):
                    rows = kept.setdefault(layer_idx, Rows(2))
                    found.append(torch.cat([rows.read(past), new], 2) if len(past) else new)
                    rows.write(start, new)
                return tuple(found)

        return PassCache()
