"""Year-to-date values: recognised, since they only grow through the year, and turned into values of each month."""

import math
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from aitrade.core.errors import BadInputError
from aitrade.core.sql import query
from aitrade.core.wording import ranges
from aitrade.trade.ingest.months import month_text
from aitrade.trade.readers.session import count
from aitrade.trade.readers.source import ImportOptions, literal

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

_SQL = Path(__file__).parent / "sql"
MONTHLY, YEAR_TO_DATE = "monthly", "year-to-date"
_NEVER_FALLS = 0.95  # share of codes and countries whose values never fall
_CERTAIN, _LIKELY = math.log(1e6), math.log(500)  # odds against months of any order that never fall
_ENOUGH = 200_000  # rows that are looked at


def check_growth(
    con: "DuckDBPyConnection", options: ImportOptions, where: str, flow: str, *, years: Sequence[int] = ()
) -> str | None:
    """Warn of values that may be of the year to date, as those of few codes that only grow are.

    Args:
        con: the connection of the import session.
        options: what the user asked for; whoever says what the values are is not asked again.
        where: the file's name.
        flow: imports or exports.
        years: years of which all months of the workspace are looked at; without them the file's alone.

    Raises:
        BadInputError: the values of so many codes, countries and months only grow that they are year-to-date.
    """
    if options.values is not None:
        return None
    of_years = f"flows WHERE flow = {literal(flow)} AND year IN ({', '.join(map(str, years))})"
    con.execute(f"CREATE OR REPLACE TEMP VIEW growing_rows AS FROM {of_years if years else 'staged'}")
    series, growing = query(con, _SQL, "country_growth")[0]
    if not series or growing < _NEVER_FALLS * series:
        return None
    one_of = max(1, count(con, "growing_rows") // _ENOUGH)
    keys, never_fall, odds, ratio, even_ratio = query(con, _SQL, "key_growth", one_of=one_of)[0]
    if not keys or never_fall < _NEVER_FALLS * keys or ratio < (1 + even_ratio) / 2 or odds < _LIKELY:
        return None
    what = (
        f"in {never_fall:,} of {keys:,} years of a code and country the values only grow from month to month: "
        "year-to-date values count several times"
    )
    if odds < _CERTAIN:
        return f"{what}, if they are; say --values monthly or --values year-to-date"
    raise BadInputError(
        what,
        where=where,
        fix="say --values year-to-date to import what each month adds, or --values monthly if they are of each month",
    )


def years_of_few_months(con: "DuckDBPyConnection") -> list[int]:
    """Years of which ``staged`` holds one or two months, so that only those of other files show how they grow."""
    return [year for year, months in query(con, _SQL, "months_of_years") if len(months) <= 2]


def difference_months(con: "DuckDBPyConnection", where: str) -> None:
    """Replace values of the year to date in ``staged``, one row for each key, by those of each month.

    Raises:
        BadInputError: a month before another is missing, or values fall.
    """
    for year, months in query(con, _SQL, "months_of_years"):
        missing = sorted(set(range(1, months[-1])) - set(months))
        if missing:
            raise BadInputError(
                f"of {year} the file lacks months {ranges(missing)}: what the next one adds is not known",
                where=where,
                fix="put all months of the year into one file, from January on",
            )
    falling = query(con, _SQL, "difference_months")
    if falling:
        examples = "; ".join(
            f"{hs10}, country {country}, {month_text((year, month))}" for hs10, country, year, month, *_ in falling
        )
        raise BadInputError(
            f"the year-to-date values or duties fall: {examples}",
            where=where,
            fix="leave --values out if they are of each month; otherwise correct them",
        )
