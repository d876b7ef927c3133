"""The tables of the paper, computed from a workspace."""

from typing import TYPE_CHECKING, Any

from aitrade.core.errors import UsageError
from aitrade.core.table import Column, Table, Value
from aitrade.trade.tables.options import Options
from aitrade.trade.tables.query import fetch, install_macros
from aitrade.trade.tables.setting import Setting, settle
from aitrade.trade.tables.spec import Heading
from aitrade.trade.tables.specs import SPECS

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection


def table(con: "DuckDBPyConnection", name: str, options: Options | None = None) -> Table:
    """Compute a table.

    Args:
        con: a workspace. The call adds temporary macros to the connection and changes nothing in the workspace.
        name: one of ``SPECS``.
        options: what is asked of it; the defaults are the paper's.

    Returns:
        The table; dollars are summed as integers and turned into billions at the end, so that neither the order of
        rows nor the number of threads changes a figure.

    Raises:
        UsageError: no such table, or an option that does not go with it.
        BadInputError: the workspace lacks what the table needs.
    """
    if name not in SPECS:
        raise UsageError(f"there is no table {name!r}", fix=f"choose from {', '.join(SPECS)}")
    spec, options = SPECS[name], options or Options()
    install_macros(con)
    setting = settle(con, spec, options)
    columns = tuple(column for heading in spec.headings for column in _columns(heading, setting))
    rows = tuple(_flat(row) for row in fetch(con, name, setting.parameters))
    notes = (*setting.notes, *_without_rows(setting, columns, rows))
    computed = Table(name, spec.title.format_map(setting.words), columns, rows, notes)
    if options.interval is None:
        return computed
    from aitrade.trade.tables.interval import with_intervals

    return with_intervals(con, computed, setting, options.interval)


def _without_rows(
    setting: Setting, columns: tuple[Column, ...], rows: tuple[tuple[Value, ...], ...]
) -> tuple[str, ...]:
    """A note on countries that were asked for and have no row, unless the table was cut before them."""
    asked = setting.parameters["shown"]
    if not asked or len(asked) > setting.parameters["top"]:
        return ()
    place = [column.name for column in columns].index("cty_code")
    there = {row[place] for row in rows}
    without = [country for country in asked if country not in there]
    return (f"no row for {', '.join(without)}: none of what the table counts is with them",) if without else ()


def _columns(heading: Heading, setting: Setting) -> list[Column]:
    """The columns of a heading: one, or one for each year that its list runs over."""
    years: list[int | None] = [None]
    if heading.each == "years":
        years = list(setting.span.years)
    elif heading.each == "comparable":
        years = list(setting.span.comparable)
    words = [setting.words | {"year": year} for year in years]
    return [Column(heading.name.format_map(word), heading.title.format_map(word), heading.kind) for word in words]


def _flat(row: tuple[Any, ...]) -> tuple[Value, ...]:
    """A query's row with its lists by year spread out."""
    return tuple(value for cell in row for value in (cell if isinstance(cell, list) else [cell]))
