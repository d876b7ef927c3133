"""An LLM's adapter: its LoRA merged into the model, and its heads.

One head reads logits of the levels from the hidden state of a code's last token, the other logits of the categories;
a question without categories has the first alone.
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
    """Linear heads on the last hidden state: weights (levels, width) and (categories, width), biases alike."""

    relevance: "torch.Tensor"
    relevance_bias: "torch.Tensor"
    category: "torch.Tensor | None" = None
    category_bias: "torch.Tensor | None" = None

    def logits(self, hidden: "torch.Tensor") -> tuple["torch.Tensor", "torch.Tensor | None"]:
        """Logits of the levels, shape (n, k), and of the categories, (n, c), from hidden states (n, width)."""
        levels = hidden @ self.relevance.T + self.relevance_bias
        if self.category is None or self.category_bias is None:
            return levels, None
        return levels, hidden @ self.category.T + self.category_bias


def apply_adapter(engine: Engine, folder: Path) -> Heads:
    """Merge an LLM's adapter into the engine's model and return its heads."""
    from safetensors.torch import load_file

    engine.model = merge_lora(engine.model, folder, engine.runtime.dtype)
    return Heads(**load_file(folder / HEADS))
