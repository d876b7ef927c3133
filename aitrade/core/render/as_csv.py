"""Tables as CSV (RFC 4180, UTF-8): column names, then rows with every digit."""

import csv
import io

from aitrade.core.table import Table, Value

_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n")


def to_csv(table: Table) -> str:
    """Header and rows; empty where there is no figure."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow([column.name for column in table.columns])
    writer.writerows([_cell(value) for value in row] for row in table.rows)
    return text.getvalue()


def _cell(value: Value) -> Value:
    # A spreadsheet runs a cell that starts like a formula; an apostrophe makes it text. Figures are no text.
    return f"'{value}" if isinstance(value, str) and value.startswith(_FORMULA) else value
