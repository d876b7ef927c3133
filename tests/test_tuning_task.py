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


def test_an_adapter_is_replaced_whole(tmp_path: Path) -> None:
    made, target, work = tmp_path / "work/made", tmp_path / "target", tmp_path / "work"
    for folder, name in ((made, "new"), (target, "old")):
        folder.mkdir(parents=True)
        (folder / name).touch()
    put_in_place(made, target, work)
    assert [p.name for p in target.iterdir()] == ["new"]
    assert not work.exists()
