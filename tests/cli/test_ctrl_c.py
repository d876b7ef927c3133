"""Ctrl-C is no traceback, whatever it meets."""

import subprocess
import sys
from pathlib import Path

import pytest

from aitrade.core.errors import BadInputError, StoppedError, is_interrupt
from aitrade.workspace import open_workspace, transaction

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
