"""Tables as columns of typed values: for Arrow, for Parquet files and for Stata."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from aitrade.core.extras import require_extra
from aitrade.core.files import atomic_write
from aitrade.core.table import Table

if TYPE_CHECKING:
    from duckdb import DuckDBPyRelation

# DuckDB's type of each kind of column; every other kind is a DOUBLE.
TYPES = {"text": "VARCHAR", "name": "VARCHAR", "prose": "VARCHAR", "count": "BIGINT", "period": "BIGINT"}
LONGEST_LABEL = 80  # of a variable or a file, in Stata
LONGEST_NAME = 32  # of a variable, in Stata


@contextmanager
def relation(table: Table) -> "Iterator[DuckDBPyRelation]":
    """Hold a table as a relation of DuckDB: codes are strings, counts BIGINT, other figures DOUBLE."""
    import duckdb

    con = duckdb.connect(config={"autoinstall_known_extensions": False, "autoload_known_extensions": False})
    fields = ", ".join(
        f"unnest(?::{TYPES.get(column.kind, 'DOUBLE')}[]) AS {_quoted(column.name)}" for column in table.columns
    )
    values = [[row[place] for row in table.rows] for place in range(len(table.columns))]
    yield con.sql(f"SELECT {fields}", params=values)


def write_parquet(table: Table, path: Path) -> None:
    """Write a table as a Parquet file; every digit is kept, and its metadata hold title and notes.

    Raises:
        BadInputError: the file cannot be written.
    """
    with relation(table) as rows, atomic_write(path) as partial:
        said = {"title": table.title, "notes": "\n".join(table.notes)}
        metadata = ", ".join(f"{key}: {_text(value)}" for key, value in said.items())
        options = f"FORMAT parquet, COMPRESSION zstd, KV_METADATA {{{metadata}}}"
        rows.query("written", f"COPY written TO {_text(str(partial))} ({options})")


def write_stata(table: Table, path: Path) -> None:
    """Write a table as a Stata file (.dta, version 118): titles become labels of the variables, codes are text.

    The label of the data is the table's title and whose labels it rests on.

    Raises:
        UsageError: pandas is not installed.
        BadInputError: the file cannot be written.
    """
    require_extra("stata", "writing a Stata file")
    import pandas as pd

    names = stata_names([column.name for column in table.columns])
    columns: dict[str, Any] = {}
    for place, (name, column) in enumerate(zip(names, table.columns, strict=True)):
        values = [row[place] for row in table.rows]
        if TYPES.get(column.kind) == "VARCHAR":
            columns[name] = pd.Series(["" if value is None else str(value) for value in values], dtype=object)
        else:
            columns[name] = pd.Series([float("nan") if value is None else float(value) for value in values])
    frame = pd.DataFrame(columns)
    labels = {name: column.title[:LONGEST_LABEL] for name, column in zip(names, table.columns, strict=True)}
    long = [name for name in frame if frame[name].dtype == object and frame[name].str.len().max() > 2045]
    with atomic_write(path) as partial:
        frame.to_stata(
            partial,
            write_index=False,
            version=118,
            variable_labels=labels,
            data_label=_data_label(table),
            convert_strl=long,
        )


def stata_names(names: list[str]) -> list[str]:
    """Make names that Stata takes: letters, digits and underscores, at most 32, each only once."""
    made: list[str] = []
    for name in names:
        plain = "".join(letter if letter.isascii() and (letter.isalnum() or letter == "_") else "_" for letter in name)
        plain = ("_" if plain[:1].isdigit() or not plain else "") + plain
        short, number = plain[:LONGEST_NAME], 1
        while short in made:
            number += 1
            short = f"{plain[: LONGEST_NAME - len(str(number)) - 1]}_{number}"
        made.append(short)
    return made


def _data_label(table: Table) -> str:
    """Title and run of a table, in as many letters as Stata takes; the title is cut first."""
    run = "".join(f"; {note.brief}" for note in table.telling() if note.kind == "run")
    return f"{table.title[: max(LONGEST_LABEL - len(run), 0)]}{run}"[:LONGEST_LABEL]


def _text(text: str) -> str:
    """A text as SQL has it."""
    return "'" + text.replace("'", "''") + "'"


def _quoted(name: str) -> str:
    """A column's name as SQL has it."""
    return '"' + name.replace('"', '""') + '"'
