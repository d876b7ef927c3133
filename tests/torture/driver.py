"""A process that has loaded every library, and forks one child for each command line: the child is what gets killed.

Reads a JSON object a line: ``arguments``, ``folder`` (to work in), ``environment``, ``at`` (end at the n-th commit
point), ``after`` (or after so many seconds), ``signal``, ``user`` (become nobody), ``pause`` (wait at that point until
this pipe has been written to), ``store`` (a folder whose models/ holds the manifests); answers with the exit code, the
number of points, and both outputs.
"""

import json
import os
import signal
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any

import duckdb  # noqa: F401  (loaded once for all children)
import openpyxl  # noqa: F401
import peft  # noqa: F401
import sentence_transformers  # noqa: F401
import torch

from aitrade.api import data, workspace  # noqa: F401
from aitrade.classification import loading  # noqa: F401
from aitrade.classification.method import Method
from aitrade.cli import (
    app,  # noqa: F401
    main,
)
from aitrade.models import manifest
from aitrade.workspace.database import transaction

NOBODY = 65534
STOPPED = 5
HELD = (signal.SIGINT, signal.SIGTERM, signal.SIGCHLD)
FILES = ("os.rename", "os.remove", "os.mkdir", "os.rmdir", "os.link", "shutil.copyfile", "shutil.rmtree")


class Points:
    """Counts the moments at which a file or a transaction of the child gets another state, and ends it at one."""

    def __init__(self, asked: dict[str, Any], reply: int) -> None:
        self.count, self.asked, self.reply = 0, asked, reply
        self.number = signal.Signals[asked.get("signal", "SIGKILL")]

    def hit(self) -> None:
        self.count += 1
        os.pwrite(self.reply, f"{self.count:9}".encode(), 0)
        if self.count == self.asked.get("at"):
            if self.asked.get("pause"):
                Path(self.asked["pause"]).read_bytes()
            else:
                os.kill(os.getpid(), self.number)

    def watch(self, event: str, arguments: tuple[Any, ...]) -> None:
        written = event == "open" and isinstance(arguments[2], int) and arguments[2] & (os.O_WRONLY | os.O_RDWR)
        if event in FILES or (written and "/dev/" not in str(arguments[0])):
            self.hit()

    def mark_transactions(self) -> None:
        real = contextmanager(transaction.__wrapped__)  # type: ignore[attr-defined]

        def marked(con: Any) -> Iterator[None]:
            self.hit()
            with real(con):
                yield
                self.hit()
            self.hit()

        names = transaction.__code__.co_freevars
        transaction.__closure__[names.index("func")].cell_contents = marked


def child(asked: dict[str, Any], files: list[int]) -> None:
    """Run the command line, and end as a process does."""
    for place, file in enumerate(files[:2], 1):
        os.dup2(file, place)
    signal.signal(signal.SIGINT, signal.default_int_handler)
    os.chdir(asked["folder"])
    os.environ.update(asked.get("environment", {}))
    sys.argv = ["aitrade", *asked["arguments"]]
    if asked.get("store"):
        manifest.shipped = Path(asked["store"]).joinpath  # type: ignore[assignment]
    points = Points(asked, files[2])
    points.mark_transactions()
    sys.addaudithook(points.watch)
    code = 1
    if asked.get("user"):
        os.setgid(NOBODY)
        os.setuid(NOBODY)
    try:
        signal.pthread_sigmask(signal.SIG_UNBLOCK, HELD)  # those that came before are taken now
    except KeyboardInterrupt:
        os._exit(STOPPED)  # before the product began; Python itself would say so
    try:
        main()
        code = 0
    except SystemExit as end:
        code = end.code if isinstance(end.code, int) else int(bool(end.code))
    except BaseException:
        import traceback

        traceback.print_exc()
    finally:
        signal.pthread_sigmask(signal.SIG_BLOCK, HELD)  # what comes after the end of main is not the product's
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code)


def serve(asked: dict[str, Any]) -> dict[str, Any]:
    """Fork a child, end it when asked to, and say what it left."""
    with tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as err, tempfile.TemporaryFile() as count:
        files = [out.fileno(), err.fileno(), count.fileno()]
        pid = os.fork()
        if pid == 0:
            child(asked, files)
        if "after" in asked and signal.sigtimedwait([signal.SIGCHLD], asked["after"]) is None:
            os.kill(pid, signal.Signals[asked["signal"]])
        _, status = os.waitpid(pid, 0)
        texts = []
        for file in (out, err, count):
            file.seek(0)
            texts.append(file.read().decode("utf-8", "replace"))
    code = os.waitstatus_to_exitcode(status)
    return {"code": code, "out": texts[0], "err": texts[1], "points": int(texts[2] or 0)}


if __name__ == "__main__":
    data.Method = partial(Method, codes_per_batch=6)  # type: ignore[misc]
    torch.set_num_threads(1)
    signal.pthread_sigmask(signal.SIG_BLOCK, HELD)  # SIGCHLD is taken by sigtimedwait alone
    answers = os.fdopen(os.dup(1), "w")
    for line in sys.stdin:
        request = json.loads(line)
        done = serve(request)
        signal.sigtimedwait([signal.SIGCHLD], 0)
        answers.write(json.dumps(done) + "\n")
        answers.flush()
