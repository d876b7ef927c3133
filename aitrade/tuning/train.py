"""Train a learner on exemplars, epoch by epoch, with a checkpoint after each."""

import math
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from aitrade.question.folds import fold_name
from aitrade.tuning.checkpoint import keep, restore
from aitrade.tuning.job import OnStep, Task
from aitrade.tuning.learner import NONE, Example, Learner
from aitrade.tuning.settings import TuneSettings

if TYPE_CHECKING:
    import torch


def learn(
    learner: Learner, task: Task, examples: Sequence[Example], fold: int | None, checkpoints: Path, on_step: OnStep
) -> None:
    """Train a fresh learner on all of a task's examples but a fold's; on all of them where the fold is None."""
    seen = [e for e, part in zip(examples, task.parts, strict=True) if part != fold]
    folder = checkpoints / ("all" if fold is None else fold_name(fold))
    train(learner, seen, task.settings, lambda *step: on_step(task.stage(fold), *step), folder)


def train(
    learner: Learner,
    examples: Sequence[Example],
    settings: TuneSettings,
    on_step: Callable[[int, int, float], None],
    folder: Path,
) -> None:
    """Train on examples, going on from the epoch that the folder of checkpoints holds.

    Args:
        learner: fresh matrices and heads; trained in place.
        examples: what to learn.
        settings: how.
        on_step: told (step, steps, loss).
        folder: of the checkpoint, written after each epoch in place of the one before.
    """
    import torch

    parameters = _trainable(learner)
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
        for number, rows in enumerate(_shuffled([len(e.inputs) for e in examples], settings, epoch)):
            loss = _loss(learner, [examples[row] for row in rows], settings)
            loss.backward()  # type: ignore[no-untyped-call]
            torch.nn.utils.clip_grad_norm_(lora + heads, 1.0)
            optimizer.step()
            schedule.step()
            optimizer.zero_grad(set_to_none=True)
            on_step(epoch * per_epoch + number + 1, per_epoch * settings.epochs, loss.item())
        keep(folder, parameters, optimizer, schedule, epoch + 1)


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


def _loss(learner: Learner, examples: Sequence[Example], settings: TuneSettings) -> "torch.Tensor":
    import torch
    from torch.nn.functional import cross_entropy

    vectors = learner.vectors(examples)
    relevance = learner.heads["relevance"](vectors)
    loss = cross_entropy(relevance, torch.tensor([e.relevance for e in examples], device=relevance.device))
    if any(e.category != NONE for e in examples):
        category = learner.heads["category"](vectors)
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


def _trainable(learner: Learner) -> dict[str, "torch.nn.Parameter"]:
    named = {f"lora.{n}": p for n, p in learner.model.named_parameters() if p.requires_grad}
    return named | {f"heads.{n}": p for n, p in learner.heads.named_parameters()}
