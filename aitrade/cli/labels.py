"""``aitrade labels``: import an existing classification."""

import json
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from aitrade.cli.options import AsJson, FlowOption, Pad, Replace
from aitrade.cli.state import emit, say, say_default, state

group = typer.Typer(no_args_is_help=True, help="Existing classifications, as runs beside those made here.")


@group.command("import")
def import_file(
    context: typer.Context,
    file: Annotated[Path | None, typer.Argument(metavar="FILE", help="CSV with hs10, relevance and category.")] = None,
    name: Annotated[
        str | None, typer.Option("--name", help="Name of the run that the labels become.", show_default=False)
    ] = None,
    published: Annotated[
        bool, typer.Option("--published", help="Take the classification that ships with aitrade; no FILE then.")
    ] = False,
    flow: Annotated[
        FlowOption | None,
        typer.Option(help="The codes' flow, where the file has no flow column; imports if neither says."),
    ] = None,
    onto: Annotated[
        str | None, typer.Option("--onto", metavar="RUN", help="Run that gives the labels that FILE lacks.")
    ] = None,
    as_reference: Annotated[
        bool, typer.Option("--as-reference", help="Only to measure against: tables use it only where it is named.")
    ] = False,
    pad: Pad = False,
    replace: Replace = False,
    as_json: AsJson = False,
) -> None:
    """Take a classification into the workspace as a run: all of the file, or nothing.

    Optional columns: flow (import, imports, export, exports), p_high, p_medium, p_low, description, and source
    (llm, cascade, exemplar, human; human if it is not said). What `aitrade runs export` writes is read as it is.

    With --onto, a few labels take the place of those of a run; the rest, and what was replaced, are kept.

    With --published, all import and export codes as the default model classified them: tables without classifying.

    Example: aitrade labels import experts.csv --name experts-2025 --flow imports
    """
    workspace = state(context).open()
    receipt = workspace.import_labels(
        file,
        name,
        published=published,
        flow=flow.value if flow else None,
        pad=pad,
        replace=replace,
        onto=onto,
        as_reference=as_reference,
    )
    say(str(receipt))
    say_default(workspace, receipt.run)
    if as_json:
        emit(json.dumps(asdict(receipt), indent=1))
