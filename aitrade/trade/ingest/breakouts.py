"""Columns that break a key out further (district, rate provision, domestic or foreign): their totals, and their parts.

The Census API writes - where a row is the total over a column. Where a file holds totals beside their parts, the totals
count; where it holds parts alone, they are summed, and have to be all there are.
"""

from typing import TYPE_CHECKING

from aitrade.core.errors import BadInputError
from aitrade.trade.ingest.column_expressions import Canonical, as_text, is_blank
from aitrade.trade.ingest.columns import Layout, key
from aitrade.trade.readers.source import Column, Rows

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

# Domestic exports and re-exports: total exports are both.
_DOMESTIC_OR_FOREIGN = ("1", "2")


def mask(layout: Layout) -> str:
    """For each row which of the breakout columns hold their total, as a number that grows with how many do."""
    if not layout.breakouts:
        return ""
    bits = (
        f"(CASE WHEN {_is_total(column)} THEN {1 << place} ELSE 0 END)" for place, column in enumerate(layout.breakouts)
    )
    totals = " + ".join(bits)
    return f", (bit_count({totals}) * 8 + {totals})::INTEGER AS totals"


def keep_totals(
    con: "DuckDBPyConnection", rows: Rows, layout: Layout, sql: Canonical, *, asked: bool
) -> tuple[int, list[str]]:
    """Of the rows of a key in ``staged`` keep one set that adds up to its total, the totals themselves where they are.

    Args:
        con: the workspace.
        rows: the file's rows.
        layout: its columns.
        sql: what they hold.
        asked: whether the user asked for these values by name, so that domestic or foreign exports alone will do.

    Returns:
        How many rows were left out, and notes on parts that may not be all.

    Raises:
        BadInputError: the exports are domestic or foreign alone, and nobody asked for them.
    """
    ((before,),) = con.execute("SELECT count(*) FROM staged").fetchall()
    con.execute("""
        CREATE OR REPLACE TEMP TABLE staged AS FROM staged
        QUALIFY totals = max(totals) OVER (PARTITION BY hs10, cty_code, year, month)
    """)
    ((kept, always),) = con.execute("SELECT count(*), coalesce(bit_and(totals), 7) FROM staged").fetchall()
    con.execute("ALTER TABLE temp.staged DROP totals")
    summed = [column for place, column in enumerate(layout.breakouts) if not always >> place & 1]
    return before - kept, [note for column in summed for note in _partial(con, rows, column, sql, asked=asked)]


def _partial(con: "DuckDBPyConnection", rows: Rows, column: Column, sql: Canonical, *, asked: bool) -> list[str]:
    found = con.execute(
        f"SELECT DISTINCT {as_text(column)} AS part {sql.source} "
        f"WHERE ({sql.drop}) IS NULL AND NOT {_is_total(column)} ORDER BY part"
    ).fetchall()
    parts = {part.strip(): part for (part,) in found}
    will_do = tuple(sorted(parts)) == _DOMESTIC_OR_FOREIGN or (asked and set(parts) < set(_DOMESTIC_OR_FOREIGN))
    if key(column.name) == "df" and not will_do:
        raise BadInputError(
            f"of domestic (1) and foreign (2) exports the file holds {', '.join(parts)}: not total exports",
            where=rows.locate(column.name, next(iter(parts.values()))),
            fix="ask the source for total exports (DF -), or say that these are wanted: --columns value=NAME",
        )
    if len(parts) == 1:
        return [f"{column.name} is {next(iter(parts))} alone: its values are all trade only if there is no other"]
    return []


def _is_total(column: Column) -> str:
    return f"({is_blank(column)} OR trim({as_text(column)}) = '-')"
