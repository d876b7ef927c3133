"""Run a causal LLM on prefix trees, computing each distinct prefix once."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from aitrade.core.device import Runtime
from aitrade.core.progress import OnStep, unheard
from aitrade.llm.attention import attention_blocks, dummy_mask, use_tree_attention
from aitrade.llm.kv_cache import KVCache
from aitrade.llm.prefix_tree import Tokens, Tree

if TYPE_CHECKING:
    import torch

# Nodes in a pack: enough for the matrix products to run near their peak (docs/performance.md).
PACK_NODES = {"cpu": 512, "cuda": 4096}
# Rows of what goes through a model are filled up to a multiple of this. Products of few rows, and the last few numbers
# of a tensor, are computed another way and round differently, but what an LLM says of a text may not depend on what is
# asked beside it.
ROWS = 16


@dataclass
class Engine:
    """A model, its tokenizer and the cache of what the model has computed.

    Attributes:
        model: the causal LM, in evaluation mode, on the device of ``runtime``.
        tokenizer: the model's own.
        runtime: device and arithmetic.
        kind: what a run and a report of speed say of it.
        tokens_computed: tokens that went through the model so far.
        tokens_requested: tokens of all sequences given to :meth:`prefill`; the difference was saved by sharing.
    """

    model: Any
    tokenizer: Any
    runtime: Runtime
    kind: str = "tree"
    tokens_computed: int = 0
    tokens_requested: int = 0
    _tree: Tree = field(default_factory=Tree, repr=False)
    _kv_cache: KVCache = field(default_factory=KVCache, repr=False)
    _cached_prefix: int = 0  # nodes

    def __post_init__(self) -> None:
        use_tree_attention(self.model)

    def cache_prefix(self, prefix: Tokens) -> None:
        """Empty the cache and compute a prefix that many later sequences begin with."""
        self._tree.truncate(0)
        self._compute([prefix])
        self._cached_prefix = len(self._tree)

    def truncate(self) -> None:
        """Drop everything after the cached prefix; the memory is used again by later sequences."""
        self._tree.truncate(self._cached_prefix)

    def prefill(self, sequences: Sequence[Tokens], on_step: OnStep = unheard) -> list[list[int]]:
        """Compute the parts of some sequences that are not in the cache.

        Args:
            sequences: token sequences. A prefix shared with another of them, or with the cache, is computed once.
            on_step: told (tokens computed, tokens to compute) after each pass.

        Returns:
            The nodes of each sequence, one for each token, for :meth:`hidden_states`.
        """
        self.tokens_requested += sum(map(len, sequences))
        return self._compute(sequences, on_step)

    def hidden_states(self, nodes: Sequence[int]) -> "torch.Tensor":
        """Return the hidden states of nodes after the last norm, shape (nodes, width)."""
        import torch

        index = torch.tensor(nodes, dtype=torch.long, device=self.runtime.torch_device)
        return self._kv_cache.hidden.rows_before(len(self._tree))[index]

    def token_logprobs(self, hidden: "torch.Tensor", rows: "torch.Tensor", tokens: "torch.Tensor") -> "torch.Tensor":
        """Compute log-probabilities of given next tokens.

        The logits of the given tokens are computed in float32, because bfloat16 rounds them to steps of 1/8, too
        coarse to rank labels. The sum over the vocabulary, in which such errors average out, uses the model's dtype.

        Args:
            hidden: hidden states, shape (r, width).
            rows: row of ``hidden`` that each token follows, shape (m,).
            tokens: the next tokens, shape (m,).

        Returns:
            Natural logarithms, float32, shape (m,).
        """
        import torch

        head = self.model.get_output_embeddings()
        with torch.inference_mode():
            logits = (hidden[rows].float() * head.weight[tokens].float()).sum(-1)
            if head.bias is not None:
                logits = logits + head.bias[tokens].float()
            all_logits = self._adjusted_logits(head(filled(hidden))[: len(hidden)].float())
            return self._adjusted_logits(logits) - torch.logsumexp(all_logits, -1)[rows]

    def _adjusted_logits(self, logits: "torch.Tensor") -> "torch.Tensor":
        """Apply the model's own scale (Granite, Cohere) and cap (Gemma) to the output of its head."""
        config = self.model.config
        scale = getattr(config, "logit_scale", 1.0) / getattr(config, "logits_scaling", 1.0)
        if scale != 1:  # multiplying copies all logits, so that models without a scale skip it
            logits = logits * scale
        cap = getattr(config, "final_logit_softcapping", None)
        return logits if cap is None else cap * (logits / cap).tanh()

    def _compute(self, sequences: Sequence[Tokens], on_step: OnStep = unheard) -> list[list[int]]:
        import torch

        cached, pack_nodes = len(self._tree), PACK_NODES[self.runtime.device]
        paths = self._tree.add(sequences)
        try:
            with torch.inference_mode():
                for start in range(cached, len(self._tree), pack_nodes):
                    stop = min(start + pack_nodes, len(self._tree))
                    self._forward(start, stop)
                    on_step(stop - cached, len(self._tree) - cached)
        except BaseException:  # also Ctrl-C: nodes that were not computed must not stay in the tree
            self._tree.truncate(cached)
            raise
        self.tokens_computed += len(self._tree) - cached
        return paths

    def _forward(self, start: int, stop: int) -> None:
        """Compute the nodes from ``start`` to before ``stop`` in one forward pass."""
        import torch

        device = self.runtime.torch_device
        fill = [0] * (-(stop - start) % ROWS)
        output = self.model.base_model(
            input_ids=torch.tensor([self._tree.tokens[start:stop] + fill], device=device),
            position_ids=torch.tensor([self._tree.depth[start:stop] + fill], device=device),
            attention_mask=dummy_mask(device),
            past_key_values=self._kv_cache.for_pass(start),
            use_cache=False,
            blocks=attention_blocks(self._tree, start, stop, device),
        )
        self._kv_cache.hidden.write(start, output.last_hidden_state[0, : stop - start])


def filled(rows: "torch.Tensor") -> "torch.Tensor":
    """Fill rows (n, width) up with zeros to a multiple of :data:`ROWS`."""
    import torch

    return torch.nn.functional.pad(rows, (0, 0, 0, -len(rows) % ROWS))
