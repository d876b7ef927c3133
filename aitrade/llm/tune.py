"""Tune an adapter on exemplars: LoRA on all linear layers, two linear heads on the last token."""

import json
import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from aitrade.exemplars import Exemplar
from aitrade.llm.adapter import without_peft_warnings
from aitrade.llm.prompt import related_categories, short_text
from aitrade.rubric import RELEVANCES

if TYPE_CHECKING:
    import torch

NONE = -100  # a Low exemplar has no category to learn; cross entropy leaves this target out


@dataclass(frozen=True)
class TuneSettings:
    """How an adapter is tuned.

    Attributes:
        rank: of the LoRA matrices; their scale (alpha) is twice the rank.
        epochs: passes over the exemplars.
        batch: exemplars in a step.
        learning_rate: peak, after a warm-up over a twentieth of the steps; then a cosine to zero.
        head_rate: learning rate of the heads.
        category_weight: weight of the category's loss beside the relevance's.
        dropout: on the LoRA inputs; drawing the random numbers takes a CPU as long as the step itself.
        max_tokens: longer texts lose their end.
        seed: of everything random.
    """

    rank: int = 16
    epochs: int = 2
    batch: int = 8
    learning_rate: float = 3e-4
    head_rate: float = 1e-3
    category_weight: float = 0.5
    dropout: float = 0.0
    max_tokens: int = 160
    seed: int = 2026


@dataclass
class Tuned:
    """A model with LoRA layers, and its heads."""

    model: Any
    tokenizer: Any
    heads: Any

    def logits(self, batch: "Batch") -> tuple["torch.Tensor", "torch.Tensor"]:
        """Relevance logits (b, 3) and category logits (b, categories), in float32."""
        import torch

        with torch.autocast("cpu" if batch.tokens.device.type == "cpu" else "cuda", dtype=torch.bfloat16):
            hidden = self.model.base_model.model.base_model(
                input_ids=batch.tokens, attention_mask=batch.mask
            ).last_hidden_state
        last = hidden[torch.arange(len(hidden)), batch.mask.sum(1) - 1].float()
        return self.heads["relevance"](last), self.heads["category"](last)


@dataclass(frozen=True)
class Batch:
    """Padded token rows (b, longest), their mask, and the targets (b,)."""

    tokens: "torch.Tensor"
    mask: "torch.Tensor"
    relevance: "torch.Tensor"
    category: "torch.Tensor"


def new_tuned(model: Any, tokenizer: Any, settings: TuneSettings) -> Tuned:
    """Put fresh LoRA layers and heads on a loaded causal LM."""
    import torch
    from peft import LoraConfig, get_peft_model

    torch.manual_seed(settings.seed)
    config = LoraConfig(
        r=settings.rank,
        lora_alpha=2 * settings.rank,
        lora_dropout=settings.dropout,
        target_modules="all-linear",
        bias="none",
    )
    width = model.config.hidden_size
    heads = torch.nn.ModuleDict(
        {
            "relevance": torch.nn.Linear(width, len(RELEVANCES)),
            "category": torch.nn.Linear(width, len(related_categories())),
        }
    )
    with without_peft_warnings():
        wrapped = get_peft_model(model, config)
    return Tuned(wrapped, tokenizer, heads.to(next(model.parameters()).device))


def train(
    tuned: Tuned,
    exemplars: Sequence[Exemplar],
    settings: TuneSettings,
    on_step: Callable[[int, int, float], None],
    keep: Path | None = None,
) -> None:
    """Train on exemplars; where a ``keep`` folder is given, go on from the epoch that it holds.

    Args:
        tuned: fresh layers; trained in place.
        exemplars: what to learn.
        settings: how.
        on_step: told (step, steps, loss).
        keep: folder of the checkpoint, rewritten after each epoch.
    """
    import torch

    parameters = _trainable(tuned)
    lora = [p for n, p in parameters.items() if n.startswith("lora.")]
    heads = [p for n, p in parameters.items() if n.startswith("heads.")]
    optimizer = torch.optim.AdamW(
        [{"params": lora, "lr": settings.learning_rate}, {"params": heads, "lr": settings.head_rate}], weight_decay=0.01
    )
    per_epoch = math.ceil(len(exemplars) / settings.batch)
    schedule = torch.optim.lr_scheduler.LambdaLR(optimizer, _cosine(per_epoch * settings.epochs))
    first = _restore(keep, parameters, optimizer, schedule)
    tuned.model.train()
    for epoch in range(first, settings.epochs):
        torch.manual_seed(settings.seed + epoch)
        for number, batch in enumerate(batches(tuned, exemplars, settings, epoch)):
            loss = _loss(tuned, batch, settings)
            loss.backward()  # type: ignore[no-untyped-call]
            torch.nn.utils.clip_grad_norm_(lora + heads, 1.0)
            optimizer.step()
            schedule.step()
            optimizer.zero_grad(set_to_none=True)
            on_step(epoch * per_epoch + number + 1, per_epoch * settings.epochs, loss.item())
        _keep(keep, parameters, optimizer, schedule, epoch + 1)
    tuned.model.eval()


def batches(tuned: Tuned, exemplars: Sequence[Exemplar], settings: TuneSettings, epoch: int | None) -> Iterator[Batch]:
    """Batches of similar length, shuffled by the epoch; in the given order where the epoch is None."""
    import torch

    rows = [
        tuned.tokenizer(short_text(e.code), add_special_tokens=False)["input_ids"][: settings.max_tokens]
        for e in exemplars
    ]
    order = list(range(len(rows)))
    if epoch is not None:
        generator = torch.Generator().manual_seed(settings.seed * 1000 + epoch)
        order = torch.randperm(len(rows), generator=generator).tolist()
        block = settings.batch * 16  # within a block by length, so that little is padding
        order = [
            i for at in range(0, len(order), block) for i in sorted(order[at : at + block], key=lambda i: len(rows[i]))
        ]
    groups = [order[at : at + settings.batch] for at in range(0, len(order), settings.batch)]
    if epoch is not None:
        groups = [groups[i] for i in torch.randperm(len(groups), generator=generator).tolist()]
    for group in groups:
        yield _batch([rows[i] for i in group], [exemplars[i] for i in group], next(tuned.model.parameters()).device)


def _batch(rows: list[list[int]], exemplars: list[Exemplar], device: Any) -> Batch:
    import torch

    longest = max(len(row) for row in rows)
    categories = related_categories()
    return Batch(
        tokens=torch.tensor([row + [0] * (longest - len(row)) for row in rows], device=device),
        mask=torch.tensor([[1] * len(row) + [0] * (longest - len(row)) for row in rows], device=device),
        relevance=torch.tensor([RELEVANCES.index(e.relevance) for e in exemplars], device=device),
        category=torch.tensor(
            [categories.index(e.category) if e.relevance != "Low" else NONE for e in exemplars], device=device
        ),
    )


def _loss(tuned: Tuned, batch: Batch, settings: TuneSettings) -> "torch.Tensor":
    from torch.nn.functional import cross_entropy

    relevance, category = tuned.logits(batch)
    loss = cross_entropy(relevance, batch.relevance)
    if bool((batch.category != NONE).any()):
        loss = loss + settings.category_weight * cross_entropy(category, batch.category, ignore_index=NONE)
    return loss


def _cosine(steps: int) -> Callable[[int], float]:
    warm = max(1, steps // 20)

    def factor(step: int) -> float:
        if step < warm:
            return (step + 1) / warm
        return 0.5 * (1 + math.cos(math.pi * (step - warm) / max(1, steps - warm)))

    return factor


def _trainable(tuned: Tuned) -> dict[str, "torch.nn.Parameter"]:
    named = {f"lora.{n}": p for n, p in tuned.model.named_parameters() if p.requires_grad}
    return named | {f"heads.{n}": p for n, p in tuned.heads.named_parameters()}


def _keep(keep: Path | None, parameters: dict[str, Any], optimizer: Any, schedule: Any, epochs: int) -> None:
    if keep is None:
        return
    from safetensors.torch import save_file

    tensors = {name: p.detach() for name, p in parameters.items()}
    for name, p in parameters.items():
        for moment in ("exp_avg", "exp_avg_sq"):
            tensors[f"{moment}:{name}"] = optimizer.state[p][moment]
    keep.mkdir(parents=True, exist_ok=True)
    save_file(tensors, keep / "state.partial")
    (keep / "state.partial").replace(keep / f"epoch{epochs}.safetensors")
    (keep / "state.partial").write_text(json.dumps({"epochs": epochs, "steps": schedule.last_epoch}), "utf-8")
    (keep / "state.partial").replace(keep / "state.json")


def _restore(keep: Path | None, parameters: dict[str, Any], optimizer: Any, schedule: Any) -> int:
    import torch
    from safetensors.torch import load_file

    if keep is None or not (keep / "state.json").is_file():
        return 0
    state = json.loads((keep / "state.json").read_text("utf-8"))
    tensors = load_file(keep / f"epoch{state['epochs']}.safetensors")
    with torch.no_grad():
        for name, p in parameters.items():
            p.copy_(tensors[name])
            optimizer.state[p] = {
                "step": torch.tensor(float(state["steps"])),
                "exp_avg": tensors[f"exp_avg:{name}"],
                "exp_avg_sq": tensors[f"exp_avg_sq:{name}"],
            }
    schedule.last_epoch = state["steps"]
    for group, rate in zip(optimizer.param_groups, schedule.base_lrs, strict=True):
        group["lr"] = rate * schedule.lr_lambdas[0](state["steps"])
    epochs: int = state["epochs"]
    return epochs
