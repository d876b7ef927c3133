"""Tune an embedder on the exemplars, so that nearest means nearest in use, not in wording.

LoRA on every linear layer of the encoder learns relevance and category through two heads on the embedding. The heads
are thrown away: codes whose use is alike have come near each other, which is what neighbours and probe live on.
"""

from pathlib import Path

import numpy as np

from aitrade.models.adapter_files import AdapterManifest, write_manifest
from aitrade.models.lora import save_lora
from aitrade.nomenclature.code_text import describe
from aitrade.question.folds import fold_name
from aitrade.retrieval.embedder import load_sentence_transformer
from aitrade.tuning.embedder_learner import new_embedder_learner, prompt_of
from aitrade.tuning.job import OnStep, Task, put_in_place
from aitrade.tuning.learner import Example, example, score, vectors_of
from aitrade.tuning.train import learn


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
    scores = np.zeros((len(examples), len(task.question.labels.names)))
    for fold in range(task.folds):
        learner = new_embedder_learner(task)
        learn(learner, task, examples, fold, checkpoints, on_step)
        unseen = [examples[row] for row in np.flatnonzero(parts == fold)]
        vectors = vectors_of(learner, unseen, task.reading(fold, on_step))
        scores[parts == fold] = score(learner.heads, vectors)
        save_lora(learner.model, task.base.name, made / fold_name(fold))
    learner = new_embedder_learner(task)
    learn(learner, task, examples, None, checkpoints, on_step)
    save_lora(learner.model, task.base.name, made)
    manifest = task.manifest(task.question.exemplars.exemplars, scores)
    write_manifest(made, manifest)
    put_in_place(made, target, work)
    return manifest


def _examples(task: Task) -> list[Example]:
    """The exemplars, their text as token ids."""
    import torch

    embedder = load_sentence_transformer(task.base, task.runtime)
    prompt = prompt_of(embedder)
    texts = [prompt + describe(e.code, task.question.words) for e in task.question.exemplars.exemplars]
    tokens = embedder.tokenizer(texts, truncation=True, max_length=task.settings.max_tokens)["input_ids"]
    return [
        example(e, torch.tensor(ids, device=task.runtime.torch_device), task.question.labels)
        for e, ids in zip(task.question.exemplars.exemplars, tokens, strict=True)
    ]
