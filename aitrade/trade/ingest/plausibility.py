"""Check what values and duties mean: thousands, rates taken for dollars, years and months to come."""

import re
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from aitrade.core.errors import BadInputError
from aitrade.core.sql import query
from aitrade.trade.ingest.column_expressions import as_text
from aitrade.trade.ingest.columns import Layout
from aitrade.trade.ingest.months import month_text
from aitrade.trade.readers.source import ImportOptions, Rows, key

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

_SQL = Path(__file__).parent / "sql"
_UNIT_COLUMNS = re.compile(r"(value_|trade_)?(unit|units|currency|scale|multiplier|unit_of_measure|unit_mult)(_code)?")
_MULTIPLE = re.compile(r"thousand|million|billion|\b1,?000\b|'000|\b000s?\b|\bmn\b|\bmil\b|_1000|1000_", re.IGNORECASE)
_OTHER_MONEY = re.compile(r"\b(eur|euros?|gbp|cny|rmb|yuan|jpy|yen|cad|mxn|pesos?)\b", re.IGNORECASE)
_ODD = 0.01  # share of dutiable rows whose duty is more than their value; real files have a few


def check_units(con: "DuckDBPyConnection", rows: Rows, layout: Layout, where: str) -> None:
    """Refuse values that are not in single dollars, as the column of values or one of units says.

    Raises:
        BadInputError: as said.
    """
    fix = "multiply the values so that they are single dollars, and take the column of units out"
    value = layout.roles["value"].name
    if _MULTIPLE.search(value.replace("_", " ")):
        raise BadInputError(f"column {value} is not in single dollars", where=where, fix=fix)
    for column in rows.columns:
        if not _UNIT_COLUMNS.fullmatch(key(column.name)):
            continue
        con.execute(f"CREATE OR REPLACE TEMP VIEW units AS FROM file_rows SELECT {as_text(column)} AS unit")
        for (unit,) in query(con, _SQL, "units"):
            if _MULTIPLE.search(unit) or _OTHER_MONEY.search(unit):
                raise BadInputError(
                    f"the values are in {unit!r}, not in dollars", where=rows.locate(column.name, unit), fix=fix
                )


def check_duties(con: "DuckDBPyConnection", layout: Layout, options: ImportOptions, where: str) -> list[str]:
    """Notes on duties that are more than their values.

    Raises:
        BadInputError: the duties look like rates in percent, and the user did not name their column.
    """
    if "duty" not in layout.roles:
        return []
    dutiable, largest, highest_share, least_value, above = query(con, _SQL, "duties")[0]
    if not dutiable:
        return []
    name = layout.roles["duty"].name
    if largest <= 100 and highest_share < 0.005 and least_value >= 10_000 and "duty" not in options.columns:
        raise BadInputError(
            f"column {name} holds nothing above {largest}, where values are {least_value:,} dollars and more: "
            "it may be a rate in percent, not dollars of duty",
            where=f"{where}, column {name}",
            fix=f"give calculated duty in dollars, or take the column out; if it is in dollars: --columns duty={name}",
        )
    return [f"in {above:,} rows the duty is more than the value: is it in dollars?"] if above > _ODD * dutiable else []


def check_clock(con: "DuckDBPyConnection", *, now: datetime | None = None) -> list[str]:
    """Notes on yearly totals of years that are not over, and on months that are still to come."""
    today = now or datetime.now(UTC)
    notes = []
    for year, number in query(con, _SQL, "open_years", this_year=today.year):
        notes.append(f"{year} is not over: its yearly total ({number:,} rows) holds the year so far")
    for year, month, number in query(con, _SQL, "coming_months", this_year=today.year, this_month=today.month):
        notes.append(f"{month_text((year, month))} is still to come ({number:,} rows): are the months right?")
    return notes
