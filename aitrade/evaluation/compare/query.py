"""Run the comparison's own SQL, kept in files of its own; it stands on the trade's."""

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from aitrade.trade.tables.query import install_macros, sql

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

_SQL = Path(__file__).parent / "sql"


def fetch(con: "DuckDBPyConnection", name: str, parameters: Mapping[str, Any]) -> list[tuple[Any, ...]]:
    """Rows of a shipped query with its named parameters."""
    install_macros(con)
    con.execute(sql("traded"))
    con.execute((_SQL / "pairs.sql").read_text("utf-8"))
    return con.execute((_SQL / f"{name}.sql").read_text("utf-8"), dict(parameters)).fetchall()
