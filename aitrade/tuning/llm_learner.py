"""An LLM that learns: LoRA on its upper layers, and heads on the last token's hidden state."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from aitrade.models.lora import without_peft_warnings
from aitrade.question.labels import LabelSpace
from aitrade.tuning.learner import Example, new_heads, padded
from aitrade.tuning.lower import first_tuned, section
from aitrade.tuning.settings import TuneSettings

if TYPE_CHECKING:
    import torch


@dataclass
class LLMLearner:
    """A model with LoRA on its upper layers, those layers as a stack of their own, and the heads."""

    model: Any
    upper: Any
    heads: Any

    def vectors(self, examples: Sequence[Example]) -> "torch.Tensor":
        """Hidden states of the last tokens, shape (n, width), in float32."""
        import torch

        states, mask = padded([e.inputs for e in examples])
        with torch.autocast(states.device.type, dtype=torch.bfloat16, enabled=states.dtype == torch.bfloat16):
            hidden = self.upper(inputs_embeds=states, attention_mask=mask, use_cache=False).last_hidden_state
        last: torch.Tensor = hidden[torch.arange(len(hidden)), mask.sum(1) - 1].float()
        return last


def new_llm_learner(model: Any, settings: TuneSettings, labels: LabelSpace) -> LLMLearner:
    """Put fresh LoRA matrices and heads on a loaded causal LM."""
    import torch
    from peft import LoraConfig, get_peft_model

    torch.manual_seed(settings.seed)
    first, stack = first_tuned(model, settings.share), model.base_model
    linear = {n.rpartition(".")[2] for n, part in stack.layers.named_modules() if isinstance(part, torch.nn.Linear)}
    config = LoraConfig(
        r=settings.rank,
        lora_alpha=2 * settings.rank,
        target_modules=sorted(linear),
        layers_to_transform=list(range(first, len(stack.layers))),
        bias="none",
    )
    heads = new_heads(model.config.hidden_size, labels)
    with without_peft_warnings():
        wrapped = get_peft_model(model, config)
    return LLMLearner(wrapped, section(stack, first, None), heads.to(model.device))
