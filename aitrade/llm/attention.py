"""Compute the attention of prefix-tree nodes to their ancestors, so that a node's numbers depend on nothing else.

What an LLM says of a prompt is kept and used again, so it may not depend on which prompts were read beside it. Each
node therefore attends to its ancestors alone, in their order, and sums over them in parts of :data:`KEYS`. What else is
computed in the same pass changes no bit of it (``tests/llm/test_same_bits.py``).
"""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from aitrade.core.errors import ModelError
from aitrade.llm.prefix_tree import ROOT, Tree

if TYPE_CHECKING:
    import torch

NAME = "prefix_tree"
_BY_MODULE = -1  # layers that name no window have that of their module; None is a layer without one (EXAONE 4)
KEYS = 64  # ancestors that are summed over at a time
ROWS = (16, 32, 64, 128)  # nodes of a run, made up to one of these; a product of fewer rows rounds differently
GROUP_KEYS = 1 << 15  # keys gathered at a time
GROUP_SCORES = 1 << 19  # pairs of node and key scored at a time, by each head


@dataclass
class AttentionBlock:
    """Runs of nodes of a pack, each node the child of the one before it, that are computed together.

    Attributes:
        rows: position in the pack of each node of each run; filled up with 0, shape (runs, rows).
        key_index: the ancestors of each run's last node in their order, and itself; filled up with 0, shape
            (runs, keys).
        depth: position of each node in its sequence, -1 for what is filled up, shape (runs, rows).
    """

    rows: "torch.Tensor"
    key_index: "torch.Tensor"
    depth: "torch.Tensor"
    _biases: dict[int | None, "torch.Tensor"] = field(default_factory=dict, repr=False)

    def bias(self, window: int | None) -> "torch.Tensor":
        """Make the bias that is added to attention scores: 0 where a node attends to a key, else minus infinity.

        Args:
            window: number of tokens that a sliding-window layer attends to; None for full attention.

        Returns:
            Shape (runs, rows, keys).
        """
        import torch

        if window not in self._biases:
            keys = torch.arange(self.key_index.shape[1], device=self.depth.device)
            behind = self.depth.clamp(min=0)[:, :, None] - keys  # a key's place is its depth
            seen = behind >= 0 if window is None else (behind >= 0) & (behind < window)
            bias = torch.zeros(seen.shape, device=seen.device)
            self._biases[window] = bias.masked_fill_(~seen, -torch.inf)
        return self._biases[window]


def attention_blocks(tree: Tree, start: int, stop: int, device: str) -> list[AttentionBlock]:
    """Split a pack, the nodes from ``start`` to before ``stop``, into attention blocks."""
    import torch

    alike: dict[tuple[int, int], list[tuple[int, list[int]]]] = defaultdict(list)
    for first, last in _runs(tree, start, stop):
        keys = _path(tree, last)
        count = last + 1 - first
        alike[next(rows for rows in ROWS if rows >= count), -(-len(keys) // KEYS) * KEYS].append((count, keys))
    blocks = []
    for (rows, width), runs in sorted(alike.items()):
        most = max(1, min(GROUP_KEYS // width, GROUP_SCORES // (rows * width)))
        for at in range(0, len(runs), most):
            some = runs[at : at + most]
            place = [[node - start for node in path[-count:]] + [0] * (rows - count) for count, path in some]
            index = [path + [0] * (width - len(path)) for _, path in some]
            depth = [[*range(len(path) - count, len(path))] + [-1] * (rows - count) for count, path in some]
            made = [torch.tensor(part, device=device) for part in (place, index, depth)]
            blocks.append(AttentionBlock(made[0], made[1], made[2]))
    return blocks


def _runs(tree: Tree, start: int, stop: int) -> Iterator[tuple[int, int]]:
    """First and last node of each run of nodes that follow from each other."""
    first = start
    for node in range(start, stop):
        if node + 1 == stop or tree.parents[node + 1] != node or node + 1 - first == ROWS[-1]:
            yield first, node
            first = node + 1


def _path(tree: Tree, node: int) -> list[int]:
    """List a node's ancestors in their order, and itself."""
    nodes = []
    while node != ROOT:
        nodes.append(node)
        node = tree.parents[node]
    return nodes[::-1]


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
    scale = query.shape[3] ** -0.5 if scaling is None else scaling
    window = getattr(module, "sliding_window", None) if sliding_window == _BY_MODULE else sliding_window
    output = query.new_zeros(query.shape[1], query.shape[2], value.shape[3])
    for block in blocks:
        own = block.depth >= 0
        attended = _attend_block(query[0], key[0], value[0], block, scale, window)
        output[:, block.rows[own]] = attended[:, own].to(output.dtype)
    return output.transpose(0, 1)[None].contiguous(), None


def _attend_block(
    query: "torch.Tensor",
    key: "torch.Tensor",
    value: "torch.Tensor",
    block: AttentionBlock,
    scale: float,
    window: int | None,
) -> "torch.Tensor":
    """Compute the attention of one block in float32, whatever the model's arithmetic, shape (heads, runs, rows, d).

    bfloat16 would round scores to steps of 1/8 and more where keys have large biases, as Qwen's do.
    """
    import torch

    (runs, rows), keys = block.rows.shape, block.key_index.shape[1]
    heads, groups = query.shape[0], query.shape[0] // key.shape[0]

    def gathered(states: torch.Tensor) -> torch.Tensor:
        chosen = states.index_select(1, block.key_index.flatten()).float()
        return chosen.view(-1, keys, states.shape[2])  # (key heads * runs, keys, d)

    asked = query.index_select(1, block.rows.flatten()).float() * scale
    asked = (
        asked.view(-1, groups, runs, rows, query.shape[2]).transpose(1, 2).reshape(-1, groups * rows, query.shape[2])
    )
    offered, values = gathered(key), gathered(value)
    parts = [slice(at, at + KEYS) for at in range(0, keys, KEYS)]
    scores = torch.cat([torch.bmm(asked, offered[:, part].mT) for part in parts], 2)
    scores.view(-1, runs, groups, rows, keys).add_(block.bias(window)[None, :, None])
    weights = scores.softmax(-1)
    total = torch.bmm(weights[:, :, parts[0]], values[:, parts[0]])
    for part in parts[1:]:
        total += torch.bmm(weights[:, :, part], values[:, part])
    return total.view(-1, runs, groups, rows, value.shape[2]).transpose(1, 2).reshape(heads, runs, rows, -1)
