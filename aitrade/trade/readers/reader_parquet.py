"""Read trade from Parquet files."""

from pathlib import Path
from typing import TYPE_CHECKING

from aitrade.core.errors import BadInputError
from aitrade.trade.ingest.staging import stage
from aitrade.trade.readers.source import Column, ImportOptions, Rows, Staged, quoted, this_file

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection


def read_parquet(con: "DuckDBPyConnection", path: Path, options: ImportOptions) -> Staged:
    """Stage a Parquet file.

    Raises:
        BadInputError: the file is damaged or cut off, or see ``stage``.
    """
    import duckdb

    relation = f"read_parquet({this_file(path)})"
    try:
        described = con.execute(f"DESCRIBE FROM {relation}").fetchall()
        columns = tuple(Column(name, quoted(name), kind) for name, kind, *_ in described)
        return stage(
            con, Rows(relation, columns, lambda column, found: _locate(con, path, column, found)), options, str(path)
        )
    except (duckdb.InvalidInputException, duckdb.IOException, duckdb.ConversionException) as error:
        raise BadInputError(
            f"the Parquet file is damaged or cut off: {str(error).splitlines()[0]}",
            where=str(path),
            fix="copy or download it again",
        ) from error


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
