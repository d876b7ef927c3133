"""A loaded causal LLM that reads prefix trees, and computes each token once."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from aitrade.core.device import Runtime
from aitrade.llm.attention import placeholder, read_trees, sights
from aitrade.llm.kv_cache import Memory
from aitrade.llm.prefix_tree import Tokens, Tree

if TYPE_CHECKING:
    import torch

# Nodes in a pack: enough for the matrix products to run near their peak (docs/performance.md).
PACK_NODES = {"cpu": 512, "cuda": 4096}


@dataclass
class Engine:
    """A model, its tokenizer, and what it has computed of the sequences that it was asked to read.

    Attributes:
        model: the causal LM, in evaluation mode on the machine's device.
        tokenizer: the model's own.
        runtime: device and arithmetic.
        computed: tokens that went through the model so far.
        asked: tokens that the sequences asked for had; the difference was saved by sharing.
    """

    model: Any
    tokenizer: Any
    runtime: Runtime
    computed: int = 0
    asked: int = 0
    _tree: Tree = field(default_factory=Tree, repr=False)
    _memory: Memory = field(default_factory=Memory, repr=False)
    _preamble: int = 0

    def __post_init__(self) -> None:
        read_trees(self.model)

    def remember(self, preamble: Tokens) -> None:
        """Forget everything but a preamble that many sequences will begin with."""
        self._tree.forget(0)
        self._compute([preamble])
        self._preamble = len(self._tree)

    def forget(self) -> None:
        """Forget what was read since the preamble: memory grows with every token read, and is used again."""
        self._tree.forget(self._preamble)

    def read(self, sequences: Sequence[Tokens]) -> list[list[int]]:
        """Push what is new of some sequences through the model.

        Args:
            sequences: token sequences; what they share with each other, or with any read before, is computed once.

        Returns:
            The nodes of each sequence, one for each token, for :meth:`hidden`.
        """
        self.asked += sum(map(len, sequences))
        return self._compute(sequences)

    def hidden(self, nodes: Sequence[int]) -> "torch.Tensor":
        """Hidden states of nodes after the last norm, shape (nodes, width)."""
        import torch

        wanted = torch.tensor(nodes, dtype=torch.long, device=self.runtime.where)
        return self._memory.hidden.upto(len(self._tree))[wanted]

    def token_logprobs(self, hidden: "torch.Tensor", rows: "torch.Tensor", tokens: "torch.Tensor") -> "torch.Tensor":
        """Log-probabilities of next tokens.

        The wanted logits are computed in float32: in bfloat16 they come in steps of an eighth, too coarse to rank
        labels. Only the sum over the vocabulary, where such errors average out, uses the model's own arithmetic.

        Args:
            hidden: hidden states, shape (r, width).
            rows: row of each wanted token, shape (m,).
            tokens: the wanted tokens, shape (m,).

        Returns:
            Natural logarithms, float32, shape (m,).
        """
        import torch

        head = self.model.get_output_embeddings()
        with torch.inference_mode():
            wanted = (hidden[rows].float() * head.weight[tokens].float()).sum(-1)
            if head.bias is not None:
                wanted = wanted + head.bias[tokens].float()
            return self._finished(wanted) - torch.logsumexp(self._finished(head(hidden).float()), -1)[rows]

    def _finished(self, logits: "torch.Tensor") -> "torch.Tensor":
        """Logits as the model makes them from the head's products: Granite and Cohere scale them, Gemma caps them."""
        config = self.model.config
        scale = getattr(config, "logit_scale", 1.0) / getattr(config, "logits_scaling", 1.0)
        if scale != 1:  # a copy of all logits for the few models that have one
            logits = logits * scale
        cap = getattr(config, "final_logit_softcapping", None)
        return logits if cap is None else cap * (logits / cap).tanh()

    def _compute(self, sequences: Sequence[Tokens]) -> list[list[int]]:
        import torch

        known, size = len(self._tree), PACK_NODES[self.runtime.device]
        paths = self._tree.add(sequences)
        try:
            with torch.inference_mode():
                for start in range(known, len(self._tree), size):
                    self._forward(start, min(start + size, len(self._tree)))
        except BaseException:  # Ctrl-C or out of memory: nothing may be taken for computed that is not
            self._tree.forget(known)
            raise
        self.computed += len(self._tree) - known
        return paths

    def _forward(self, start: int, stop: int) -> None:
        """Compute the nodes from ``start`` to before ``stop``."""
        import torch

        device = self.runtime.where
        output = self.model.base_model(
            input_ids=torch.tensor([self._tree.tokens[start:stop]], device=device),
            position_ids=torch.tensor([self._tree.depth[start:stop]], device=device),
            attention_mask=placeholder(device),
            past_key_values=self._memory.cache(start),
            use_cache=False,
            sights=sights(self._tree, start, stop, self.runtime),
        )
        self._memory.hidden.write(start, output.last_hidden_state[0])
