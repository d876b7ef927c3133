"""Tune an LLM: what it says of exemplars that it has not seen first, then the adapter tuned on all of them."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from aitrade.core.files import atomic_write
from aitrade.llm.code_vectors import FULL, VECTORS, new_projection, project, write_vectors
from aitrade.llm.engine_loading import load_tree_engine
from aitrade.llm.out_of_fold import write_out_of_fold
from aitrade.llm.prompt import short_tokens
from aitrade.models.adapter_files import HEADS, OUT_OF_FOLD, AdapterManifest, write_manifest
from aitrade.models.lora import save_lora
from aitrade.question.folds import fold_name
from aitrade.tuning.job import OnStep, Task, put_in_place
from aitrade.tuning.learner import Example, example, score, vectors_of
from aitrade.tuning.llm_learner import LLMLearner, new_llm_learner
from aitrade.tuning.lower import first_tuned, lower_states, require_tunable, require_whole
from aitrade.tuning.train import learn


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
    examples, parts = _examples(task, on_step), task.parts
    scores = np.zeros((len(examples), len(task.question.labels.names)))
    states = {}
    for fold in range(scored):
        kept = checkpoints / f"{fold_name(fold)}.npz"
        if not kept.is_file():
            _keep_fold(task, examples, fold, kept, on_step)
        with np.load(kept) as found:
            states[fold_name(fold)], scores[parts == fold] = found["vectors"], found["scores"]
    learner = _learnt(task, examples, None, checkpoints, on_step)
    # Before saving, which rounds what was learnt.
    states[FULL] = vectors_of(learner, examples, task.reading(None, on_step))
    made = checkpoints / "adapter"
    save_lora(learner.model, task.base.name, made)
    _save_heads(learner.heads, made / HEADS)
    projection = new_projection(states[FULL].shape[1])
    views = {name: project(hidden, projection) for name, hidden in states.items()}
    write_vectors(made / VECTORS, task.question.exemplars.exemplars, projection, views)
    rows = np.flatnonzero(parts < scored)
    held_out = [task.question.exemplars.exemplars[row] for row in rows]
    write_out_of_fold(made / OUT_OF_FOLD, held_out, scores[rows], task.question.labels.names)
    manifest = task.manifest(held_out, scores[rows], scored=scored)
    write_manifest(made, manifest)
    put_in_place(made, target, work)
    return manifest


def _examples(task: Task, on_step: OnStep) -> list[Example]:
    """The exemplars, as the layers that are not tuned leave their text."""
    engine = load_tree_engine(str(task.base.folder), task.runtime)
    require_tunable(engine.model)
    texts = [
        short_tokens(engine.tokenizer, e.code, task.question)[: task.settings.max_tokens]
        for e in task.question.exemplars.exemplars
    ]
    first = first_tuned(engine.model, task.settings.share)
    states = lower_states(
        engine.model, texts, first, lambda step, steps: on_step("layers that stay as they are", step, steps, None)
    )
    require_whole(engine.model, texts[0], states[0], first)
    return [
        example(e, of_text, task.question.labels)
        for e, of_text in zip(task.question.exemplars.exemplars, states, strict=True)
    ]


def _keep_fold(task: Task, examples: Sequence[Example], fold: int, kept: Path, on_step: OnStep) -> None:
    """Keep what a model tuned without a fold makes of the exemplars; the model is let go of with the return."""
    learner = _learnt(task, examples, fold, kept.parent, on_step)
    vectors = vectors_of(learner, examples, task.reading(fold, on_step))
    with atomic_write(kept) as partial:
        np.savez(partial, vectors=vectors, scores=score(learner.heads, vectors[task.parts == fold]))


def _learnt(
    task: Task, examples: Sequence[Example], fold: int | None, checkpoints: Path, on_step: OnStep
) -> LLMLearner:
    model = load_tree_engine(str(task.base.folder), task.runtime).model.to(task.runtime.dtype)
    learner = new_llm_learner(model, task.settings, task.question.labels)
    learn(learner, task, examples, fold, checkpoints, on_step)
    return learner


def _save_heads(heads: Any, path: Path) -> None:
    from safetensors.torch import save_file

    tensors = {name: head.weight for name, head in heads.items()}
    tensors |= {f"{name}_bias": head.bias for name, head in heads.items()}
    save_file({name: value.detach().float().cpu().contiguous() for name, value in tensors.items()}, path)
