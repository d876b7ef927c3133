"""A computed table, for notebooks and scripts: rows, columns by name, Arrow, data frames and charts."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any

from aitrade.core.errors import UsageError
from aitrade.core.wording import offer

if TYPE_CHECKING:
    import altair as alt

    from aitrade.core.table import Kind, Table, Value


@dataclass(frozen=True)
class Result:
    """A computed table.

    Attributes:
        table: the table as data; ``table.columns`` know their units, ``table.notes`` what has to be known.
        flow: imports or exports.
    """

    table: "Table"
    flow: str = "imports"

    @staticmethod
    def of_query(description: "Sequence[tuple[Any, ...]]", rows: "Sequence[tuple[Any, ...]]") -> "Result":
        """Make a result of a query's description and rows; values that are no text or number become text."""
        from aitrade.core.table import Column, Table

        kinds = [_kind(str(column[1])) for column in description]
        columns = tuple(
            Column(str(column[0]), str(column[0]), kind) for column, kind in zip(description, kinds, strict=True)
        )
        plain = tuple(tuple(_plain(value, kind) for value, kind in zip(row, kinds, strict=True)) for row in rows)
        return Result(Table("query", "Query", columns, plain))

    def __len__(self) -> int:
        """Number of rows."""
        return len(self.table.rows)

    def __iter__(self) -> "Iterator[dict[str, Value]]":
        """Iterate over the rows as dictionaries."""
        return iter(self.records())

    def __getitem__(self, column: str) -> "list[Value]":
        """List the values of a column.

        Raises:
            UsageError: the table has no column of this name.
        """
        names = self.columns
        if column not in names:
            raise UsageError(f"the table has no column {column!r}", fix=offer(column, names))
        position = names.index(column)
        return [row[position] for row in self.table.rows]

    @property
    def columns(self) -> list[str]:
        """Names of the columns."""
        return [column.name for column in self.table.columns]

    @property
    def notes(self) -> tuple[str, ...]:
        """What a reader has to know to read the figures right."""
        return self.table.notes

    def records(self) -> "list[dict[str, Value]]":
        """The rows as dictionaries."""
        return self.table.records()

    def __arrow_c_stream__(self, requested_schema: Any = None) -> Any:
        """Hand the rows over by the Arrow C stream interface, which pandas, polars, pyarrow and DuckDB read.

        Codes are strings, counts int64, other figures float64.
        """
        from aitrade.core.render.frames import relation

        with relation(self.table) as rows:
            return rows.__arrow_c_stream__(requested_schema)

    def to_arrow(self) -> Any:
        """Make a ``pyarrow.Table``.

        Raises:
            UsageError: pyarrow is not installed.
        """
        return _installed("pyarrow").table(self)

    def to_polars(self) -> Any:
        """Make a ``polars.DataFrame``.

        Raises:
            UsageError: polars is not installed.
        """
        return _installed("polars").DataFrame(self)

    def to_pandas(self) -> Any:
        """Make a ``pandas.DataFrame``; codes are strings, counts Int64, other figures float64.

        Raises:
            UsageError: pandas is not installed.
        """
        pandas = _installed("pandas")
        types = {"text": "string", "name": "string", "prose": "string", "count": "Int64", "period": "Int64"}
        return pandas.DataFrame(
            {c.name: pandas.Series(self[c.name], dtype=types.get(c.kind, "float64")) for c in self.table.columns}
        )

    def short(self) -> "Result":
        """The same with descriptions in small letters and shortened to a line, siblings told apart."""
        from aitrade.core.shorten import with_short_texts

        return replace(self, table=with_short_texts(self.table))

    def save(self, path: str | Path) -> Path:
        """Write the table as its file's suffix says: .csv, .json, .md, .tex, .html, .txt, .xlsx, .parquet or .dta.

        Raises:
            UsageError: the suffix is none of these, or a library that the format needs is not installed.
            BadInputError: the file cannot be written.
        """
        from aitrade.core.render import choose_format, write_tables

        path = Path(path)
        write_tables([self.table], path, choose_format(path, None))
        return path

    def chart(self, **choice: str) -> "alt.LayerChart":
        """The table's figure as an Altair chart.

        Args:
            choice: what is shown of it, such as ``measure="Billion dollars"`` or ``year="2024"``.

        Raises:
            UsageError: the table has no figure to draw, or the choice is not one of its options.
        """
        from aitrade.report.drawing import chart
        from aitrade.report.figures import BUILDERS

        figure = BUILDERS[self.table.name]({self.flow: self.table})
        if figure is None:
            raise UsageError(f"table {self.table.name} holds nothing to draw")
        options = {control.name: control.options for control in figure.controls}
        for name, option in choice.items():
            if option not in options.get(name, ()):
                offered = "; ".join(f"{name}: {', '.join(values)}" for name, values in options.items())
                raise UsageError(f"{name}={option!r} can't be chosen", fix=offered or "this figure has no choices")
        return chart(figure, figure.chosen(choice))

    def __str__(self) -> str:
        from aitrade.core.render import render

        return render(self.table, "text")

    def _repr_html_(self) -> str:
        """The table for a notebook, rounded for reading."""
        from aitrade.core.render.as_html import to_html
        from aitrade.core.table import cleaned

        return to_html(cleaned(self.table))


def _kind(type_name: str) -> "Kind":
    if "INT" in type_name and "[" not in type_name and "INTERVAL" not in type_name:
        return "count"
    return "number" if type_name in ("DOUBLE", "FLOAT") or type_name.startswith("DECIMAL") else "text"


def _plain(value: Any, kind: str) -> "Value":
    if value is None:
        return None
    return int(value) if kind == "count" else float(value) if kind == "number" else str(value)


def _installed(name: str) -> Any:
    try:
        return import_module(name)
    except ModuleNotFoundError as error:
        raise UsageError(f"{name} is not installed", fix=f"pip install {name}") from error
