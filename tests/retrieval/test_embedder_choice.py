"""Which embedder finds the neighbours: what a run, its resumption, its calibration and its ablation hold to."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import toys
from conftest import MODEL, Outcome
from questions import on_exemplars

from aitrade.core.device import Runtime
from aitrade.demo import DEMO_EMBEDDER
from aitrade.evaluation import ablation
from aitrade.llm.prompt_scorer import PromptScorer
from aitrade.models.installed import locate
from aitrade.question.exemplars import ExemplarSet
from aitrade.tuning.embedder import make_embedder_adapter
from aitrade.tuning.job import Task
from aitrade.tuning.settings import TuneSettings

Run = Callable[..., Outcome]
OWN = f"{DEMO_EMBEDDER}+own"
CLASSIFY = ("classify", "--model", MODEL, "--embedder", OWN, "--device", "cpu")


@pytest.fixture
def tuned(exemplars: ExemplarSet, models: Path, workspace: Path) -> Path:
    """The workspace has a tuned embedder of its own, which is not the default."""
    task = Task(
        "own",
        locate(DEMO_EMBEDDER),
        on_exemplars(exemplars),
        Runtime("cpu", "float32"),
        TuneSettings(rank=2, epochs=1),
        2,
    )
    (workspace / "adapters").mkdir()
    make_embedder_adapter(task, workspace / "adapters" / OWN, workspace / ".work", lambda *_: None)
    return workspace


def last_run(aitrade: Run) -> dict[str, Any]:
    runs: list[dict[str, Any]] = json.loads(aitrade("runs", "list", "--json").out)
    return max(runs, key=lambda run: str(run["started_at"]))


def test_a_calibration_is_of_one_embedder(aitrade: Run, tuned: Path) -> None:
    """The same distance means another thing to another embedder."""
    assert aitrade("calibrate", "--model", MODEL, "--embedder", OWN, "--device", "cpu").code == 0
    assert (tuned / "calibration" / OWN / f"{MODEL}.json").is_file()
    found = aitrade(*CLASSIFY)
    assert (found.code, "not be calibrated" in found.err) == (0, False)
    assert last_run(aitrade)["settings"]["embedder"] == OWN
    found = aitrade("classify", "--model", MODEL, "--device", "cpu")
    assert f"make one: aitrade calibrate --model {MODEL})" in found.err
    assert last_run(aitrade)["settings"]["embedder"] == DEMO_EMBEDDER
    (tuned / "calibration" / OWN / f"{MODEL}.json").unlink()
    assert f"make one: aitrade calibrate --model {MODEL} --embedder {OWN})" in aitrade(*CLASSIFY).err


def test_a_run_goes_on_with_its_embedder(aitrade: Run, tuned: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as patch:
        patch.setattr(PromptScorer, "relevance", lambda *_: (_ for _ in ()).throw(KeyboardInterrupt))
        assert aitrade(*CLASSIFY).code == 5
    run = last_run(aitrade)["run"]
    found = aitrade("runs", "resume", run)
    assert (found.code, f"run {run}: " in found.err) == (0, True), found.err


def test_an_ablation_uses_the_embedder_of_the_run(
    aitrade: Run, tuned: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(ablation, "REPLICATES", 20)
    aitrade(*CLASSIFY)
    run = last_run(aitrade)["run"]
    label = {True: "High,Compute_Hardware", False: "Low,Not_DC_Related"}
    rows = [f"{c.hs10},{label[c.hs10 < '85']}" for c in toys.toy_codes() if c.flow == "imports"]
    truth = tmp_path / "truth.csv"
    truth.write_text("hs10,relevance,category\n" + "\n".join(rows) + "\n", "utf-8")
    aitrade("labels", "import", truth, "--name", "truth", "--flow", "imports")
    found = aitrade("bench", "ablation", run, "--reference", "truth", "--device", "cpu", "--format", "json")
    assert found.code == 0, found.err  # an ablation with another embedder than the run's is refused


def test_an_embedder_that_is_not_there_is_named_with_the_fix(aitrade: Run, models: Path) -> None:
    found = aitrade("classify", "--model", MODEL, "--embedder", f"{DEMO_EMBEDDER}+missing", "--device", "cpu")
    assert (found.code, f"{DEMO_EMBEDDER} has no adapter missing" in found.err) == (4, True), found.err
