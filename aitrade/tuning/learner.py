"""What learns from exemplars: a model with LoRA matrices, and two linear heads for relevance and category."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np

from aitrade.core.progress import OnStep, unheard
from aitrade.question.exemplars import Exemplar
from aitrade.question.labels import LabelSpace

if TYPE_CHECKING:
    import torch
    from numpy.typing import NDArray

NONE = -100  # an exemplar of the reference level has no category to learn; cross entropy leaves this target out


@dataclass(frozen=True)
class Example:
    """An exemplar as what learns reads it.

    Attributes:
        inputs: of each token: its id, shape (tokens,), or what layers that stay as they are make of it (tokens, width).
        relevance: place of its level among the question's.
        category: place of its category among the question's, or :data:`NONE`.
    """

    inputs: "torch.Tensor"
    relevance: int
    category: int


class Learner(Protocol):
    """A model wrapped by peft that makes vectors of examples, and two heads that read them, of relevance and category.

    It learns without dropout: drawing the random numbers takes a CPU as long as the step itself.
    """

    model: Any
    heads: Any

    def vectors(self, examples: "Sequence[Example]") -> "torch.Tensor":
        """What the heads read of each example, shape (n, width), in float32."""


def example(exemplar: Exemplar, inputs: "torch.Tensor", labels: LabelSpace) -> Example:
    """Make an example of an exemplar and what is read of its text."""
    names = labels.categories
    category = names.index(exemplar.category) if exemplar.category in names else NONE
    return Example(inputs, labels.position(exemplar.relevance), category)


def new_heads(width: int, labels: LabelSpace) -> "torch.nn.ModuleDict":
    """Make fresh linear heads, ``relevance`` and, where there are categories, ``category``, on vectors of a width."""
    import torch

    heads = {"relevance": torch.nn.Linear(width, len(labels.levels))}
    if labels.categories:
        heads["category"] = torch.nn.Linear(width, len(labels.categories))
    return torch.nn.ModuleDict(heads)


def vectors_of(
    learner: Learner, examples: Sequence[Example], on_step: OnStep = unheard, batch: int = 32
) -> "NDArray[np.float32]":
    """What the heads read of each example, shape (n, width), in the examples' order.

    ``on_step`` is told (examples read, examples).
    """
    import torch

    order = sorted(range(len(examples)), key=lambda i: len(examples[i].inputs))
    rows: list[NDArray[np.float32]] = []
    with torch.inference_mode():
        for at in range(0, len(order), batch):
            rows.extend(learner.vectors([examples[i] for i in order[at : at + batch]]).cpu().numpy())
            on_step(len(rows), len(order))
    return np.array(rows)[np.argsort(order)]


def score(heads: Any, vectors: "NDArray[np.float32]") -> "NDArray[np.float64]":
    """What heads say of vectors (n, width): logits of levels, log-probabilities of categories, (n, k + categories)."""
    import torch

    with torch.inference_mode():
        read = torch.from_numpy(vectors).to(heads["relevance"].weight.device)
        scores = heads["relevance"](read)
        if "category" in heads:
            scores = torch.cat([scores, torch.log_softmax(heads["category"](read), -1)], 1)
    found: NDArray[np.float64] = scores.double().cpu().numpy()
    return found


def padded(rows: "Sequence[torch.Tensor]") -> "tuple[torch.Tensor, torch.Tensor]":
    """Rows of different lengths as one tensor (rows, longest, …), zeros after their ends, and its mask."""
    import torch

    lengths = torch.tensor([len(row) for row in rows], device=rows[0].device)
    mask = torch.arange(int(lengths.max()), device=rows[0].device) < lengths[:, None]
    return torch.nn.utils.rnn.pad_sequence(list(rows), batch_first=True), mask.long()
