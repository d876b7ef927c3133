"""Take the codes of a file into the workspace."""

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from aitrade.nomenclature.code_files import read_code_file
from aitrade.nomenclature.codes import FLOWS
from aitrade.workspace.codes import put_codes
from aitrade.workspace.database import transaction

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection


@dataclass(frozen=True)
class CodesReceipt:
    """What an import of codes did, by flow; ``assumed`` where nothing said that they are import codes."""

    path: str
    flow: str
    read: int
    codes: int
    new: int
    changed: int
    assumed: bool = False
    encoding: str = "utf-8"

    def __str__(self) -> str:
        merged = f", {self.read - self.codes:,} lines repeated others" if self.read > self.codes else ""
        assumed = "; the file does not say the flow: Schedule B codes go with --flow exports" if self.assumed else ""
        encoding = f"; not UTF-8: read as {self.encoding}" if self.encoding == "Windows-1252" else ""
        same = self.codes - self.new - self.changed
        counts = ", ".join(
            f"{n:,} {word}" for n, word in ((self.new, "new"), (self.changed, "changed"), (same, "as before")) if n
        )
        return f"{self.path}: {self.codes:,} {self.flow.removesuffix('s')} codes ({counts}){merged}{assumed}{encoding}"


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
    with transaction(con):
        counts = put_codes(con, file.codes)
    extra = file.read - len(file.codes)
    return [
        CodesReceipt(
            str(path),
            name,
            counts[name][0] + (extra if len(counts) == 1 else 0),
            *counts[name],
            file.assumed,
            file.encoding,
        )
        for name in FLOWS
        if name in counts
    ]
