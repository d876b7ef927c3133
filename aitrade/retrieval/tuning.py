"""Tune an embedder on the exemplars, so that nearest means nearest in use, not in wording.

LoRA on every linear layer of the encoder learns relevance and category through two heads on the embedding. The heads
are thrown away: codes whose use is alike have come near each other, which is what neighbours and probe live on.
"""

import dataclasses
import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from aitrade.exemplars import Exemplar, ExemplarSet
from aitrade.folds import subheading_folds
from aitrade.llm.adapter import AdapterManifest, save_lora, without_peft_warnings, write_manifest
from aitrade.llm.lower import padded
from aitrade.llm.machine import Machine
from aitrade.llm.prompt import describe, prompt_sha256, related_categories
from aitrade.llm.tune import Example, TuneSettings, example, new_heads, score, train, vectors_of
from aitrade.llm.tuning import OnStep, checkpoint_folder, held_out_figures
from aitrade.retrieval.embedder import fold_name, load_sentence_transformer
from aitrade.rubric import RELEVANCES
from aitrade.weights.installed import Installed

if TYPE_CHECKING:
    import torch

# Embeddings have length 1: unscaled, heads on them would have to grow tenfold before they said anything.
SCALE = 10.0
EMBEDDER_SETTINGS = TuneSettings(share=1.0, epochs=4, batch=32, learning_rate=1e-3, head_rate=5e-3, max_tokens=128)


@dataclass
class TunedEncoder:
    """An encoder with LoRA, and the heads that it learns through (see :class:`aitrade.llm.tune.Learner`).

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


def make_embedder_adapter(
    name: str,
    base: Installed,
    exemplars: ExemplarSet,
    machine: Machine,
    settings: TuneSettings,
    folds: int,
    target: Path,
    work: Path,
    on_step: OnStep,
) -> AdapterManifest:
    """Tune an embedder on all exemplars, and once without each part of their subheadings.

    A second call with the same arguments goes on where the first stopped; checkpoints of others are not gone on with.

    Args:
        name: of the adapter.
        base: the embedder.
        exemplars: what to tune on.
        machine: device and arithmetic.
        settings: how; ``share`` is not looked at.
        folds: into how many parts the subheadings are cut; calibrations see exemplars through these.
        target: folder of the adapter.
        work: folder of checkpoints; removed at the end.
        on_step: told (stage, step, steps, loss).
    """
    checkpoints = checkpoint_folder(work, base, exemplars, machine, settings, folds)
    examples = _examples(base, machine, exemplars.exemplars, settings)
    parts = subheading_folds([e.code for e in exemplars.exemplars], folds)
    made = checkpoints / "adapter"
    scores = np.zeros((len(examples), len(RELEVANCES) + len(related_categories())))
    stages = [(fold_name(fold), parts != fold) for fold in range(folds)] + [("", parts >= 0)]
    for stage, seen in stages:
        said = stage or "all exemplars"
        tuned = _new(base, machine, settings)
        chosen = [examples[row] for row in np.flatnonzero(seen)]
        train(tuned, chosen, settings, lambda *step, said=said: on_step(said, *step), checkpoints / (stage or "all"))
        if not seen.all():
            scores[~seen] = score(tuned.heads, vectors_of(tuned, [examples[row] for row in np.flatnonzero(~seen)]))
        save_lora(tuned.model, base.name, made / stage)
    manifest = AdapterManifest(
        name=name,
        base=base.name,
        base_sha256=base.source_sha256,
        exemplars_sha256=exemplars.sha256,
        prompt_sha256=prompt_sha256(),
        settings=dataclasses.asdict(settings) | {"folds": folds},
        figures=held_out_figures(scores, exemplars.exemplars),
        files={},
    )
    write_manifest(made, manifest)
    shutil.rmtree(target, ignore_errors=True)  # what is in use until now stays so until the new one is whole
    made.replace(target)
    shutil.rmtree(work)
    return manifest


def _examples(
    base: Installed, machine: Machine, exemplars: Sequence[Exemplar], settings: TuneSettings
) -> list[Example]:
    """The exemplars, their text as token ids."""
    import torch

    tokenizer = load_sentence_transformer(base, machine).tokenizer
    texts = [describe(e.code) for e in exemplars]
    tokens = tokenizer(texts, truncation=True, max_length=settings.max_tokens)["input_ids"]
    return [example(e, torch.tensor(ids, device=machine.device)) for e, ids in zip(exemplars, tokens, strict=True)]


def _new(base: Installed, machine: Machine, settings: TuneSettings) -> TunedEncoder:
    """Fresh LoRA matrices and heads."""
    import torch
    from peft import LoraConfig, get_peft_model

    torch.manual_seed(settings.seed)
    encoder = load_sentence_transformer(base, machine)[0].model.eval()  # its dropout is off, as everywhere here
    linear = [
        name
        for name, part in encoder.named_modules()
        if isinstance(part, torch.nn.Linear) and not name.startswith("pooler")  # which embeddings don't go through
    ]
    config = LoraConfig(r=settings.rank, lora_alpha=2 * settings.rank, target_modules=linear, bias="none")
    heads = new_heads(encoder.config.hidden_size)
    with without_peft_warnings():
        return TunedEncoder(get_peft_model(encoder, config), heads.to(machine.device), machine)
