"""Rows made in Python, handed to DuckDB all at once."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection


@contextmanager
def offered(con: "DuckDBPyConnection", name: str, columns: Mapping[str, Sequence[object]]) -> Iterator[None]:
    """Make columns of equal length readable in SQL under a name while the block runs.

    Strings, numbers and None arrive as VARCHAR, BIGINT or DOUBLE and NULL; a column of None alone has DuckDB's type
    "NULL" and needs a cast. Results of the connection have to be fetched to their end before.
    """
    import numpy as np

    con.register(name, {column: np.array(values, dtype=object) for column, values in columns.items()})
    try:
        yield
    finally:
        con.unregister(name)
