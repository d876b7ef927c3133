"""Run the tables' SQL, kept in files of its own."""

import re
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

_SQL = Path(__file__).parent / "sql"
_PARAMETER = re.compile(r"\$([a-z_]+)")


def sql(name: str) -> str:
    """Text of a shipped query, without its comments."""
    text = (_SQL / f"{name}.sql").read_text("utf-8")
    return "\n".join(line for line in text.splitlines() if not line.lstrip().startswith("--"))


def install_macros(con: "DuckDBPyConnection") -> None:
    """Make the macros of ``labelled.sql`` known to a connection, for as long as it lives."""
    con.execute(sql("labelled"))


def fetch(con: "DuckDBPyConnection", name: str, parameters: Mapping[str, Any]) -> list[tuple[Any, ...]]:
    """Rows of a shipped query.

    Args:
        con: a workspace, with the macros installed.
        name: the query's file name without ``.sql``.
        parameters: values of its named parameters; it takes those that it names.
    """
    text = sql(name)
    return con.execute(text, {key: parameters[key] for key in set(_PARAMETER.findall(text))}).fetchall()
