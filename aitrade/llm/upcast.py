"""Compute in float32 with weights kept in the 16 bits that they are published in: half the memory, the same numbers.

Each layer's matrix is upcast just before its product, into a buffer that all layers share. The conversion is exact,
and takes little time beside a product with hundreds of tokens (docs/performance.md).
"""

from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import torch

_SIXTEEN_BITS = {"BF16": "bfloat16", "F16": "float16"}


def stored_dtype(folder: Path) -> "torch.dtype":
    """Read the dtype of a model folder's safetensors: a 16-bit one where all tensors have it, else float32."""
    import torch
    from safetensors import safe_open

    kinds = set()
    for path in sorted(folder.glob("*.safetensors")):
        with safe_open(path, "pt") as file:
            kinds |= {file.get_slice(name).get_dtype() for name in file.keys()}  # noqa: SIM118  # not a mapping
    name = _SIXTEEN_BITS.get(kinds.pop(), "float32") if len(kinds) == 1 else "float32"
    dtype: torch.dtype = getattr(torch, name)
    return dtype


def has_buffers_in(model: Any, dtype: "torch.dtype") -> bool:
    """Check whether a model holds constants rounded to a dtype, as Gemma does its embedding scale."""
    return any(buffer.dtype == dtype for buffer in model.buffers())


def upcast_on_use(model: Any) -> None:
    """Make a model with 16-bit weights compute in float32.

    Matrices and embeddings are upcast each time they are used, all other weights once. The result can only be used for
    inference: in training, torch would refuse the gradients, because layers overwrite each other's buffer.
    """
    import torch

    class UpcastLinear(torch.nn.Linear):
        def forward(self, input: torch.Tensor) -> torch.Tensor:  # noqa: A002  # torch's name
            weight = self.weight
            if weight.dtype != torch.float32:  # float32 once an adapter was merged into the layer
                weight = buffer[: weight.numel()].view(weight.shape).copy_(weight)
            return torch.nn.functional.linear(input, weight, self.bias)

    class UpcastEmbedding(torch.nn.Embedding):
        def forward(self, input: torch.Tensor) -> torch.Tensor:  # noqa: A002
            return super().forward(input).float()

    upcast_classes = {torch.nn.Linear: UpcastLinear, torch.nn.Embedding: UpcastEmbedding}
    for module in list(model.modules()):
        upcast_class = upcast_classes.get(type(module))
        for name, parameter in module.named_parameters(recurse=False):
            if upcast_class is None or name != "weight":  # biases, norms and layers of other classes
                parameter.data = parameter.data.float()
        if upcast_class is not None:
            module.__class__ = upcast_class
    largest = max((m.weight.numel() for m in model.modules() if isinstance(m, UpcastLinear)), default=0)
    buffer = torch.empty(largest, device=model.device)  # a CPU allocates the pages as they are written
