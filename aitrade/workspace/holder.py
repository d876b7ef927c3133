"""Say which process holds a workspace, and since when."""

import os
import re
import time
from pathlib import Path

from aitrade.core.wording import duration

_NUMBER = re.compile(r"\(PID (\d+)\)")
_LONGEST = 100  # characters of a command line


def describe_holder(message: str) -> str:
    """Describe the process that DuckDB names in its error about a lock.

    As in ``: process 7, aitrade classify, for about 5 min``.

    Where the system tells nothing about processes, command and time are left out; empty where DuckDB names none.
    """
    if (number := _NUMBER.search(message)) is None:
        return ""
    process = Path("/proc") / number[1]
    try:
        command = _command(process.joinpath("cmdline").read_bytes())
        started = int(process.joinpath("stat").read_text().rpartition(")")[2].split()[19]) / os.sysconf("SC_CLK_TCK")
        seconds = time.clock_gettime(time.CLOCK_BOOTTIME) - started
    except (OSError, ValueError, IndexError, AttributeError):
        return f": process {number[1]}"
    return f": process {number[1]}, {command}, for {duration(max(seconds, 1.0))}"


def _command(line: bytes) -> str:
    """A command line from the name of the program on: not the interpreter, nor where the program lies."""
    words = line.decode("utf-8", "replace").rstrip("\0").split("\0")
    places = [place for place, word in enumerate(words) if Path(word).name == "aitrade"]
    shown = " ".join(["aitrade", *words[places[0] + 1 :]] if places else [Path(words[0]).name])
    return shown if len(shown) <= _LONGEST else shown[:_LONGEST] + " ..."
