"""Progress says in words how long it will take, and something moves on a terminal at once."""

import os
import pty
import select
import subprocess
import sys
import time
from pathlib import Path

import pytest
import report_workspace as made

from aitrade.core.wording import duration


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (0.2, "about 5 s"),
        (14, "about 10 s"),
        (89, "about 90 s"),
        (95, "about 2 min"),
        (245, "about 4 min"),
        (5300, "about 88 min"),
        (5400, "about 1 h 30 min"),
        (7190, "about 2 h"),
    ],
)
def test_time_left_is_said_in_words(seconds: float, words: str) -> None:
    assert duration(seconds) == words


def test_a_terminal_sees_what_is_being_done(tmp_path: Path) -> None:
    """The report's first words on a terminal are there long before its file; a file of messages holds no animation."""
    folder = made.fill(tmp_path / "workspace")
    page = tmp_path / "report.html"
    command = [
        sys.executable,
        "-m",
        "aitrade",
        "--workspace",
        str(folder),
        "report",
        "--run",
        made.RUN,
        "-o",
        str(page),
    ]
    ours, theirs = pty.openpty()
    running = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=theirs, env={**os.environ, "TERM": "xterm"})
    os.close(theirs)
    seen, there_first = b"", False
    until = time.monotonic() + 120
    while time.monotonic() < until and select.select([ours], [], [], 120)[0]:
        try:
            seen += os.read(ours, 4096)
        except OSError:  # the other end is closed
            break
        there_first = there_first or (b"drawing figures" in seen and not page.exists())
    assert running.wait(60) == 0
    os.close(ours)
    assert there_first
    done = subprocess.run([*command], capture_output=True, text=True, check=True)
    assert "drawing figures" not in done.stderr
