"""Take the codes of a file into the workspace."""

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from aitrade.code_files import CodeFile, read_code_file
from aitrade.codes import FLOWS
from aitrade.store.rows import offered
from aitrade.store.workspace import transaction

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection


@dataclass(frozen=True)
class CodesReceipt:
    """What an import of codes did, by flow."""

    path: str
    flow: str
    read: int
    codes: int
    new: int
    changed: int

    def __str__(self) -> str:
        merged = f", {self.read - self.codes:,} lines repeated others" if self.read > self.codes else ""
        same = self.codes - self.new - self.changed
        counts = ", ".join(
            f"{n:,} {word}" for n, word in ((self.new, "new"), (self.changed, "changed"), (same, "as before")) if n
        )
        return f"{self.path}: {self.codes:,} {self.flow.removesuffix('s')} codes ({counts}){merged}"


_SQL = Path(__file__).parent / "store" / "sql" / "newer_codes.sql"
_COUNTS = "SELECT flow, count(*), count_if(is_new), count_if(differs AND NOT is_new) FROM newer_codes GROUP BY flow"
_KEEP = """
    INSERT OR REPLACE INTO codes SELECT flow, hs10, description, naics, naics_description FROM newer_codes WHERE differs
"""


def import_codes(
    con: "DuckDBPyConnection", path: Path, flow: str | None = None, *, pad: bool = False
) -> list[CodesReceipt]:
    """Import a file of codes in one transaction; codes that are there already take the file's description and NAICS.

    Returns:
        One receipt for each flow that the file holds.

    Raises:
        BadInputError: see ``read_code_file``; nothing of the file is kept.
    """
    file = read_code_file(path, flow, pad=pad)
    with transaction(con), offered(con, "offered_codes", _columns(file)):
        con.execute(f"CREATE OR REPLACE TEMP TABLE newer_codes AS {_SQL.read_text('utf-8')}")
        rows = con.execute(_COUNTS).fetchall()
        con.execute(_KEEP)
        con.execute("DROP TABLE newer_codes")
    counts = {row[0]: row[1:] for row in rows}
    extra = file.read - len(file.codes)
    return [
        CodesReceipt(str(path), name, counts[name][0] + (extra if len(counts) == 1 else 0), *counts[name])
        for name in FLOWS
        if name in counts
    ]


def _columns(file: CodeFile) -> dict[str, list[str | None]]:
    return {
        "flow": [code.flow for code in file.codes],
        "hs10": [code.hs10 for code in file.codes],
        "description": [code.description for code in file.codes],
        "naics": [code.naics for code in file.codes],
        "naics_description": [code.naics_description for code in file.codes],
    }
