"""Tables as CSV (RFC 4180, UTF-8): column names, then rows with every digit."""

import csv
import io

from aitrade.core.clean import clean
from aitrade.core.table import Table, Value

_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n")


def to_csv(table: Table) -> str:
    """Header and rows; empty where there is no figure."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow([column.name for column in table.columns])
    writer.writerows([csv_cell(value) for value in row] for row in table.rows)
    return text.getvalue()


def csv_cell(value: Value) -> Value:
    """A value as a cell of CSV: texts without control characters, and none that a spreadsheet would run."""
    # A spreadsheet runs a cell that starts like a formula; an apostrophe makes it text. Figures are no text.
    if not isinstance(value, str):
        return value
    text = clean(value)
    return f"'{text}" if text.startswith(_FORMULA) else text
