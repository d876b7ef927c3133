"""What every command shares: the workspace, the two consoles, and how tables and files are written."""

from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from aitrade.cli.options import FormatOption
from aitrade.core.clean import clean

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rich.console import Console

    from aitrade.api.workspace import Workspace
    from aitrade.core.table import Table


@dataclass(frozen=True)
class State:
    """Options given before the command."""

    workspace: Path
    question: str | None

    def open(self) -> "Workspace":
        """The workspace with its question, as Python code has it."""
        from aitrade.api.workspace import Workspace
        from aitrade.question.question import SHIPPED, load_question

        question = load_question(self.question or SHIPPED, self.workspace)
        return Workspace(self.workspace, question, question_given=self.question is not None)

    def with_question(self, question: str | None) -> "State":
        """The same with a question that a command's argument names; None for the one before the command."""
        return self if question is None else replace(self, question=question)


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
        say(f"labels: run {workspace.default_run()}, the default (--run NAME for another)")


def say_default(workspace: "Workspace", run: str) -> None:
    """Tell the user whether tables use a run that was just made."""
    say(workspace.why_not_default(run) or f"tables use run {run} now where no run is named")


def emit(text: str) -> None:
    """Write data to standard output."""
    typer.echo(clean(text), nl=not text.endswith("\n"))


def write(tables: "Sequence[Table]", format_name: FormatOption | None, output: Path | None) -> None:
    """Write tables to a file, or to standard output; notes that the format can't hold go to standard error.

    Notes on the screen name the options that would change what they tell; those of a file do not.

    Raises:
        UsageError: the file's suffix is of no format, or of another one than is given.
        BadInputError: the file cannot be written.
    """
    from aitrade.core.render import ONE_TABLE, choose_format, render, write_tables
    from aitrade.core.table import with_hints

    chosen = choose_format(output, format_name.value if format_name else None)
    if chosen in ONE_TABLE:
        for note in with_hints(tables[0]).notes:
            say(f"note: {note}")
    if output is None:
        shown = [with_hints(table) for table in tables] if chosen == "text" else tables
        emit("\n".join(render(table, chosen) for table in shown))
        return
    say(f"wrote {' and '.join(map(str, write_tables(tables, output, chosen)))}")
