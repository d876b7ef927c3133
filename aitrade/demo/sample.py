"""The bundled sample: real codes and yearly totals, made-up trade below them, and hand labels."""

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from aitrade.classification.label_import import import_labels
from aitrade.core.errors import BadInputError
from aitrade.core.files import sha256_of
from aitrade.core.paths import shipped
from aitrade.nomenclature.code_files import read_code_file
from aitrade.nomenclature.codes import Code
from aitrade.question.question import SHIPPED, load_question
from aitrade.trade.ingest.importing import import_trade
from aitrade.trade.ingest.receipt import receipt_lines
from aitrade.trade.readers.source import ImportOptions
from aitrade.workspace.code_import import import_codes

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

HAND_LABELS = "hand-labels"  # the run that the sample's labels become
CODES, LABELS = "codes.csv", "labels.csv"
TRADE = {"imports": "trade_imports.csv", "exports": "trade_exports.csv"}
MADE_UP = (
    "The sample's yearly totals by relevance and category are the published ones when every label is right. "
    "Its months, and how much of a total falls on which code and country, are made up."
)


def sample_folder() -> Path:
    """Find the folder of the bundled sample: codes.csv, labels.csv, trade_imports.csv and trade_exports.csv."""
    return shipped("data/sample")


def sample_codes(folder: Path) -> list[Code]:
    """The sample's codes, imports first, by code."""
    return sorted(read_code_file(folder / CODES).codes, key=lambda code: (code.flow == "exports", code.hs10))


def import_sample(con: "DuckDBPyConnection", folder: Path, report: Callable[[str], None] = lambda _: None) -> None:
    """Take codes, trade and labels of the sample into a workspace; what is there already is left as it is.

    Raises:
        BadInputError: the workspace holds other trade, which the sample's made-up trade must not be mixed with.
    """
    hashes = {flow: sha256_of(folder / name) for flow, name in TRADE.items()}
    _refuse_other_trade(con, list(hashes.values()))
    for codes in import_codes(con, folder / CODES):
        report(str(codes))
    for flow, name in TRADE.items():
        if not _is_there(con, flow, hashes[flow]):
            for receipt in import_trade(con, [folder / name], ImportOptions(flow=flow, remark=MADE_UP)):
                for line in receipt_lines(receipt):
                    report(line)
    if not con.execute(
        "SELECT 1 FROM runs WHERE run = ? AND fingerprint = ?", [HAND_LABELS, sha256_of(folder / LABELS)]
    ).fetchone():
        report(str(import_labels(con, folder / LABELS, HAND_LABELS, load_question(SHIPPED), replace=True)))


def _refuse_other_trade(con: "DuckDBPyConnection", hashes: list[str]) -> None:
    other = con.execute(
        "SELECT path FROM trade_imports WHERE NOT list_contains(?, sha256) "
        "AND import_id IN (SELECT import_id FROM flows) ORDER BY import_id LIMIT 1",
        [hashes],
    ).fetchone()
    if other:
        raise BadInputError(
            f"the workspace holds other trade than this sample's, such as {other[0]}; the two do not mix",
            fix="choose an empty folder: aitrade --workspace DIR demo; if this was an earlier demo, delete its folder",
        )


def _is_there(con: "DuckDBPyConnection", flow: str, sha256: str) -> bool:
    query = """
        SELECT 1 FROM flows JOIN trade_imports USING (import_id)
        WHERE flows.flow = ? AND trade_imports.sha256 = ? LIMIT 1
    """
    return con.execute(query, [flow, sha256]).fetchone() is not None
