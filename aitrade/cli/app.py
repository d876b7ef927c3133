"""The application: options before the command, the commands, and errors turned into exit codes."""

import os
import sys
from pathlib import Path
from typing import Annotated

import typer

from aitrade import __version__
from aitrade.cli import (
    bench,
    calibrate,
    cite,
    classify,
    classify_text,
    codes,
    compare,
    deflators,
    demo,
    doctor,
    exemplars,
    exemptions,
    explain,
    export,
    gold,
    labels,
    models,
    package,
    prompt,
    replicate,
    report,
    review,
    runs,
    table,
    trade,
    tune,
)
from aitrade.cli.group import OfferingGroup, StoppingGroup
from aitrade.cli.question import group as question_commands
from aitrade.cli.state import State
from aitrade.core.clean import clean
from aitrade.core.errors import AitradeError, BadInputError, StoppedError
from aitrade.core.offline import refuse_network
from aitrade.question import SHIPPED

app = typer.Typer(
    cls=OfferingGroup,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    help="Classify HS10 trade codes with a local LLM by a question of your own, and tabulate the trade. Offline.",
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
    question: Annotated[
        str | None,
        typer.Option(
            help="Question that codes are asked: its name (see `aitrade question list`), or its folder.",
            envvar="AITRADE_QUESTION",
            metavar="NAME|DIR",
            show_default=SHIPPED,
        ),
    ] = None,
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Show the version.")
    ] = False,
) -> None:
    """Take the options that stand before a command."""
    del version
    context.obj = State(workspace, question)


for _command in (
    calibrate.calibrate,
    cite.cite,
    classify.classify,
    classify_text.classify_text,
    compare.compare,
    demo.demo,
    doctor.doctor,
    explain.explain,
    package.package,
):
    app.command()(_command)
app.command("replicate")(replicate.replicate_command)
app.command("report")(report.report_command)
app.command("table", help=table.HELP)(table.table_command)
models.group.command()(tune.tune)
for _name, _group in (
    ("bench", bench.group),
    ("codes", codes.group),
    ("deflators", deflators.group),
    ("exemplars", exemplars.group),
    ("exemptions", exemptions.group),
    ("export", export.group),
    ("gold", gold.group),
    ("labels", labels.group),
    ("models", models.group),
    ("prompt", prompt.group),
    ("question", question_commands),
    ("review", review.group),
    ("runs", runs.group),
    ("trade", trade.group),
):
    app.add_typer(_group, name=_name, cls=StoppingGroup)


def main() -> None:
    """Run the command line.

    Exit codes: 0 done, 1 unexpected, 2 usage, 3 bad input, 4 model, 5 stopped but resumable.
    """
    # Nothing here may reach a network; the Hugging Face libraries look before they believe it.
    os.environ.setdefault("HF_HUB_OFFLINE", "1")
    os.environ.setdefault("TRANSFORMERS_OFFLINE", "1")
    refuse_network(everywhere=True)

    try:
        app()
    except AitradeError as error:
        typer.echo(clean(f"aitrade: {error.where + ': ' if error.where else ''}{error.what}"), err=True)
        if error.fix:
            typer.echo(clean(f"  fix: {error.fix}"), err=True)
        sys.exit(error.exit_code)
    except PermissionError as error:
        typer.echo(clean(f"aitrade: {error.filename}: {error.strerror}"), err=True)
        typer.echo("  fix: ask the owner of the file for the permission, or choose another one", err=True)
        sys.exit(BadInputError.exit_code)
    except SystemExit as end:
        if end.code != 130:  # what typer makes of Ctrl-C
            raise
        typer.echo("aitrade: stopped", err=True)
        sys.exit(StoppedError.exit_code)
