"""Make an adapter: out-of-fold scores of exemplars first, then the adapter tuned on all of them."""

import dataclasses
import hashlib
import shutil
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from aitrade.exemplars import Exemplar, ExemplarSet
from aitrade.folds import subheading_folds
from aitrade.llm.adapter import HEADS, OUT_OF_FOLD, AdapterManifest, save_lora, write_manifest
from aitrade.llm.code_vectors import VECTORS, WHOLE, fold_view, new_projection, place, write_vectors
from aitrade.llm.engine import load_engine
from aitrade.llm.lower import first_tuned, lower_states
from aitrade.llm.machine import Machine
from aitrade.llm.out_of_fold import write_out_of_fold
from aitrade.llm.prompt import prompt_sha256, short_text
from aitrade.llm.tune import Example, Tuned, TuneSettings, example, new_tuned, score, train, vectors_of
from aitrade.rubric import RELEVANCES
from aitrade.weights.installed import Installed

if TYPE_CHECKING:
    from numpy.typing import NDArray

OnStep = Callable[[str, int, int, float | None], None]


def make_adapter(
    name: str,
    base: Installed,
    exemplars: ExemplarSet,
    machine: Machine,
    settings: TuneSettings,
    folds: int,
    scored: int,
    target: Path,
    work: Path,
    on_step: OnStep,
) -> AdapterManifest:
    """Tune an adapter; a second call with the same arguments goes on where the first stopped.

    Checkpoints of other exemplars, settings, prompts or weights are not gone on with.

    Args:
        name: of the adapter.
        base: the base model.
        exemplars: what to tune on.
        machine: device and arithmetic.
        settings: how.
        folds: into how many parts the subheadings are cut.
        scored: how many of the parts are held out in turn and scored by a model that has not seen their subheadings;
            the calibration is fitted on these exemplars. All of them is best; one saves most of the time.
        target: folder of the adapter.
        work: folder of checkpoints; removed at the end.
        on_step: told (stage, step, steps, loss where something is learnt).
    """
    checkpoints = checkpoint_folder(work, base, exemplars, machine, settings, folds)
    checkpoints.mkdir(parents=True, exist_ok=True)
    examples = _examples(base, machine, exemplars.exemplars, settings, on_step)
    parts = subheading_folds([e.code for e in exemplars.exemplars], folds)
    held_out: list[Exemplar] = []
    scores = []
    for fold in range(scored):
        kept = checkpoints / f"fold{fold}.npy"
        mine = np.flatnonzero(parts == fold)
        if not (kept.is_file() and (checkpoints / f"hidden{fold}.npy").is_file()):
            seen = [examples[i] for i in np.flatnonzero(parts != fold)]
            stage = f"fold {fold + 1} of {scored}"
            tuned = _tune(base, machine, seen, settings, checkpoints / f"fold{fold}", stage, on_step)
            hidden = vectors_of(tuned, examples)
            np.save(checkpoints / f"hidden{fold}.npy", hidden)
            np.save(checkpoints / "partial.npy", score(tuned.heads, hidden[mine]))
            (checkpoints / "partial.npy").replace(kept)
        held_out += [exemplars.exemplars[i] for i in mine]
        scores.append(np.load(kept))
    out_of_fold = np.concatenate(scores)
    tuned = _tune(base, machine, examples, settings, checkpoints / "all", "all exemplars", on_step)
    states = {fold_view(fold): np.load(checkpoints / f"hidden{fold}.npy") for fold in range(scored)}
    states[WHOLE] = vectors_of(tuned, examples)  # before saving, which rounds what was learnt
    _save(tuned, base.name, target)
    projection = new_projection(states[WHOLE].shape[1])
    views = {name: place(hidden, projection) for name, hidden in states.items()}
    write_vectors(target / VECTORS, exemplars.exemplars, projection, views)
    write_out_of_fold(target / OUT_OF_FOLD, held_out, out_of_fold)
    manifest = AdapterManifest(
        name=name,
        base=base.name,
        base_sha256=base.source_sha256,
        exemplars_sha256=exemplars.sha256,
        prompt_sha256=prompt_sha256(),
        settings=dataclasses.asdict(settings) | {"folds": folds, "scored": scored},
        figures=held_out_figures(out_of_fold, held_out),
        files={},
    )
    write_manifest(target, manifest)
    shutil.rmtree(work)
    return manifest


def checkpoint_folder(
    work: Path, base: Installed, exemplars: ExemplarSet, machine: Machine, settings: TuneSettings, folds: int
) -> Path:
    """Where checkpoints of tuning from just these lie: those of anything else are not gone on with."""
    made_of = (base.sha256, exemplars.sha256, prompt_sha256(), str(machine), str(settings), str(folds))
    return work / hashlib.sha256(" ".join(made_of).encode()).hexdigest()[:16]


def _examples(
    base: Installed, machine: Machine, exemplars: Sequence[Exemplar], settings: TuneSettings, on_step: OnStep
) -> list[Example]:
    engine = load_engine(str(base.folder), machine)
    texts = [
        engine.tokenizer(short_text(e.code), add_special_tokens=False)["input_ids"][: settings.max_tokens]
        for e in exemplars
    ]
    first = first_tuned(engine.model, settings.share)
    states = lower_states(
        engine.model, texts, first, lambda step, steps: on_step("layers that stay as they are", step, steps, None)
    )
    return [example(e, of_text) for e, of_text in zip(exemplars, states, strict=True)]


def _tune(
    base: Installed,
    machine: Machine,
    examples: Sequence[Example],
    settings: TuneSettings,
    checkpoint: Path,
    stage: str,
    on_step: OnStep,
) -> Tuned:
    tuned = new_tuned(load_engine(str(base.folder), machine).model, settings)
    train(tuned, examples, settings, lambda step, steps, loss: on_step(stage, step, steps, loss), checkpoint)
    return tuned


def _save(tuned: Tuned, base: str, target: Path) -> None:
    from safetensors.torch import save_file

    shutil.rmtree(target, ignore_errors=True)
    save_lora(tuned.model, base, target)
    relevance, category = tuned.heads["relevance"], tuned.heads["category"]
    tensors = {
        "relevance": relevance.weight,
        "relevance_bias": relevance.bias,
        "category": category.weight,
        "category_bias": category.bias,
    }
    save_file({key: value.detach().float().cpu().contiguous() for key, value in tensors.items()}, target / HEADS)


def held_out_figures(scores: "NDArray[np.float64]", exemplars: Sequence[Exemplar]) -> dict[str, float]:
    """Accuracy and F1 of High, by scores (n, 3 or more) of n exemplars that were made without their subheading."""
    targets = np.array([RELEVANCES.index(e.relevance) for e in exemplars])
    predicted = scores[:, : len(RELEVANCES)].argmax(1)
    hit = float(((predicted == 0) & (targets == 0)).sum())
    return {
        "out_of_fold_accuracy": float((predicted == targets).mean()),
        "out_of_fold_high_f1": 2 * hit / max(1.0, float((predicted == 0).sum() + (targets == 0).sum())),
    }
