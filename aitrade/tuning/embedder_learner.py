"""An embedder that learns: LoRA on every linear layer of the encoder, and heads on the embedding."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from aitrade.core.device import Runtime
from aitrade.core.errors import ModelError
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

    Attributes:
        model: the encoder, wrapped by peft.
        embedder: the sentence-transformers model around it, whose other modules (pooling, dense) stay as they are.
        heads: on the embedding.
        runtime: device and arithmetic.
    """

    model: Any
    embedder: Any
    heads: Any
    runtime: Runtime

    def vectors(self, examples: Sequence[Example]) -> "torch.Tensor":
        """Embeddings of examples that hold tokens, shape (n, width), of length :data:`SCALE`, in float32."""
        import torch

        tokens, mask = padded([e.inputs for e in examples])
        with torch.autocast(tokens.device.type, torch.bfloat16, enabled=self.runtime.dtype == torch.bfloat16):
            embedding = self.embedder({"input_ids": tokens, "attention_mask": mask})["sentence_embedding"]
        return SCALE * torch.nn.functional.normalize(embedding[:, : self.embedder.truncate_dim].float(), dim=1)


def new_embedder_learner(task: Task) -> EmbedderLearner:
    """Fresh LoRA matrices and heads.

    Raises:
        ModelError: LoRA cannot reach the encoder.
    """
    import torch
    from peft import LoraConfig, get_peft_model

    torch.manual_seed(task.settings.seed)
    # Its dropout is off, as everywhere here.
    embedder = load_sentence_transformer(task.base, task.runtime).eval()
    encoder = getattr(embedder[0], "model", None)
    linear = [
        name
        for name, part in (encoder.named_modules() if isinstance(encoder, torch.nn.Module) else ())
        if isinstance(part, torch.nn.Linear) and not name.startswith("pooler")  # which embeddings don't go through
    ]
    if encoder is None or not linear:
        raise ModelError(
            f"the embedder {task.base.name} cannot be tuned: its first module has no linear layers that LoRA changes",
            fix="tune one whose first module is a Transformer, or use it as it is",
        )
    config = LoraConfig(r=task.settings.rank, lora_alpha=2 * task.settings.rank, target_modules=linear, bias="none")
    width = embedder.encode("width", show_progress_bar=False).shape[-1]
    heads = new_heads(width, task.question.labels).to(task.runtime.torch_device)
    with without_peft_warnings():
        embedder[0].model = get_peft_model(encoder, config)
    return EmbedderLearner(embedder[0].model, embedder, heads, task.runtime)


def prompt_of(embedder: Any) -> str:
    """The prompt that an embedder puts before every text by itself.

    Raises:
        ModelError: its pooling leaves the prompt out, which tuning does not.
    """
    prompt: str = embedder.prompts.get(embedder.default_prompt_name) or ""
    if prompt and not all(getattr(module, "include_prompt", True) for module in embedder):
        raise ModelError(
            "this embedder cannot be tuned: it reads a prompt that its pooling leaves out",
            fix="use it as it is, or tune another one",
        )
    return prompt
