"""``aitrade export``: tidy data for R, Stata, Python and Excel."""

from pathlib import Path
from typing import Annotated

import typer

from aitrade.cli.options import FlowOption, Run
from aitrade.cli.progress import busy
from aitrade.cli.state import say, say_run, state
from aitrade.trade.tables.panel import DIMENSIONS

group = typer.Typer(no_args_is_help=True, help="Write tidy data for R, Stata, Python and Excel.")

File = Annotated[
    Path, typer.Option("--output", "-o", metavar="FILE", help="File; .parquet, .dta, .csv or .xlsx says how.")
]


@group.command()
def panel(
    context: typer.Context,
    output: File,
    by: Annotated[
        str, typer.Option(metavar="NAMES", help=f"Dimensions, with commas between: {', '.join(DIMENSIONS)}.")
    ] = "month,country,category,level",
    flow: Annotated[FlowOption, typer.Option(help="Direction of trade.")] = FlowOption.imports,
    run: Run = None,
    years: Annotated[str | None, typer.Option(metavar="2023-2025", help="Years; all from the base year on.")] = None,
    countries: Annotated[
        str | None, typer.Option(metavar="1220,mexico", help="Census codes or names; all by default.")
    ] = None,
) -> None:
    """Write trade in whole dollars, a row for each combination of the dimensions that has trade.

    Codes stay text with their leading zeros. Trade without a label is there as Unlabelled, so that sums are those of
    the tables. Beside FILE goes FILE_codebook.csv with the meaning of each variable.

    Example: aitrade export panel --by month,country,level --countries taiwan -o taiwan.dta
    """
    workspace = state(context).open()
    say_run(workspace, run)
    with busy("summing"):
        rows = workspace.export_panel(output, by=by, flow=flow.value, run=run, years=years, countries=countries)
    say(f"wrote {rows:,} rows to {output}, and what its variables mean beside it")


@group.command()
def labels(context: typer.Context, output: File, run: Run = None) -> None:
    """Write a run's labels: code, flow, description, level, category, probabilities and where each comes from.

    Example: aitrade export labels -o labels.parquet
    """
    workspace = state(context).open()
    say_run(workspace, run)
    found = workspace.predictions(run or workspace.default_run())
    found.save(output)
    say(f"wrote {len(found):,} labels to {output}")
