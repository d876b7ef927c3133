"""Compare what a workspace computes with what the paper published, line by line."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from functools import cache
from typing import TYPE_CHECKING

from aitrade.core.errors import AitradeError
from aitrade.core.table import Column, Table, Value
from aitrade.nomenclature.codes import FLOWS
from aitrade.trade.paper.paper_figures import PaperFigure, PaperFigures, load_paper_figures
from aitrade.trade.tables.catalogue import SPECS
from aitrade.trade.tables.options import Options
from aitrade.trade.tables.run import choose_run
from aitrade.trade.tables.tables import table
from aitrade.trade.tables.years import Year, available_years, comparable_partners

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

PARTNERS = 233  # countries that the United States imported from in 2024, by the data of the paper
BASE_YEAR = 2023

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


def replicate(con: "DuckDBPyConnection", run: str | None = None, figures: PaperFigures | None = None) -> Table:
    """Every published figure beside the workspace's own.

    A figure agrees where the computed one, rounded to the published decimals, is the published one. One that can't be
    computed has no computed value, and says why: its trade is not there, or only that of few countries or of a part of
    a year.

    Args:
        con: a workspace.
        run: the run whose labels are used; the default one where none is named.
        figures: those published; the paper's where none are given.

    Raises:
        BadInputError: there is no such run.
    """
    chosen = choose_run(con, run, "imports")
    held = {flow: available_years(con, flow, ()) for flow in FLOWS}

    @cache
    def computed(name: str, options: Options) -> Table | str:
        try:
            found = table(con, name, options)
        except AitradeError as error:
            return error.what + (f" ({error.fix})" if error.fix else "")
        return _why_incomparable(held, name, options) or found

    figures = figures or load_paper_figures()
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
            *(f"{flow}: {note}" for flow in FLOWS for note in _summary_notes(con, Options(flow, chosen.run))),
            f"{there} of {len(rows)} figures can be computed, {agreeing} agree to the published decimals",
        ),
    )


def _why_incomparable(held: Mapping[str, tuple[Year, ...]], name: str, options: Options) -> str | None:
    """Why a figure of the data is not the one that was published: they hold few countries, or a part of a year."""
    spec = SPECS[name]
    most = max(PARTNERS, *(year.countries for years in held.values() for year in years))
    base = {options.base_year or BASE_YEAR} if spec.from_base else set()
    before = {year - 1 for year in options.years} if name == "growth" else set()
    for flow in FLOWS if spec.both_flows else (options.flow,):
        for year in held[flow]:
            if year.year not in {*options.years, *base, *before}:
                continue
            if not comparable_partners(year.countries, most):
                return f"cannot be computed: of {year.year} the data hold {year.countries} of {most} countries"
            months = year.months if (options.by or spec.by[0]) == "month" else ()
            if not year.complete and not months:
                return f"cannot be computed: of {year.year} the data hold {year.coverage}"
    return None


def _summary_notes(con: "DuckDBPyConnection", options: Options) -> tuple[str, ...]:
    try:
        return table(con, "summary", options).notes
    except AitradeError as error:
        return (error.what,)


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
