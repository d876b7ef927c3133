"""Run any causal LLM as its library runs it: each prompt by itself, labels as short continuations.

Slower than the tree engine (aitrade/llm/engine.py), which computes what prompts share only once; right for every
architecture that transformers runs.
"""

import copy
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from aitrade.core.device import Runtime
from aitrade.core.progress import OnStep, unheard
from aitrade.llm.prefix_tree import Tokens

if TYPE_CHECKING:
    import torch
    from numpy.typing import NDArray


@dataclass
class PlainEngine:
    """A model that is run as its library runs it.

    Attributes:
        model: the causal LM, in evaluation mode, on the device of ``runtime``.
        tokenizer: the model's own.
        runtime: device and arithmetic.
        reason: why the tree engine does not run it.
        copies_cache: whether several labels go on from copies of what was computed for their prompt; else each label
            is computed together with the prompt.
        tokens_computed: tokens that went through the model so far.
        tokens_requested: tokens of all prompts with each of their labels.
    """

    model: Any
    tokenizer: Any
    runtime: Runtime
    reason: str
    copies_cache: bool = True
    tokens_computed: int = 0
    tokens_requested: int = 0

    @property
    def kind(self) -> str:
        """What a run and a report of speed say of it."""
        return f"plain: {self.reason}"

    def cache_prefix(self, prefix: Tokens) -> None:
        """Keep nothing: prompts share nothing here."""

    def truncate(self) -> None:
        """Drop nothing, since nothing is kept."""

    def label_logprobs(
        self, prompts: Sequence[Tokens], labels: Sequence[Tokens], on_step: OnStep = unheard
    ) -> "NDArray[np.float64]":
        """Compute the log-probability of every label after every prompt, shape (prompts, labels).

        Each distinct label without its last token is a continuation; one that begins another needs no pass of its own.
        ``on_step`` is told (prompts read, prompts).
        """
        endings = sorted({label[:-1] for label in labels}, key=len, reverse=True)
        kept = [e for i, e in enumerate(endings) if not any(other[: len(e)] == e for other in endings[:i])]
        table = np.empty((len(prompts), len(labels)))
        for row, prompt in enumerate(prompts):
            self.tokens_requested += sum(len(prompt) + len(label) - 1 for label in labels)
            after = dict(zip(kept, self._logprobs_after(prompt, kept), strict=True))
            for column, label in enumerate(labels):
                ending = next(e for e in kept if e[: len(label) - 1] == label[:-1])
                logprobs = after[ending]
                table[row, column] = sum(logprobs[place, token].item() for place, token in enumerate(label))
            on_step(row + 1, len(prompts))
        return table

    def _logprobs_after(self, prompt: Tokens, endings: Sequence[Tokens]) -> "list[torch.Tensor]":
        """Log-probabilities of what follows the prompt and each token of an ending, shape (ending + 1, vocabulary)."""
        import torch

        with torch.inference_mode():
            if len(endings) == 1 or not self.copies_cache:
                return [self._pass(prompt + ending, len(ending) + 1)[0] for ending in endings]
            first, cache = self._pass(prompt, 1, use_cache=True)
            found = []
            for ending in endings:
                own, rows = copy.deepcopy(cache), [first]
                for token in ending:  # one at a time: state-space layers go on by single tokens only
                    row, own = self._pass((token,), 1, use_cache=True, past_key_values=own)
                    rows.append(row)
                found.append(torch.cat(rows))
            return found

    def _pass(self, tokens: Tokens, kept: int, *, use_cache: bool = False, **more: Any) -> tuple["torch.Tensor", Any]:
        """Log-probabilities after the last ``kept`` tokens of a forward pass, and the cache where it is asked for."""
        import inspect

        import torch

        if "logits_to_keep" in inspect.signature(self.model.forward).parameters:
            more["logits_to_keep"] = kept
        given = torch.tensor([tokens], device=self.runtime.torch_device)
        output = self.model(input_ids=given, use_cache=use_cache, **more)
        self.tokens_computed += len(tokens)
        return output.logits[0, -kept:].float().log_softmax(-1), output.get("past_key_values")
