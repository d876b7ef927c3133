"""``aitrade codes``: import, list, show."""

import json
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from aitrade.cli.app import app
from aitrade.cli.options import AsJson, FlowOption, FlowsOption, Pad
from aitrade.cli.state import emit, say, state
from aitrade.core.errors import BadInputError

group = typer.Typer(no_args_is_help=True, help="The nomenclature: HS10 codes and what they stand for.")
app.add_typer(group, name="codes")


@group.command("import")
def import_files(
    context: typer.Context,
    files: Annotated[list[Path], typer.Argument(metavar="FILE...", help="CSV, concordance, or IMDB/EXDB zip.")],
    flow: Annotated[
        FlowOption | None,
        typer.Option(help="The codes' flow, where the file does not say; imports (HTS) if neither does."),
    ] = None,
    pad: Pad = False,
    as_json: AsJson = False,
) -> None:
    """Take codes into the workspace, one transaction a file. Importing again updates descriptions and NAICS.

    A CSV file has the columns hs10 and description, optionally naics, naics_description and flow. The Census
    concordances CONCORD.TXT (also inside an IMDB or EXDB zip), imp-code.txt and exp-code.txt are read as they are.

    Example: aitrade codes import hts_2024.csv --flow imports
    """
    from aitrade.workspace import open_workspace
    from aitrade.workspace.code_import import import_codes

    receipts = []
    with open_workspace(state(context).workspace) as con:
        for path in files:
            for receipt in import_codes(con, path, flow.value if flow else None, pad=pad):
                say(str(receipt))
                receipts.append(asdict(receipt))
    if as_json:
        emit(json.dumps(receipts, indent=1))


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
    from aitrade.workspace import read_workspace

    with read_workspace(state(context).workspace) as con:
        query = """
            SELECT flow, hs10, description, naics, naics_description FROM codes
            WHERE list_contains(?, flow) AND starts_with(hs10, ?) ORDER BY flow DESC, hs10
        """
        cursor = con.execute(query, [list(flow.flows), under.replace(".", "")])
        columns = [column[0] for column in cursor.description]
        rows = cursor.fetchall()
    if as_json:
        emit(json.dumps([dict(zip(columns, row, strict=True)) for row in rows], indent=1))
        return
    import csv
    import io

    from aitrade.core.render.as_csv import csv_cell

    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerows([columns, *([csv_cell(value) for value in row] for row in rows)])
    emit(text.getvalue())


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
    from aitrade.workspace import read_workspace

    code = parse_hs10(hs10)
    with read_workspace(state(context).workspace) as con:
        cursor = con.execute("SELECT * FROM codes WHERE hs10 = ? ORDER BY flow DESC", [code])
        columns = [column[0] for column in cursor.description]
        found = [dict(zip(columns, row, strict=True)) for row in cursor.fetchall()]
    if not found:
        raise BadInputError(
            f"the workspace holds no code {code}", fix="import the nomenclature: aitrade codes import FILE"
        )
    if as_json:
        emit(json.dumps(found, indent=1))
        return
    for row in found:
        naics = f"\n  NAICS {row['naics']} {row['naics_description'] or ''}".rstrip() if row["naics"] else ""
        emit(f"{row['hs10']} ({row['flow']}) {row['description']}{naics}")
