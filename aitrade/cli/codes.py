"""``aitrade codes``: import, list, show."""

import json
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from aitrade.cli.options import AsJson, FlowOption, FlowsOption, Pad
from aitrade.cli.progress import busy
from aitrade.cli.state import emit, say, state
from aitrade.core.errors import BadInputError

group = typer.Typer(no_args_is_help=True, help="The nomenclature: HS10 codes and what they stand for.")


@group.command("import")
def import_files(
    context: typer.Context,
    files: Annotated[
        list[Path], typer.Argument(metavar="FILE...", help="CSV, workbook, concordance, or IMDB/EXDB zip.")
    ],
    flow: Annotated[
        FlowOption | None,
        typer.Option(help="The codes' flow, where the file does not say; imports (HTS) if neither does."),
    ] = None,
    pad: Pad = False,
    as_json: AsJson = False,
) -> None:
    """Take codes into the workspace, one transaction a file. Importing again updates descriptions and NAICS.

    A CSV file or workbook has the columns hs10 and description, optionally naics, naics_description and flow. The
    Census concordances CONCORD.TXT (also inside an IMDB or EXDB zip), imp-code.txt, exp-code.txt and those in Excel
    are read as they are, and so are HTS schedule exports (CSV, JSON, Excel): a description is that of the indented
    parents and its own.

    Example: aitrade codes import hts_2024.csv --flow imports
    """
    with busy("reading codes"):
        receipts = (
            state(context)
            .open()
            .import_codes(
                files, flow=flow.value if flow else None, pad=pad, on_receipt=lambda receipt: say(str(receipt))
            )
        )
    if as_json:
        emit(json.dumps([asdict(receipt) for receipt in receipts], indent=1))


@group.command("list")
def list_codes(
    context: typer.Context,
    flow: Annotated[FlowsOption, typer.Option(help="Which codes.")] = FlowsOption.all,
    under: Annotated[str, typer.Option(metavar="DIGITS", help="Only codes that start so, such as 8471.")] = "",
    as_json: AsJson = False,
) -> None:
    """List the codes of the workspace: CSV, or JSON.

    Example: aitrade codes list --under 8471 --flow imports
    """
    from aitrade.core.render import render

    codes = state(context).open().codes(flow=flow.value, under=under)
    emit(json.dumps(codes.records(), indent=1) if as_json else render(codes.table, "csv"))


@group.command("show")
def show(
    context: typer.Context,
    hs10: Annotated[str, typer.Argument(help="Ten digits, dots allowed.")],
    as_json: AsJson = False,
) -> None:
    """Show what a code stands for, as an import code and as an export code.

    Example: aitrade codes show 8471.50.01.50
    """
    from aitrade.nomenclature.codes import parse_hs10

    code = parse_hs10(hs10)
    found = state(context).open().codes(under=code).records()
    if not found:
        opened = state(context).open()
        siblings = [row["hs10"] for length in (8, 6, 4) for row in opened.codes(under=code[:length])]
        there = ", ".join(map(str, dict.fromkeys(siblings[:8])))
        raise BadInputError(
            f"the workspace holds no code {code}",
            fix=f"nearest in its heading: {there}" if there else "import the nomenclature: aitrade codes import FILE",
        )
    if as_json:
        emit(json.dumps(found, indent=1))
        return
    for row in found:
        naics = f"\n  NAICS {row['naics']} {row['naics_description'] or ''}".rstrip() if row["naics"] else ""
        emit(f"{row['hs10']} ({row['flow']}) {row['description']}{naics}")
