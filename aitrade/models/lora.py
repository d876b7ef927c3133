"""The LoRA of an adapter: merged into its base model, or written after tuning."""

import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import torch


def merge_lora(model: Any, folder: Path, dtype: "torch.dtype") -> Any:
    """A model with the LoRA of a folder merged into its weights; what it changes is held in ``dtype`` from then on."""
    from peft import PeftModel
    from peft.tuners.tuners_utils import BaseTunerLayer

    with without_peft_warnings():
        # peft would load onto the first GPU that it sees, wherever the model is.
        where = str(next(model.parameters()).device)
        wrapped = PeftModel.from_pretrained(model, str(folder), torch_device=where)
        for layer in wrapped.modules():
            if isinstance(layer, BaseTunerLayer):
                layer.get_base_layer().to(dtype)  # or the sum would be rounded to fewer bits than are computed in
        return wrapped.merge_and_unload().eval()


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
