"""How the workspace's connection is set while a trade file is imported, and what of it is cleared away after."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

_MEMORY_GB = 4
_VIEWS = ("file_rows", "left_out", "unreadable", "pairs", "flow_words", "names_found", "numbered")
_TABLES = (
    "staged",
    "staged_groups",
    "own",
    "repeated",
    "replaced",
    "country_names",
    "api_lists",
    "api_rows",
    "dataweb_rows",
)


@contextmanager
def importing(con: "DuckDBPyConnection") -> Iterator[None]:
    """Keep memory within bounds; the order of rows means nothing in the tables of flows, and keeping it costs much."""
    limit = _memory_limit(con)
    if _bytes(limit) > _MEMORY_GB * 10**9:
        con.execute(f"SET memory_limit = '{_MEMORY_GB}GB'")
    con.execute("SET preserve_insertion_order = false")
    try:
        yield
    finally:
        for name in _VIEWS:
            con.execute(f"DROP VIEW IF EXISTS temp.{name}")
        for name in _TABLES:
            con.execute(f"DROP TABLE IF EXISTS temp.{name}")
        con.execute("SET preserve_insertion_order = true")
        con.execute(f"SET memory_limit = '{limit}'")


def _bytes(size: str) -> float:
    number, unit = size.split()
    return float(number) * 1024.0 ** ("bytes", "KiB", "MiB", "GiB", "TiB", "PiB").index(unit)


def _memory_limit(con: "DuckDBPyConnection") -> str:
    ((limit,),) = con.execute("SELECT current_setting('memory_limit')").fetchall()
    return str(limit)
