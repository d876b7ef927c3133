"""Embedders of one's own are tuned through their own modules: what pools, projects or prompts in use does so here."""

import dataclasses
import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import toys
from conftest import DEMO_EMBEDDER
from questions import on_exemplars

from aitrade.core.device import Runtime
from aitrade.models.installed import Installed
from aitrade.nomenclature.code_text import describe
from aitrade.question.exemplars import ExemplarSet
from aitrade.retrieval.embedder import Embedder, load_sentence_transformer
from aitrade.tuning.embedder import _examples
from aitrade.tuning.embedder_learner import SCALE, new_embedder_learner
from aitrade.tuning.job import Task
from aitrade.tuning.learner import vectors_of
from aitrade.tuning.settings import EMBEDDER_SETTINGS

CPU = Runtime("cpu", "float32")


def pooled(folder: Path, mode: str) -> None:
    modes = {"pooling_mode_mean_tokens": False, f"pooling_mode_{mode}": True}
    path = folder / "1_Pooling" / "config.json"
    path.write_text(json.dumps({"word_embedding_dimension": 16} | modes))


def with_dense(folder: Path) -> None:
    from sentence_transformers import SentenceTransformer
    from sentence_transformers.models import Dense

    model = SentenceTransformer(str(folder), device="cpu")
    SentenceTransformer(modules=[model[0], model[1], Dense(16, 6)], device="cpu").save(str(folder))


def set_up(folder: Path, **settings: Any) -> None:
    path = folder / "config_sentence_transformers.json"
    kept = json.loads(path.read_text()) if path.is_file() else {}
    path.write_text(json.dumps(kept | settings))


OWN = {
    "mean": lambda folder: None,
    "first token": lambda folder: pooled(folder, "cls_token"),
    "last token": lambda folder: pooled(folder, "lasttoken"),
    "dense": with_dense,
    "shortened": lambda folder: set_up(folder, truncate_dim=5),
    "prompted": lambda folder: set_up(folder, prompts={"query": "servers: "}, default_prompt_name="query"),
}


@pytest.mark.parametrize("what", OWN)
def test_tuning_begins_with_the_very_embeddings_that_are_used(
    what: str, tmp_path: Path, exemplars: ExemplarSet
) -> None:
    folder = toys.save_embedder(tmp_path / "own")
    OWN[what](folder)
    base: Installed = toys.register(folder, DEMO_EMBEDDER, "embedder")
    question = on_exemplars(exemplars)
    task = Task("x", base, question, CPU, dataclasses.replace(EMBEDDER_SETTINGS, rank=2), 2)
    loaded = load_sentence_transformer(base, CPU)
    used = Embedder("own", "", "cpu", "float32", lambda: loaded).embed(
        [describe(e.code, question.words) for e in exemplars.exemplars]
    )
    found = vectors_of(new_embedder_learner(task), _examples(task))
    assert found.shape == used.shape
    assert np.abs(found / SCALE - used).max() < 1e-5
