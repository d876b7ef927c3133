"""Real signals: a run that got SIGINT, then SIGKILL, goes on each time and ends with what a whole run gives."""

import os
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import toys
from conftest import MODEL, Outcome, fill
from questions import question_folder

from aitrade.demo import DEMO_EMBEDDER
from aitrade.workspace import open_workspace

# The command line in a process of its own. At its third batch it says so, and waits for the signal.
DRIVER = """
import os, sys
batch = int(sys.argv[1])
sys.argv = ["aitrade", *sys.argv[2:]]
from functools import partial
from aitrade.api import data
from aitrade.classification import sharding
from aitrade.classification.method import Method
from aitrade.cli import main
data.Method = partial(Method, codes_per_batch=batch)
real, calls = sharding._judge, 0
def third_waits(*arguments):
    global calls
    calls += 1
    if calls == 3:
        print("ready", flush=True)
        sys.stdin.read()
    return real(*arguments)
sharding._judge = third_waits
main()
"""
BATCH = 6


def stopped_by(number: signal.Signals, weights: Path, exemplar_file: Path, workspace: Path) -> tuple[int, str]:
    """Begin or go on, get a signal in the third batch; the exit code and standard error."""
    chosen = ["--model", MODEL, "--embedder", DEMO_EMBEDDER, "--device", "cpu", "--flow", "all"]
    arguments = ["--workspace", str(workspace), "classify", *chosen]
    with subprocess.Popen(
        [sys.executable, "-c", DRIVER, str(BATCH), *arguments],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=os.environ
        | {
            "AITRADE_MODELS": str(weights),
            "AITRADE_QUESTION": str(question_folder(workspace.parent / "question", exemplar_file)),
        },
    ) as process:
        assert process.stdout
        if process.stdout.readline() != "ready\n":
            raise AssertionError(process.communicate()[1])
        process.send_signal(number)
        _, err = process.communicate()
    return process.returncode, err


def predictions(workspace: Path) -> list[tuple[object, ...]]:
    with open_workspace(workspace) as con:
        return con.execute("SELECT * EXCLUDE run FROM predictions ORDER BY flow, hs10").fetchall()


def test_a_run_survives_sigint_and_sigkill(
    aitrade: Callable[..., Outcome], models: Path, exemplar_file: Path, workspace: Path, tmp_path: Path
) -> None:
    code, err = stopped_by(signal.SIGINT, models, exemplar_file, workspace)
    assert code == 5
    assert f"stopped after {2 * BATCH} of {len(toys.toy_codes())} codes; they and all embeddings are kept" in err
    assert "fix: aitrade runs resume toy-llama-" in err
    assert "Traceback" not in err

    code, _ = stopped_by(signal.SIGKILL, models, exemplar_file, workspace)
    assert code == -signal.SIGKILL
    with open_workspace(workspace) as con:
        ((run, finished, kept),) = con.execute(
            "SELECT run, finished_at, (SELECT count(*) FROM predictions) FROM runs"
        ).fetchall()
    assert (finished, kept) == (None, 4 * BATCH)

    found = aitrade("runs", "resume", run)
    assert found.code == 0
    assert f"classifying: {4 * BATCH} of {len(toys.toy_codes())}" in found.err

    whole = fill(tmp_path / "whole")
    assert aitrade("--workspace", whole, "classify", "--model", MODEL, "--device", "cpu", "--flow", "all").code == 0
    assert predictions(whole) == predictions(workspace)
    assert len(predictions(whole)) == len(toys.toy_codes())
