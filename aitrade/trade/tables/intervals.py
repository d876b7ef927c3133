"""Intervals of a table's figures from the label probabilities: a wrong label on one large code moves billions.

The levels are drawn many times (``simulation``), each figure is computed from each draw, and the interval runs
between the quantiles that leave the same share of draws below and above. Dollars are whole and stay below 2**53, so
that the sums are exact in float64 whatever their order.
"""

from dataclasses import replace
from typing import TYPE_CHECKING

from aitrade.core.table import Column, Role, Table, Value
from aitrade.trade.tables.context import QueryContext
from aitrade.trade.tables.simulation import CORRELATION, DRAWS, drawn_sums

if TYPE_CHECKING:
    import numpy as np
    from duckdb import DuckDBPyConnection
    from numpy.typing import NDArray

    from aitrade.trade.tables.simulation import Sums

    Drawn = dict[tuple[str, int | None, str], NDArray[np.float64]]  # by measure, year and series of a column

ENDS: tuple[Role, Role] = ("lower", "upper")


def with_intervals(con: "DuckDBPyConnection", table: Table, context: QueryContext, percent: float) -> Table:
    """A summary, share or index table with columns ``…_lower`` and ``…_upper`` after each uncertain figure.

    Args:
        con: the workspace.
        table: the table, computed.
        context: what it was computed from.
        percent: the share of draws between lower and upper.

    Raises:
        BadInputError: the run's predictions have no probabilities.
    """
    periods, sums = drawn_sums(con, context)
    figures = {"summary": _summary, "share": _share, "index": _index}[table.name](table, context, periods, sums)
    return _with_ends(table, figures, percent)


def _summary(table: Table, context: QueryContext, periods: list[int], sums: "Sums") -> "list[Drawn]":
    import numpy as np

    when = {period // 100: number for number, period in enumerate(periods)}
    nothing = np.zeros((DRAWS, len(periods)))

    def of_row(relevance: Value, category: Value) -> "Drawn":
        drawn = sums.get((str(relevance), None if category is None else str(category)), nothing)
        return {("value", year, ""): drawn[:, when[year]] / 1e9 for year in context.selection.years if year in when}

    return [of_row(row[0], row[1]) for row in table.rows]


def _share(table: Table, context: QueryContext, periods: list[int], sums: "Sums") -> "list[Drawn]":
    import numpy as np

    del table
    group = context.options.group
    counted, everything = sums[group, None], sums["All", None]
    with np.errstate(divide="ignore", invalid="ignore"):
        shares = 100 * counted / everything
    return [
        {("value", None, group): counted[:, number] / 1e9, ("share", None, ""): shares[:, number]}
        for number, period in enumerate(periods)
        if period // 100 in context.selection.years
    ]


def _index(table: Table, context: QueryContext, periods: list[int], sums: "Sums") -> "list[Drawn]":
    import numpy as np

    del table
    group, reference, base_year = context.options.group, context.question.labels.reference, context.options.base_year
    base = [number for number, period in enumerate(periods) if period // 100 == base_year]
    nothing = np.zeros((DRAWS, len(periods)))
    counted = sums[group, None]
    series = {group: counted, reference: sums.get((reference, None), nothing)}
    for without in context.question.settings.without:
        left_out = sum((sums.get((group, name), nothing) for name in without.categories), nothing)
        series[f"{group} without {without.name}"] = counted - left_out
    with np.errstate(divide="ignore", invalid="ignore"):
        indices = {name: 100 * drawn / drawn[:, base].mean(axis=1, keepdims=True) for name, drawn in series.items()}
    return [
        {("index", None, name): drawn[:, number] for name, drawn in indices.items()}
        for number, period in enumerate(periods)
        if period // 100 in context.selection.years
    ]


def _with_ends(table: Table, figures: "list[Drawn]", percent: float) -> Table:
    import numpy as np

    uncertain = {key for figure in figures for key in figure}
    columns = []
    for column in table.columns:
        columns.append(column)
        if _key(column) in uncertain:
            columns += [
                replace(column, name=f"{column.name}_{end}", title=f"{column.title} {end}", role=end) for end in ENDS
            ]
    tail = (100 - percent) / 200
    rows = []
    for row, figure in zip(table.rows, figures, strict=True):
        cells: list[Value] = []
        for value, column in zip(row, table.columns, strict=True):
            cells.append(value)
            if _key(column) in uncertain:
                drawn = figure.get(_key(column))
                known = drawn is not None and bool(np.isfinite(drawn).all())
                ends = np.quantile(drawn, [tail, 1 - tail]).tolist() if drawn is not None and known else [None, None]
                cells += ends
        rows.append(tuple(cells))
    note = (
        f"lower and upper hold {percent:g} percent of {DRAWS} draws of the labels from their probabilities, errors "
        f"correlated {CORRELATION} within HS6; the figure itself counts each code's label and may lie outside"
    )
    return replace(table, columns=tuple(columns), rows=tuple(rows), notes=(*table.notes, note))


def _key(column: Column) -> tuple[str, int | None, str]:
    return column.measure, column.year, column.series
