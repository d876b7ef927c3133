"""Attention of the nodes of a prefix tree to their ancestors, by short stretches of nodes that see nearly the same.

Attention to a whole pack would compute a square of which nearly all is masked. Nodes that follow each other share most
of their ancestors, so a stretch of them sees few keys that not all of them see.
"""

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from aitrade.core.device import Runtime
from aitrade.core.errors import ModelError
from aitrade.llm.prefix_tree import Tree

if TYPE_CHECKING:
    import torch

NAME = "prefix_tree"
# Nodes in a stretch (docs/performance.md). A GPU is kept waiting by many small products.
STRETCH_NODES = {"cpu": 128, "cuda": 1024}


@dataclass
class Sight:
    """What a stretch of a pack's nodes attends to.

    Attributes:
        rows: the stretch's place in the pack.
        seen: the nodes that any of its nodes attends to, shape (seen,).
        mask: who attends to whom, shape (rows, seen).
        depth: position of each of its nodes, shape (rows,).
        seen_depth: position of each node seen, shape (seen,).
    """

    rows: slice
    seen: "torch.Tensor"
    mask: "torch.Tensor"
    depth: "torch.Tensor"
    seen_depth: "torch.Tensor"
    _biases: dict[Any, "torch.Tensor"] = field(default_factory=dict, repr=False)

    def bias(self, groups: int, window: int | None, dtype: "torch.dtype") -> "torch.Tensor":
        """What is added to scores: 0 where a node attends, else minus infinity; shape (1, groups * rows, seen).

        Args:
            groups: query heads for each head of the keys; they follow each other.
            window: how far a layer looks back, where it does not look back to the beginning.
            dtype: of the scores.
        """
        import torch

        kind = groups, window, dtype
        if kind not in self._biases:
            mask = self.mask
            if window is not None:
                mask = mask & (self.depth[:, None] - self.seen_depth < window)
            bias = torch.zeros(mask.shape, dtype=dtype, device=mask.device).masked_fill_(~mask, -torch.inf)
            self._biases[kind] = bias.repeat(groups, 1)[None]
        return self._biases[kind]


def sights(tree: Tree, start: int, stop: int, runtime: Runtime) -> list[Sight]:
    """Cut a pack, the nodes from ``start`` to before ``stop``, into stretches."""
    import torch

    depth = torch.tensor(tree.depth[:stop], device=runtime.where)
    found = []
    for stretch in tree.stretches(start, stop, STRETCH_NODES[runtime.device]):
        seen, mask = torch.from_numpy(stretch.seen).to(runtime.where), torch.from_numpy(stretch.mask).to(runtime.where)
        rows = slice(stretch.start - start, stretch.stop - start)
        found.append(Sight(rows, seen, mask, depth[stretch.start : stretch.stop], depth[seen]))
    return found


def read_trees(model: Any) -> None:
    """Have a model attend as its passes are told by ``sights``, and as ever in passes without.

    Raises:
        ModelError: its attention cannot be replaced.
    """
    from transformers import AttentionInterface
    from transformers.masking_utils import AttentionMaskInterface, sdpa_mask

    AttentionInterface.register(NAME, _attend)
    AttentionMaskInterface.register(NAME, sdpa_mask)
    model.set_attn_implementation(NAME)
    if model.config._attn_implementation != NAME:
        raise _refusal(type(model).__name__)


def placeholder(device: str) -> "torch.Tensor":
    """A mask that keeps a model from making its own in a pass with ``sights``, which says who attends to whom."""
    import torch

    return torch.ones(1, 1, 1, 1, dtype=torch.bool, device=device)


def _refusal(what: str) -> ModelError:
    return ModelError(
        f"the attention of {what} cannot read prefix trees",
        fix="choose a model whose attention is like Llama's, Qwen's, Mistral's or Gemma 3's",
    )


def _attend(
    module: Any,
    query: "torch.Tensor",
    key: "torch.Tensor",
    value: "torch.Tensor",
    attention_mask: "torch.Tensor | None",
    *,
    scaling: float | None = None,
    sliding_window: int | None = None,
    sights: list[Sight] | None = None,
    **more: Any,
) -> tuple["torch.Tensor", None]:
    """Attention as transformers calls it in each layer.

    Args:
        module: the layer's attention.
        query: of a pack's nodes, shape (1, heads, nodes, dimensions).
        key: of all nodes computed so far, the pack's last, shape (1, key heads, all nodes, dimensions).
        value: likewise.
        attention_mask: not looked at beside ``sights``.
        scaling: what the scores are multiplied by.
        sliding_window: how far the layer looks back.
        sights: stretches of the pack.
        more: what other models need, and is refused where it changes the scores.

    Returns:
        Shape (1, nodes, heads, dimensions).

    Raises:
        ModelError: the model's attention has more to it (capped scores, sinks, position biases), or its layers were
            not handed the sights of a pass that has them.
    """
    import torch
    from transformers.integrations.sdpa_attention import sdpa_attention_forward

    if sights is None:
        if attention_mask is not None and attention_mask.numel() == 1 < key.shape[2]:
            raise _refusal(type(module).__name__)
        plain: tuple[torch.Tensor, None] = sdpa_attention_forward(
            module, query, key, value, attention_mask, scaling=scaling, **more
        )
        return plain
    if refused := [name for name in ("softcap", "s_aux", "position_bias") if more.get(name) is not None]:
        raise _refusal(f"{type(module).__name__} with {refused[0]}")
    heads, dimensions = query.shape[1], query.shape[3]
    groups, window = heads // key.shape[1], sliding_window or getattr(module, "sliding_window", None)
    parts = []
    for sight in sights:
        asking = query[0, :, sight.rows].reshape(key.shape[1], -1, dimensions)
        keys, values = key[0].index_select(1, sight.seen), value[0].index_select(1, sight.seen)
        bias = sight.bias(groups, window, query.dtype)
        # The same for all keys, so that no probability changes, but what is left of the scores is small and keeps its
        # digits in bfloat16 (Zhang et al. 2025, SageAttention, arXiv 2410.02367): Qwen's keys have large biases.
        keys = keys - keys.mean(1, keepdim=True)
        scores = torch.baddbmm(bias, asking, keys.mT, alpha=dimensions**-0.5 if scaling is None else scaling)
        parts.append((scores.softmax(-1) @ values).reshape(heads, -1, value.shape[3]))
    return torch.cat(parts, 1).transpose(0, 1)[None].contiguous(), None
