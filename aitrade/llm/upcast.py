"""Compute in float32 with weights that stay in the 16 bits they are published in: half the memory, the same numbers.

A layer's matrix is widened when its turn comes, into a buffer that all of them use in turn. That is exact, and cheap
beside a product with hundreds of tokens (docs/performance.md).
"""

from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import torch

_SHORT = {"BF16": "bfloat16", "F16": "float16"}


def stored_dtype(folder: Path) -> "torch.dtype":
    """What a model folder's safetensors hold: bfloat16 or float16 where all are of the one kind, else float32."""
    import torch
    from safetensors import safe_open

    kinds = set()
    for path in sorted(folder.glob("*.safetensors")):
        with safe_open(path, "pt") as file:
            kinds |= {file.get_slice(name).get_dtype() for name in file.keys()}  # noqa: SIM118  # no mapping
    name = _SHORT.get(kinds.pop(), "float32") if len(kinds) == 1 else "float32"
    dtype: torch.dtype = getattr(torch, name)
    return dtype


def has_constants_in(model: Any, dtype: "torch.dtype") -> bool:
    """Whether a model has rounded numbers of its own making to a dtype, as Gemma does what it scales embeddings by."""
    return any(constant.dtype == dtype for constant in model.buffers())


def widen(model: Any) -> None:
    """Have a model of 16-bit weights compute in float32: matrices and embeddings as they are used, all else for good.

    For inference: a pass that learns would find the buffer written over, which torch refuses.
    """
    import torch

    class WidenedLinear(torch.nn.Linear):
        def forward(self, input: torch.Tensor) -> torch.Tensor:  # noqa: A002  # torch's name
            weight = self.weight
            if weight.dtype != torch.float32:  # else an adapter was merged into it since
                weight = buffer[: weight.numel()].view(weight.shape).copy_(weight)
            return torch.nn.functional.linear(input, weight, self.bias)

    class WidenedEmbedding(torch.nn.Embedding):
        def forward(self, input: torch.Tensor) -> torch.Tensor:  # noqa: A002
            return super().forward(input).float()

    widened = {torch.nn.Linear: WidenedLinear, torch.nn.Embedding: WidenedEmbedding}
    for module in list(model.modules()):
        as_used = type(module) in widened
        module.__class__ = widened.get(type(module), type(module))
        for name, own in module.named_parameters(recurse=False):
            if not (as_used and name == "weight"):  # a bias, a norm, or a kind of layer that is not known here
                own.data = own.data.float()
    largest = max((m.weight.numel() for m in model.modules() if isinstance(m, WidenedLinear)), default=0)
    buffer = torch.empty(largest, device=model.device)  # a CPU gives it memory as it is written
