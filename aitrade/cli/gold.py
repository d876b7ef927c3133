"""``aitrade gold``: a probability sample of hand labels, and what a run is worth by it."""

import json
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from aitrade.api.gold import GOLD_SEED
from aitrade.cli.options import AsJson, FlowOption, Format, Output, Run
from aitrade.cli.state import emit, say, say_run, state, write

group = typer.Typer(
    no_args_is_help=True,
    help="A random sample of codes that people label, to measure runs and to correct tables (table --gold).",
)

SampleFlow = Annotated[FlowOption, typer.Option(help="Whose sample: each flow has one of its own.")]


@group.command()
def draw(
    context: typer.Context,
    output: Annotated[Path, typer.Option("--output", "-o", metavar="FILE.xlsx", help="Workbook for the raters.")],
    size: Annotated[int, typer.Option("--size", metavar="N", help="How many codes.")] = 200,
    raters: Annotated[int, typer.Option(min=1, help="How many people label each code, one sheet each.")] = 1,
    seed: Annotated[int, typer.Option(help="The same seed and workspace give the same codes.")] = GOLD_SEED,
    run: Run = None,
    flow: SampleFlow = FlowOption.imports,
    year: Annotated[int | None, typer.Option(help="Whose trade.", show_default="the latest full one")] = None,
    replace: Annotated[
        bool, typer.Option("--replace", help="Draw anew; the labels of the last sample are lost.")
    ] = False,
) -> None:
    """Draw codes for people to label, and write a workbook that shows the rubric but no prediction.

    Codes are drawn by trade value and by how likely their label is wrong, so that the value of the counted levels is
    estimated best; the design is kept in the workspace, gold/design.toml. Fill in relevance, category, reason and, if
    you like, the date; rename a sheet to name its rater. Then: aitrade gold import gold.xlsx

    Example: aitrade gold draw --size 200 --raters 2 -o gold.xlsx
    """
    workspace = state(context).open()
    say_run(workspace, run)
    drawn = workspace.gold_draw(
        output, size, raters=raters, seed=seed, run=run, flow=flow.value, year=year, replace=replace
    )
    say(
        f"drew {drawn.codes:,} of {drawn.frame_codes:,} codes by run {drawn.run} and {flow.value} of {drawn.year}, "
        f"{drawn.certain:,} of them certain for their value"
    )
    for file in drawn.files:
        say(f"wrote {file}")


@group.command("import")
def import_file(
    context: typer.Context,
    file: Annotated[Path, typer.Argument(metavar="FILE.xlsx", help="What gold draw wrote, filled in.")],
    flow: SampleFlow = FlowOption.imports,
    as_json: AsJson = False,
) -> None:
    """Take the labels of a gold workbook into the workspace, and say how far the raters agree.

    Where they differ, the sheet decisions is written into the workbook: fill it in and import the workbook again.
    Importing again replaces what was taken before. gold/weights.csv in the workspace is for R and Stata.

    Example: aitrade gold import gold.xlsx
    """
    taken = state(context).open().gold_import(file, flow=flow.value)
    say(str(taken.receipt))
    say(f"wrote {taken.weights}")
    if as_json:
        emit(json.dumps(asdict(taken.receipt), indent=1, default=str))
    elif len(taken.agreement):
        write([taken.agreement.table], None, None)


@group.command()
def score(
    context: typer.Context,
    run: Run = None,
    flow: SampleFlow = FlowOption.imports,
    interval: Annotated[float, typer.Option(metavar="PERCENT", min=1, max=99.9, help="What intervals hold.")] = 95,
    format_name: Format = None,
    output: Output = None,
) -> None:
    """Measure a run against the gold sample: agreement with intervals, calibration, what to label next.

    Figures are estimates for every code of the frame, by design weights. How often the sample was scored is counted.

    Example: aitrade gold score --run published
    """
    from aitrade.core.render import ONE_TABLE, choose_format

    one_table = choose_format(output, format_name) in ONE_TABLE  # the agreement; the others are for reading
    workspace = state(context).open()
    say_run(workspace, run)
    tables = [one.table for one in workspace.gold_score(run, flow=flow.value, interval=interval)]
    write(tables[:1] if one_table else tables, format_name, output)
