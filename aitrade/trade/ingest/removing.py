"""Remove trade from a workspace, by the import that brought it."""

from pathlib import Path
from typing import TYPE_CHECKING

from aitrade.core.errors import BadInputError
from aitrade.core.sql import query
from aitrade.trade.ingest.chapter_flows import sum_chapters
from aitrade.workspace.database import transaction

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

_SQL = Path(__file__).parent / "sql"


def remove_trade(con: "DuckDBPyConnection", number: int) -> int:
    """Remove the rows that an import brought, of countries and groups, their quantities and the import's receipt.

    Returns how many rows.

    Raises:
        BadInputError: there is no such import.
    """
    flow = con.execute("SELECT flow FROM trade_imports WHERE import_id = ?", [number]).fetchone()
    if flow is None:
        raise BadInputError(f"there is no import {number}", fix="see: aitrade trade receipts")
    rows = 0
    with transaction(con):
        years = {year for (year,) in query(con, _SQL, "remove_quantities", import_id=number)}
        for table in ("flows", "group_flows"):
            counted = con.execute(f"DELETE FROM {table} WHERE import_id = ?", [number]).fetchone()  # noqa: S608
            rows += counted[0] if counted else 0
        sum_chapters(con, flow[0], years)
        con.execute("DELETE FROM trade_imports WHERE import_id = ?", [number])
    return rows
