"""Refuse a file with values that cannot be read: the first column that holds such a value, what it holds, and where."""

from pathlib import Path
from typing import TYPE_CHECKING

from aitrade.core.errors import BadInputError
from aitrade.core.sql import query
from aitrade.core.wording import nearest
from aitrade.trade.ingest.column_expressions import Canonical, as_text
from aitrade.trade.ingest.columns import Layout
from aitrade.trade.ingest.months import month_text
from aitrade.trade.readers.explanations import explain_text
from aitrade.trade.readers.source import Rows

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

_SQL = Path(__file__).parent / "sql"
_UNREADABLE = """
    SELECT count_if(hs10 IS NULL OR cty_code IS NULL OR year IS NULL OR month IS NULL OR value IS NULL OR value < 0
        OR duty < 0)
    FROM staged
"""
# No trade is as large; below it every sum of the file, of a key or of all, is exact.
_BEYOND_COUNTING = """
    SELECT greatest(sum(value), coalesce(sum(duty), 0)), arg_max((hs10, cty_code, year, month), greatest(value, duty))
    FROM staged
    HAVING greatest(sum(value), coalesce(sum(duty), 0)) > 9223372036854775807
"""


def has_unreadable(con: "DuckDBPyConnection") -> bool:
    """Whether ``staged`` has a row with a value that could not be read."""
    ((unreadable,),) = con.execute(_UNREADABLE).fetchall()
    return bool(unreadable)


def has_decimal_commas(con: "DuckDBPyConnection", layout: Layout) -> bool:
    """Whether the amounts are written with dots between thousands and commas before cents, none the other way round."""
    texts = [as_text(layout.roles[role]) for role in ("value", "duty") if role in layout.roles]
    con.execute(f"CREATE OR REPLACE TEMP VIEW amounts AS FROM file_rows SELECT unnest([{', '.join(texts)}]) AS amount")
    proofs, others = query(con, _SQL, "decimal_commas")[0]
    return bool(proofs and not others)


def check_readable(con: "DuckDBPyConnection", rows: Rows, layout: Layout, sql: Canonical) -> None:
    """Check that every value of ``staged`` could be read.

    Raises:
        BadInputError: a value could not be read.
    """
    if not has_unreadable(con):
        return
    for role, condition in _conditions(layout, sql).items():
        column = layout.roles[role]
        con.execute(
            f"CREATE OR REPLACE TEMP VIEW unreadable AS SELECT {as_text(column)} AS found "
            f"{sql.source} WHERE ({sql.drop}) IS NULL AND {condition}"
        )
        ((found, number),) = con.execute("SELECT min(found), count(*) FROM unreadable").fetchall()
        if number:
            what, fix = explain_text(role, found)
            countries = [name for (name,) in con.execute("SELECT name FROM countries").fetchall()]
            if role == "country" and found and (near := nearest(found, countries)):
                fix = f"is it {near}? {fix}"
            more = f" ({number:,} rows cannot be read so)" if number > 1 else ""
            raise BadInputError(what + more, where=rows.locate(column.name, found), fix=fix)
    # DuckDB trusts the smallest value that a Parquet file states of itself.
    raise rows.explain(ValueError("it holds amounts that its own statistics rule out"))


def check_countable(con: "DuckDBPyConnection", where: str) -> None:
    """Check that a 64-bit number holds the dollars of ``staged``.

    Raises:
        BadInputError: it does not; the row with the largest amount is named.
    """
    beyond = con.execute(_BEYOND_COUNTING).fetchone()
    if beyond:
        total, (hs10, cty_code, year, month) = beyond
        raise BadInputError(
            f"the amounts add up to {total:,} dollars, and the largest is of code {hs10}, country {cty_code}, "
            f"{month_text((year, month))}: no trade is as large",
            where=where,
            fix="correct the amounts, which are whole dollars",
        )


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
