"""Tune an LLM: what it says of exemplars that it has not seen first, then the adapter tuned on all of them."""

import shutil
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from aitrade.llm.adapter import HEADS, OUT_OF_FOLD, AdapterManifest, save_lora, write_manifest
from aitrade.llm.code_vectors import VECTORS, WHOLE, fold_view, new_projection, place, write_vectors
from aitrade.llm.engine import load_engine
from aitrade.llm.out_of_fold import write_out_of_fold
from aitrade.llm.prompt import short_text
from aitrade.tuning.learner import Example, example, score, vectors_of
from aitrade.tuning.llm_learner import TunedLLM, new_tuned
from aitrade.tuning.lower import first_tuned, lower_states
from aitrade.tuning.task import OnStep, Task
from aitrade.tuning.train import train


def make_llm_adapter(task: Task, scored: int, target: Path, work: Path, on_step: OnStep) -> AdapterManifest:
    """Tune an adapter; a second call with the same arguments goes on where the first stopped.

    Args:
        task: what to tune.
        scored: how many of the folds are scored by a model that has not seen their subheadings; the calibration is
            fitted on these exemplars. All of them is best; one saves most of the time.
        target: folder of the adapter.
        work: folder of checkpoints; removed at the end.
        on_step: told how far it is.
    """
    checkpoints = task.checkpoints(work)
    checkpoints.mkdir(parents=True, exist_ok=True)
    examples = _examples(task, on_step)
    exemplars, parts = task.exemplars.exemplars, task.parts
    states, scores = {}, []
    for fold in range(scored):
        kept = checkpoints / f"fold{fold}.npz"
        if not kept.is_file():
            seen = [examples[i] for i in np.flatnonzero(parts != fold)]
            tuned = _tune(task, seen, checkpoints / f"fold{fold}", f"fold {fold + 1} of {scored}", on_step)
            vectors = vectors_of(tuned, examples)
            partial = checkpoints / "partial.npz"
            np.savez(partial, vectors=vectors, scores=score(tuned.heads, vectors[parts == fold]))
            partial.replace(kept)
        with np.load(kept) as found:
            states[fold_view(fold)] = found["vectors"]
            scores.append(found["scores"])
    tuned = _tune(task, examples, checkpoints / "all", "all exemplars", on_step)
    states[WHOLE] = vectors_of(tuned, examples)  # before saving, which rounds what was learnt
    held_out = [exemplars[i] for fold in range(scored) for i in np.flatnonzero(parts == fold)]
    _save(tuned, task.base.name, target)
    projection = new_projection(states[WHOLE].shape[1])
    views = {name: place(hidden, projection) for name, hidden in states.items()}
    write_vectors(target / VECTORS, exemplars, projection, views)
    write_out_of_fold(target / OUT_OF_FOLD, held_out, np.concatenate(scores))
    manifest = task.manifest(held_out, np.concatenate(scores), scored=scored)
    write_manifest(target, manifest)
    shutil.rmtree(work)
    return manifest


def _examples(task: Task, on_step: OnStep) -> list[Example]:
    """The exemplars, as the layers that are not tuned leave their text."""
    engine = load_engine(str(task.base.folder), task.machine)
    texts: Sequence[list[int]] = [
        engine.tokenizer(short_text(e.code), add_special_tokens=False)["input_ids"][: task.settings.max_tokens]
        for e in task.exemplars.exemplars
    ]
    first = first_tuned(engine.model, task.settings.share)
    states = lower_states(
        engine.model, texts, first, lambda step, steps: on_step("layers that stay as they are", step, steps, None)
    )
    return [example(e, of_text) for e, of_text in zip(task.exemplars.exemplars, states, strict=True)]


def _tune(task: Task, examples: Sequence[Example], checkpoint: Path, stage: str, on_step: OnStep) -> TunedLLM:
    tuned = new_tuned(load_engine(str(task.base.folder), task.machine).model, task.settings)
    train(tuned, examples, task.settings, lambda *step: on_step(stage, *step), checkpoint)
    return tuned


def _save(tuned: TunedLLM, base: str, target: Path) -> None:
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
