"""The summary of a run beside the published figures: published, computed, difference."""

from typing import TYPE_CHECKING

from aitrade.core.table import Column, Table, Value
from aitrade.trade.paper.paper_figures import load_paper_figures
from aitrade.trade.tables.options import Options
from aitrade.trade.tables.tables import table

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

YEARS = (2023, 2024, 2025)
Line = tuple[str, str | None]  # relevance ("All" for every code), category
Values = dict[tuple[Line, int], float]  # by line and year
SHARE: Line = ("High share", None)
ORDER = ("High", "Low", "All", SHARE[0])


def beside_published(con: "DuckDBPyConnection", run: str, flow: str) -> Table:
    """Value of the lines of the summary that the paper gives, by year, in billion dollars, and the share of High.

    Args:
        con: a workspace that holds the sample.
        run: the run whose labels are used.
        flow: imports or exports.

    Returns:
        One row for each line; for each year the columns ``published_YYYY``, ``computed_YYYY`` and
        ``difference_YYYY`` (computed less published), the first and last empty where nothing was published.
    """
    summary = table(con, "summary", Options(flow=flow, run=run, years=YEARS))
    published, computed = published_values(flow, summary), _computed(summary)
    lines = sorted(dict.fromkeys(line for line, _ in published), key=lambda line: ORDER.index(line[0]))
    rows = [(_name(line), *_cells(published, computed, line)) for line in lines]
    return Table(
        "published",
        f"US {flow}, billion dollars: published, computed from the labels of run {run}, difference",
        (
            Column("line", "Relevance, category"),
            *(
                Column(f"{name}_{year}", f"{year}" if name == "published" else title, "billions")
                for year in YEARS
                for name, title in (("published", ""), ("computed", "computed"), ("difference", "off by"))
            ),
        ),
        tuple(rows),
    )


def published_values(flow: str, summary: Table) -> Values:
    """Published figure of a (line, year): billion dollars, and for the line ``High share`` percent.

    Args:
        flow: imports or exports.
        summary: the workspace's own summary, whose columns know their years.
    """
    published: Values = {}
    years = {column.name: column.year for column in summary.measured("value")}
    for figure in load_paper_figures().figures:
        if figure.options.flow != flow:
            continue
        for year in YEARS:
            if figure.table == "summary" and figure.over is None and [years.get(c) for c in figure.columns] == [year]:
                line = str(figure.row["relevance"]), _category(figure.row.get("category"))
                published[line, year] = figure.published
            elif figure.table == "share" and figure.row == {"period": str(year)}:
                published[SHARE, year] = figure.published
    return published


def _computed(summary: Table) -> Values:
    found: Values = {}
    for record in summary.records():
        for column in summary.measured("value"):
            year, value = column.year, record[column.name]
            if year is not None and isinstance(value, int | float):
                found[(str(record["relevance"]), _category(record["category"])), year] = value
    for year in YEARS:
        everything = found.get((("All", None), year))
        if everything:
            found[SHARE, year] = 100 * found.get((("High", None), year), 0.0) / everything
    return found


def _cells(published: Values, computed: Values, line: Line) -> list[Value]:
    cells: list[Value] = []
    for year in YEARS:
        there = published.get((line, year))
        # A line that the run's labels leave empty has no row in the summary: nothing was found in it.
        here = computed.get((line, year), 0.0)
        cells += [there, here, None if there is None else here - there]
    return cells


def _name(line: Line) -> str:
    relevance, category = line
    return "High, percent of all" if line == SHARE else f"  {category}" if category else relevance


def _category(value: Value) -> str | None:
    return None if value is None else str(value)
