"""The year whose trade weighs codes where no year is asked for."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from aitrade.trade.coverage import years_in_data

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection


def full_year(con: "DuckDBPyConnection", flows: Sequence[str]) -> int | None:
    """The latest calendar year that the workspace holds in full (whole, or twelve months) of every flow.

    Args:
        con: the workspace.
        flows: imports, exports or both.

    Returns:
        The year; None where there is none.
    """
    there = {str(flow) for (flow,) in con.execute("SELECT DISTINCT flow FROM flows").fetchall()}
    if not there.issuperset(flows):
        return None
    full = [{year.year for year in years_in_data(con, flow, ()) if year.complete} for flow in flows]
    return max(set.intersection(*full), default=None)
