"""Tune an embedder on the exemplars, so that nearest means nearest in use, not in wording.

LoRA on every linear layer of the encoder learns relevance and category through two heads on the embedding. The heads
are thrown away: codes whose use is alike have come near each other, which is what neighbours and probe live on.
"""

import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from aitrade.llm.adapter import AdapterManifest, save_lora, without_peft_warnings, write_manifest
from aitrade.llm.machine import Machine
from aitrade.llm.prompt import describe, related_categories
from aitrade.retrieval.embedder import fold_name, load_sentence_transformer
from aitrade.rubric import RELEVANCES
from aitrade.tuning.learner import Example, example, new_heads, score, vectors_of
from aitrade.tuning.lower import padded
from aitrade.tuning.task import OnStep, Task
from aitrade.tuning.train import train

if TYPE_CHECKING:
    import torch

# Embeddings have length 1: unscaled, heads on them would have to grow tenfold before they said anything.
SCALE = 10.0


@dataclass
class TunedEncoder:
    """An encoder with LoRA, and the heads that it learns through (see :class:`aitrade.tuning.learner.Learner`).

    Its weights are float32; in a machine's bfloat16 only its products are computed.
    """

    model: Any
    heads: Any
    machine: Machine

    def vectors(self, examples: Sequence[Example]) -> "torch.Tensor":
        """Embeddings of examples that hold tokens, shape (n, width), of length :data:`SCALE`, in float32."""
        import torch

        tokens, mask = padded([e.states for e in examples])
        with torch.autocast(tokens.device.type, torch.bfloat16, enabled=self.machine.dtype == torch.bfloat16):
            hidden = self.model(input_ids=tokens, attention_mask=mask).last_hidden_state
        mean = (hidden.float() * mask[..., None]).sum(1) / mask.sum(1, keepdim=True)
        return SCALE * torch.nn.functional.normalize(mean, dim=1)


def make_embedder_adapter(task: Task, target: Path, work: Path, on_step: OnStep) -> AdapterManifest:
    """Tune an embedder on all exemplars, and once without each fold of them; calibrations see the fold through that.

    A second call with the same arguments goes on where the first stopped.

    Args:
        task: what to tune; the settings' ``share`` is not looked at.
        target: folder of the adapter.
        work: folder of checkpoints; removed at the end.
        on_step: told how far it is.
    """
    checkpoints = task.checkpoints(work)
    examples, parts = _examples(task), task.parts
    made = checkpoints / "adapter"
    scores = np.zeros((len(examples), len(RELEVANCES) + len(related_categories())))
    stages = [(fold_name(fold), parts != fold) for fold in range(task.folds)] + [("", parts >= 0)]
    for stage, seen in stages:
        said = stage or "all exemplars"
        tuned = _new(task)
        chosen = [examples[row] for row in np.flatnonzero(seen)]
        train(tuned, chosen, task.settings, lambda *step, s=said: on_step(s, *step), checkpoints / (stage or "all"))
        if not seen.all():
            scores[~seen] = score(tuned.heads, vectors_of(tuned, [examples[row] for row in np.flatnonzero(~seen)]))
        save_lora(tuned.model, task.base.name, made / stage)
    manifest = task.manifest(task.exemplars.exemplars, scores)
    write_manifest(made, manifest)
    shutil.rmtree(target, ignore_errors=True)  # what is in use until now stays so until the new one is whole
    made.replace(target)
    shutil.rmtree(work)
    return manifest


def _examples(task: Task) -> list[Example]:
    """The exemplars, their text as token ids."""
    import torch

    tokenizer = load_sentence_transformer(task.base, task.machine).tokenizer
    texts = [describe(e.code) for e in task.exemplars.exemplars]
    tokens = tokenizer(texts, truncation=True, max_length=task.settings.max_tokens)["input_ids"]
    return [
        example(e, torch.tensor(ids, device=task.machine.device))
        for e, ids in zip(task.exemplars.exemplars, tokens, strict=True)
    ]


def _new(task: Task) -> TunedEncoder:
    """Fresh LoRA matrices and heads."""
    import torch
    from peft import LoraConfig, get_peft_model

    torch.manual_seed(task.settings.seed)
    encoder = load_sentence_transformer(task.base, task.machine)[
        0
    ].model.eval()  # its dropout is off, as everywhere here
    linear = [
        name
        for name, part in encoder.named_modules()
        if isinstance(part, torch.nn.Linear) and not name.startswith("pooler")  # which embeddings don't go through
    ]
    config = LoraConfig(r=task.settings.rank, lora_alpha=2 * task.settings.rank, target_modules=linear, bias="none")
    heads = new_heads(encoder.config.hidden_size)
    with without_peft_warnings():
        return TunedEncoder(get_peft_model(encoder, config), heads.to(task.machine.device), task.machine)
