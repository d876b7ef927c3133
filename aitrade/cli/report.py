"""``aitrade report``: the report as one HTML file, and its tables and figures for a paper."""

from pathlib import Path
from typing import Annotated

import typer

from aitrade.cli.options import BaseYear, Run
from aitrade.cli.progress import busy
from aitrade.cli.state import say, say_run, state


def report_command(
    context: typer.Context,
    output: Annotated[Path, typer.Option("--output", "-o", metavar="FILE.html", help="The page.")] = Path(
        "report.html"
    ),
    run: Run = None,
    tables: Annotated[
        Path | None, typer.Option(metavar="DIR", help="Write tables and figures there too, as files for a paper.")
    ] = None,
    reference: Annotated[
        str | None,
        typer.Option(metavar="RUN", help="Labels that the run is measured against; the latest imported by default."),
    ] = None,
    base_year: BaseYear = None,
    gold: Annotated[
        bool,
        typer.Option(
            "--gold",
            help="Correct summary, shares, index, countries and growth by the gold sample; the rest stays as labelled.",
        ),
    ] = False,
) -> None:
    """Write the report: one HTML file that needs no network, no server and no other file.

    It can be mailed, opened in a room without a network, and printed. What the workspace lacks is said on its first
    page, with the command that brings it. --tables writes every table as LaTeX (booktabs) and CSV, all of them as one
    Excel workbook, and every figure as SVG, PDF and PNG.

    Example: aitrade report -o ai-trade.html --tables paper/
    """
    workspace = state(context).open()
    say_run(workspace, run)
    with busy("computing tables and drawing figures"):
        written = workspace.report(output, run=run, reference=reference, base_year=base_year, tables=tables, gold=gold)
    for one in written.contents.missing:
        say(f"not in the report: {', '.join(one.parts)}: {one.why}" + (f" ({one.fix})" if one.fix else ""))
    say(f"wrote {output} ({output.stat().st_size / 1e6:.1f} MB): open it in a browser")
    if tables is not None:
        say(f"wrote {len(written.files) - 1} files into {tables}")
