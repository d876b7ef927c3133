"""``aitrade review``: labels out to a spreadsheet, and the reviewed ones back as a run."""

import json
from dataclasses import asdict
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from aitrade.cli.options import AsJson, FlowsOption, Pad, Replace, Run
from aitrade.cli.state import emit, say, say_default, state

group = typer.Typer(no_args_is_help=True, help="Review labels in a spreadsheet; the result is a run of its own.")


class Included(StrEnum):
    """What a review takes in beside what it shows by itself."""

    exemplars = "exemplars"


class OrderOption(StrEnum):
    """What comes first."""

    unsure = "unsure"
    impact = "impact"


@group.command()
def export(
    context: typer.Context,
    file: Annotated[Path, typer.Argument(metavar="FILE", help="File to write, .xlsx, .csv or .html.")],
    run: Run = None,
    flow: Annotated[FlowsOption, typer.Option(help="Which codes of the run.")] = FlowsOption.all,
    limit: Annotated[int, typer.Option(metavar="N", min=0, help="How many codes; 0 for all.")] = 200,
    below: Annotated[
        float | None,
        typer.Option(metavar="P", min=0, max=1, help="Only codes whose largest probability is below this."),
    ] = None,
    include: Annotated[
        Included | None, typer.Option(help="exemplars: codes labelled by hand as exemplars as well.")
    ] = None,
    codes: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Only the codes in its column hs10, exemplars or not.")
    ] = None,
    differs_from: Annotated[
        str | None, typer.Option(metavar="RUN", help="Only codes that this run labels differently.")
    ] = None,
    order: Annotated[
        OrderOption,
        typer.Option(help="unsure: by uncertainty and trade; impact: what may move the counted dollars most first."),
    ] = OrderOption.unsure,
    replace: Annotated[bool, typer.Option("--replace", help="Write over the file where there is one.")] = False,
) -> None:
    """Write the labels that are most worth a look, with empty columns for new ones.

    The order is by uncertainty (1 less the largest probability) times the square root of trade value in the latest
    full year; exemplars, labelled by hand already, are left out unless --include or --codes asks for them. Fill in
    new_relevance (and new_category, unless it stays or the code is Low), give a reason, save, and take the file back
    with aitrade review import. A page (.html) is filled in by keyboard, one code at a time, and saves such a file.

    Example: aitrade review export review.html --order impact --include exemplars
    """
    made = (
        state(context)
        .open()
        .review_export(
            file,
            run=run,
            flow=flow.value,
            limit=limit,
            below=below,
            replace=replace,
            exemplars=include is not None,
            codes=codes,
            differs_from=differs_from,
            by_impact=order is OrderOption.impact,
        )
    )
    table = made.candidates.table
    say(f"wrote {made.path}")
    count, of = len(table.rows), made.candidates.of
    first = "most uncertain and with most trade" if order is OrderOption.unsure else "what may move the figures most"
    say(f"{count:,} of {of:,} codes of run {made.run}, {first} first")
    for note in table.notes:
        say(f"note: {note}")


@group.command("import")
def import_file(
    context: typer.Context,
    file: Annotated[Path, typer.Argument(metavar="FILE", help="What review export wrote, filled in: .xlsx or .csv.")],
    name: Annotated[str, typer.Option("--name", help="Name of the run that the reviewed labels become.")],
    as_exemplars: Annotated[
        bool,
        typer.Option("--as-exemplars", help="Add the reviewed codes to the exemplars of your own question too."),
    ] = False,
    pad: Pad = False,
    replace: Replace = False,
    as_json: AsJson = False,
) -> None:
    """Make a run from a reviewed file: the run that was exported, with the reviewed codes replaced; or nothing at all.

    Only rows with a new_relevance count. A Low code may leave new_category empty; a High or Medium one may where its
    category stays. Reasons are shown by aitrade explain.

    With --as-exemplars each row needs a reason, which becomes the exemplar's; a question that ships takes none: copy it
    by aitrade question new DIR --from NAME, and name the copy by --question.

    Example: aitrade review import review.xlsx --name reviewed-2026
    """
    workspace = state(context).open()
    receipt = workspace.review_import(file, name, pad=pad, replace=replace, as_exemplars=as_exemplars)
    say(str(receipt))
    say_default(workspace, receipt.run)
    if as_json:
        emit(json.dumps(asdict(receipt), indent=1, default=str))
