"""Compare what a workspace computes with what the paper published, line by line."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import cache
from typing import TYPE_CHECKING

from aitrade.core.errors import AitradeError
from aitrade.core.table import Column, Table, Value
from aitrade.nomenclature.codes import FLOWS
from aitrade.trade.paper.paper_figures import PaperFigure, load_paper_figures
from aitrade.trade.tables.options import Options
from aitrade.trade.tables.run import choose_run
from aitrade.trade.tables.tables import table

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

COLUMNS = (
    Column("figure", "Figure"),
    Column("statement", "Statement"),
    Column("unit", "Unit"),
    Column("published", "Published", "number"),
    Column("computed", "Computed", "number"),
    Column("difference", "Difference", "number"),
    Column("agrees", "Agrees"),
    Column("why", "Why it can't be computed"),
)


def replicate(con: "DuckDBPyConnection", run: str | None = None) -> Table:
    """Every published figure beside the workspace's own.

    A figure agrees where the computed one, rounded to the published decimals, is the published one. One that can't be
    computed has no computed value, and says why.

    Args:
        con: a workspace.
        run: the run whose labels are used; the latest finished one by default.

    Raises:
        BadInputError: there is no such run.
    """
    chosen = choose_run(con, run, "imports")

    @cache
    def computed(name: str, options: Options) -> Table | str:
        try:
            return table(con, name, options)
        except AitradeError as error:
            return error.what + (f" ({error.fix})" if error.fix else "")

    figures = load_paper_figures()
    rows = tuple(_line(figure, chosen.run, computed) for figure in figures.figures)
    agreeing = sum(row[6] == "yes" for row in rows)
    there = sum(row[4] is not None for row in rows)
    return Table(
        "replicate",
        f"The paper's figures and those of run {chosen.run}",
        COLUMNS,
        rows,
        (
            f"published: {figures.source}",
            *(
                f"{flow}: {note}"
                for flow in FLOWS
                for note in _table_notes(computed("summary", Options(flow, chosen.run)))
            ),
            f"{there} of {len(rows)} figures can be computed, {agreeing} agree to the published decimals",
        ),
    )


def _table_notes(found: Table | str) -> tuple[str, ...]:
    return (found,) if isinstance(found, str) else found.notes


def _line(figure: PaperFigure, run: str, computed: Callable[[str, Options], Table | str]) -> tuple[Value, ...]:
    found = computed(figure.table, replace(figure.options, run=run))
    value, why = (None, found) if isinstance(found, str) else _value(found, figure)
    difference = None if value is None else value - figure.published
    agrees = None if value is None else "yes" if round(value, figure.decimals) == figure.published else "no"
    return (figure.id, figure.statement, figure.unit, figure.published, value, difference, agrees, why)


def _value(found: Table, figure: PaperFigure) -> tuple[float | None, str | None]:
    value, why = _cell(found, figure.row, figure.columns)
    if figure.over is None or value is None:
        return value, why
    whole, why = _cell(found, figure.over, figure.columns)
    return (100 * value / whole, None) if whole else (None, why or "what it is a share of is 0")


def _cell(found: Table, row: dict[str, Value], columns: Sequence[str]) -> tuple[float | None, str | None]:
    records = [record for record in found.records() if row.items() <= record.items()]
    where = ", ".join(f"{key} {value}" for key, value in row.items() if value is not None)
    if len(records) != 1:
        return None, f"table {found.name} has no row with {where}"
    values = [records[0].get(column) for column in columns]
    if any(not isinstance(value, int | float) for value in values):
        return None, f"table {found.name} has no {', '.join(columns)} for {where}: the data it needs are missing"
    return sum(value for value in values if isinstance(value, int | float)), None
