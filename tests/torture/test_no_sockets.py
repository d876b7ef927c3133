"""The whole path asks for no socket: counted by strace, in a network namespace without an interface."""

import os
import re
import shutil
import subprocess
import sys
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

import pytest
from questions import question_folder
from reliability_figures import record

HERE = Path(__file__).parent
FAMILY = re.compile(r"\bsocket\((AF_\w+|PF_\w+)|\bconnect\(\d+, \{sa_family=(AF_\w+)")
UNSHARE = (str(shutil.which("unshare")), "-n")
WATCH = (
    str(shutil.which("strace")),
    "-f",
    "-qq",
    "--seccomp-bpf",
    "-e",
    "trace=socket,connect,bind,sendto",
    "-e",
    "signal=none",
    "-o",
)


def why_not() -> str | None:
    """Why this machine cannot watch a process from outside."""
    if missing := [tool for tool in ("strace", "unshare") if shutil.which(tool) is None]:
        return f"there is no {missing[0]} here"
    if subprocess.run([*UNSHARE, "true"], capture_output=True, check=False).returncode:
        return "needs root, to make a network namespace"
    if subprocess.run([*WATCH, "/dev/null", "true"], capture_output=True, check=False).returncode:
        return "there is no strace that may watch here"
    return None


WHY_NOT = why_not()
watched = pytest.mark.skipif(WHY_NOT is not None, reason=str(WHY_NOT))


def families(log: Path, command: Sequence[str | Path], **environment: str) -> Counter[str]:
    """Run a command without a network; how often each family of sockets was asked for."""
    done = subprocess.run(
        [*UNSHARE, *WATCH, log, *command],
        capture_output=True,
        text=True,
        check=False,
        env=os.environ | environment,
    )
    assert done.returncode == 0, done.stderr[-3000:]
    return Counter(one or other for one, other in FAMILY.findall(log.read_text()))


@watched
def test_what_counts_sockets_sees_them(tmp_path: Path) -> None:
    script = """
import socket
socket.socket(); socket.socket(socket.AF_INET6); socket.socket(socket.AF_UNIX)
try:
    socket.create_connection(("192.0.2.1", 80), timeout=1)
except OSError:
    pass
"""
    seen = families(tmp_path / "log", [sys.executable, "-c", script])
    assert seen["AF_INET"] >= 2
    assert (seen["AF_INET6"], seen["AF_UNIX"]) == (1, 1)


@watched
def test_the_whole_path_asks_for_no_socket(models: Path, exemplar_file: Path, tmp_path: Path) -> None:
    log = tmp_path / "log"
    place = tmp_path / "place"
    place.mkdir()
    question = question_folder(tmp_path / "question", exemplar_file)
    seen = families(
        log,
        [sys.executable, HERE / "whole_path.py", place],
        PYTHONPATH=os.pathsep.join(map(str, (HERE.parents[1], HERE.parent))),
        AITRADE_MODELS=str(models),
        AITRADE_QUESTION=str(question),
        OMP_NUM_THREADS="1",
    )
    others = {family: times for family, times in seen.items() if family not in ("AF_UNIX", "PF_UNIX")}
    record("sockets", "whole path with hostile workspaces: sockets to other machines", sum(others.values()))
    record("sockets", "whole path with hostile workspaces: local sockets", seen["AF_UNIX"])
    assert others == {}, [line for line in log.read_text().splitlines() if "AF_UNIX" not in line]
