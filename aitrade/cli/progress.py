"""Progress with an ETA, on standard error."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from aitrade.cli.state import console
from aitrade.core.wording import duration


@contextmanager
def progress(what: str) -> Iterator[Callable[[int, int], None]]:
    """Show a bar while the block runs; the function that it gets is told (done, total).

    Where standard error is not a terminal, every tenth of the way is a line.
    """
    screen = console()
    if not screen.is_terminal:
        yield _lines(what, screen)
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
        task = bar.add_task(what, total=None)
        yield lambda done, total: bar.update(task, completed=done, total=total)


@contextmanager
def busy(what: str) -> Iterator[None]:
    """Show on a terminal that something moves while the block runs, and what it is; elsewhere nothing is printed."""
    screen = console()
    if not screen.is_terminal:
        yield
        return
    with screen.status(f"{what} …"):
        yield


def _lines(what: str, screen: Any) -> Callable[[int, int], None]:
    import time

    start, first, last, said = 0.0, 0, -1, -1

    def show(done: int, total: int) -> None:
        nonlocal start, first, last, said
        if last < 0 or done < last:  # it begins, or a new stage of it does
            start, first, said = time.monotonic(), done, -1
        last = done
        tenth = 10 * done // max(total, 1)
        if tenth == said:
            return
        said = tenth
        rate = (done - first) / max(time.monotonic() - start, 1e-9)
        left = f", {duration((total - done) / rate)} left" if rate and done < total else ""
        screen.print(f"{what}: {done:,} of {total:,}{left}")

    return show
