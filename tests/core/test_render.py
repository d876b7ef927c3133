"""Rendering: what must survive each format, and what must not get through."""

import csv
import io
import json
import re
from dataclasses import replace
from pathlib import Path

import openpyxl
import pandas
import pyarrow.parquet
import pytest
from openpyxl import Workbook

from aitrade.api.result import Result
from aitrade.core.errors import UsageError
from aitrade.core.render import BINARY, FORMATS, SUFFIXES, choose_format, render, write_tables
from aitrade.core.render.as_cell import to_cell
from aitrade.core.table import Column, Note, Table

NASTY = '=HYPERLINK("http://x")|50% & $5_a #1 {x} ~^ \\end{table} <b> [y] *z* `q`\x1b[31m\n"é"'
TABLE = Table(
    "summary",
    "Title with 100% & _underscores_",
    (
        Column("description", "Description"),
        Column("codes", "Codes", "count"),
        Column("value_2024", "2024", "billions"),
        Column("change_pct", "Change, %", "percent"),
    ),
    (
        (NASTY, 18364, 2792.225805168, -4.25),
        ("-1+1", 0, -0.000001, None),
        ("@SUM(A1)", 1, 1234567.005, 0.005),
        ("plain, with comma", 2, 0.1, 12.0),
    ),
    ("a note with 5% & more", "another"),
)


def test_json_keeps_every_digit_and_null():
    rows = json.loads(render(TABLE, "json"))
    assert rows == TABLE.records()
    assert rows[1]["change_pct"] is None
    assert render(Table("t", "t", TABLE.columns, ()), "json") == "[]\n"


def test_csv_keeps_every_digit_and_runs_no_formula():
    rows = list(csv.reader(io.StringIO(render(TABLE, "csv"))))
    assert rows[0] == ["description", "codes", "value_2024", "change_pct"]
    assert rows[1] == ["'" + NASTY.replace("\x1b", " "), "18364", "2792.225805168", "-4.25"]
    assert [row[0][0] for row in rows[1:4]] == ["'"] * 3
    assert rows[2][1:] == ["0", "-1e-06", ""]
    assert rows[4][0] == "plain, with comma"


def test_counts_beside_other_figures_have_no_decimals_and_keep_those_of_figures():
    mixed = Table("t", "t", (Column("a", "A", "number"),), ((18364,), (-327,), (0.0,), (14.5,)))
    assert [line.strip() for line in render(mixed, "text").splitlines()[-4:]] == ["18,364", "-327", "0.00", "14.50"]
    sheet = Workbook(write_only=True).create_sheet()
    formats = [to_cell(sheet, row[0], mixed.columns[0]).number_format for row in mixed.rows]
    assert formats == ["#,##0", "#,##0", "#,##0.00", "#,##0.00"]
    assert to_cell(sheet, 2024, Column("year", "Year")).number_format == "General"  # no 2,024


def test_text_rounds_aligns_and_cuts_only_prose():
    text = render(TABLE, "text")
    lines = text.splitlines()
    assert lines[0] == TABLE.title
    assert "2,792.23" in text
    assert re.search(r"-1\+1\s+0\s+0\.00\s+–", text)
    assert "\x1b" not in text
    assert len({len(line) for line in lines if re.search(r"\d\.\d\d$", line)}) == 1
    assert "- a note with 5% & more" in lines
    long = Table("t", "t", (Column("a", "A"), Column("b", "B", "prose")), (("x" * 80, "y" * 80),))
    assert "x" * 80 in render(long, "text")
    assert "y" * 47 + "…" in render(long, "text")


def test_markdown_has_one_line_a_row_and_no_open_markup():
    lines = render(TABLE, "markdown").splitlines()
    rows = [line for line in lines if line.startswith("|")]
    assert len(rows) == 2 + len(TABLE.rows)
    assert all(len(re.findall(r"(?<!\\)\|", line)) == 5 for line in rows)
    assert rows[1] == "| --- | ---: | ---: | ---: |"
    assert r"\<b\>" in rows[2]
    assert r"\`q\`" in rows[2]


def test_latex_is_booktabs_with_nothing_left_to_interpret():
    text = render(TABLE, "latex")
    for rule in (r"\toprule", r"\midrule", r"\bottomrule", r"\begin{tabular}{lrrr}", r"\end{tabular}"):
        assert text.count(rule) == 1
    body = text[text.index(r"\midrule") : text.index(r"\bottomrule")]
    first = body.splitlines()[1]
    assert first.startswith(r"=HYPERLINK(\textquotedbl{}http://x\textquotedbl{})\textbar{}50\% \& \$5\_a \#1 \{x\}")
    assert r"\textbackslash{}end\{table\}" in first
    assert text.count(r"\end{table}") == 0  # it is wide, and turned
    assert text.count(r"\end{sidewaystable}") == 1
    assert all(len(re.findall(r"(?<!\\)&", line)) == 3 for line in body.splitlines()[1:])
    assert "{[y]" not in body
    cell = Table("t", "t", (Column("a", "A"),), (("[x]",), ("*",)))
    assert r"{[x]} \\" in render(cell, "latex")


@pytest.mark.parametrize("name", FORMATS)
def test_every_format_ends_with_a_line_and_says_the_same_twice(name):
    assert render(TABLE, name) == render(TABLE, name)
    assert render(TABLE, name).endswith("\n")


@pytest.mark.parametrize(
    ("name", "given", "chosen"),
    [
        ("t.tex", None, "latex"),
        ("t.XLSX", None, "xlsx"),
        ("t.dta", "dta", "dta"),
        ("t", "csv", "csv"),
        ("/dev/stdout", "json", "json"),
    ],
)
def test_the_name_of_a_file_says_how_it_is_written(name: str, given: str | None, chosen: str):
    assert choose_format(Path(name), given) == chosen


@pytest.mark.parametrize(
    ("name", "given", "what"),
    [
        ("s.csv", "latex", "s.tex"),  # the fix names the right file
        ("s.pdf", None, ".parquet"),
        ("s", None, ".csv"),
        (None, "xlsx", "-o FILE.xlsx"),
    ],
)
def test_a_name_that_contradicts_the_format_is_refused(name: str | None, given: str | None, what: str):
    with pytest.raises(UsageError) as refused:
        choose_format(Path(name) if name else None, given)
    assert what in str(refused.value.fix)


CODES = Table(
    "codes",
    "Codes with their value",
    (
        Column("hs10", "HS10 code"),
        Column("description", "Description", "prose"),
        Column("codes", "Codes", "count"),
        Column("value_2024_with_a_name_that_is_far_too_long", "2024", "billions"),
        Column("value_2024_with_a_name_that_is_far_too_lengthy", "2024 again", "billions"),
    ),
    (("0101210000", "é" * 3000, 2**40 + 1, 0.1 + 0.2, None), ("8471500150", None, None, None, -1.5)),
)


def test_parquet_keeps_codes_counts_and_every_digit(tmp_path: Path):
    write_tables([CODES], tmp_path / "t.parquet", "parquet")
    read = pyarrow.parquet.read_table(tmp_path / "t.parquet")
    assert [tuple(row.values()) for row in read.to_pylist()] == list(CODES.rows)


def test_stata_keeps_codes_as_text_figures_and_labels(tmp_path: Path):
    write_tables([CODES], tmp_path / "t.dta", "dta")
    with pandas.read_stata(tmp_path / "t.dta", iterator=True) as reader:
        frame, labels = reader.read(), reader.variable_labels()
    assert frame.hs10.tolist() == ["0101210000", "8471500150"]
    assert frame.description.tolist() == ["é" * 3000, ""]
    assert frame.codes.tolist()[0] == 2**40 + 1
    assert list(labels.values()) == ["HS10 code", "Description", "Codes", "2024", "2024 again"]
    assert max(map(len, frame.columns)) <= 32
    assert frame.iloc[:, 3].tolist()[0] == 0.1 + 0.2
    assert frame.iloc[:, 3:].isna().sum().tolist() == [1, 1]


@pytest.mark.parametrize("suffix", [suffix for suffix, name in SUFFIXES.items() if name not in BINARY])
def test_each_suffix_writes_what_its_format_renders(tmp_path: Path, suffix: str):
    path = Result(TABLE).save(tmp_path / f"t{suffix}")
    assert path.read_text("utf-8") == render(TABLE, SUFFIXES[suffix])


def test_a_page_of_a_table_runs_nothing():
    assert "<b>" not in render(TABLE, "html")
    assert "&lt;b&gt;" in render(TABLE, "html")


def test_every_file_says_whose_labels_its_figures_rest_on(tmp_path: Path):
    noted = replace(
        TABLE, notes=(Note("without HS chapters 98, 99; labels of run mine's", "run", "labels of run mine's"),)
    )
    for name in (*FORMATS, *BINARY):
        suffix = next(suffix for suffix, known in SUFFIXES.items() if known == name)
        write_tables([noted], tmp_path / f"{name}{suffix}", name)
    metadata = pyarrow.parquet.read_schema(tmp_path / "parquet.parquet").metadata
    assert metadata[b"notes"].decode() == noted.notes[0]
    with pandas.read_stata(tmp_path / "dta.dta", iterator=True) as reader:
        assert reader.data_label == f"{TABLE.title}; labels of run mine's"
    for name in ("csv", "json"):
        assert noted.notes[0] in (tmp_path / f"{name}_notes.txt").read_text("utf-8")
    for name in ("text", "markdown"):
        assert "labels of run mine's" in next(tmp_path.glob(f"{name}.*")).read_text("utf-8")
    cells = [
        cell.value for sheet in openpyxl.load_workbook(tmp_path / "xlsx.xlsx") for row in sheet.rows for cell in row
    ]
    assert noted.notes[0] in cells
