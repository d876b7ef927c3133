"""What has to be said wherever trade is shown, because it was imported with a remark."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection


def remarks(con: "DuckDBPyConnection", flows: Sequence[str]) -> tuple[str, ...]:
    """Remarks on the trade of these flows that the workspace holds, each once."""
    said = con.execute(
        "SELECT import_id, receipt->>'remark' FROM trade_imports "
        "WHERE receipt->>'remark' IS NOT NULL AND list_contains($1, flow)",
        [list(flows)],
    ).fetchall()
    if not said:  # as nearly always: the flows, which may be tens of millions of rows, are not looked at
        return ()
    asked = [import_id for import_id, _ in said]
    rows = con.execute("SELECT DISTINCT import_id FROM flows WHERE list_contains($1, import_id)", [asked]).fetchall()
    held = {import_id for (import_id,) in rows}
    return tuple(sorted({remark for import_id, remark in said if import_id in held}))
