"""The Python API: the same tables, charts and report as the command line's, for notebooks and scripts."""

from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any

from aitrade.core.errors import UsageError
from aitrade.core.offline import refuse_network

if TYPE_CHECKING:
    import altair as alt

    from aitrade.core.table import Table, Value
    from aitrade.workspace.runs import Run


def open_folder(workspace: str | Path = "workspace") -> "Workspace":
    """Open a workspace; also known as ``aitrade.open``.

    Raises:
        BadInputError: there is none in this folder, or it can't be used.
    """
    from aitrade.workspace import read_workspace

    refuse_network(everywhere=False)
    folder = Path(workspace)
    with read_workspace(folder):
        return Workspace(folder)


@dataclass(frozen=True)
class Workspace:
    """A workspace. Its database is open only while something is asked of it, so that others can use it in between."""

    folder: Path

    def table(self, name: str, **options: Any) -> "Result":
        """Compute a table.

        Args:
            name: summary, top, index, share, countries, country-categories, growth, tariffs, exemptions or
                counterfactual.
            options: fields of ``aitrade.trade.tables.options.Options``, such as ``flow="exports"``, ``run="paper"``,
                ``years=(2023, 2024)``, ``by="month"``, ``interval=90``.

        Raises:
            UsageError: no such table, or an option that does not go with it.
            BadInputError: the workspace lacks what the table needs.
        """
        from aitrade.trade.tables.options import Options
        from aitrade.trade.tables.tables import table
        from aitrade.workspace import read_workspace

        if unknown := sorted(set(options) - set(Options.__dataclass_fields__)):
            raise UsageError(
                f"there is no option {unknown[0]!r}", fix=f"choose from {', '.join(Options.__dataclass_fields__)}"
            )
        asked = Options(**options)
        with read_workspace(self.folder) as con:
            return Result(table(con, name, asked), asked.flow)

    def runs(self) -> "list[Run]":
        """The runs, oldest first."""
        from aitrade.workspace import read_workspace
        from aitrade.workspace.runs import list_runs

        with read_workspace(self.folder) as con:
            return list_runs(con)

    def report(self, path: str | Path = "report.html", run: str | None = None) -> Path:
        """Write the report as one HTML file; returns its path.

        Raises:
            BadInputError: the workspace holds no finished run, or not this one; or the file cannot be written.
        """
        from aitrade.report.contents import gather
        from aitrade.report.writing import write_page
        from aitrade.workspace import read_workspace

        with read_workspace(self.folder) as con:
            contents = gather(con, run)
        write_page(contents, Path(path))
        return Path(path)


@dataclass(frozen=True)
class Result:
    """A computed table.

    Attributes:
        table: the table as data; ``table.columns`` know their units, ``table.notes`` what has to be known.
        flow: imports or exports.
    """

    table: "Table"
    flow: str = "imports"

    def records(self) -> "list[dict[str, Value]]":
        """The rows as dictionaries."""
        return self.table.records()

    def to_arrow(self) -> Any:
        """The rows as a ``pyarrow.Table``; codes are strings, counts are int64, other figures float64.

        Raises:
            UsageError: pyarrow is not installed.
        """
        arrow = _installed("pyarrow")
        types = {"text": arrow.string(), "prose": arrow.string(), "count": arrow.int64()}
        return arrow.table(
            {name: arrow.array(values, types.get(kind, arrow.float64())) for name, kind, values in self._by_column()}
        )

    def to_pandas(self) -> Any:
        """The rows as a ``pandas.DataFrame``; codes are strings, counts are Int64, other figures float64.

        Raises:
            UsageError: pandas is not installed.
        """
        pandas = _installed("pandas")
        types = {"text": "string", "prose": "string", "count": "Int64"}
        return pandas.DataFrame(
            {name: pandas.Series(values, dtype=types.get(kind, "float64")) for name, kind, values in self._by_column()}
        )

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

    def _by_column(self) -> "list[tuple[str, str, list[Value]]]":
        rows = self.table.rows
        return [(c.name, c.kind, [row[place] for row in rows]) for place, c in enumerate(self.table.columns)]

    def __str__(self) -> str:
        from aitrade.core.render import render

        return render(self.table, "text")

    def _repr_html_(self) -> str:
        """The table for a notebook, rounded for reading."""
        from aitrade.core.render.as_html import to_html

        return to_html(self.table)


def _installed(name: str) -> Any:
    try:
        return import_module(name)
    except ModuleNotFoundError as error:
        raise UsageError(f"{name} is not installed", fix=f"pip install {name}") from error
