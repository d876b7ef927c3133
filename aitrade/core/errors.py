"""The errors that a user can fix: what is wrong, where, and the fix; each kind has its exit code."""

from pathlib import Path


class AitradeError(Exception):
    """Something is wrong that the user can act on.

    Args:
        what: what is wrong, with the value found.
        where: file, line and column, or the object concerned.
        fix: what to do about it, a command line where there is one.
    """

    exit_code = 1

    def __init__(self, what: str, *, where: str | None = None, fix: str | None = None) -> None:
        self.what, self.where, self.fix = what, where, fix
        super().__init__(": ".join(part for part in (where, what) if part) + (f" ({fix})" if fix else ""))


class UsageError(AitradeError):
    """A command or a call asks for something that cannot be asked for."""

    exit_code = 2


class BadInputError(AitradeError):
    """A file, a value or a workspace is not what it has to be; nothing of it was kept."""

    exit_code = 3


class ModelError(AitradeError):
    """A model is missing, altered or unfit."""

    exit_code = 4


class StoppedError(AitradeError):
    """The work stopped before its end; what was finished is kept and can be resumed."""

    exit_code = 5


def at(path: Path | str, line: int | None = None, column: str | None = None) -> str:
    """Say where in a file something was found: ``codes.csv, line 3, column hs10``."""
    parts = [str(path)]
    if line is not None:
        parts.append(f"line {line}")
    if column is not None:
        parts.append(f"column {column}")
    return ", ".join(parts)


def is_interrupt(error: BaseException | None) -> bool:
    """Tell whether Ctrl-C is behind an error: libraries, and Python itself, make other errors of it."""
    while error is not None:
        if isinstance(error, KeyboardInterrupt) or str(error) == "Query interrupted":  # what DuckDB says
            return True
        error = error.__cause__ or error.__context__
    return False
