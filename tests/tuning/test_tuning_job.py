"""A tuning task: checkpoints are of it alone, and its figures are of what was held out."""

import dataclasses
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
import toys
from questions import LABELS, on_exemplars

from aitrade.core.device import Runtime
from aitrade.models.installed import Installed
from aitrade.nomenclature.codes import Code
from aitrade.question.exemplars import Exemplar, ExemplarSet
from aitrade.tuning.job import Task, held_out_figures, put_in_place
from aitrade.tuning.learner import NONE, Example, new_heads
from aitrade.tuning.settings import LLM_SETTINGS, llm_settings
from aitrade.tuning.train import _cosine, _loss, _shuffled, _trainable, train

EXEMPLARS = tuple(Exemplar(code, "Low", "Not_DC_Related", "because") for code in toys.toy_codes())
WORK = Path("work")


@pytest.fixture
def task(models: Path) -> Task:
    from conftest import MODEL

    from aitrade.models.installed import locate

    return Task("own", locate(MODEL), on_exemplars(ExemplarSet(EXEMPLARS)), Runtime("cpu", "float32"), LLM_SETTINGS, 3)


def other_weights(base: Installed) -> Installed:
    return dataclasses.replace(base, files=base.files[1:])


CHANGES: dict[str, Callable[[Task], Task]] = {
    "weights": lambda t: dataclasses.replace(t, base=other_weights(t.base)),
    "exemplars": lambda t: dataclasses.replace(t, question=on_exemplars(ExemplarSet(EXEMPLARS[1:]))),
    "arithmetic": lambda t: dataclasses.replace(t, runtime=Runtime("cpu", "bfloat16")),
    "settings": lambda t: dataclasses.replace(t, settings=dataclasses.replace(t.settings, share=0.25)),
    "folds": lambda t: dataclasses.replace(t, folds=4),
}


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES)
def test_checkpoints_of_another_task_are_not_gone_on_with(task: Task, change: Callable[[Task], Task]) -> None:
    assert task.checkpoints(WORK) == task.checkpoints(WORK)
    assert change(task).checkpoints(WORK) != task.checkpoints(WORK)


def test_nor_are_those_of_other_prompts(task: Task) -> None:
    before = task.checkpoints(WORK)
    prompts = dataclasses.replace(task.question.prompts, short="another")
    other = dataclasses.replace(task, question=dataclasses.replace(task.question, prompts=prompts))
    assert other.checkpoints(WORK) != before


def test_figures_of_held_out_exemplars() -> None:
    code = Code("8471500150", "imports", "SERVERS")
    levels = ("High", "High", "Medium", "Low")
    held_out = [Exemplar(code, level, "Compute_Hardware", "because") for level in levels]
    scores = np.array([[3.0, 1, 1], [1, 3, 1], [3, 1, 1], [1, 1, 3]])  # says High, Medium, High, Low
    found = held_out_figures(np.hstack([scores, scores]), held_out, LABELS)  # categories follow the relevances
    assert found == {"out_of_fold_accuracy": 0.5, "out_of_fold_high_f1": 0.5}


@pytest.mark.parametrize("steps", [1, 7, 400])
def test_the_rate_rises_over_a_twentieth_of_the_steps_and_falls_as_a_cosine_to_zero(steps: int) -> None:
    rate, warm = _cosine(steps), max(1, steps // 20)
    assert [rate(step) for step in range(warm)] == pytest.approx([(step + 1) / warm for step in range(warm)])
    assert rate(warm) == pytest.approx(1.0)
    assert rate((warm + steps) // 2) == pytest.approx(0.5, abs=0.1 if steps < 400 else 0.01) or steps == 1
    after = [rate(step) for step in range(warm, steps + 1)]
    assert after == sorted(after, reverse=True)
    assert after[-1] == pytest.approx(0.0) or steps == 1


def test_batches_hold_every_row_once_and_like_lengths_together_in_another_order_each_epoch() -> None:
    lengths = np.random.default_rng(2).integers(5, 160, 900).tolist()
    first, second = (list(_shuffled(lengths, LLM_SETTINGS, epoch)) for epoch in (0, 1))
    for batches in (first, second):
        assert sorted(row for batch in batches for row in batch) == list(range(900))
        assert {len(batch) for batch in batches} <= {LLM_SETTINGS.batch, 900 % LLM_SETTINGS.batch}
        spread = np.mean([np.ptp([lengths[row] for row in batch]) for batch in batches])
        assert spread < 0.25 * np.ptp(lengths), "most of a batch would be padding"
        starts = [lengths[batch[0]] for batch in batches]
        assert starts != sorted(starts), "short texts would always be learnt first"
    assert first != second
    assert first != list(_shuffled(lengths, dataclasses.replace(LLM_SETTINGS, seed=1), 0))


def learner_of(*vectors: list[float]) -> Any:
    """A learner whose vectors are given numbers, times a matrix that it learns."""
    import torch

    torch.manual_seed(3)
    model, heads, given = torch.nn.Linear(2, 2, bias=False), new_heads(2, LABELS), torch.tensor(vectors)
    return SimpleNamespace(model=model, heads=heads, vectors=lambda examples: model(given[: len(examples)]))


def logs(head: Any, vectors: Any) -> "np.ndarray[tuple[int, ...], np.dtype[np.float64]]":
    odds = np.exp((head(vectors)).detach().double().numpy())
    return np.log(odds / odds.sum(1, keepdims=True))


def test_the_loss_is_that_of_relevances_and_by_its_weight_of_the_categories_that_there_are() -> None:
    import torch

    learner, inputs = learner_of([1.0, 2.0], [-1.0, 0.5], [0.3, 0.3]), torch.tensor([1])
    examples = [Example(inputs, 0, 4), Example(inputs, 2, NONE), Example(inputs, 1, 0)]
    vectors = learner.vectors(examples)
    relevance, category = (logs(learner.heads[name], vectors) for name in ("relevance", "category"))
    expected = -(relevance[0, 0] + relevance[1, 2] + relevance[2, 1]) / 3
    expected -= 0.25 * (category[0, 4] + category[2, 0]) / 2  # a Low one has none
    found = _loss(learner, examples, dataclasses.replace(LLM_SETTINGS, category_weight=0.25))
    assert found.item() == pytest.approx(expected, abs=1e-5)
    low = _loss(learner, [Example(inputs, 2, NONE)] * 3, LLM_SETTINGS)
    assert low.item() == pytest.approx(-relevance[:, 2].mean(), abs=1e-5)  # and a batch of Low ones is no NaN


@pytest.mark.parametrize("still", ["learning_rate", "head_rate"])
def test_matrices_and_heads_learn_at_their_own_rates(tmp_path: Path, still: str) -> None:
    import torch

    learner = learner_of([1.0, 2.0], [-1.0, 0.5])
    before = {name: p.detach().clone() for name, p in _trainable(learner).items()}
    examples = [Example(torch.tensor([1]), 0, 4), Example(torch.tensor([1]), 1, 0)]
    settings = dataclasses.replace(LLM_SETTINGS, epochs=1, **{still: 0.0})
    train(learner, examples, settings, lambda *_: None, tmp_path)
    moved = {name.partition(".")[0] for name, p in _trainable(learner).items() if not torch.equal(p, before[name])}
    assert moved == ({"heads"} if still == "learning_rate" else {"lora"})


def test_an_adapter_is_of_what_is_published_of_its_base(task: Task) -> None:
    """Not of the files that the libraries of this machine made of it, or it would fit no other machine's."""
    base = dataclasses.replace(task.base, source_sha256="1" * 64)
    assert dataclasses.replace(task, base=base).manifest(EXEMPLARS[:1], np.ones((1, 3))).base_sha256 == "1" * 64


def test_an_adapter_is_replaced_whole(tmp_path: Path) -> None:
    made, target, work = tmp_path / "work/made", tmp_path / "target", tmp_path / "work"
    for folder, name in ((made, "new"), (target, "old")):
        folder.mkdir(parents=True)
        (folder / name).touch()
    put_in_place(made, target, work)
    assert [p.name for p in target.iterdir()] == ["new"]
    assert not work.exists()


@pytest.mark.parametrize(("exemplars", "epochs"), [(5_309, 2), (2_000, 2), (1_000, 4), (999, 5), (300, 12), (1, 12)])
def test_an_llm_reads_few_exemplars_more_often(exemplars: int, epochs: int) -> None:
    """It learns nothing in the 75 steps that two passes over 300 exemplars are; the shipped ones stay."""
    assert llm_settings(exemplars).epochs == epochs
    assert dataclasses.replace(llm_settings(exemplars), epochs=2) == LLM_SETTINGS
