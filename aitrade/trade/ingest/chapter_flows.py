"""Keep the sums of flows by country and chapter, which say what the workspace holds without a look at every row."""

from collections.abc import Collection
from pathlib import Path
from typing import TYPE_CHECKING

from aitrade.core.sql import query

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

_SQL = Path(__file__).parent / "sql"


def sum_chapters(con: "DuckDBPyConnection", flow: str, years: Collection[int]) -> None:
    """Sum some years of a flow by country and chapter again, after their rows have changed.

    Args:
        con: the workspace, in the transaction of the change.
        flow: imports or exports.
        years: those with a row that came, went or changed.
    """
    if years:
        query(con, _SQL, "chapter_flows", flow=flow, years=sorted(years))
