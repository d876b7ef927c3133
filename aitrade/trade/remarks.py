"""What has to be said wherever trade is shown, because it was imported with a remark."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection


def remarks(con: "DuckDBPyConnection", flows: Sequence[str]) -> tuple[str, ...]:
    """Remarks on the trade of these flows that the workspace holds, each once."""
    rows = con.execute(
        """
        SELECT DISTINCT receipt->>'remark' AS remark FROM trade_imports
        WHERE remark IS NOT NULL
          AND import_id IN (SELECT import_id FROM flows WHERE list_contains($1, flow))
        ORDER BY remark
        """,
        [list(flows)],
    ).fetchall()
    return tuple(remark for (remark,) in rows)
