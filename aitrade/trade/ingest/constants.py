"""Columns that nobody reads and that hold one text throughout: they tell files apart, as others tell rows apart."""

import json
import re
from collections.abc import Collection, Mapping
from typing import TYPE_CHECKING

from aitrade.core.errors import BadInputError
from aitrade.trade.ingest.column_expressions import as_text
from aitrade.trade.ingest.columns import is_known
from aitrade.trade.ingest.flow_table import FileIdentity, FlowTable
from aitrade.trade.ingest.months import month_text
from aitrade.trade.readers.source import Rows, key

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

_MOST = 20  # columns
_LONGEST = 80  # characters
# What differs between two downloads of the same trade.
_OF_DOWNLOADS = re.compile(
    r".*(date|time|updated?|version|vintage|release|revision|revised|download|retrieved|source|file|url).*"
)


def constants_of(con: "DuckDBPyConnection", rows: Rows, roles: Collection[str]) -> dict[str, str]:
    """Columns without a role that hold the same text in every row, with the text."""
    columns = [
        column
        for column in rows.columns
        if not is_known(column.name) and key(column.name) not in roles and not _OF_DOWNLOADS.fullmatch(key(column.name))
    ][:_MOST]
    if not columns:
        return {}
    ends = ", ".join(f"min({as_text(column)}), max({as_text(column)})" for column in columns)
    con.execute(f"CREATE OR REPLACE TEMP VIEW ends AS FROM file_rows SELECT {ends}")
    found = con.execute("FROM ends").fetchall()[0]
    pairs = zip(columns, found[::2], found[1::2], strict=True)
    return {key(c.name): low for c, low, high in pairs if low is not None and low == high and len(low) <= _LONGEST}


def check_repetition(table: FlowTable, file: FileIdentity) -> None:
    """Refuse a file that repeats every value of an import, and is told apart from it by a column that nobody reads.

    Raises:
        BadInputError: as said.
    """
    traded, alike = table.query("same_values")[0]
    if not traded or alike < traded:
        return
    for import_id, text in table.query("earlier_constants"):
        column = _differing(json.loads(text), file.constants)
        if column is None:
            continue
        examples = "; ".join(
            f"{hs10}, country {country}, {month_text((year, month))}: {values}"
            for hs10, country, year, month, values in table.query("shared_examples")
        )
        here, there = file.constants[column], json.loads(text)[column]
        raise BadInputError(
            f"all {traded:,} values that the file and import {import_id} both hold are the same ({examples}), and "
            f"column {column} is {here!r} here and {there!r} there",
            where=f"{file.path}, column {column}",
            fix="leave the file out if it is the same trade, or say --revision; if it is trade of its own, put both "
            f"into one file and say --sum-over {column}",
        )


def _differing(before: Mapping[str, str], now: Mapping[str, str]) -> str | None:
    return next((column for column in now if column in before and before[column] != now[column]), None)
