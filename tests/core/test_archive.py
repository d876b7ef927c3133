"""Few bytes that stand for many: refused before they take the machine's memory, disk or day."""

import gzip
import io
import json
import re
import zipfile
from collections.abc import Callable
from pathlib import Path

import duckdb
import pytest
from openpyxl import Workbook

from aitrade.core.archive import open_zip, read_member
from aitrade.core.bounds import LARGEST_SHEET, LARGEST_TEXT
from aitrade.core.errors import BadInputError
from aitrade.core.workbookfile import open_workbook, rows_of
from aitrade.nomenclature.code_files import read_code_file
from aitrade.trade.ingest.importing import import_trade
from aitrade.trade.readers.source import ImportOptions
from tests import trade_files

BOMB = 17 << 20
BLANK = bytes(1 << 20)


def zipped(path: Path, member: str, size: int = BOMB) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive, archive.open(member, "w") as file:
        for _ in range(size >> 20):
            file.write(BLANK)
        file.write(BLANK[: size & 0xFFFFF])
    return path


def workbook(path: Path, rows: str) -> Path:
    """A workbook whose only sheet holds the given XML in place of rows."""
    made, content = Workbook(), io.BytesIO()
    made.save(content)
    with zipfile.ZipFile(content) as source, zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as target:
        for name in source.namelist():
            data, sheet = source.read(name), f"<sheetData>{rows}</sheetData>".encode()
            target.writestr(name, re.sub(rb"<sheetData></sheetData>", sheet, data))
    return path


def gzipped(path: Path) -> Path:
    with gzip.open(path, "wb") as file:
        for _ in range(BOMB >> 20):
            file.write(BLANK)
        file.write(b"x")
    return path


def zstandard(path: Path) -> Path:
    with duckdb.connect() as con:
        query = "SELECT repeat('x', 1000000) AS hs10 FROM range(17)"
        con.execute(f"COPY ({query}) TO '{path}' (FORMAT csv, COMPRESSION zstd)")
    return path


def wide_parquet(path: Path) -> Path:
    with duckdb.connect() as con:
        con.execute(f"COPY (SELECT {', '.join(f'1 AS c{n}' for n in range(2_001))}) TO '{path}' (FORMAT parquet)")
    return path


def text(path: Path, content: str) -> Path:
    path.write_text(content, "utf-8")
    return path


WIDE = ["hs10", "time", "value", *(f"c{n}" for n in range(100_000))]
NAMES = '<c r="A1" t="inlineStr"><is><t>hs10</t></is></c><c r="B1" t="inlineStr"><is><t>value</t></is></c>'
HEADER = f'<row r="1">{NAMES}</row>'
FILES: dict[str, Callable[[Path], Path]] = {
    "a bulk zip": lambda folder: zipped(folder / "IMDB2412.ZIP", "IMP_DETL.TXT"),
    "a workbook": lambda folder: zipped(folder / "a.xlsx", "xl/workbook.xml"),
    "a row far down": lambda folder: workbook(
        folder / "a.xlsx", HEADER + '<row r="99999999999"><c r="B99999999999"><v>1</v></c></row>'
    ),
    "cells far right": lambda folder: workbook(folder / "a.xlsx", HEADER + '<row r="2"><c r="XFD2"><v>1</v></c></row>'),
    "gzip": lambda folder: gzipped(folder / "a.csv.gz"),
    "zstd": lambda folder: zstandard(folder / "a.csv.zst"),
    "a wide CSV": lambda folder: text(folder / "a.csv", ",".join(WIDE) + "\n"),
    "a wide reply": lambda folder: text(folder / "a.json", json.dumps([WIDE, ["1"] * len(WIDE)])),
    "a wide Parquet": lambda folder: wide_parquet(folder / "a.parquet"),
    "a line without end": lambda folder: text(folder / "a.csv", "hs10,value" * 2_000_000),
}


@pytest.fixture(autouse=True)
def small_bounds(monkeypatch: pytest.MonkeyPatch) -> None:
    """As large as the real ones for a machine that has less time."""
    monkeypatch.setattr("aitrade.core.archive.RATIO_FROM", 16 << 20)
    monkeypatch.setattr("aitrade.core.workbookfile.LARGEST_SHEET", 100_000)


@pytest.mark.parametrize("what", FILES)
def test_trade_that_would_take_everything_is_refused(what: str, tmp_path: Path) -> None:
    con = trade_files.workspace()
    with pytest.raises(BadInputError, match=r"unpack to|more (columns |cells )?than|limit") as caught:
        import_trade(con, [FILES[what](tmp_path)], ImportOptions())
    assert str(tmp_path) in str(caught.value.where)
    assert trade_files.is_empty(con)
    con.close()


@pytest.mark.parametrize("what", ["a wide CSV", "a zip"])
def test_codes_that_would_take_everything_are_refused(what: str, tmp_path: Path) -> None:
    path = zipped(tmp_path / "a.zip", "CONCORD.TXT") if what == "a zip" else FILES[what](tmp_path)
    with pytest.raises(BadInputError, match=r"unpack to|more than"):
        read_code_file(path)


def test_a_row_further_down_than_excel_goes_is_refused_before_all_before_it_are_made(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("aitrade.core.workbookfile.LARGEST_SHEET", LARGEST_SHEET)
    path = FILES["a row far down"](tmp_path)
    with pytest.raises(BadInputError, match="more rows than 1,048,576"), open_workbook(path, "") as book:
        for _ in rows_of(book.worksheets[0], path):
            pass


def test_a_member_that_is_read_whole_has_a_bound_of_its_own(tmp_path: Path) -> None:
    path = tmp_path / "a.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("a", b"x")
    with open_zip(path, "a.zip") as archive:
        archive.getinfo("a").file_size = LARGEST_TEXT + 1
        with pytest.raises(BadInputError, match="larger than 512 MiB") as caught:
            read_member(archive, "a", "a.zip")
    assert caught.value.where == "a.zip!a"


def test_a_real_workbook_with_empty_rows_is_read(tmp_path: Path) -> None:
    path = workbook(tmp_path / "a.xlsx", HEADER + '<row r="40"><c r="B40"><v>1</v></c></row>')
    with open_workbook(path, "") as book:
        rows = dict(rows_of(book.worksheets[0], path))
    assert (len(rows), rows[40][1].value) == (40, 1)
