"""The tables of the paper, computed from a workspace."""

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from aitrade.core.errors import UsageError
from aitrade.core.sql import query
from aitrade.core.table import Column, Table, Value
from aitrade.core.wording import offer, slug
from aitrade.nomenclature.codes import FLOWS
from aitrade.trade.tables.catalogue import SPECS, Heading, Spec
from aitrade.trade.tables.context import QueryContext, resolve
from aitrade.trade.tables.macros import SQL, install_macros
from aitrade.trade.tables.options import Options
from aitrade.trade.tables.run import choose_run
from aitrade.trade.tables.years import available_years

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

GOLD_PERCENT = 95.0
"""What intervals from a gold sample hold where nothing else is asked for."""


def table(con: "DuckDBPyConnection", name: str, options: Options | None = None) -> Table:
    """Compute a table.

    Args:
        con: a workspace. The call adds temporary macros to the connection and changes nothing in the workspace.
        name: one of ``SPECS``.
        options: what is asked of it; the defaults are the question's.

    Returns:
        The table; dollars are summed as integers and turned into billions at the end, so that neither the order of
        rows nor the number of threads changes a figure.

    Raises:
        UsageError: no such table, or an option that does not go with it.
        BadInputError: the workspace lacks what the table needs.
    """
    if name not in SPECS:
        raise UsageError(f"there is no table {name!r}", fix=offer(name, list(SPECS)))
    options = options or Options()
    if options.sa and options.by is None and "month" in SPECS[name].by:
        options = replace(options, by="month")
    if options.chained and name != "growth":
        raise UsageError(
            f"table {name} has no chained figures: chained dollars do not add up over levels and countries, which "
            "summary, share and counterfactual rely on",
            fix="take table growth, or leave chained out for dollars of the base year",
        )
    if options.real is None or options.chained:
        return _table(con, name, options)
    from aitrade.trade.tables.deflators import REAL_TABLES, in_real_terms

    if name not in REAL_TABLES:
        raise UsageError(f"table {name} has no real figures", fix=f"they are in {', '.join(REAL_TABLES)}")
    asked = options.of_question(choose_run(con, options.run, options.flow).question)
    flows = FLOWS if SPECS[name].both_flows else (options.flow,)
    base, excluded = asked.base_year, asked.excluded_chapters or ()
    if base is None:
        raise UsageError("the question has no base year", fix="say --base-year YEAR")
    years = options.years
    if options.sa and not years:
        years = tuple(year.year for flow in flows for year in available_years(con, flow, ()) if year.months)
    with in_real_terms(con, options.real, flows, base, years, excluded) as note:
        computed = _table(con, name, options)
    return replace(computed, title=f"{computed.title}, in dollars of {base}", notes=(note, *computed.notes))


def _table(con: "DuckDBPyConnection", name: str, options: Options) -> Table:
    """Compute a table of the trade that the connection shows."""
    install_macros(con)
    if options.chained:
        from aitrade.trade.tables.chained import CHAINED, load_prices

        context = resolve(con, CHAINED, options)
        chained = load_prices(con, context)
        computed = _computed(con, name, CHAINED, context)
        return replace(computed, notes=(chained, *computed.notes))
    context = resolve(con, SPECS[name], options)
    computed = _computed(con, name, SPECS[name], context)
    if options.sa:
        from aitrade.trade.tables.seasonal import with_adjusted

        return with_adjusted(con, computed, context)
    if options.gold:
        from aitrade.trade.tables.gold_tables import with_gold

        return with_gold(con, computed, context, options.interval or GOLD_PERCENT)
    if options.interval is None:
        return computed
    from aitrade.trade.tables.intervals import with_intervals

    return with_intervals(con, computed, context, options.interval)


def _computed(con: "DuckDBPyConnection", name: str, spec: Spec, context: QueryContext) -> Table:
    """The rows of a table under its columns, with its notes."""
    columns = tuple(column for heading in spec.headings for column in _columns(heading, context))
    rows = tuple(_flat(row) for row in query(con, SQL, spec.name, **context.parameters.by_name))
    notes = (*context.notes, *_without_rows(context, columns, rows))
    title = spec.title.format_map(context.words)
    by = "month" if context.selection.by_month else "year"
    return Table(name, title, columns, rows, notes, by, context.levels)


def _without_rows(
    context: QueryContext, columns: tuple[Column, ...], rows: tuple[tuple[Value, ...], ...]
) -> tuple[str, ...]:
    """A note on countries that were asked for and have no row, unless the table was cut before them."""
    asked = context.parameters.shown
    if not asked or len(asked) > context.parameters.top:
        return ()
    position = [column.name for column in columns].index("cty_code")
    with_row = {row[position] for row in rows}
    without = [country for country in asked if country not in with_row]
    return (f"no row for {', '.join(without)}: none of what the table counts is with them",) if without else ()


def _columns(heading: Heading, context: QueryContext) -> list[Column]:
    """The columns of a heading: one, or one for each member of the list that the heading runs over."""
    selection, words = context.selection, context.words
    plain = Column(heading.name, heading.title, heading.kind, heading.measure)
    if heading.over == "without":
        names = [without.name for without in context.question.settings.without]
        return [_worded(plain, heading, words | {"without": name, "without_slug": slug(name)}) for name in names]
    if heading.over == "changes":
        return [_worded(replace(plain, year=selection.last, since=selection.first), heading, words)]
    if heading.over == "rank":
        return [_worded(replace(plain, year=selection.rank), heading, words)]
    if heading.over is None:
        return [_worded(plain, heading, words)]
    years = selection.years if heading.over == "years" else selection.comparable
    return [_worded(replace(plain, year=year), heading, words | {"year": year}) for year in years]


def _worded(column: Column, heading: Heading, words: dict[str, object]) -> Column:
    return replace(
        column,
        name=heading.name.format_map(words),
        title=heading.title.format_map(words),
        series=heading.series.format_map(words),
    )


def _flat(row: tuple[Any, ...]) -> tuple[Value, ...]:
    """A query's row with its lists spread out."""
    return tuple(value for cell in row for value in (cell if isinstance(cell, list) else [cell]))
