"""Run the report's own SQL, kept in files of its own."""

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

_SQL = Path(__file__).parent / "sql"


def fetch(con: "DuckDBPyConnection", name: str, parameters: Mapping[str, Any]) -> list[tuple[Any, ...]]:
    """Rows of a shipped query with its named parameters."""
    return con.execute((_SQL / f"{name}.sql").read_text("utf-8"), dict(parameters)).fetchall()
