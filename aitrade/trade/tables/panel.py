"""A panel: trade in whole dollars by the dimensions that the user names, a row each, for other programs."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from aitrade.core.errors import UsageError
from aitrade.core.sql import query
from aitrade.core.table import Column, Kind, Table
from aitrade.core.wording import offer
from aitrade.trade.tables.macros import SQL, install_macros
from aitrade.trade.tables.notes import import_notes
from aitrade.trade.tables.options import Options
from aitrade.trade.tables.partners import resolve_countries
from aitrade.trade.tables.run import choose_run
from aitrade.trade.tables.years import available_years, no_trade, select_years

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

DIGITS = {"hs2": 2, "hs4": 4, "hs6": 6, "hs10": 10}
DIMENSIONS = ("year", "month", "country", "level", "category", *DIGITS)
# Variables that every row has, with what a codebook says of them.
VARIABLES = {
    "year": "calendar year",
    "month": "month, 1 to 12",
    "cty_code": "Census code of the partner country, text of four digits",
    "country": "name of the partner country",
    "code": "first digits of the HS10 code, text with leading zeros",
    "level": "the question's level that the code is labelled with; Unlabelled where the run has no label of it",
    "category": "category of the code's label; empty for the reference level and for codes without a label",
    "value": "US dollars: customs value of imports for consumption, or total exports",
    "duty": "US dollars of calculated duty, where it is known; empty where it is known of no row",
    "value_duty_known": "US dollars of the trade whose duty is known: what the duty is to be divided by",
}
_FIGURES = ("value", "duty", "value_duty_known")


def panel(con: "DuckDBPyConnection", by: Sequence[str], options: Options) -> Table:
    """Sum trade over everything but some dimensions.

    Args:
        con: a workspace.
        by: the dimensions, of ``DIMENSIONS``; the year is always one. One number of digits at most.
        options: flow, run, years, countries and excluded chapters; the others are not looked at.

    Returns:
        A row for each combination that has trade, in whole dollars; trade without a label is level Unlabelled.

    Raises:
        UsageError: there is no such dimension, or codes are asked for by two numbers of digits.
        BadInputError: the workspace lacks trade or labels.
    """
    digits = _digits(by)
    by_month = "month" in by
    run = choose_run(con, options.run, options.flow)
    options = options.of_question(run.question)
    countries = resolve_countries(con, options.countries)
    available = available_years(con, options.flow, countries)
    if not available:
        raise no_trade(options.flow, countries)
    selection = select_years(available, options, countries, by_month=by_month, latest_only=False)
    install_macros(con)
    asked = {"year", *by}
    shown = [
        name
        for name in VARIABLES
        if name in _FIGURES
        or name in asked
        or (name in ("cty_code", "country") and "country" in asked)
        or (name == "code" and digits)
    ]
    rows = query(
        con,
        SQL,
        "panel",
        flow=options.flow,
        run=run.run,
        years=list(selection.years),
        excluded=list(options.excluded_chapters or ()),
        partners=list(countries),
        by_month=by_month,
        by_country="country" in asked,
        by_level="level" in asked,
        by_category="category" in asked,
        digits=digits,
    )
    places = [place for place, name in enumerate(VARIABLES) if name in shown]
    columns = tuple(Column(name, VARIABLES[name], _kind(name)) for name in shown)
    title = f"US {options.flow} in dollars, labels of run {run.run}"
    kept = tuple(tuple(row[place] for place in places) for row in rows)
    notes = (*import_notes(con, (options.flow,)), *run.notes((options.flow,)))
    return Table("panel", title, columns, kept, notes, "month" if by_month else "year")


def codebook(table: Table) -> Table:
    """Describe the variables of a panel: name, meaning and type, a row each."""
    columns = (Column("variable", "Variable"), Column("meaning", "Meaning", "prose"), Column("type", "Type"))
    types = {"count": "whole number", "period": "whole number"}
    rows = tuple((column.name, column.title, types.get(column.kind, "text")) for column in table.columns)
    return Table("codebook", f"Codebook. {table.title}", columns, rows, table.notes)


def _kind(name: str) -> Kind:
    return "count" if name in _FIGURES else "period" if name in ("year", "month") else "text"


def _digits(by: Sequence[str]) -> int:
    for name in by:
        if name not in DIMENSIONS:
            raise UsageError(f"there is no dimension {name!r}", fix=offer(name, DIMENSIONS))
    digits = [DIGITS[name] for name in by if name in DIGITS]
    if len(digits) > 1:
        raise UsageError("codes are asked for by two numbers of digits", fix=f"choose one of {', '.join(DIGITS)}")
    return digits[0] if digits else 0
