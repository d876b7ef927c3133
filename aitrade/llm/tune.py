"""Tune on exemplars: LoRA on linear layers, and two linear heads that learn relevance and category.

For an LLM the heads read the last token and the LoRA is on the upper layers; aitrade/retrieval/tuning.py has the
same learnt by an embedder.
"""

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np

from aitrade.exemplars import Exemplar
from aitrade.llm.adapter import without_peft_warnings
from aitrade.llm.checkpoint import keep, restore
from aitrade.llm.lower import first_tuned, padded, section
from aitrade.llm.prompt import related_categories
from aitrade.rubric import RELEVANCES

if TYPE_CHECKING:
    import torch
    from numpy.typing import NDArray

NONE = -100  # a Low exemplar has no category to learn; cross entropy leaves this target out


@dataclass(frozen=True)
class TuneSettings:
    """How an adapter is tuned.

    Attributes:
        share: share of the layers that is tuned, from the top; the others run once.
        rank: of the LoRA matrices; their scale (alpha) is twice the rank.
        epochs: passes over the exemplars.
        batch: exemplars in a step.
        learning_rate: peak, after a warm-up over a twentieth of the steps; then a cosine to zero.
        head_rate: learning rate of the heads.
        category_weight: weight of the category's loss beside the relevance's.
        max_tokens: longer texts lose their end.
        seed: of everything random.
    """

    share: float = 0.5
    rank: int = 16
    epochs: int = 2
    batch: int = 8
    learning_rate: float = 3e-4
    head_rate: float = 1e-3
    category_weight: float = 0.5
    max_tokens: int = 160
    seed: int = 2026


@dataclass(frozen=True)
class Example:
    """An exemplar as what learns reads it.

    Attributes:
        states: of each token: its id, shape (tokens,), or what layers that stay as they are make of it (tokens, width).
        relevance: its place in High, Medium, Low.
        category: its place among the related categories, or :data:`NONE`.
    """

    states: "torch.Tensor"
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


@dataclass
class Tuned:
    """A model with LoRA on its upper layers, those layers as a stack of their own, and the heads."""

    model: Any
    upper: Any
    heads: Any

    def vectors(self, examples: Sequence[Example]) -> "torch.Tensor":
        """Hidden states of the last tokens, shape (n, width), in float32."""
        import torch

        states, mask = padded([e.states for e in examples])
        with torch.autocast(states.device.type, dtype=torch.bfloat16, enabled=states.dtype == torch.bfloat16):
            hidden = self.upper(inputs_embeds=states, attention_mask=mask, use_cache=False).last_hidden_state
        last: torch.Tensor = hidden[torch.arange(len(hidden)), mask.sum(1) - 1].float()
        return last


def example(exemplar: Exemplar, states: "torch.Tensor") -> Example:
    """An exemplar and the states of its text."""
    category = related_categories().index(exemplar.category) if exemplar.relevance != "Low" else NONE
    return Example(states, RELEVANCES.index(exemplar.relevance), category)


def new_tuned(model: Any, settings: TuneSettings) -> Tuned:
    """Put fresh LoRA matrices and heads on a loaded causal LM."""
    import torch
    from peft import LoraConfig, get_peft_model

    torch.manual_seed(settings.seed)
    first, stack = first_tuned(model, settings.share), model.base_model
    linear = {n.rpartition(".")[2] for n, part in stack.layers.named_modules() if isinstance(part, torch.nn.Linear)}
    config = LoraConfig(
        r=settings.rank,
        lora_alpha=2 * settings.rank,
        target_modules=sorted(linear),
        layers_to_transform=list(range(first, len(stack.layers))),
        bias="none",
    )
    heads = new_heads(model.config.hidden_size)
    with without_peft_warnings():
        wrapped = get_peft_model(model, config)
    return Tuned(wrapped, section(stack, first, None), heads.to(model.device))


def new_heads(width: int) -> "torch.nn.ModuleDict":
    """Fresh linear heads, ``relevance`` and ``category``, on vectors of a width."""
    import torch

    return torch.nn.ModuleDict(
        {
            "relevance": torch.nn.Linear(width, len(RELEVANCES)),
            "category": torch.nn.Linear(width, len(related_categories())),
        }
    )


def train(
    tuned: Learner,
    examples: Sequence[Example],
    settings: TuneSettings,
    on_step: Callable[[int, int, float], None],
    folder: Path,
) -> None:
    """Train on examples, going on from the epoch that the folder of checkpoints holds.

    Args:
        tuned: fresh matrices and heads; trained in place.
        examples: what to learn.
        settings: how.
        on_step: told (step, steps, loss).
        folder: of the checkpoint, rewritten after each epoch.
    """
    import torch

    parameters = _trainable(tuned)
    lora = [p for n, p in parameters.items() if n.startswith("lora.")]
    heads = [p for n, p in parameters.items() if n.startswith("heads.")]
    optimizer = torch.optim.AdamW(
        [{"params": lora, "lr": settings.learning_rate}, {"params": heads, "lr": settings.head_rate}], weight_decay=0.01
    )
    per_epoch = math.ceil(len(examples) / settings.batch)
    schedule = torch.optim.lr_scheduler.LambdaLR(optimizer, _cosine(per_epoch * settings.epochs))
    first = restore(folder, parameters, optimizer, schedule)
    for epoch in range(first, settings.epochs):
        torch.manual_seed(settings.seed + epoch)
        for number, rows in enumerate(_shuffled([len(e.states) for e in examples], settings, epoch)):
            loss = _loss(tuned, [examples[row] for row in rows], settings)
            loss.backward()  # type: ignore[no-untyped-call]
            torch.nn.utils.clip_grad_norm_(lora + heads, 1.0)
            optimizer.step()
            schedule.step()
            optimizer.zero_grad(set_to_none=True)
            on_step(epoch * per_epoch + number + 1, per_epoch * settings.epochs, loss.item())
        keep(folder, parameters, optimizer, schedule, epoch + 1)


def vectors_of(tuned: Learner, examples: Sequence[Example], batch: int = 32) -> "NDArray[np.float32]":
    """What the heads read of each example, shape (n, width), in the examples' order."""
    import torch

    order = sorted(range(len(examples)), key=lambda i: len(examples[i].states))
    rows: list[NDArray[np.float32]] = []
    with torch.inference_mode():
        for at in range(0, len(order), batch):
            rows.extend(tuned.vectors([examples[i] for i in order[at : at + batch]]).cpu().numpy())
    return np.array(rows)[np.argsort(order)]


def score(heads: Any, vectors: "NDArray[np.float32]") -> "NDArray[np.float64]":
    """What heads say of vectors (n, width): relevance logits and category log-probabilities, (n, 3 + categories)."""
    import torch

    with torch.inference_mode():
        read = torch.from_numpy(vectors).to(heads["relevance"].weight.device)
        scores = torch.cat([heads["relevance"](read), torch.log_softmax(heads["category"](read), -1)], 1)
    found: NDArray[np.float64] = scores.double().cpu().numpy()
    return found


def _shuffled(lengths: Sequence[int], settings: TuneSettings, epoch: int) -> Iterator[list[int]]:
    """Rows of each batch: shuffled by the epoch, those of a batch of similar length, so that little is padding."""
    import torch

    generator = torch.Generator().manual_seed(settings.seed * 1000 + epoch)
    order = torch.randperm(len(lengths), generator=generator).tolist()
    block = settings.batch * 16
    order = [i for at in range(0, len(order), block) for i in sorted(order[at : at + block], key=lengths.__getitem__)]
    groups = [order[at : at + settings.batch] for at in range(0, len(order), settings.batch)]
    for place in torch.randperm(len(groups), generator=generator).tolist():
        yield groups[place]


def _loss(tuned: Learner, examples: Sequence[Example], settings: TuneSettings) -> "torch.Tensor":
    import torch
    from torch.nn.functional import cross_entropy

    vectors = tuned.vectors(examples)
    relevance, category = tuned.heads["relevance"](vectors), tuned.heads["category"](vectors)
    loss = cross_entropy(relevance, torch.tensor([e.relevance for e in examples], device=relevance.device))
    if any(e.category != NONE for e in examples):
        targets = torch.tensor([e.category for e in examples], device=category.device)
        loss = loss + settings.category_weight * cross_entropy(category, targets, ignore_index=NONE)
    return loss


def _cosine(steps: int) -> Callable[[int], float]:
    warm = max(1, steps // 20)

    def factor(step: int) -> float:
        if step < warm:
            return (step + 1) / warm
        return 0.5 * (1 + math.cos(math.pi * (step - warm) / max(1, steps - warm)))

    return factor


def _trainable(tuned: Learner) -> dict[str, "torch.nn.Parameter"]:
    named = {f"lora.{n}": p for n, p in tuned.model.named_parameters() if p.requires_grad}
    return named | {f"heads.{n}": p for n, p in tuned.heads.named_parameters()}
