"""``aitrade trade``: import trade files, list their receipts, add countries."""

import json
from dataclasses import asdict
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from aitrade.cli.options import AsJson, FlowOption
from aitrade.cli.progress import busy
from aitrade.cli.state import emit, say, state
from aitrade.core.errors import UsageError

if TYPE_CHECKING:
    from aitrade.trade.ingest.receipt import Receipt


class ValuesOption(StrEnum):
    """What the value of a month is of."""

    monthly = "monthly"
    year_to_date = "year-to-date"


class ReaderOption(StrEnum):
    """What reads a file."""

    census_api = "census-api"
    census_bulk = "census-bulk"
    dataweb = "dataweb"
    parquet = "parquet"
    csv = "csv"
    workbook = "workbook"


group = typer.Typer(
    no_args_is_help=True, help="Trade data: import files from Census and USITC, and what became of them."
)


@group.command("import")
def import_files(
    context: typer.Context,
    files: Annotated[list[Path], typer.Argument(metavar="FILE...", help="Files, or folders of them.")],
    flow: Annotated[FlowOption | None, typer.Option(help="The trade's flow, where the file does not say.")] = None,
    reader: Annotated[
        ReaderOption | None, typer.Option("--as", help="What reads the files; by their content by default.")
    ] = None,
    columns: Annotated[
        str,
        typer.Option(metavar="ROLE=NAME,...", help="Columns of a file with other names, such as hs10=hts,value=usd."),
    ] = "",
    pad: Annotated[bool, typer.Option("--pad", help="Put back the leading zeros of codes that lost them.")] = False,
    replace: Annotated[
        bool,
        typer.Option(
            "--replace",
            help="Yearly totals may take the place of months, and months of yearly totals; the receipt says what went.",
        ),
    ] = False,
    revision: Annotated[
        bool,
        typer.Option(
            "--revision", help="The files are a revised release, although they lack much of what they replace."
        ),
    ] = False,
    part: Annotated[
        bool,
        typer.Option("--part", help="The files add to what is there with the same keys, as a second district does."),
    ] = False,
    sum_over: Annotated[
        list[str] | None,
        typer.Option(metavar="COLUMN", help="A column whose rows are parts that add up; 'rows' of identical rows."),
    ] = None,
    distinct: Annotated[bool, typer.Option("--distinct", help="Of identical rows, count one.")] = False,
    values: Annotated[
        ValuesOption | None,
        typer.Option(help="What each month holds, where values that only grow leave it in doubt."),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Take trade into the workspace, one transaction a file, and say what became of every row.

    Read are replies of the Census International Trade API saved as JSON, the bulk files IMDByymm.ZIP and EXDByymm.ZIP,
    USITC DataWeb exports (xlsx or CSV, flat or pivot), Parquet and CSV. Imports count as customs value for consumption
    with calculated duty, exports as total exports. A revised month replaces what it revises. Country groups are kept
    apart and never summed. The roles of --columns: hs10, value, duty, cty_code, country, time, year, month, flow,
    quantity_1, unit_1, quantity_2, unit_2.

    Example: aitrade trade import census/ IMDB2412.ZIP
    Example: aitrade trade import other.csv --flow imports --columns hs10=code,value=usd,time=month,country=partner
    """
    from aitrade.trade.ingest.receipt import receipt_lines

    def report(receipt: "Receipt") -> None:
        for line in receipt_lines(receipt):
            say(line)

    with busy("reading, hashing and checking the files"):
        receipts = (
            state(context)
            .open()
            .import_trade(
                files,
                flow=flow.value if flow else None,
                reader=reader.value if reader else None,
                columns=_pairs(columns),
                pad=pad,
                replace=replace,
                revision=revision,
                sum_over=tuple(sum_over or ()),
                distinct=distinct,
                part=part,
                values=values.value if values else None,
                on_receipt=report,
            )
        )
    if as_json:
        emit(json.dumps([asdict(receipt) for receipt in receipts], indent=1))


@group.command("receipts")
def receipts(context: typer.Context, as_json: AsJson = False) -> None:
    """List the imports of this workspace, with what became of every row.

    Example: aitrade trade receipts --json
    """
    from aitrade.trade.ingest.receipt import read_receipt
    from aitrade.workspace import read_workspace

    with read_workspace(state(context).workspace) as con:
        rows = con.execute("SELECT imported_at, receipt FROM trade_imports ORDER BY import_id").fetchall()
    found = [{"imported_at": f"{when:%Y-%m-%d %H:%M:%S}"} | read_receipt(receipt) for when, receipt in rows]
    if as_json:
        emit(json.dumps(found, indent=1))
        return
    for r in found:
        dropped = sum(r["rows_dropped"].values())
        replaced = " replaced" if r["replaced"] or r["groups_replaced"] else ""
        emit(
            f"{r['import_id']:>4}  {r['imported_at']}  {r['flow']}  {r['rows_kept']:>12,} kept  "
            f"{r['group_rows']:>9,} groups  {r['rows_merged']:>11,} merged  {dropped:>9,} dropped  "
            f"{r['reader']}  {r['file']}{replaced}"
        )


@group.command("remove")
def remove(
    context: typer.Context,
    number: Annotated[int, typer.Argument(metavar="IMPORT", help="Number of the import; see aitrade trade receipts.")],
) -> None:
    """Remove the rows that one import brought. What it replaced does not come back: import that again.

    Example: aitrade trade remove 3
    """
    say(f"removed {state(context).open().remove_trade(number):,} rows of import {number}")


@group.command("countries")
def countries(
    context: typer.Context,
    files: Annotated[list[Path], typer.Argument(metavar="FILE...", help="COUNTRY.TXT, or CSV with cty_code and name.")],
) -> None:
    """Add countries or new names of them, where Census has a code that this version does not know.

    Example: aitrade trade countries COUNTRY.TXT
    """
    from aitrade.trade.countries import add_countries, read_country_file, seed_countries
    from aitrade.workspace import open_workspace, transaction

    with open_workspace(state(context).workspace) as con:
        seed_countries(con)
        for path in files:
            with transaction(con):
                say(f"{path}: {add_countries(con, read_country_file(path)):,} countries")


def _pairs(text: str) -> dict[str, str]:
    pairs = [part.split("=", 1) for part in text.split(",") if part.strip()]
    if any(len(pair) != 2 or not all(side.strip() for side in pair) for pair in pairs):
        raise UsageError(f"--columns {text!r} is not ROLE=NAME,...", fix="write such as hs10=code,value=usd")
    return {role.strip(): name.strip() for role, name in pairs}
