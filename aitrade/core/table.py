"""A table as data: columns that know their unit, and rows. Rendering is another room's work."""

from dataclasses import dataclass
from typing import Literal

Kind = Literal["text", "prose", "count", "billions", "percent", "index", "number", "ratio"]
Value = str | int | float | bool | None


@dataclass(frozen=True)
class Column:
    """A column.

    Args:
        name: key in JSON and CSV, such as ``value_2024``.
        title: heading for people.
        kind: unit: ``billions`` of US dollars, ``percent``, ``index`` (base year = 100), ``count``, ``number``
            without a unit, ``ratio`` (of 1), ``text``, or ``prose``, which may be shortened for reading.
    """

    name: str
    title: str
    kind: Kind = "text"


@dataclass(frozen=True)
class Table:
    """Rows under columns. Each row has one value for each column; None where there is no figure.

    Args:
        name: the table's name on the command line.
        title: one line that says what is shown, for which flow.
        columns: the columns in order.
        rows: the rows in order.
        notes: what a reader has to know to read the figures right.
    """

    name: str
    title: str
    columns: tuple[Column, ...]
    rows: tuple[tuple[Value, ...], ...]
    notes: tuple[str, ...] = ()

    def records(self) -> list[dict[str, Value]]:
        """The rows as objects, keyed by column name."""
        names = [column.name for column in self.columns]
        return [dict(zip(names, row, strict=True)) for row in self.rows]
