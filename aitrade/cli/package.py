"""``aitrade package``: the replication package."""

from pathlib import Path
from typing import Annotated

import typer

from aitrade.cli.options import Run
from aitrade.cli.progress import busy
from aitrade.cli.state import say, say_run, state


def package(
    context: typer.Context,
    output: Annotated[Path, typer.Option("--output", "-o", metavar="DIR", help="Folder to write, new or empty.")],
    run: Run = None,
) -> None:
    """Write a replication package: data, every table of the paper, a script that makes them again, and a README.

    The README is the AEA data editor's template, filled in: data citations, provenance of every trade file by hash,
    receipt and date, versions, and the command of each table. run_all.sh makes the tables again in a new workspace and
    compares them byte for byte.

    Example: aitrade package -o replication/
    """
    workspace = state(context).open()
    say_run(workspace, run)
    with busy("writing data and tables"):
        made = workspace.package(output, run=run, on_message=say)
    for name, why in made.missing.items():
        say(f"not in the package: {name}: {why}")
    say(f"wrote {len(made.exhibits)} tables into {made.folder}; make them again: sh {made.folder}/run_all.sh")
