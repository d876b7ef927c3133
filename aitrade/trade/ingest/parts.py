"""Which parts of trade a file holds: a single district or domestic exports alone are not all trade."""

from pathlib import Path
from typing import TYPE_CHECKING

from aitrade.core.errors import BadInputError
from aitrade.core.sql import query
from aitrade.trade.ingest.breakdowns import is_breakdown
from aitrade.trade.ingest.column_expressions import Canonical, as_text
from aitrade.trade.readers.source import ImportOptions, Rows, key

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

# Domestic exports and re-exports: total exports are both.
_DOMESTIC_OR_FOREIGN = ("1", "2")
_SQL = Path(__file__).parent / "sql"
_UNITS = ("unit", "units", "quantity_unit", "unit_qy1", "unit_qy2", "quantity_description", "unit_of_quantity")


def check_parts(
    con: "DuckDBPyConnection", rows: Rows, sql: Canonical, options: ImportOptions
) -> tuple[dict[str, list[str]], list[str]]:
    """Find the parts of trade that a file holds, by column, and notes on those that stand alone.

    Where a code, country and month has a total, it counts, and its parts are not looked at.

    Raises:
        BadInputError: the exports are domestic or foreign alone, and nobody asked for them.
    """
    parts: dict[str, list[str]] = {}
    notes: list[str] = []
    for column in rows.columns:
        if not is_breakdown(column.name) or key(column.name) in _UNITS:
            continue
        part = sql.select(f", trim({as_text(column)}) AS part")
        con.execute(f"CREATE OR REPLACE TEMP VIEW parts AS {part}")
        texts = query(con, _SQL, "parts")
        if not texts:
            continue
        parts[key(column.name)] = [part for (part,) in texts]
        asked = "value" in options.columns or options.part
        held = tuple(parts[key(column.name)])
        if key(column.name) == "df" and held != _DOMESTIC_OR_FOREIGN and not (asked and set(held) <= {"1", "2"}):
            raise BadInputError(
                f"of domestic (1) and foreign (2) exports the file holds {', '.join(held)}: not total exports",
                where=rows.locate(column.name, held[0]),
                fix="ask the source for total exports (DF -), or say that these are wanted: --columns value=NAME",
            )
        if len(held) == 1:
            notes.append(f"{column.name} is {held[0]} alone: its values are all trade only if there is no other")
    return parts, notes
