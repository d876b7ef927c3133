"""Merge an adapter's LoRA into its base model, and write a LoRA after tuning."""

import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import torch


def merge_lora(model: Any, folder: Path, dtype: "torch.dtype") -> Any:
    """Merge the LoRA in a folder into a model; the changed weights are kept in ``dtype`` from then on."""
    from peft import PeftModel
    from peft.tuners.tuners_utils import BaseTunerLayer

    with without_peft_warnings():
        # By default peft would load onto the first GPU, wherever the model is.
        device = str(next(model.parameters()).device)
        wrapped = PeftModel.from_pretrained(model, str(folder), torch_device=device)
        for layer in wrapped.modules():
            if isinstance(layer, BaseTunerLayer):
                layer.get_base_layer().to(dtype)  # else the sum would be rounded to 16 bits
        return wrapped.merge_and_unload().eval()


def save_lora(model: Any, base: str, folder: Path) -> None:
    """Write the LoRA of a model wrapped by peft, in bfloat16.

    Args:
        model: the wrapped model.
        base: name of its base model, recorded instead of a path on this machine.
        folder: where to write.
    """
    import torch

    model.peft_config["default"].base_model_name_or_path = base
    model.to(torch.bfloat16).save_pretrained(str(folder), safe_serialization=True, save_embedding_layers=False)
    (folder / "README.md").unlink(missing_ok=True)  # an unfilled template of a model card


@contextmanager
def without_peft_warnings() -> Iterator[None]:
    """Hide a deprecation warning of transformers that only peft can act on."""
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", message="`is_gradient_checkpointing` is deprecated", category=FutureWarning)
        yield
