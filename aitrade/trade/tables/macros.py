"""The tables' SQL: its folder, and the macros that its queries stand on."""

from pathlib import Path
from typing import TYPE_CHECKING

from aitrade.core.sql import query

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

SQL = Path(__file__).parent / "sql"


def install_macros(con: "DuckDBPyConnection") -> None:
    """Make the macros that queries share known to a connection, for as long as it lives."""
    for name in ("labelled", "traded", "growth_rows"):
        query(con, SQL, name)
