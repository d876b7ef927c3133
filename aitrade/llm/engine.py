"""A loaded causal LLM that reads packed prefix trees."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from aitrade.errors import ModelError
from aitrade.llm.machine import Machine
from aitrade.llm.tree import Pack, Tokens, pack

if TYPE_CHECKING:
    import torch

# Nodes in a pack: enough for the matrix products to run near their peak, few enough that attention,
# which grows with the square of the pack, stays a small share (docs/performance.md).
PACK_NODES = {"cpu": 512, "cuda": 4096}

_LAYERS = {"full_attention", "sliding_attention"}


@dataclass
class Engine:
    """A model, its tokenizer and the keys and values of the preamble that its prompts share.

    Attributes:
        model: the causal LM, in evaluation mode on the machine's device.
        tokenizer: the model's own.
        machine: device and arithmetic.
        computed: tokens that went through the model so far.
        asked: tokens that the sequences asked for had; the difference was saved by sharing.
    """

    model: Any
    tokenizer: Any
    machine: Machine
    computed: int = 0
    asked: int = 0
    _preamble: Tokens = ()
    _cache: Any = field(default=None, repr=False)

    def remember(self, preamble: Tokens) -> None:
        """Compute the keys and values of a preamble once; later sequences that begin with it start after it."""
        import torch

        if preamble == self._preamble:
            return
        self._preamble, self._cache = preamble, None
        if not preamble:
            return
        with torch.inference_mode():
            tokens = torch.tensor([preamble], device=self.machine.device)
            output = self.model.base_model(input_ids=tokens, use_cache=True, past_key_values=_new_cache())
        self._cache = output.past_key_values
        self.computed += len(preamble)

    def run(self, sequences: Sequence[Tokens]) -> Iterator[tuple[Pack, "torch.Tensor", int]]:
        """Push sequences through the model.

        Args:
            sequences: token sequences, each longer than the remembered preamble where it begins with it.

        Yields:
            A pack, the hidden states of its nodes after the last norm, shape (nodes, width), and how many tokens
            of each sequence the preamble took (its paths start after them).
        """
        import torch

        skip = len(self._preamble)
        shared = all(len(s) > skip and s[:skip] == self._preamble for s in sequences)
        if not shared:
            skip = 0
        with torch.inference_mode():
            for tree in pack([s[skip:] for s in sequences], PACK_NODES[self.machine.device]):
                self.computed += len(tree.tokens)
                self.asked += sum(len(path) + skip for path in tree.paths)
                yield tree, self._forward(tree, skip), skip

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
        wanted = (hidden[rows].float() * head.weight[tokens].float()).sum(-1)
        if head.bias is not None:
            wanted = wanted + head.bias[tokens].float()
        return self._capped(wanted) - torch.logsumexp(self._capped(head(hidden).float()), -1)[rows]

    def _capped(self, logits: "torch.Tensor") -> "torch.Tensor":
        cap = getattr(self.model.config, "final_logit_softcapping", None)
        return logits if cap is None else cap * (logits / cap).tanh()

    def _forward(self, tree: Pack, skip: int) -> "torch.Tensor":
        import torch

        device = self.machine.device
        tokens = torch.from_numpy(tree.tokens).to(device)[None]
        positions = torch.from_numpy(tree.depth).to(device)[None] + skip
        own = torch.from_numpy(tree.mask()).to(device)
        before = torch.ones((len(tree.tokens), skip), dtype=torch.bool, device=device)
        mask = torch.cat([before, own], 1)[None, None]
        output = self.model.base_model(
            input_ids=tokens,
            position_ids=positions,
            attention_mask=self._masks(mask, positions[0], skip),
            past_key_values=_frozen(self._cache) if skip else None,
            use_cache=False,
        )
        hidden: torch.Tensor = output.last_hidden_state[0]
        return hidden

    def _masks(self, mask: "torch.Tensor", positions: "torch.Tensor", skip: int) -> Any:
        """The mask as the model wants it: one for each kind of layer where it has layers with a sliding window."""
        import torch

        config = self.model.config
        kinds = getattr(config, "layer_types", None) or ()
        window: Any = getattr(config, "sliding_window", None)
        if "sliding_attention" not in kinds and (kinds or window is None):
            return mask
        keys = torch.cat([torch.arange(skip, device=positions.device), positions])
        near = mask & (positions[:, None] - keys[None, :] < window)
        # A model that does not tell its layers apart (Mistral) has the window in all of them.
        return {"full_attention": mask, "sliding_attention": near} if kinds else near


def load_engine(folder: str, machine: Machine) -> Engine:
    """Load a Hugging Face model folder (safetensors) for inference.

    Raises:
        ModelError: its weights are not all there, or it has layers that are no attention, or attend in chunks, which
            cannot read prefix trees.
    """
    from transformers import AutoModelForCausalLM, AutoTokenizer
    from transformers.utils import logging

    logging.disable_progress_bar()
    tokenizer = AutoTokenizer.from_pretrained(folder, local_files_only=True)
    model, report = AutoModelForCausalLM.from_pretrained(
        folder,
        local_files_only=True,
        use_safetensors=True,
        dtype=machine.dtype,
        attn_implementation="sdpa",
        output_loading_info=True,
    )
    if missing := sorted(report["missing_keys"]):
        raise ModelError(f"the weights lack {missing[0]}", where=folder, mend="get the whole model and add it again")
    if unknown := set(getattr(model.config, "layer_types", None) or ()) - _LAYERS:
        raise ModelError(
            f"layers of kind {', '.join(sorted(unknown))} cannot be used here",
            where=folder,
            mend="choose a model with full or sliding-window attention",
        )
    return Engine(model.to(machine.device).eval(), tokenizer, machine)


def _new_cache() -> Any:
    # Without a config every layer keeps all keys, those with a sliding window too: the masks do the sliding.
    from transformers import DynamicCache

    return DynamicCache()


def _frozen(cache: Any) -> Any:
    """A view of a cache that hands out its keys and values before the new ones, and keeps nothing."""
    from transformers import DynamicCache

    class Frozen(DynamicCache):  # type: ignore[misc]  # transformers is not typed
        def update(self, key_states: Any, value_states: Any, layer_idx: int, *_: Any, **__: Any) -> Any:
            import torch

            layer = cache.layers[layer_idx]
            return torch.cat([layer.keys, key_states], -2), torch.cat([layer.values, value_states], -2)

    return Frozen()
