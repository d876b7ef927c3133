"""An import session: a connection of its own, whose temporary tables go when it is closed."""

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

_MEMORY_GB = 4


@dataclass(frozen=True)
class ImportSession:
    """Where a file is read and staged.

    Args:
        con: a second connection to the workspace's database, which owns all temporary tables of the import.
        folder: an empty folder for temporary files, such as a copy in another encoding.
    """

    con: "DuckDBPyConnection"
    folder: Path


@contextmanager
def import_session(workspace: "DuckDBPyConnection") -> Iterator[ImportSession]:
    """Open a session on a workspace; its temporary tables and files are gone after the block.

    Memory is kept within bounds. The order of rows means nothing in the tables of flows, and keeping it costs much.
    """
    limit = _memory_limit(workspace)
    con = workspace.cursor()
    try:
        if _bytes(limit) > _MEMORY_GB * 10**9:
            con.execute(f"SET memory_limit = '{_MEMORY_GB}GB'")
        con.execute("SET preserve_insertion_order = false")
        with tempfile.TemporaryDirectory(prefix="aitrade-") as folder:
            yield ImportSession(con, Path(folder))
    finally:
        con.close()
        workspace.execute("SET preserve_insertion_order = true")
        workspace.execute(f"SET memory_limit = '{limit}'")


def count(con: "DuckDBPyConnection", relation: str) -> int:
    """Rows of a table or view."""
    ((number,),) = con.execute("SELECT count(*) FROM query_table(?)", [relation]).fetchall()
    return int(number)


def _bytes(size: str) -> float:
    number, unit = size.split()
    return float(number) * 1024.0 ** ("bytes", "KiB", "MiB", "GiB", "TiB", "PiB").index(unit)


def _memory_limit(con: "DuckDBPyConnection") -> str:
    ((limit,),) = con.execute("SELECT current_setting('memory_limit')").fetchall()
    return str(limit)
