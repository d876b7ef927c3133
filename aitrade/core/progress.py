"""How far long work is: told where the work is done, shown by whoever asked for the work.

`OnStage` travels to where models are loaded, once; a model then tells every stage by itself. `OnStep` is of one stage.
"""

from collections.abc import Callable, Hashable
from threading import Lock

OnStep = Callable[[int, int], None]  # told (done, total); (0, 0) where there is nothing to count
OnStage = Callable[[str], OnStep]  # told what begins; gives what is told how far it is


def unheard(done: int, total: int) -> None:
    """Take what nobody asked to be told."""


def unheard_stage(stage: str) -> OnStep:  # noqa: ARG001
    """Take the stages that nobody asked to be told."""
    return unheard


def within(on_step: OnStep, done: int, size: int, total: int) -> OnStep:
    """Make what is told how far a part of some work is, and tells of the whole.

    The count never goes back, though the part may be computed in several goes, and stays below the end of the part:
    whoever does the part tells that when its result is kept.

    Args:
        on_step: told of the whole: (done, total).
        done: of the whole before the part.
        size: of the part.
        total: of the whole.
    """
    reached = 0

    def on_part(part: int, parts: int) -> None:
        nonlocal reached
        if (now := (size - 1) * part // max(parts, 1)) > reached:
            reached = now
            on_step(done + now, total)

    return on_part


class Together:
    """Tell how far work is whose parts are done at the same time, in threads: one count that never goes back.

    Args:
        on_step: told of the whole: (done, total); by one thread at a time.
        done: of the whole before.
        total: of the whole.
    """

    def __init__(self, on_step: OnStep, done: int, total: int) -> None:
        self._on_step, self._done, self._total = on_step, done, total
        self._begun: dict[Hashable, int] = {}
        self._lock = Lock()

    def part(self, name: Hashable, size: int) -> OnStep:
        """Make what is told how far a part is; its count stays below its end until :meth:`keep`."""

        def reached(now: int, _: int) -> None:
            with self._lock:
                self._begun[name] = now
                self._tell()

        return within(reached, 0, size, size)

    def keep(self, name: Hashable, size: int) -> None:
        """Tell that the result of a part is kept."""
        with self._lock:
            self._begun.pop(name, None)
            self._done += size
            self._tell()

    def tell(self) -> None:
        """Tell how far the work is."""
        with self._lock:
            self._tell()

    def _tell(self) -> None:
        self._on_step(self._done + sum(self._begun.values()), self._total)
