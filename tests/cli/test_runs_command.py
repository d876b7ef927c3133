"""``aitrade classify`` and ``aitrade runs`` on the command line."""

import csv
import io
import json
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest
import toys
from conftest import MODEL, Outcome
from questions import question_folder
from trade_fixtures import add_run

from aitrade.llm.prompt_scorer import PromptScorer
from aitrade.question.question import SHIPPED, load_question
from aitrade.retrieval.embedder import Embedder
from aitrade.workspace import open_workspace

LABELS = load_question(SHIPPED).labels

Run = Callable[..., Outcome]
TOTAL = len(toys.toy_codes())
ALL = ("classify", "--model", MODEL, "--device", "cpu", "--flow", "all")


@pytest.fixture(autouse=True)
def toy_models(models: Path) -> None:
    """All tests here run the toy models."""


def run_names(aitrade: Run) -> list[str]:
    return [run["run"] for run in json.loads(aitrade("runs", "list", "--json").out)]


def test_classify_list_show_export(aitrade: Run, tmp_path: Path) -> None:
    found = aitrade(*ALL)
    assert (found.code, found.out) == (0, "")
    assert f"{TOTAL} codes on cpu" in found.err
    assert "will not be calibrated" in found.err
    assert f"classifying: {TOTAL} of {TOTAL}" in found.err
    (name,) = run_names(aitrade)
    assert f"run {name}: {TOTAL} predictions" in found.err

    assert name in aitrade("runs").out
    assert "finished" in aitrade("runs", "list").out
    shown = json.loads(aitrade("runs", "show", name[:-3]).out)  # the beginning of a name is enough
    assert (shown["run"], shown["codes"], shown["finished"]) == (name, TOTAL, True)
    assert shown["settings"]["model"] == MODEL

    path = tmp_path / "deep" / "run.csv"
    assert aitrade("runs", "export", name, "-o", path).code == 0
    rows = list(csv.DictReader(io.StringIO(path.read_text("utf-8"))))
    assert len(rows) == TOTAL
    assert ",".join(rows[0]) == "hs10,flow,description,relevance,category,p_high,p_medium,p_low,source"
    assert any(row["hs10"].startswith("0") for row in rows)


def test_the_list_has_whole_names_where_it_is_piped(aitrade: Run, workspace: Path) -> None:
    """Runs of one model differ only at the end of their names, which other commands need."""
    names = [f"qwen2.5-coder-1.5b-instruct+an-adapter-with-a-long-name-{end}" for end in ("0a1b2c3d", "4e5f6071")]
    with open_workspace(workspace) as con:
        for name in names:
            add_run(con, name, [])
    for command in (("runs",), ("runs", "list")):
        assert [line.split(" ")[0] for line in aitrade(*command).out.splitlines()][-2:] == names


def test_the_same_command_again_goes_on_and_finds_the_work_done(aitrade: Run) -> None:
    aitrade(*ALL)
    found = aitrade(*ALL)
    assert found.code == 0
    assert len(run_names(aitrade)) == 1
    assert aitrade("runs", "resume", run_names(aitrade)[0]).code == 0


def test_limit_codes_and_flow_choose_what_is_classified(aitrade: Run, tmp_path: Path) -> None:
    def classified(*options: str | Path) -> int:
        found = aitrade(*ALL, *options)
        assert found.code == 0, found.err
        return int(found.err.rpartition(" predictions")[0].rpartition(" ")[2])

    assert classified("--limit", "7") == 7
    path = tmp_path / "only.csv"
    path.write_text("hs10,note\n8471.50.01.50,x\n803901000,y\n", "utf-8")
    found = aitrade(*ALL, "--codes", path)
    assert found.code == 3
    assert f"{path}, line 3, column hs10: code '803901000' has 9 digits" in found.err
    assert "--pad" in found.err
    assert classified("--codes", path, "--pad") == 3  # imports and exports have 8471500150
    assert "code 0803901000 is not in the workspace" in aitrade(*ALL, "--codes", path, "--pad", "--flow", "exports").err


def test_a_file_without_a_code_is_bad_input_and_makes_no_run(aitrade: Run, tmp_path: Path) -> None:
    path = tmp_path / "only.csv"
    path.write_text("hs10\n\n", "utf-8")
    found = aitrade(*ALL, "--codes", path)
    assert (found.code, found.out) == (3, "")
    assert f"{path}: the file names no code" in found.err
    assert "loading" not in found.err
    assert run_names(aitrade) == []


def stop_at(monkeypatch: pytest.MonkeyPatch, call: int, error: type[BaseException] = KeyboardInterrupt) -> None:
    """Have the judge press Ctrl-C at its n-th batch."""
    real, calls = PromptScorer.relevance, 0

    def relevance(self: PromptScorer, *arguments: Any) -> Any:
        nonlocal calls
        calls += 1
        if calls == call:
            raise error
        return real(self, *arguments)

    monkeypatch.setattr(PromptScorer, "relevance", relevance)


def test_ctrl_c_is_exit_code_5_and_resume_ends_the_run(aitrade: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as patch:
        stop_at(patch, 3)
        found = aitrade(*ALL)
    assert found.code == 5
    (name,) = run_names(aitrade)
    assert f"fix: aitrade runs resume {name}" in found.err
    assert "can be resumed" in aitrade("runs").out
    found = aitrade("runs", "resume", name)
    assert (found.code, found.out) == (0, "")
    assert f"{TOTAL} predictions" in found.err
    assert "is finished" in aitrade("runs", "resume", name).err


def test_ctrl_c_before_the_first_batch_is_exit_code_5_too(aitrade: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    """Loading a large model takes a minute."""

    def interrupted(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("aitrade.classification.loading.load_scorer", interrupted)
    assert aitrade(*ALL).code == 5


def test_resuming_after_the_exemplars_changed_is_refused(
    aitrade: Run, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:

    with monkeypatch.context() as patch:
        stop_at(patch, 2)
        aitrade(*ALL)
    fewer = toys.write_exemplars(tmp_path / "fewer.csv", toys.LABELLED[1:])
    monkeypatch.setenv("AITRADE_QUESTION", str(question_folder(tmp_path / "question", fewer)))
    found = aitrade("runs", "resume", run_names(aitrade)[0])
    assert found.code == 3
    assert "changed since it began: exemplars_sha256" in found.err
    assert "fix: begin a new run: aitrade classify" in found.err


def test_runs_that_are_not_there_and_workspaces_that_cannot_be_used(aitrade: Run, workspace: Path) -> None:
    for command in ("show", "resume"):
        found = aitrade("runs", command, "nothing")
        assert (found.code, found.out) == (3, "")
        assert "there is no run nothing" in found.err
    with open_workspace(workspace) as con:
        con.execute("INSERT INTO migrations VALUES (1000, 'future', now()::TIMESTAMP)")
    for arguments in (("runs",), ALL):
        found = aitrade(*arguments)
        assert found.code == 3
        assert "schema version 1000" in found.err


def test_an_unexpected_error_is_not_dressed_up(aitrade: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    """Exit code 1 and a traceback are what a bug looks like."""
    stop_at(monkeypatch, 1, ZeroDivisionError)
    with pytest.raises(ZeroDivisionError):
        aitrade(*ALL)


def test_no_text_is_embedded_twice(aitrade: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    """Neither an exemplar's nor a code's: the workspace keeps their vectors."""
    embedded: list[str] = []
    real = Embedder.embed_by_length

    def listen(self: Embedder, texts: Sequence[str]) -> Any:
        embedded.extend(texts)
        return real(self, texts)

    monkeypatch.setattr(Embedder, "embed_by_length", listen)
    for limit in ("2", "3"):
        assert aitrade(*ALL, "--limit", limit).code == 0
    assert len(embedded) == len(set(embedded)) > 0
