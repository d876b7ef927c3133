"""A tuning task: checkpoints are of it alone, and its figures are of what was held out."""

import dataclasses
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import toys

from aitrade.codes import Code
from aitrade.exemplars import Exemplar, ExemplarSet
from aitrade.machine import Machine
from aitrade.tuning import task as task_module
from aitrade.tuning.settings import LLM_SETTINGS
from aitrade.tuning.task import Task, held_out_figures, put_in_place
from aitrade.tuning.train import _cosine, _shuffled
from aitrade.weights.record import Installed

EXEMPLARS = tuple(Exemplar(code, "Low", "Not_DC_Related", "because") for code in toys.toy_codes())
WORK = Path("work")


@pytest.fixture
def task(models: Path) -> Task:
    from conftest import MODEL

    from aitrade.weights.installed import locate

    return Task("own", locate(MODEL), ExemplarSet(EXEMPLARS), Machine("cpu", "float32"), LLM_SETTINGS, 3)


def other_weights(base: Installed) -> Installed:
    return dataclasses.replace(base, files=base.files[1:])


CHANGES: dict[str, Callable[[Task], Task]] = {
    "weights": lambda t: dataclasses.replace(t, base=other_weights(t.base)),
    "exemplars": lambda t: dataclasses.replace(t, exemplars=ExemplarSet(EXEMPLARS[1:])),
    "arithmetic": lambda t: dataclasses.replace(t, machine=Machine("cpu", "bfloat16")),
    "settings": lambda t: dataclasses.replace(t, settings=dataclasses.replace(t.settings, share=0.25)),
    "folds": lambda t: dataclasses.replace(t, folds=4),
}


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES)
def test_checkpoints_of_another_task_are_not_gone_on_with(task: Task, change: Callable[[Task], Task]) -> None:
    assert task.checkpoints(WORK) == task.checkpoints(WORK)
    assert change(task).checkpoints(WORK) != task.checkpoints(WORK)


def test_nor_are_those_of_other_prompts(task: Task, monkeypatch: pytest.MonkeyPatch) -> None:
    before = task.checkpoints(WORK)
    monkeypatch.setattr(task_module, "text_sha256", lambda: "another")
    assert task.checkpoints(WORK) != before


def test_figures_of_held_out_exemplars() -> None:
    code = Code("8471500150", "imports", "SERVERS")
    levels = ("High", "High", "Medium", "Low")
    held_out = [Exemplar(code, level, "Compute_Hardware", "because") for level in levels]
    scores = np.array([[3.0, 1, 1], [1, 3, 1], [3, 1, 1], [1, 1, 3]])  # says High, Medium, High, Low
    found = held_out_figures(np.hstack([scores, scores]), held_out)  # categories follow the relevances
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


def test_an_adapter_is_replaced_whole(tmp_path: Path) -> None:
    made, target, work = tmp_path / "work/made", tmp_path / "target", tmp_path / "work"
    for folder, name in ((made, "new"), (target, "old")):
        folder.mkdir(parents=True)
        (folder / name).touch()
    put_in_place(made, target, work)
    assert [p.name for p in target.iterdir()] == ["new"]
    assert not work.exists()
