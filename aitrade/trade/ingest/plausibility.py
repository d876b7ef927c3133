"""Check what values and duties mean: thousands, rates taken for dollars, years and months to come."""

import re
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from aitrade.core.errors import BadInputError
from aitrade.core.sql import query
from aitrade.trade.ingest.column_expressions import as_text
from aitrade.trade.ingest.columns import Layout, is_quantity
from aitrade.trade.ingest.months import month_text
from aitrade.trade.readers.multiples import is_factor, says_multiple, title_says_multiple
from aitrade.trade.readers.source import ImportOptions, Rows, key

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

_SQL = Path(__file__).parent / "sql"
_UNIT_COLUMNS = re.compile(
    r"(value_|trade_|obs_)?(unit|units|currency|scale|unit_of_(measure|value)|unit_measure|measure_unit|value_unit)(_code)?"
)
_FACTOR_COLUMNS = re.compile(r"(unit_)?mult(iplier)?|unit_multiplier|scale|power_?(code|of_ten)?|magnitude|factor")
_MONEY = re.compile(r"\$|\busd?\b|dollar", re.IGNORECASE)
_OTHER_MONEY = re.compile(r"\b(eur|euros?|gbp|cny|rmb|yuan|jpy|yen|cad|mxn|pesos?)\b", re.IGNORECASE)
# The thresholds were set beside the real imports of 2024, each country, chapter and heading taken as a file of its own.
_ODD = 0.01  # share of dutiable rows whose duty is more than their value; 0.0003 of all, 0.003 of 99 in 100 headings
# No rate is higher. Of 1,157 headings none has 20 dutiable rows and no duty above it; of codes, 95 of 15,747 have fewer
# rows, none above it, and less than half a percent of duty together.
_LARGEST_RATE, _LOW_RATE, _MANY = 100, 0.005, 20
_DOLLARS = ("cal_dut_mo", "cal_dut_yr", "calculated_duties", "calculated_duty_($us)")  # dollars at their source


def check_units(con: "DuckDBPyConnection", rows: Rows, layout: Layout, where: str) -> None:
    """Refuse values that are not in single dollars, as the column of values or one of units says.

    Raises:
        BadInputError: as said.
    """
    fix = "multiply the values so that they are single dollars, and take out what says otherwise"
    value = layout.roles["value"].name
    if says_multiple(value):
        raise BadInputError(f"column {value} is not in single dollars", where=where, fix=fix)
    for title in rows.titles:
        if title_says_multiple(title):
            raise BadInputError(f"above the header it says: {title.strip()!r:.200}", where=where, fix=fix)
    of_quantities = any(is_quantity(column.name) for column in rows.columns)
    for column in rows.columns:
        is_unit, is_power = (pattern.fullmatch(key(column.name)) for pattern in (_UNIT_COLUMNS, _FACTOR_COLUMNS))
        if not is_unit and not is_power:
            continue
        con.execute(f"CREATE OR REPLACE TEMP VIEW units AS FROM file_rows SELECT {as_text(column)} AS unit")
        for (unit,) in query(con, _SQL, "units"):
            if of_quantities and not _MONEY.search(unit) and not is_power:
                continue
            if says_multiple(unit) or _OTHER_MONEY.search(unit) or (is_power and is_factor(unit)):
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
    dutiable, largest, share, largest_value, above = query(con, _SQL, "duties")[0]
    if not dutiable:
        return []
    name = layout.roles["duty"].name
    many = dutiable >= _MANY and largest_value >= 100 * _LARGEST_RATE
    if largest <= _LARGEST_RATE and (share < _LOW_RATE or many) and "duty" not in options.columns:
        what = (
            f"column {name} holds nothing above {largest:,}, where values are up to {largest_value:,} dollars: "
            "it may be a rate in percent, not dollars of duty"
        )
        if not many and key(name) in _DOLLARS:
            return [what]
        raise BadInputError(
            what,
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
