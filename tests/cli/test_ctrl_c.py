"""Ctrl-C is no traceback, whatever it meets."""

import subprocess
import sys
from collections.abc import Callable, Sequence
from functools import partialmethod
from pathlib import Path
from typing import Any

import pytest
from conftest import MODEL, Outcome
from typer.main import get_command

from aitrade.cli.app import app
from aitrade.cli.stopping import AFTER_STOP
from aitrade.core.errors import BadInputError, StoppedError, is_interrupt
from aitrade.retrieval import kept_embedder
from aitrade.retrieval.embedder import Embedder
from aitrade.workspace import open_workspace, transaction

Run = Callable[..., Outcome]
INTERRUPT = "import os, signal; os.kill(os.getpid(), signal.SIGINT)"


@pytest.mark.parametrize(
    "module",
    [
        INTERRUPT,  # while the commands are being loaded
        # Python 3.11 makes a RuntimeError of what meets a cached property being named.
        f"class A:\n def __set_name__(self, *_):\n  {INTERRUPT}\n  for _ in range(9**6): pass\nclass B:\n a = A()",
        "raise RuntimeError('something else')",
    ],
)
def test_while_the_commands_are_being_loaded(module: str, tmp_path: Path) -> None:
    (tmp_path / "app.py").write_text(module)
    script = "import sys, aitrade.cli as c; c.__path__.insert(0, sys.argv.pop()); c.main()"
    done = subprocess.run([sys.executable, "-c", script, tmp_path], capture_output=True, text=True, check=False)
    if "something else" in module:
        assert (done.returncode, "something else" in done.stderr) == (1, True)
    else:
        assert (done.returncode, done.stderr) == (5, "aitrade: stopped\n")


def test_what_duckdb_makes_of_it_while_a_transaction_is_open(tmp_path: Path) -> None:
    """The statement that is interrupted leaves a transaction that answers everything with another error."""
    with pytest.raises(KeyboardInterrupt), open_workspace(tmp_path) as con, transaction(con):
        try:
            raise RuntimeError("Query interrupted")
        finally:
            con.execute("SELECT error('Current transaction is aborted')")


def test_what_was_said_about_a_stop_stays(tmp_path: Path) -> None:
    with pytest.raises(StoppedError, match="12 codes kept"), open_workspace(tmp_path):
        try:
            raise KeyboardInterrupt
        except KeyboardInterrupt:
            raise StoppedError("12 codes kept") from None
    assert not is_interrupt(BadInputError("x"))


@pytest.mark.parametrize(
    ("where", "arguments", "kept"),
    [
        ("aitrade.classification.loading.load_classifiers", ("classify",), "every finished batch are kept"),
        ("aitrade.workspace.codes.read_codes", ("calibrate",), "what was embedded and asked is kept"),
        ("aitrade.models.installed.locate", ("models", "tune", "x", "--name", "y"), "the last finished epoch"),
        (
            "aitrade.evaluation.benchmark.contest_rows.run_contest",
            ("bench", "models", "--model", MODEL),
            "rows and all",
        ),
        ("aitrade.workspace.read_workspace", ("bench", "learn", "--labels", "x"), "adapters that were tuned are kept"),
        ("aitrade.models.install.install", ("models", "install", "gemma-3-270m"), "gets the rest"),
        ("aitrade.workspace.code_import.import_codes", ("codes", "import", "x.csv"), "nothing of the one at work"),
        ("aitrade.trade.ingest.importing.import_trade", ("trade", "import", "x.csv"), "nothing of the one at work"),
        (
            "aitrade.workspace.open_workspace",
            ("labels", "import", "x.csv", "--name", "x"),
            "nothing of the one at work",
        ),
    ],
)
@pytest.mark.parametrize("error", [KeyboardInterrupt(), RuntimeError("Query interrupted")])
def test_a_long_command_says_in_one_line_what_is_kept(
    where: str, arguments: tuple[str, ...], kept: str, error: BaseException, aitrade: Run, models: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    def stop(*_: Any, **__: Any) -> None:
        raise error

    monkeypatch.setattr(where, stop)
    found = aitrade(*arguments)
    assert (found.code, found.out) == (5, "")
    last = found.err.splitlines()[-1]
    assert last.startswith("aitrade: stopped; ")
    assert kept in last
    assert "same command" in last


def test_a_short_command_says_that_it_stopped(aitrade: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    def stop(*_: Any, **__: Any) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("aitrade.models.listing.list_rows", stop)
    assert aitrade("models", "list").err == "aitrade: stopped\n"


def test_what_is_said_of_a_command_is_said_of_one_that_is_there() -> None:
    def words(command: Any, before: tuple[str, ...] = ()) -> set[str]:
        below = getattr(command, "commands", {})
        return {" ".join(before)}.union(*(words(one, (*before, name)) for name, one in below.items()))

    assert set(AFTER_STOP) <= words(get_command(app))


def test_what_was_embedded_before_a_stop_is_not_embedded_again(
    aitrade: Run, models: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    embedded: list[str] = []
    real = Embedder.embed_by_length

    def embed(self: Embedder, texts: Sequence[str], most: int) -> Any:
        for rows, vectors in real(self, texts):
            if len(embedded) >= most:
                raise KeyboardInterrupt
            embedded.extend(texts[row] for row in rows)
            yield rows, vectors

    monkeypatch.setattr(kept_embedder, "KEPT", 1)
    monkeypatch.setattr(Embedder, "embed_by_length", partialmethod(embed, most=40))
    command = ("classify", "--model", MODEL, "--device", "cpu", "--flow", "all")
    stopped = aitrade(*command)
    assert stopped.code == 5
    assert "stopped after 0 of" in stopped.err
    assert "all embeddings are kept" in stopped.err
    before = len(embedded)
    assert before >= 40
    monkeypatch.setattr(Embedder, "embed_by_length", partialmethod(embed, most=10_000))
    assert aitrade(*command).code == 0
    assert len(embedded) == len(set(embedded)) > before
