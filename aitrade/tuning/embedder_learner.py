"""An embedder that learns: LoRA on every linear layer of the encoder, and heads on the embedding."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from aitrade.core.device import Runtime
from aitrade.models.lora import without_peft_warnings
from aitrade.retrieval.embedder import load_sentence_transformer
from aitrade.tuning.job import Task
from aitrade.tuning.learner import Example, new_heads, padded

if TYPE_CHECKING:
    import torch

# Embeddings have length 1: unscaled, heads on them would have to grow tenfold before they said anything.
SCALE = 10.0


@dataclass
class EmbedderLearner:
    """An encoder with LoRA, and the heads that it learns through (see :class:`aitrade.tuning.learner.Learner`).

    Its weights are float32; in a machine's bfloat16 only its products are computed.
    """

    model: Any
    heads: Any
    runtime: Runtime

    def vectors(self, examples: Sequence[Example]) -> "torch.Tensor":
        """Embeddings of examples that hold tokens, shape (n, width), of length :data:`SCALE`, in float32."""
        import torch

        tokens, mask = padded([e.inputs for e in examples])
        with torch.autocast(tokens.device.type, torch.bfloat16, enabled=self.runtime.dtype == torch.bfloat16):
            hidden = self.model(input_ids=tokens, attention_mask=mask).last_hidden_state
        mean = (hidden.float() * mask[..., None]).sum(1) / mask.sum(1, keepdim=True)
        return SCALE * torch.nn.functional.normalize(mean, dim=1)


def new_embedder_learner(task: Task) -> EmbedderLearner:
    """Fresh LoRA matrices and heads."""
    import torch
    from peft import LoraConfig, get_peft_model

    torch.manual_seed(task.settings.seed)
    # Its dropout is off, as everywhere here.
    encoder = load_sentence_transformer(task.base, task.runtime)[0].model.eval()
    linear = [
        name
        for name, part in encoder.named_modules()
        if isinstance(part, torch.nn.Linear) and not name.startswith("pooler")  # which embeddings don't go through
    ]
    config = LoraConfig(r=task.settings.rank, lora_alpha=2 * task.settings.rank, target_modules=linear, bias="none")
    heads = new_heads(encoder.config.hidden_size, task.question.labels)
    with without_peft_warnings():
        return EmbedderLearner(get_peft_model(encoder, config), heads.to(task.runtime.torch_device), task.runtime)
