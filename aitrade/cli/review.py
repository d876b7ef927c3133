"""``aitrade review``: labels out to a spreadsheet, and the reviewed ones back as a run."""

import json
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from aitrade.cli.app import app
from aitrade.cli.options import AsJson, FlowsOption, Pad, Replace, Run
from aitrade.cli.state import emit, say, state
from aitrade.core.errors import UsageError

group = typer.Typer(no_args_is_help=True, help="Review labels in a spreadsheet; the result is a run of its own.")
app.add_typer(group, name="review")

SUFFIXES = (".xlsx", ".csv")


@group.command()
def export(
    context: typer.Context,
    file: Annotated[Path, typer.Argument(metavar="FILE", help="File to write, .xlsx or .csv.")],
    run: Run = None,
    flow: Annotated[FlowsOption, typer.Option(help="Which codes of the run.")] = FlowsOption.all,
    limit: Annotated[int, typer.Option(metavar="N", min=0, help="How many codes; 0 for all.")] = 200,
    below: Annotated[
        float | None,
        typer.Option(metavar="P", min=0, max=1, help="Only codes whose largest probability is below this."),
    ] = None,
    replace: Annotated[bool, typer.Option("--replace", help="Write over the file where there is one.")] = False,
) -> None:
    """Write the labels that are most worth a look, with empty columns for new ones.

    The order is by uncertainty (1 less the largest probability) times the square root of trade value in the latest
    full year; exemplars, labelled by hand already, are left out. Fill in new_relevance (and new_category, unless it
    stays or the code is Low), give a reason, save, and take the file back with aitrade review import.

    Example: aitrade review export review.xlsx --limit 300 --below 0.9
    """
    from aitrade.core.render import render
    from aitrade.review.candidates import candidates
    from aitrade.review.workbook import write_review
    from aitrade.workspace import read_workspace
    from aitrade.workspace.questions import question_of_run
    from aitrade.workspace.runs import get_run, latest_run

    suffix = file.suffix.lower()
    if suffix not in SUFFIXES:
        raise UsageError(f"{file} ends neither in .xlsx nor in .csv", fix="aitrade review export review.xlsx")
    if file.exists() and not replace:
        raise UsageError(f"{file} is there already, perhaps filled in", fix="choose another name, or say --replace")
    with read_workspace(state(context).workspace) as con:
        chosen = get_run(con, run or latest_run(con))
        found = candidates(con, chosen, flow.flows, limit, below)
        rubric = question_of_run(con, chosen.run).rubric
    if suffix == ".xlsx":
        write_review(found.table, rubric, file)
        say(f"wrote {file}")
    else:
        emit(render(found.table, "csv"), file)
    say(f"{len(found.table.rows):,} of {found.of:,} codes of run {chosen.run}, those that pay most first")
    for note in found.table.notes:
        say(f"note: {note}")


@group.command("import")
def import_file(
    context: typer.Context,
    file: Annotated[Path, typer.Argument(metavar="FILE", help="What review export wrote, filled in: .xlsx or .csv.")],
    name: Annotated[str, typer.Option("--name", help="Name of the run that the reviewed labels become.")],
    pad: Pad = False,
    replace: Replace = False,
    as_json: AsJson = False,
) -> None:
    """Make a run from a reviewed file: the run that was exported, with the reviewed codes replaced; or nothing at all.

    Only rows with a new_relevance count. A Low code may leave new_category empty; a High or Medium one may where its
    category stays. Reasons are shown by aitrade explain.

    Example: aitrade review import review.xlsx --name reviewed-2026
    """
    from aitrade.review.import_review import import_review
    from aitrade.workspace import open_workspace

    with open_workspace(state(context).workspace, create=False) as con:
        receipt = import_review(con, file, name, pad=pad, replace=replace)
    say(str(receipt))
    if as_json:
        emit(json.dumps(asdict(receipt), indent=1))
