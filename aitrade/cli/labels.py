"""``aitrade labels``: import an existing classification."""

import json
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from aitrade.cli.app import app
from aitrade.cli.options import AsJson, FlowOption, Pad, Replace
from aitrade.cli.state import emit, say, state
from aitrade.core.errors import UsageError

group = typer.Typer(no_args_is_help=True, help="Existing classifications, as runs beside those made here.")
app.add_typer(group, name="labels")


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
    flow: Annotated[FlowOption | None, typer.Option(help="The codes' flow, where the file has no flow column.")] = None,
    pad: Pad = False,
    replace: Replace = False,
    as_json: AsJson = False,
) -> None:
    """Take a classification into the workspace as a run: all of the file, or nothing.

    Optional columns: flow (import, imports, export, exports), p_high, p_medium, p_low, description, and source
    (llm, cascade, exemplar, human; human if it is not said). What `aitrade runs export` writes is read as it is.

    With --published, all import and export codes as the default model classified them: tables without classifying.

    Example: aitrade labels import experts.csv --name experts-2025 --flow imports
    """
    from aitrade.classification.label_import import import_labels
    from aitrade.classification.shipped_labels import import_published
    from aitrade.question.question import SHIPPED, load_question
    from aitrade.workspace import open_workspace

    if published == (file is not None):
        raise UsageError("give a FILE, or --published", fix="aitrade labels import --published")
    if file is not None and name is None:
        raise UsageError("the labels need a name", fix=f"aitrade labels import {file} --name NAME")
    with open_workspace(state(context).workspace) as con:
        if file is None:
            receipt = import_published(con, name or "published", replace=replace)
        else:
            receipt = import_labels(
                con, file, name or "", load_question(SHIPPED), flow.value if flow else None, pad=pad, replace=replace
            )
    say(str(receipt))
    if as_json:
        emit(json.dumps(asdict(receipt), indent=1))
