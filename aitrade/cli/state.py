"""What every command shares: the workspace, the two consoles, and how files are written."""

from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from aitrade.output import writing

if TYPE_CHECKING:
    from rich.console import Console


@dataclass(frozen=True)
class State:
    """Options given before the command."""

    workspace: Path


class FlowOption(StrEnum):
    """A direction of trade on the command line."""

    imports = "imports"
    exports = "exports"


class FlowsOption(StrEnum):
    """One direction of trade or both."""

    imports = "imports"
    exports = "exports"
    all = "all"

    @property
    def flows(self) -> tuple[str, ...]:
        """The directions meant."""
        return ("imports", "exports") if self is FlowsOption.all else (self.value,)


def state(context: typer.Context) -> State:
    """The shared options of a command's context."""
    found = context.find_object(State)
    if found is None:
        raise RuntimeError("the command runs outside the aitrade application")
    return found


def console() -> "Console":
    """Console for messages and progress (standard error)."""
    from rich.console import Console

    return Console(stderr=True, highlight=False)


def say(message: str) -> None:
    """Tell the user something (standard error)."""
    typer.echo(message, err=True)


def emit(text: str, output: Path | None = None) -> None:
    """Write data to a file, or to standard output.

    Raises:
        BadInputError: the file cannot be written.
    """
    if output is None:
        typer.echo(text, nl=not text.endswith("\n"))
        return
    with writing(output):
        output.write_text(text if text.endswith("\n") else text + "\n", "utf-8")
    say(f"wrote {output}")
