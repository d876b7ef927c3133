"""Whether the tables of a workspace are those that the migrations make."""

from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

from aitrade.core.errors import BadInputError

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

Columns = tuple[tuple[str, str], ...]  # name and type, in order of name

_COLUMNS = """
    FROM system.main.duckdb_columns() AS c
    JOIN system.main.duckdb_tables() AS t USING (database_name, schema_name, table_name)
    SELECT table_name, column_name, c.data_type
    WHERE NOT c.internal AND schema_name = 'main' AND database_name <> 'temp'
    ORDER BY ALL
"""


def refuse_other_schema(con: "DuckDBPyConnection", path: Path, migrations: Sequence[tuple[int, str, str]]) -> None:
    """Refuse a workspace that lacks a table or a column, or where a view stands in place of a table.

    Args:
        con: the migrated workspace.
        path: its database.
        migrations: every migration as (version, name, SQL).

    Raises:
        BadInputError: as said.
    """
    present = _tables(con)
    for name, columns in _expected(tuple(sql for _, _, sql in migrations)).items():
        if present.get(name) != columns:
            raise BadInputError(
                f"the workspace's table {name} is missing, is no table, or has other columns than it should",
                where=str(path),
                fix="restore a copy of the workspace, or make a new one and import into it again",
            )


def refuse_unmigrated(con: "DuckDBPyConnection", path: Path) -> None:
    """Refuse a database that holds tables or views although no migration is recorded.

    Raises:
        BadInputError: as said.
    """
    query = """
        FROM system.main.duckdb_tables() SELECT table_name WHERE NOT internal AND database_name <> 'temp'
            AND table_name <> 'migrations'
        UNION ALL FROM system.main.duckdb_views() SELECT view_name WHERE NOT internal AND database_name <> 'temp'
    """
    if found := con.execute(query).fetchall():
        raise BadInputError(
            f"the database holds {found[0][0]!r:.60}, but no record of aitrade's migrations",
            where=str(path),
            fix="restore a copy of the workspace, or choose an empty folder with --workspace",
        )


@lru_cache
def _expected(sql: tuple[str, ...]) -> dict[str, Columns]:
    """The tables that migrations make, tried out in memory."""
    import duckdb

    with duckdb.connect(":memory:") as con:
        for text in sql:
            con.execute(text)
        return _tables(con)


def _tables(con: "DuckDBPyConnection") -> dict[str, Columns]:
    found: dict[str, Columns] = {}
    for table, column, kind in con.execute(_COLUMNS).fetchall():
        found[table] = (*found.get(table, ()), (column, kind))
    return found
