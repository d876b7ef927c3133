"""What every command shares: the workspace, the two consoles, and how tables and files are written."""

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from aitrade.cli.options import FormatOption
from aitrade.core.clean import clean
from aitrade.core.files import write_file

if TYPE_CHECKING:
    from rich.console import Console

    from aitrade.api.workspace import Workspace
    from aitrade.core.table import Table


@dataclass(frozen=True)
class State:
    """Options given before the command."""

    workspace: Path
    question: str

    def open(self) -> "Workspace":
        """The workspace with its question, as Python code has it."""
        from aitrade.api.workspace import Workspace
        from aitrade.question.question import load_question

        return Workspace(self.workspace, load_question(self.question))


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
    typer.echo(clean(message), err=True)


def say_run(workspace: "Workspace", run: str | None) -> None:
    """Tell the user whose labels are used where no run is named."""
    if run is None:
        say(f"labels: run {workspace.default_run()}, the latest finished one (--run NAME for another)")


def emit(text: str, output: Path | None = None) -> None:
    """Write data to a file, or to standard output.

    Raises:
        BadInputError: the file cannot be written.
    """
    if output is None:
        typer.echo(clean(text), nl=not text.endswith("\n"))
        return
    write_file(output, (text if text.endswith("\n") else text + "\n").encode())
    say(f"wrote {output}")


def write(table: "Table", format_name: FormatOption, output: Path | None) -> None:
    """Write a table; the notes that CSV and JSON can't hold go to standard error.

    Raises:
        BadInputError: the file cannot be written.
    """
    from aitrade.core.render import render

    if format_name in (FormatOption.csv, FormatOption.json):
        for note in table.notes:
            say(f"note: {note}")
    emit(render(table, format_name.value), output)
