"""What builders of figures share: what can be chosen, the years of a table, names for people."""

from collections.abc import Mapping

from aitrade.core.table import Table, Value

Tables = Mapping[str, Table]  # by flow
FLOW = ("flow", "Flow")
MEASURE = ("measure", "Measure")
YEAR = ("year", "Year")


def only_table(tables: Tables) -> tuple[str, Table]:
    """The one table of a figure that is not drawn for imports and exports side by side, and its flow."""
    ((flow, table),) = tables.items()
    return flow, table


def years_of(table: Table, prefix: str) -> list[tuple[str, str]]:
    """Years and column names of the columns ``prefix`` + year."""
    names = [column.name for column in table.columns]
    return [(name.removeprefix(prefix), name) for name in names if name.removeprefix(prefix).isdecimal()]


def category_name(value: Value) -> str:
    """A category as people read it."""
    return str(value).replace("_", " ")
