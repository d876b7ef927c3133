"""Codes in the workspace."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from aitrade.core.errors import BadInputError
from aitrade.core.sql import load_sql
from aitrade.nomenclature.codes import Code
from aitrade.workspace.rows import offered

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

_FIELDS = ("flow", "hs10", "description", "naics", "naics_description")
_SQL = Path(__file__).parent / "sql"
_COUNTS = "SELECT flow, count(*), count_if(is_new), count_if(differs AND NOT is_new) FROM newer_codes GROUP BY flow"
_KEEP = """
    INSERT OR REPLACE INTO codes SELECT flow, hs10, description, naics, naics_description FROM newer_codes WHERE differs
"""


def read_codes(
    con: "DuckDBPyConnection", flows: Sequence[str], limit: int | None = None, only: Sequence[str] | None = None
) -> list[Code]:
    """Codes of the workspace, imports first, by code.

    Args:
        con: the workspace.
        flows: imports, exports or both.
        limit: take this many codes, spread evenly over the nomenclature, so that a trial sees every kind of product.
        only: take these ten-digit codes alone.

    Raises:
        BadInputError: there are no codes, or one that is asked for is not there.
    """
    rows = con.execute(
        "SELECT hs10, flow, description, naics, naics_description FROM codes "
        "WHERE list_contains(?, flow) ORDER BY flow DESC, hs10",
        [list(flows)],
    ).fetchall()
    if not rows:
        raise BadInputError(f"the workspace holds no codes of {' or '.join(flows)}", fix="aitrade codes import FILE")
    codes = [Code(*row) for row in rows]
    if only is not None:
        wanted = set(only)
        if unknown := sorted(wanted - {code.hs10 for code in codes}):
            raise BadInputError(f"code {unknown[0]} is not in the workspace", fix="aitrade codes import FILE")
        codes = [code for code in codes if code.hs10 in wanted]
    if limit is not None and limit < len(codes):
        codes = [codes[i * len(codes) // limit] for i in range(limit)]
    return codes


def put_codes(con: "DuckDBPyConnection", codes: Sequence[Code]) -> dict[str, tuple[int, int, int]]:
    """Add codes; those that are there already take the new description and NAICS. The caller opens the transaction.

    Returns:
        By flow how many codes there were, how many of them are new, and how many are changed.
    """
    with offered(con, "offered_codes", {field: [getattr(code, field) for code in codes] for field in _FIELDS}):
        con.execute(f"CREATE OR REPLACE TEMP TABLE newer_codes AS {load_sql(_SQL, 'newer_codes')}")
        rows = con.execute(_COUNTS).fetchall()
        con.execute(_KEEP)
        con.execute("DROP TABLE newer_codes")
    return {flow: (count, new, changed) for flow, count, new, changed in rows}
