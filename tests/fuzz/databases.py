"""Readers that need a database: each has one connection in memory, which all of its inputs share."""

import json
import shutil
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

import duckdb
import report_workspace
from questions import QUESTION

import aitrade
from aitrade.classification.explain import explain
from aitrade.core.errors import BadInputError
from aitrade.evaluation.gold.importing import import_gold
from aitrade.report.citation import citations
from aitrade.trade.ingest.importing import import_trade
from aitrade.trade.ingest.receipt import read_receipt
from aitrade.trade.readers.compressed import decompressed
from aitrade.trade.readers.readers import READERS, detect
from aitrade.trade.readers.session import ImportSession
from aitrade.trade.readers.source import ImportOptions
from aitrade.workspace.gold import FrameCode, Sample, keep_sample
from aitrade.workspace.questions import question_of_run
from aitrade.workspace.runs import get_run, list_runs
from tests import trade_files

OPTIONS = ImportOptions(flow="imports")
GOLD = ("8471500150", "8414596560", "0101210010")
TAMPERED = {
    ("runs", "settings"),
    ("questions", "contents"),
    ("trade_imports", "receipt"),
    ("predictions", "evidence"),
}


class TradeRows:
    """Reads a trade file to rows, as the import does before it checks them."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self.session = ImportSession(trade_files.workspace(), folder)

    def __call__(self, path: Path) -> None:
        try:
            content = decompressed(self.session, path)
            for rows in READERS[detect(content)](self.session, content, OPTIONS):
                try:
                    self.session.con.execute(f"FROM {rows.relation}").fetchall()
                except (duckdb.BinderException, duckdb.ParserException, duckdb.CatalogException):
                    raise
                except duckdb.Error as error:
                    raise rows.explain(error) from error
        finally:
            for made in self.session.folder.iterdir():
                made.unlink()


class TradeImport:
    """Imports trade files into one workspace."""

    def __init__(self) -> None:
        self.con = trade_files.workspace()

    def __call__(self, path: Path) -> None:
        try:
            import_trade(self.con, [path], OPTIONS)
        finally:
            self.con.execute("DELETE FROM flows; DELETE FROM group_flows; DELETE FROM trade_imports")


class GoldWorkbook:
    """Takes a filled gold workbook of three codes back."""

    def __init__(self) -> None:
        self.con = trade_files.workspace()
        keep_sample(self.con, "s", "imports", {}, [FrameCode(hs10, 1, 100, 0.5, drawn=True) for hs10 in GOLD])
        self.sample = Sample("s", "imports", {}, datetime(2026, 1, 1), 0)  # noqa: DTZ001

    def __call__(self, path: Path) -> None:
        import_gold(self.con, path, self.sample, QUESTION)


class Received:
    """Reads a workspace whose columns of JSON are as a file says."""

    def __init__(self, place: Path) -> None:
        self.con = duckdb.connect()
        self.con.execute(f"ATTACH '{place / 'aitrade.duckdb'}' AS made (READ_ONLY)")
        self.con.execute("COPY FROM DATABASE made TO memory")
        self.con.execute("DETACH made")

    def __call__(self, path: Path) -> None:
        self.con.begin()
        try:
            tamper(self.con, path)
            list_runs(self.con)
            explain(self.con, "8471500150", "imports", report_workspace.RUN)
            citations(self.con, report_workspace.RUN)
            for (receipt,) in self.con.execute("SELECT receipt FROM trade_imports").fetchall():
                read_receipt(receipt)
            question_of_run(self.con, get_run(self.con, report_workspace.RUN).run)
        finally:
            self.con.rollback()


class Opened:
    """Opens a workspace whose columns of JSON are as a file says, as a notebook does."""

    def __init__(self, place: Path) -> None:
        self.place, self.copy = place, place.with_name("opened")

    def __call__(self, path: Path) -> None:
        shutil.rmtree(self.copy, ignore_errors=True)
        shutil.copytree(self.place, self.copy)
        with duckdb.connect(str(self.copy / "aitrade.duckdb")) as con:
            tamper(con, path)
        workspace = aitrade.open(self.copy)
        readings: tuple[Callable[[], object], ...] = (
            workspace.runs,
            lambda: workspace.citations(report_workspace.RUN),
            lambda: workspace.explain("8471500150", run=report_workspace.RUN),
            lambda: workspace.table("summary", run=report_workspace.RUN),
            lambda: workspace.report(self.copy / "report.html", run=report_workspace.RUN),
        )
        refused = None
        for reading in readings:  # each, though one before it may refuse
            try:
                reading()
            except BadInputError as error:
                refused = error
        if refused:
            raise refused


def tamper(con: duckdb.DuckDBPyConnection, path: Path) -> None:
    """Put what a file says into columns of JSON."""
    try:
        columns = json.loads(path.read_bytes())
    except (ValueError, RecursionError) as error:
        raise BadInputError("no database holds this as JSON") from error
    for name, value in columns.items() if isinstance(columns, dict) else ():
        table, _, column = name.partition(".")
        if (table, column) in TAMPERED:
            try:
                con.execute(f"UPDATE {table} SET {column} = ?", [json.dumps(value)])
            except duckdb.ConversionException as error:  # half a surrogate
                raise BadInputError("no database holds this as JSON") from error
