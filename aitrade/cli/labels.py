"""``aitrade labels``: import an existing classification."""

import json
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from aitrade.cli.app import app
from aitrade.cli.state import FlowOption, emit, say, state

group = typer.Typer(no_args_is_help=True, help="Existing classifications, as runs beside those made here.")
app.add_typer(group, name="labels")


@group.command("import")
def import_file(
    context: typer.Context,
    file: Annotated[Path, typer.Argument(metavar="FILE", help="CSV with hs10, relevance and category.")],
    name: Annotated[str, typer.Option("--name", help="Name of the run that the labels become.")],
    flow: Annotated[FlowOption | None, typer.Option(help="The codes' flow, where the file has no flow column.")] = None,
    pad: Annotated[bool, typer.Option("--pad", help="Put back the leading zero of codes of nine digits.")] = False,
    replace: Annotated[bool, typer.Option("--replace", help="Replace the labels that have this name.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print the receipt as JSON.")] = False,
) -> None:
    """Take a classification into the workspace as a run: all of the file, or nothing.

    Optional columns: flow (import, imports, export, exports), p_high, p_medium, p_low, description, and source
    (llm, cascade, exemplar, human; human if it is not said). What `aitrade runs export` writes is read as it is.

    Example: aitrade labels import experts.csv --name experts-2025 --flow imports
    """
    from aitrade.labels import import_labels
    from aitrade.store import open_workspace

    with open_workspace(state(context).workspace) as con:
        receipt = import_labels(con, file, name, flow.value if flow else None, pad=pad, replace=replace)
    say(str(receipt))
    if as_json:
        emit(json.dumps(asdict(receipt), indent=1))
