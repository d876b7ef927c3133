"""Run SQL that is kept in files: one loader for every room."""

from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection


@cache
def load_sql(folder: Path, name: str) -> str:
    """Text of the file ``name.sql`` in a folder."""
    return (folder / f"{name}.sql").read_text("utf-8")


def query(con: "DuckDBPyConnection", folder: Path, name: str, **parameters: Any) -> list[tuple[Any, ...]]:
    """Run every statement of a file, and give the rows of the last one.

    Args:
        con: the connection.
        folder: where the file is.
        name: its name without ``.sql``.
        parameters: values of named parameters; each statement takes those that it names.
    """
    rows: list[tuple[Any, ...]] = []
    for statement in con.extract_statements(load_sql(folder, name)):
        used = {key: value for key, value in parameters.items() if key in statement.named_parameters}
        rows = con.execute(statement, used or None).fetchall()
    return rows
