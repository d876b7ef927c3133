"""Quantities and their units, where a file has them: kept by code, country and month, never summed over units."""

from pathlib import Path
from typing import TYPE_CHECKING

from aitrade.core.sql import query
from aitrade.trade.ingest.column_expressions import as_text
from aitrade.trade.ingest.columns import Layout

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

_SQL = Path(__file__).parent / "sql"
PLACES = {"quantity_1": "first_quantities", "quantity_2": "second_quantities"}


def stage_quantities(con: "DuckDBPyConnection") -> None:
    """Make the temporary table ``staged_quantities`` of the rows of ``staged``, by key and unit."""
    query(con, _SQL, "no_quantities")
    columns = {row[0] for row in con.execute("DESCRIBE staged").fetchall()}
    for column, name in PLACES.items():
        if column in columns:
            query(con, _SQL, name)


def unreadable_quantities(con: "DuckDBPyConnection", layout: Layout) -> list[str]:
    """Notes on quantities that are there and are no numbers."""
    notes = []
    for column in (layout.roles[role] for role in PLACES if role in layout.roles):
        con.execute(f"CREATE OR REPLACE TEMP VIEW amounts AS FROM file_rows SELECT {as_text(column)} AS amount")
        ((number,),) = query(con, _SQL, "unreadable_quantities")
        if number:
            notes.append(f"{number:,} rows have a quantity in {column.name} that is no number: it was left out")
    return notes
