"""Intervals of a table's figures from the label probabilities: a wrong label on one large code moves billions.

The relevances are drawn many times (``simulation``), each figure is computed from each draw, and the interval runs
between the quantiles that leave the same share of draws below and above. Dollars are whole and stay below 2**53, so
that the sums are exact in float64 whatever their order.
"""

from dataclasses import replace
from typing import TYPE_CHECKING

from aitrade.core.table import Column, Table, Value
from aitrade.trade.tables.drawn_sums import drawn_sums
from aitrade.trade.tables.setting import Setting
from aitrade.trade.tables.simulation import CORRELATION, DRAWS

if TYPE_CHECKING:
    import numpy as np
    from duckdb import DuckDBPyConnection
    from numpy.typing import NDArray

    from aitrade.trade.tables.drawn_sums import Sums


def with_intervals(con: "DuckDBPyConnection", table: Table, setting: Setting, percent: float) -> Table:
    """A summary, share or index table with columns ``…_lower`` and ``…_upper`` after each uncertain figure.

    Args:
        con: the workspace.
        table: the table, computed.
        setting: what it was computed from.
        percent: the share of draws between lower and upper.

    Raises:
        BadInputError: the run's predictions have no probabilities.
    """
    periods, sums = drawn_sums(con, setting)
    figures = {"summary": _summary, "share": _share, "index": _index}[table.name](table, setting, periods, sums)
    return _widen(table, figures, percent)


def _summary(
    table: Table, setting: Setting, periods: list[int], sums: "Sums"
) -> "list[dict[str, NDArray[np.float64]]]":
    import numpy as np

    when = {period // 100: number for number, period in enumerate(periods)}
    nothing = np.zeros((DRAWS, len(periods)))

    def of_row(relevance: Value, category: Value) -> dict[str, "NDArray[np.float64]"]:
        drawn = sums.get((str(relevance), None if category is None else str(category)), nothing)
        return {f"value_{year}": drawn[:, when[year]] / 1e9 for year in setting.span.years if year in when}

    return [of_row(row[0], row[1]) for row in table.rows]


def _share(table: Table, setting: Setting, periods: list[int], sums: "Sums") -> "list[dict[str, NDArray[np.float64]]]":
    import numpy as np

    del table
    high, everything = sums[setting.options.group, None], sums["All", None]
    name = f"value_{setting.words['slug']}"
    with np.errstate(divide="ignore", invalid="ignore"):
        shares = 100 * high / everything
    return [
        {name: high[:, number] / 1e9, "share_pct": shares[:, number]}
        for number, period in enumerate(periods)
        if period // 100 in setting.span.years
    ]


def _index(table: Table, setting: Setting, periods: list[int], sums: "Sums") -> "list[dict[str, NDArray[np.float64]]]":
    import numpy as np

    del table
    group, slug, base_year = setting.options.group, setting.words["slug"], setting.options.base_year
    base = [number for number, period in enumerate(periods) if period // 100 == base_year]
    compute = sums.get((group, "Compute_Hardware"), np.zeros_like(sums[group, None]))
    series = {
        f"index_{slug}": sums[group, None],
        "index_low": sums["Low", None],
        f"index_{slug}_without_compute": sums[group, None] - compute,
    }
    with np.errstate(divide="ignore", invalid="ignore"):
        indices = {name: 100 * drawn / drawn[:, base].mean(axis=1, keepdims=True) for name, drawn in series.items()}
    return [
        {name: drawn[:, number] for name, drawn in indices.items()}
        for number, period in enumerate(periods)
        if period // 100 in setting.span.years
    ]


def _widen(table: Table, figures: "list[dict[str, NDArray[np.float64]]]", percent: float) -> Table:
    import numpy as np

    uncertain = {name for figure in figures for name in figure}
    columns = []
    for column in table.columns:
        columns.append(column)
        if column.name in uncertain:
            columns += [
                Column(f"{column.name}_{end}", f"{column.title} {end}", column.kind) for end in ("lower", "upper")
            ]
    tail = (100 - percent) / 200
    rows = []
    for row, figure in zip(table.rows, figures, strict=True):
        cells: list[Value] = []
        for value, column in zip(row, table.columns, strict=True):
            cells.append(value)
            if column.name in uncertain:
                drawn = figure.get(column.name)
                known = drawn is not None and bool(np.isfinite(drawn).all())
                ends = np.quantile(drawn, [tail, 1 - tail]).tolist() if drawn is not None and known else [None, None]
                cells += ends
        rows.append(tuple(cells))
    note = (
        f"lower and upper hold {percent:g} percent of {DRAWS} draws of the labels from their probabilities, errors "
        f"correlated {CORRELATION} within HS6; the figure itself counts each code's label and may lie outside"
    )
    return replace(table, columns=tuple(columns), rows=tuple(rows), notes=(*table.notes, note))
