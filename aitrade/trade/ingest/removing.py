"""Remove trade from a workspace, by the import that brought it."""

from typing import TYPE_CHECKING

from aitrade.core.errors import BadInputError
from aitrade.workspace.database import transaction

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection


def remove_trade(con: "DuckDBPyConnection", number: int) -> int:
    """Remove the rows that an import brought, of countries and groups, and its receipt; returns how many rows.

    Raises:
        BadInputError: there is no such import.
    """
    if con.execute("SELECT 1 FROM trade_imports WHERE import_id = ?", [number]).fetchone() is None:
        raise BadInputError(f"there is no import {number}", fix="see: aitrade trade receipts")
    rows = 0
    with transaction(con):
        for table in ("flows", "group_flows"):
            counted = con.execute(f"DELETE FROM {table} WHERE import_id = ?", [number]).fetchone()  # noqa: S608
            rows += counted[0] if counted else 0
        con.execute("DELETE FROM trade_imports WHERE import_id = ?", [number])
    return rows
