"""Read trade from Parquet files."""

from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from aitrade.core.textfile import refuse_too_wide
from aitrade.trade.readers.session import ImportSession
from aitrade.trade.readers.source import Column, ImportOptions, Rows, damaged, quoted, this_file

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection


def read_parquet(session: ImportSession, path: Path, _: ImportOptions, /) -> list[Rows]:
    """Read a Parquet file.

    Raises:
        BadInputError: the file is damaged or cut off.
    """
    import duckdb

    relation, explain = f"read_parquet({this_file(path)})", damaged(path)
    try:
        described = session.con.execute(f"DESCRIBE FROM {relation}").fetchall()
    except duckdb.Error as error:
        raise explain(error) from error
    refuse_too_wide(len(described), str(path))
    columns = tuple(Column(name, quoted(name), kind) for name, kind, *_ in described)
    return [Rows(relation, columns, partial(_locate, session.con, path), explain)]


def _locate(con: "DuckDBPyConnection", path: Path, column: str, found: str | None) -> str:
    con.execute(
        "CREATE OR REPLACE TEMP VIEW numbered AS "
        f"FROM read_parquet({this_file(path)}, file_row_number = true) "
        f"SELECT file_row_number + 1 AS row_number, CAST({quoted(column)} AS VARCHAR) AS text"
    )
    ((row,),) = con.execute(
        "SELECT min(row_number) FROM numbered WHERE text IS NOT DISTINCT FROM ?", [found]
    ).fetchall()
    return f"{path}, row {row}, column {column}"
