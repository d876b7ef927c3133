"""Adapters: a LoRA of a base model, tuned on the exemplars.

An LLM's has two heads that read the hidden state of a code's last token: one gives logits of High, Medium and Low, the
other logits of the categories that a High or Medium code may have; beside it lies where it places the exemplars
(aitrade/llm/code_vectors.py). An embedder's has none, but comes with a fold's LoRA for each part of the subheadings,
tuned without it, by which calibrations see exemplars as if they were new.
"""

import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from aitrade.llm.adapter_files import HEADS
from aitrade.llm.engine import Engine

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

    engine.model = merge_lora(engine.model, folder)
    return Heads(**load_file(folder / HEADS))


def merge_lora(model: Any, folder: Path) -> Any:
    """A model with the LoRA of a folder merged into its weights."""
    from peft import PeftModel

    with without_peft_warnings():
        # peft would load onto the first GPU that it sees, wherever the model is.
        where = str(next(model.parameters()).device)
        return PeftModel.from_pretrained(model, str(folder), torch_device=where).merge_and_unload().eval()


def save_lora(model: Any, base: str, folder: Path) -> None:
    """Write the LoRA of a model wrapped by peft, in bfloat16; ``base`` is the name of its base model."""
    import torch

    model.peft_config["default"].base_model_name_or_path = base  # a name, not a path of this machine
    model.to(torch.bfloat16).save_pretrained(str(folder), safe_serialization=True, save_embedding_layers=False)
    (folder / "README.md").unlink(missing_ok=True)  # peft's template model card says nothing


@contextmanager
def without_peft_warnings() -> Iterator[None]:
    """Keep from the user a warning between peft and transformers that nobody here can act on."""
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", message="`is_gradient_checkpointing` is deprecated", category=FutureWarning)
        yield
