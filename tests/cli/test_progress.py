"""Progress says in words how long it will take, and something moves on a terminal at once."""

import io
import itertools
import os
import pty
import select
import subprocess
import sys
import time
from pathlib import Path

import pytest
import report_workspace as made
from rich.console import Console

from aitrade.cli import progress
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


def test_lines_say_early_how_long_it_takes_and_are_never_quiet_for_long(monkeypatch: pytest.MonkeyPatch) -> None:
    """Of a thousand steps of a second each, the first tenth alone would take longer than anybody waits for a word."""
    now = 100.0
    monkeypatch.setattr(progress.time, "monotonic", lambda: now)
    screen = Console(file=io.StringIO(), width=200)
    monkeypatch.setattr(progress, "console", lambda: screen)
    lines: list[tuple[float, str]] = []
    with progress.stages() as on_stage:
        on_stage("loading a model")(0, 0)
        on_step = on_stage("asking")
        for done in range(1001):
            before = len(screen.file.getvalue())  # type: ignore[attr-defined]
            on_step(done, 1000)
            if said := screen.file.getvalue()[before:]:  # type: ignore[attr-defined]
                lines.append((now - 100, said.strip()))
            now += 1
    assert screen.file.getvalue().startswith("loading a model\n")  # type: ignore[attr-defined]
    assert lines[0] == (0, "asking: 0 of 1,000")
    assert lines[1] == (3, "asking: 3 of 1,000, about 17 min left")
    assert lines[-1] == (1000, "asking: 1,000 of 1,000")
    times = [at for at, _ in lines]
    assert all(later - at <= max(15, later / 10) + 1 for at, later in itertools.pairwise(times))
    assert len(lines) < 60, "a long run fills no log"


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
