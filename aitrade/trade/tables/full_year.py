"""The year whose trade weighs codes where no year is asked for."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from aitrade.trade.tables.coverage import full_years, held_years

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection


def full_year(con: "DuckDBPyConnection", flows: Sequence[str]) -> int | None:
    """The latest calendar year that the workspace holds in full of every flow (:func:`full_years`).

    Args:
        con: the workspace.
        flows: imports, exports or both.

    Returns:
        The year; None where there is none.
    """
    full = [{year.year for year in full_years(held_years(con, flow, ()))} for flow in flows]
    return max(set.intersection(*full), default=None)
