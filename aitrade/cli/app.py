"""The application: options before the command, the commands, and errors turned into exit codes."""

import os
import sys
from pathlib import Path
from typing import Annotated

import typer

from aitrade import __version__
from aitrade.cli.state import State
from aitrade.core.clean import clean
from aitrade.core.errors import AitradeError, StoppedError
from aitrade.core.offline import refuse_network

app = typer.Typer(
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    help="Classify HS10 trade codes by relevance to AI data centers with a local LLM, and tabulate the trade. Offline.",
)


def _version(asked: bool) -> None:
    if asked:
        typer.echo(f"aitrade {__version__}")
        raise typer.Exit


@app.callback()
def options(
    context: typer.Context,
    workspace: Annotated[
        Path, typer.Option(help="Folder of the workspace.", envvar="AITRADE_WORKSPACE", metavar="DIR")
    ] = Path("workspace"),
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Show the version.")
    ] = False,
) -> None:
    """Take the options that stand before a command."""
    del version
    context.obj = State(workspace=workspace)


def main() -> None:
    """Run the command line.

    Exit codes: 0 done, 1 unexpected, 2 usage, 3 bad input, 4 model, 5 stopped but resumable.
    """
    # Nothing here may reach a network; the Hugging Face libraries look before they believe it.
    os.environ.setdefault("HF_HUB_OFFLINE", "1")
    os.environ.setdefault("TRANSFORMERS_OFFLINE", "1")
    refuse_network(everywhere=True)
    import aitrade.cli.commands  # noqa: F401  (registers the commands)

    try:
        app()
    except AitradeError as error:
        typer.echo(clean(f"aitrade: {error.where + ': ' if error.where else ''}{error.what}"), err=True)
        if error.fix:
            typer.echo(clean(f"  fix: {error.fix}"), err=True)
        sys.exit(error.exit_code)
    except SystemExit as end:
        if end.code != 130:  # what typer makes of Ctrl-C
            raise
        typer.echo("aitrade: stopped", err=True)
        sys.exit(StoppedError.exit_code)
