"""The layers below the tuned ones: they stay as they are, so that tuning computes each text's way through them once.

Training then runs through the upper layers alone, in every epoch of every fold: with half of the layers tuned, an
epoch takes half the time.
"""

import copy
import math
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

from aitrade.core.errors import ModelError
from aitrade.tuning.learner import padded

if TYPE_CHECKING:
    import torch

TEXTS = 16  # texts in a forward pass
_TOLERANCE = 0.05  # of the length of a hidden state, by which two parts may differ from the whole in bfloat16


def require_tunable(model: Any) -> None:
    """Refuse a model whose layers LoRA cannot reach here.

    Raises:
        ModelError: its layers are not in one list, or hold no linear maps of torch's own.
    """
    import torch

    layers = getattr(model.base_model, "layers", None)
    if not isinstance(layers, torch.nn.ModuleList):
        what = "keeps its layers in another place than Llama does"
    elif not all(any(isinstance(part, torch.nn.Linear) for part in layer.modules()) for layer in layers):
        what = "has layers without the linear maps that LoRA changes"
    else:
        return
    raise ModelError(
        f"{type(model).__name__} cannot be tuned: it {what}",
        fix="use it as a base model, or tune one whose layers are like Llama's, Qwen's, Mistral's or Gemma 3's",
    )


def first_tuned(model: Any, share: float) -> int:
    """Place of the lowest tuned layer, where this share of a causal LM's layers is tuned, from the top."""
    count = len(model.base_model.layers)
    return count - max(1, math.ceil(count * share))


def section(stack: Any, first: int, last: int | None) -> Any:
    """Layers ``first`` to ``last`` of a stack, as a stack that shares their weights; the norm stays with the top."""
    import torch

    made = copy.copy(stack)
    made._modules = dict(stack._modules)  # a shallow copy has the same dict of modules
    made._modules["layers"] = torch.nn.ModuleList(list(stack.layers)[first:last])
    if getattr(stack.config, "layer_types", None):  # models look up by place which mask and rotation a layer takes
        made.config = copy.copy(stack.config)
        made.config.layer_types = stack.config.layer_types[first:last]
    if last is not None:
        made._modules["norm"] = torch.nn.Identity()
    elif hasattr(stack, "embedding_multiplier"):  # Granite's is for embeddings; what the top reads has had it
        made.embedding_multiplier = 1.0
    return made


def lower_states(
    model: Any, texts: Sequence[Sequence[int]], first: int, on_step: Callable[[int, int], None]
) -> "list[torch.Tensor]":
    """What the layers below ``first`` make of texts.

    Args:
        model: a causal LM.
        texts: token sequences.
        first: the lowest layer that is not run.
        on_step: told (passes done, passes).

    Returns:
        Of each text the states that layer ``first`` reads, shape (tokens, width), in the model's own dtype.
    """
    import torch

    lower = section(model.base_model, 0, first)
    order = sorted(range(len(texts)), key=lambda i: len(texts[i]))
    states: dict[int, torch.Tensor] = {}
    with torch.no_grad():
        for at in range(0, len(order), TEXTS):
            rows = order[at : at + TEXTS]
            tokens, mask = padded([torch.tensor(texts[i], device=model.device) for i in rows])
            hidden = lower(input_ids=tokens, attention_mask=mask, use_cache=False).last_hidden_state
            states |= {i: hidden[place, : len(texts[i])].clone() for place, i in enumerate(rows)}
            on_step(at // TEXTS + 1, math.ceil(len(order) / TEXTS))
    return [states[i] for i in range(len(texts))]


def require_whole(model: Any, text: Sequence[int], states: "torch.Tensor", first: int) -> None:
    """Refuse a model whose layers, run in two parts, do not make of a text what they make of it in one.

    Args:
        model: a causal LM.
        text: tokens.
        states: :func:`lower_states` of the text.
        first: the lowest layer that is not run for them.

    Raises:
        ModelError: something happens to what the layers read that happens twice, or is left out, in two parts.
    """
    import torch

    with torch.no_grad():
        whole = model.base_model(torch.tensor([text], device=model.device), use_cache=False).last_hidden_state
        parts = section(model.base_model, first, None)(inputs_embeds=states[None], use_cache=False).last_hidden_state
    if not (parts - whole).float().norm() <= _TOLERANCE * whole.float().norm():
        raise ModelError(
            f"the layers of {type(model).__name__} cannot be run in two parts, as tuning does",
            fix="choose a model whose layers are like Llama's, Qwen's, Mistral's or Gemma 3's",
        )
