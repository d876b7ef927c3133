"""Progress with an ETA, on standard error."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from aitrade.cli.state import console
from aitrade.core.progress import OnStage, OnStep
from aitrade.core.wording import duration

if TYPE_CHECKING:
    from rich.console import Console
    from rich.progress import Progress, TaskID

FIRST_ESTIMATE = 2.0  # seconds after the first step of a stage that its first estimate is made of
QUIET = 15.0  # seconds without a line, or a tenth of those gone by where that is more


@contextmanager
def stages() -> Iterator[OnStage]:
    """Show each stage of some work while the block runs: a bar, or lines where standard error is not a terminal.

    A stage is a line as soon as it is told of, then at every tenth of the way, when its first estimate is known, and
    when nothing was said for a while.
    """
    screen = console()
    if not screen.is_terminal:
        yield lambda stage: _lines(stage, screen)
        return
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, ProgressColumn, TextColumn, TimeElapsedColumn
    from rich.text import Text

    class TimeLeft(ProgressColumn):
        """The time left, in words."""

        def render(self, task: Any) -> Text:
            """What stands behind the bar of a task."""
            return Text("" if task.time_remaining is None or task.finished else f"{duration(task.time_remaining)} left")

    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn(), TimeLeft())
    with Progress(*columns, console=screen) as bar:
        yield lambda stage: _bar(stage, bar)


@contextmanager
def progress(what: str) -> Iterator[OnStep]:
    """Show work of one stage while the block runs; the function that it gets is told (done, total)."""
    with stages() as on_stage:
        yield on_stage(what)


@contextmanager
def busy(what: str) -> Iterator[None]:
    """Show on a terminal that something moves while the block runs, and what it is; elsewhere nothing is printed."""
    screen = console()
    if not screen.is_terminal:
        yield
        return
    with screen.status(f"{what} …"):
        yield


def _bar(what: str, bar: "Progress") -> OnStep:
    """A bar that stands there from the first step that is told; a line where there is nothing to count."""
    task: TaskID | None = None

    def show(done: int, total: int) -> None:
        nonlocal task
        if total == 0:
            bar.console.print(what)
            return
        if task is None:
            task = bar.add_task(what, total=total)
        bar.update(task, completed=done, total=total)

    return show


def _lines(what: str, screen: "Console") -> OnStep:
    start = begun = said_at = 0.0  # of the stage, of its second step, of the last line
    first, base, last, said, estimated = 0, 0, -1, -1, False

    def show(done: int, total: int) -> None:
        nonlocal start, begun, said_at, first, base, last, said, estimated
        if total == 0:
            screen.print(what)
            return
        now = time.monotonic()
        if last < 0 or done < last:  # it begins, or a new stage of it does
            start, first, base, said, estimated = now, done, done, -1, False
        elif base == first < done:  # what comes first takes longer than the rest
            begun, base = now, done
        last = done
        rate = _rate(done - base, now - begun)
        if not rate and 20 * (done - first) >= total:
            rate = _rate(done - first, now - start)
        is_first_estimate = not estimated and done > base > first and now - begun >= FIRST_ESTIMATE
        is_late = now - said_at >= max(QUIET, (now - start) / 10)
        if (tenth := 10 * done // total) == said and not is_first_estimate and not is_late:
            return
        said, said_at, estimated = tenth, now, estimated or bool(rate)
        left = f", {duration((total - done) / rate)} left" if rate and done < total else ""
        screen.print(f"{what}: {done:,} of {total:,}{left}")

    return show


def _rate(steps: int, seconds: float) -> float:
    return steps / max(seconds, 1e-9) if steps else 0.0
