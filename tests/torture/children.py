"""Command lines in processes of their own that can be ended at any moment: the tests' side of driver.py."""

import json
import os
import subprocess
import sys
from pathlib import Path
from types import TracebackType
from typing import Any, NamedTuple

HERE = Path(__file__).parent


class Left(NamedTuple):
    """What a command line left: its exit code (negative: the signal), its texts, and how many points it passed."""

    code: int
    out: str
    err: str
    points: int


class Children:
    """Runs command lines, each in a fork of one process that has loaded the libraries."""

    def __init__(self, models: Path, question: Path) -> None:
        self.process = subprocess.Popen(
            [sys.executable, HERE / "driver.py"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            env=os.environ
            | {
                "PYTHONPATH": os.pathsep.join(map(str, (HERE.parents[1], HERE.parent))),
                "AITRADE_MODELS": str(models),
                "AITRADE_QUESTION": str(question),
                "OMP_NUM_THREADS": "1",
            },
        )
        self.kills = 0

    def __enter__(self) -> "Children":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        assert self.process.stdin
        self.process.stdin.close()
        self.process.wait()
        assert self.process.stdout
        self.process.stdout.close()

    def run(self, folder: Path, *arguments: str | Path, **asked: Any) -> Left:
        """Run ``aitrade ARGUMENTS`` in a folder; further arguments say how it is to end (see driver.py)."""
        self.start(folder, *arguments, **asked)
        return self.finish()

    def start(self, folder: Path, *arguments: str | Path, **asked: Any) -> None:
        """Begin what ``run`` does."""
        assert self.process.stdin
        request = {"arguments": [str(a) for a in arguments], "folder": str(folder)} | asked
        self.process.stdin.write(json.dumps(request) + "\n")
        self.process.stdin.flush()

    def finish(self) -> Left:
        """Wait for what was begun."""
        assert self.process.stdout
        left = Left(**json.loads(self.process.stdout.readline()))
        self.kills += left.code < 0 or left.code == 5
        return left

    def must(self, folder: Path, *arguments: str | Path, **asked: Any) -> Left:
        """Run a command that has to succeed."""
        left = self.run(folder, *arguments, **asked)
        assert left.code == 0, (arguments, left.err[-2000:])
        return left
