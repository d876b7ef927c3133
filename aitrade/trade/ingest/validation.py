"""Refuse a file with values that cannot be read: the first column that holds such a value, what it holds, and where."""

import re
from typing import TYPE_CHECKING

from aitrade.core.errors import BadInputError
from aitrade.nomenclature.codes import why_not_hs10
from aitrade.trade.ingest.column_expressions import Canonical, as_text
from aitrade.trade.ingest.columns import Layout
from aitrade.trade.ingest.months import month_text
from aitrade.trade.readers.source import Rows

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

COUNTRY_MEND = "correct it or, if Census has a new country, add it: aitrade trade countries COUNTRY.TXT"
_UNREADABLE = """
    SELECT count_if(hs10 IS NULL OR cty_code IS NULL OR year IS NULL OR month IS NULL OR value IS NULL OR duty < 0)
    FROM staged
"""
# No trade is as large; below it every sum of the file, of a key or of all, is exact.
_BEYOND_COUNTING = """
    SELECT greatest(sum(value), coalesce(sum(duty), 0)), arg_max((hs10, cty_code, year, month), greatest(value, duty))
    FROM staged
    HAVING greatest(sum(value), coalesce(sum(duty), 0)) > 9223372036854775807
"""
# A time of day and its distance from UTC, as DuckDB writes them.
_ZONED = re.compile(r"[0-9]:[0-9]{2}.*[+-][0-9]{2}(:[0-9]{2})*$")
_NAMES = {"cty_code": "country", "time": "month"}


def refuse_unreadable(con: "DuckDBPyConnection", rows: Rows, layout: Layout, sql: Canonical) -> None:
    """Pass when every row of ``staged`` was read whole.

    Raises:
        BadInputError: a value could not be read.
    """
    ((unreadable,),) = con.execute(_UNREADABLE).fetchall()
    if not unreadable:
        return
    for role, condition in _conditions(layout, sql).items():
        column = layout.roles[role]
        con.execute(
            f"CREATE OR REPLACE TEMP VIEW unreadable AS SELECT {as_text(column)} AS found "
            f"{sql.source} WHERE ({sql.drop}) IS NULL AND {condition}"
        )
        ((found, number),) = con.execute("SELECT min(found), count(*) FROM unreadable").fetchall()
        if number:
            what, fix = why_unreadable(role, found)
            more = f" ({number:,} rows cannot be read so)" if number > 1 else ""
            raise BadInputError(what + more, where=rows.locate(column.name, found), fix=fix)
    raise AssertionError("a row is unreadable for no reason that is known")


def refuse_beyond_counting(con: "DuckDBPyConnection", where: str) -> None:
    """Pass when a 64-bit number holds the dollars of ``staged``.

    Raises:
        BadInputError: it does not; the row with the largest amount is named.
    """
    for total, (hs10, cty_code, year, month) in con.execute(_BEYOND_COUNTING).fetchall():
        raise BadInputError(
            f"the amounts add up to {total:,} dollars, and the largest is of code {hs10}, country {cty_code}, "
            f"{month_text((year, month))}: no trade is as large",
            where=where,
            fix="correct the amounts, which are whole dollars",
        )


def why_unreadable(role: str, text: str | None) -> tuple[str, str]:
    """Say what is wrong with the text of a role (hs10, cty_code, time, value, ...), and the fix."""
    if role == "hs10":
        return why_not_hs10(text or "")
    name = _NAMES.get(role, role)
    if text is None or not text.strip():
        return f"the {name} is empty", "fill it in, or delete the row"
    if name == "country":
        return f"unknown country {text!r}", COUNTRY_MEND
    if role in ("value", "duty"):
        return _why_no_dollars(name, text)
    return _why_no_month(name, text)


def _why_no_dollars(name: str, text: str) -> tuple[str, str]:
    if text.strip().startswith("-"):
        return f"the {name} {text!r} is negative", "trade is not negative: correct it, or delete the row"
    if text.strip().isdecimal():
        return f"the {name} {text!r} is more than all trade there is", "is it in dollars? correct it"
    return (
        f"the {name} {text!r} is not a number of whole dollars",
        "write digits only: no separator, letter or cent",
    )


def _why_no_month(name: str, text: str) -> tuple[str, str]:
    if _ZONED.search(text):
        what = f"the time {text!r} has a zone, and is not 00:00 UTC of a day from 1989 on"
        return what, "convert the column to dates without a zone"
    return f"{text!r} is not a {name} from 1989 on", "write months as 2024-01, in columns year and month as 2024 and 1"


def _conditions(layout: Layout, sql: Canonical) -> dict[str, str]:
    """For each role that the file has, when its value counts as unreadable."""
    month = f"({sql.month}) IS NULL"
    country = f"({sql.cty_code}) IS NULL"
    conditions = {
        "hs10": f"({sql.hs10}) IS NULL",
        "cty_code": country,
        "time": month,
        "year": f"({sql.year}) IS NULL",
        "month": month,
        "value": f"({sql.value}) IS NULL",
        "duty": f"({sql.duty}) < 0",
    }
    if "cty_code" not in layout.roles:
        conditions["country"] = country
    return {role: condition for role, condition in conditions.items() if role in layout.roles}
