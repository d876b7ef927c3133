"""A result: rows, columns by name, and the Arrow stream that DuckDB, pyarrow, polars and pandas read."""

from typing import Any

import duckdb
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest

from aitrade.api.result import Result
from aitrade.core.errors import UsageError
from aitrade.core.table import Column, Table

COLUMNS = (
    Column("hs10", "Code", "text"),
    Column("codes", "Codes", "count"),
    Column("value_2024", "2024", "billions"),
    Column("note", "Note", "prose"),
)
ROWS = (("0101210010", 3, 1.5, 'a "quoted", text'), ("8471500150", None, None, None))
RESULT = Result(Table("toy", "Toy", COLUMNS, ROWS, ("a note",)))
EMPTY = Result(Table("toy", "Toy", COLUMNS, ()))
RECORDS: list[dict[str, Any]] = [dict(zip(RESULT.columns, row, strict=True)) for row in ROWS]


def test_rows_and_columns() -> None:
    assert len(RESULT) == 2
    assert list(RESULT) == RESULT.records() == RECORDS
    assert RESULT.columns == ["hs10", "codes", "value_2024", "note"]
    assert RESULT["codes"] == [3, None]
    assert RESULT.notes == ("a note",)
    assert len(EMPTY) == 0
    assert EMPTY["hs10"] == []


def test_an_unknown_column_is_answered_with_those_there_are() -> None:
    with pytest.raises(UsageError, match=r"no column 'hs6' \(choose from hs10, codes, value_2024, note\)"):
        RESULT["hs6"]


@pytest.mark.parametrize(("result", "rows"), [(RESULT, list(ROWS)), (EMPTY, [])])
def test_duckdb_reads_the_stream(result: Result, rows: list[tuple[Any, ...]]) -> None:
    read = duckdb.connect().from_arrow(result)
    assert read.columns == result.columns
    assert [str(kind) for kind in read.types] == ["VARCHAR", "BIGINT", "DOUBLE", "VARCHAR"]
    assert read.fetchall() == rows


def test_pyarrow_reads_the_stream() -> None:
    schema = pa.schema(
        [("hs10", pa.string()), ("codes", pa.int64()), ("value_2024", pa.float64()), ("note", pa.string())]
    )
    for table in (pa.table(RESULT), RESULT.to_arrow()):
        assert table.schema.equals(schema)
        assert table.to_pylist() == RECORDS
    assert EMPTY.to_arrow().num_rows == 0


def test_polars_reads_the_stream() -> None:
    for frame in (pl.DataFrame(RESULT), RESULT.to_polars()):
        assert frame.schema == {"hs10": pl.String, "codes": pl.Int64, "value_2024": pl.Float64, "note": pl.String}
        assert frame.to_dicts() == RECORDS


def test_pandas_reads_the_stream() -> None:
    frame = RESULT.to_pandas()
    assert [str(kind) for kind in frame.dtypes] == ["string", "Int64", "float64", "string"]
    assert frame["hs10"].tolist() == ["0101210010", "8471500150"]
    assert frame["codes"].isna().tolist() == [False, True]
    assert pd.DataFrame.from_arrow(RESULT)["hs10"].tolist() == ["0101210010", "8471500150"]


def test_a_column_may_have_any_name() -> None:
    named = Result(Table("toy", "Toy", (Column('a "b"', "A", "count"), Column("select", "S", "text")), ((1, "x"),)))
    assert named.to_arrow().to_pylist() == [{'a "b"': 1, "select": "x"}]


def test_many_rows_are_handed_over_at_once() -> None:
    rows = tuple((f"{number:010}", number, number / 7, None) for number in range(50_000))
    assert Result(Table("toy", "Toy", COLUMNS, rows)).to_polars().rows() == list(rows)
