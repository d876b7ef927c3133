"""Intervals of a table's figures from the label probabilities: a wrong label on one large code moves billions.

The levels are drawn many times (``simulation``), each figure is computed from each draw, and the interval runs
between the quantiles that leave the same share of draws below and above. The figure itself counts each code by its
label, and the draws may lie to one side of it: the interval is then widened to hold it, and the draws' mean stands
beside it as the expected value. Dollars are whole and stay below 2**53, so
that the sums are exact in float64 whatever their order.
"""

from dataclasses import replace
from typing import TYPE_CHECKING

from aitrade.core.table import Note, Role, Table, Value
from aitrade.question.exemplar_checks import count_twin_pairs
from aitrade.trade.tables.context import QueryContext
from aitrade.trade.tables.simulation import CORRELATION, DRAWS, drawn_sums
from aitrade.trade.tables.sum_figures import WORLD, PlacedSums, column_key, figures_of

if TYPE_CHECKING:
    import numpy as np
    from duckdb import DuckDBPyConnection
    from numpy.typing import NDArray

    from aitrade.trade.tables.sum_figures import Figures

ADDED: tuple[Role, ...] = ("lower", "upper", "expected")
_MEASURES = {"summary": ("value",), "share": ("value", "share"), "index": ("index",)}
ASSUMED_ERROR = 0.05  # of labels by hand where no near twins tell


def with_intervals(con: "DuckDBPyConnection", table: Table, context: QueryContext, percent: float) -> Table:
    """A summary, share or index table with columns ``…_lower``, ``…_upper`` and ``…_expected`` after uncertain figures.

    Args:
        con: the workspace.
        table: the table, computed.
        context: what it was computed from.
        percent: the share of draws between lower and upper.

    Raises:
        BadInputError: the run's predictions have no probabilities.
    """
    error_rate, source = _error_of_hand_labels(context)
    periods, sums = drawn_sums(con, context, error_rate)
    figures = _uncertain_figures(table, context, PlacedSums(sums, [(WORLD, period) for period in periods]))
    text = (
        f"lower and upper hold {percent:g} percent of {DRAWS} draws of the labels, and the figure itself, which counts "
        f"each code by its label; expected is the mean of the draws. Drawn from the model's probabilities, errors "
        f"correlated {CORRELATION} within HS6; labels by hand are taken to be wrong in {100 * error_rate:.1f}% of "
        f"cases, by one level ({source}). Errors of the rubric and of the trade data are not in them"
    )
    brief = f"{percent:g}% interval from the model's probabilities; labels by hand wrong in {100 * error_rate:.1f}%"
    noted = replace(table, notes=(*table.notes, Note(text, "interval", brief)))
    return _with_ends(noted, figures, percent)


def _error_of_hand_labels(context: QueryContext) -> tuple[float, str]:
    """The share of labels by hand that are wrong, and where it is from."""
    if context.options.label_error is not None:
        return context.options.label_error / 100, "as asked for"
    twins = count_twin_pairs(context.question)
    if twins.error_rate is None:
        return ASSUMED_ERROR, "assumed: the question has no exemplars that read nearly alike"
    return twins.error_rate, f"of {twins.pairs} pairs of exemplars that read nearly alike, {twins.unlike} are unlike"


def _uncertain_figures(table: Table, context: QueryContext, placed: PlacedSums) -> "list[Figures]":
    """The figures of each row that get an interval."""
    if table.name == "index" and (context.parameters.gap_countries or context.parameters.gap_chapters):
        return [{}] * len(table.rows)  # the index is of what months and base year hold, the draws are of everything
    return [
        {key: drawn for key, drawn in of_row.items() if key[0] in _MEASURES[table.name]}
        for of_row in figures_of(table, context, placed)
    ]


def _with_ends(table: Table, figures: "list[Figures]", percent: float) -> Table:
    uncertain = {key for figure in figures for key in figure}
    columns = []
    for column in table.columns:
        columns.append(column)
        if column_key(column) in uncertain:
            columns += [
                replace(column, name=f"{column.name}_{end}", title=f"{column.title} {end}", role=end) for end in ADDED
            ]
    tail = (100 - percent) / 200
    rows = []
    for row, figure in zip(table.rows, figures, strict=True):
        cells: list[Value] = []
        for value, column in zip(row, table.columns, strict=True):
            cells.append(value)
            if column_key(column) in uncertain:
                cells += _ends(value, figure.get(column_key(column)), tail)
        rows.append(tuple(cells))
    return replace(table, columns=tuple(columns), rows=tuple(rows))


def _ends(value: Value, drawn: "NDArray[np.float64] | None", tail: float) -> list[Value]:
    """Lower and upper end, which hold the figure, and the mean; None each where the figure is, or a draw has none."""
    import numpy as np

    if drawn is None or not isinstance(value, int | float) or not bool(np.isfinite(drawn).all()):
        return [None] * len(ADDED)
    lower, upper = np.quantile(drawn, [tail, 1 - tail]).tolist()
    return [min(lower, value), max(upper, value), float(drawn.mean())]
