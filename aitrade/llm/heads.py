"""An LLM's adapter: its LoRA merged into the model, and its heads.

One head reads logits of High, Medium and Low from the hidden state of a code's last token, the other logits of the
categories that a High or Medium code may have.
"""

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from aitrade.llm.engine import Engine
from aitrade.models.adapter_files import HEADS
from aitrade.models.lora import merge_lora

if TYPE_CHECKING:
    import torch


@dataclass(frozen=True)
class Heads:
    """Linear heads on the last hidden state: weights (3, width) and (categories, width), biases alike."""

    relevance: "torch.Tensor"
    relevance_bias: "torch.Tensor"
    category: "torch.Tensor"
    category_bias: "torch.Tensor"

    def logits(self, hidden: "torch.Tensor") -> tuple["torch.Tensor", "torch.Tensor"]:
        """Logits of relevance, shape (n, 3), and of category, shape (n, categories), from hidden states (n, width)."""
        return (
            hidden @ self.relevance.T + self.relevance_bias,
            hidden @ self.category.T + self.category_bias,
        )


def apply_adapter(engine: Engine, folder: Path) -> Heads:
    """Merge an LLM's adapter into the engine's model and return its heads."""
    from safetensors.torch import load_file

    engine.model = merge_lora(engine.model, folder, engine.runtime.dtype)
    return Heads(**load_file(folder / HEADS))
