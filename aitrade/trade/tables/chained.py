"""Chained growth: year on year by a Fisher quantity index over a deflator's groups, which needs no base year."""

from dataclasses import replace
from typing import TYPE_CHECKING

from aitrade.core.errors import BadInputError
from aitrade.core.sql import query
from aitrade.core.table import Note
from aitrade.trade.tables.catalogue import SPECS, Heading
from aitrade.trade.tables.context import QueryContext
from aitrade.trade.tables.deflators import require_deflator
from aitrade.trade.tables.macros import SQL

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

_GROWTH = SPECS["growth"]

CHAINED = replace(
    _GROWTH,
    name="growth-chained",
    title="US {flow} by country and relevance, billion dollars as paid{real_growth}, chained ({first_year} = 100)",
    headings=(
        *(heading for heading in _GROWTH.headings if heading.measure != "growth"),
        Heading("growth_{year}", "Real growth {year}, %", "percent", "comparable", "growth"),
        Heading("chained_{year}", "Chained {year}", "index", "years", "chained"),
    ),
    has_gold=False,
)
"""Table ``growth`` with growth of quantities; its SQL gives formula and sources."""


def load_prices(con: "DuckDBPyConnection", context: QueryContext) -> Note:
    """Have the chained table's SQL know the prices of its deflator; gives the note that says what is chained.

    Args:
        con: a workspace.
        context: of the table, whose options name the deflator.

    Raises:
        BadInputError: there is no such deflator, or it lacks a price that a pair of years needs.
    """
    name, flow = context.options.real or "", context.options.flow
    groups = require_deflator(con, name).groups
    query(con, SQL, "real", deflator=name, base_year=None)
    lacking = query(con, SQL, "chained_lacking", **context.parameters.by_name)
    if lacking:
        prefix, hs10, year = lacking[0]
        of = (
            f"for code {hs10}" if prefix is None else f"for group {prefix or 'of all other codes'}, such as code {hs10}"
        )
        raise BadInputError(
            f"deflator {name} has not all twelve months of {year} {of} ({flow}), which chained growth needs",
            fix="import a deflator with these months, and with rows of all other codes (hs empty), or choose "
            f"years from {year + 2} on: the first year shown is compared with the year before it",
        )
    return Note(
        f"growth and index are of quantities: Fisher indices of each two years over the {groups} "
        f"group{'s' if groups > 1 else ''} of {name}, each value over its group's price, chained by multiplication, so "
        "that no base year matters; dollars are as they were paid",
        "terms",
        f"growth of quantities, chained Fisher index, deflated by {name}",
    )
