"""Compute the attention of prefix-tree nodes to their ancestors, in blocks of consecutive nodes.

Attention over a whole pack of nodes would compute a square score matrix that is almost all masked. Consecutive nodes
share most of their ancestors, so that a block of them needs few keys beyond those that all its nodes attend to.
"""

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from aitrade.core.device import Runtime
from aitrade.core.errors import ModelError
from aitrade.llm.prefix_tree import Tree

if TYPE_CHECKING:
    import torch

NAME = "prefix_tree"
_BY_MODULE = -1  # layers that name no window have that of their module; None is a layer without one (EXAONE 4)
# Nodes in a block (docs/performance.md). A GPU would mostly wait if it were given many small products.
BLOCK_NODES = {"cpu": 128, "cuda": 1024}


@dataclass
class AttentionBlock:
    """The nodes of a pack that are computed together, and the keys that they attend to.

    Attributes:
        rows: position of the block's nodes in the pack.
        key_index: nodes that any node of the block attends to, shape (keys,).
        mask: true where a node attends to a key, shape (rows, keys).
        depth: position of each node in its sequence, shape (rows,).
        key_depth: position of each key in its sequence, shape (keys,).
    """

    rows: slice
    key_index: "torch.Tensor"
    mask: "torch.Tensor"
    depth: "torch.Tensor"
    key_depth: "torch.Tensor"
    _biases: dict[Any, "torch.Tensor"] = field(default_factory=dict, repr=False)

    def bias(self, groups: int, window: int | None, dtype: "torch.dtype") -> "torch.Tensor":
        """Make the bias that is added to attention scores: 0 where a node attends to a key, else minus infinity.

        Args:
            groups: query heads for each key head; their rows follow each other.
            window: number of tokens that a sliding-window layer attends to; None for full attention.
            dtype: of the scores.

        Returns:
            Shape (1, groups * rows, keys).
        """
        import torch

        kind = groups, window, dtype
        if kind not in self._biases:
            mask = self.mask
            if window is not None:
                mask = mask & (self.depth[:, None] - self.key_depth < window)
            bias = torch.zeros(mask.shape, dtype=dtype, device=mask.device).masked_fill_(~mask, -torch.inf)
            self._biases[kind] = bias.repeat(groups, 1)[None]
        return self._biases[kind]


def attention_blocks(tree: Tree, start: int, stop: int, runtime: Runtime) -> list[AttentionBlock]:
    """Split a pack, the nodes from ``start`` to before ``stop``, into attention blocks."""
    import torch

    device = runtime.torch_device
    depth = torch.tensor(tree.depth[:stop], device=device)
    blocks = []
    for query in tree.query_blocks(start, stop, BLOCK_NODES[runtime.device]):
        key_index, mask = torch.from_numpy(query.key_index).to(device), torch.from_numpy(query.mask).to(device)
        rows = slice(query.start - start, query.stop - start)
        blocks.append(AttentionBlock(rows, key_index, mask, depth[query.start : query.stop], depth[key_index]))
    return blocks


def use_tree_attention(model: Any) -> None:
    """Replace a model's attention by one that uses ``blocks`` where a forward pass gives them.

    Passes without ``blocks`` use transformers' own scaled dot-product attention.

    Raises:
        ModelError: the model's attention cannot be replaced.
    """
    from transformers import AttentionInterface
    from transformers.masking_utils import AttentionMaskInterface, sdpa_mask

    AttentionInterface.register(NAME, _attend)
    AttentionMaskInterface.register(NAME, sdpa_mask)
    model.set_attn_implementation(NAME)
    if model.config._attn_implementation != NAME:
        raise _unsupported(type(model).__name__)


def dummy_mask(device: str) -> "torch.Tensor":
    """Make a mask of one element, which keeps a model from building its own; ``blocks`` hold the real masks."""
    import torch

    return torch.ones(1, 1, 1, 1, dtype=torch.bool, device=device)


def _unsupported(name: str) -> ModelError:
    return ModelError(
        f"the attention of {name} cannot read prefix trees",
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
    sliding_window: int | None = _BY_MODULE,
    blocks: list[AttentionBlock] | None = None,
    **options: Any,
) -> tuple["torch.Tensor", None]:
    """Compute the attention of one layer, with the signature that transformers calls.

    Args:
        module: the layer's attention module.
        query: queries of the pack's nodes, shape (1, heads, nodes, dimensions).
        key: keys of all nodes computed so far, the pack's last, shape (1, key heads, all nodes, dimensions).
        value: values of the same nodes, same shape.
        attention_mask: ignored where ``blocks`` are given.
        scaling: factor of the scores; 1 / sqrt(dimensions) by default.
        sliding_window: number of tokens that the layer attends to; None for all of them.
        blocks: attention blocks of the pack.
        options: options of other models; refused where they change the scores.

    Returns:
        Attention output, shape (1, nodes, heads, dimensions), and no weights.

    Raises:
        ModelError: the model's attention caps scores or has sinks or position biases, or its layers did not pass
            ``blocks`` on to this function.
    """
    import torch
    from transformers.integrations.sdpa_attention import sdpa_attention_forward

    if blocks is None:
        if attention_mask is not None and attention_mask.numel() == 1 < key.shape[2]:
            raise _unsupported(type(module).__name__)
        plain: tuple[torch.Tensor, None] = sdpa_attention_forward(
            module, query, key, value, attention_mask, scaling=scaling, **options
        )
        return plain
    if refused := [name for name in ("softcap", "s_aux", "position_bias") if options.get(name) is not None]:
        raise _unsupported(f"{type(module).__name__} with {refused[0]}")
    heads, dimensions = query.shape[1], query.shape[3]
    groups = heads // key.shape[1]
    window = getattr(module, "sliding_window", None) if sliding_window == _BY_MODULE else sliding_window
    outputs = []
    for block in blocks:
        queries = query[0, :, block.rows].reshape(key.shape[1], -1, dimensions)
        keys, values = key[0].index_select(1, block.key_index), value[0].index_select(1, block.key_index)
        bias = block.bias(groups, window, query.dtype)
        # Subtracting the mean key changes no probability, but makes the scores small enough to keep their digits in
        # bfloat16 (Zhang et al. 2025, SageAttention, arXiv 2410.02367). Qwen's keys have large biases.
        keys = keys - keys.mean(1, keepdim=True)
        scores = torch.baddbmm(bias, queries, keys.mT, alpha=dimensions**-0.5 if scaling is None else scaling)
        outputs.append((scores.softmax(-1) @ values).reshape(heads, -1, value.shape[3]))
    return torch.cat(outputs, 1).transpose(0, 1)[None].contiguous(), None
