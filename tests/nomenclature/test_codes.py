"""Codes: what text becomes one, what files of them look like, and what a workspace takes of them."""

import json
import zipfile

import pytest
from hypothesis import given
from hypothesis import strategies as st
from openpyxl import Workbook

from aitrade.core.errors import BadInputError
from aitrade.nomenclature.code_files import read_code_file
from aitrade.nomenclature.codes import Code, parse_flow, parse_hs10
from aitrade.workspace.code_import import import_codes
from tests.trade_files import SHARED, workspace


@pytest.fixture
def con():
    con = workspace()
    yield con
    con.close()


def stored(con):
    return con.execute("SELECT flow, hs10, description, naics FROM codes ORDER BY ALL").fetchall()


@given(st.integers(0, 10**10 - 1))
def test_a_code_survives_dots_and_blanks(number):
    code = f"{number:010d}"
    dotted = f" {code[:4]}.{code[4:6]}.{code[6:8]}.{code[8:]} "
    assert parse_hs10(code) == parse_hs10(dotted) == parse_hs10(f"{code[:4]}.{code[4:6]}.{code[6:]}") == code


@pytest.mark.parametrize(
    ("text", "what", "fix"),
    [
        ("101210010", "9 digits", "--pad"),
        ("84715001500", "11 digits", "ten-digit"),
        ("847150", "6 digits", "ten-digit"),
        ("84715O0150", "something else than digits", "ten digits"),
        ("8.47E+09", "floating-point", "as text"),
        ("8471500150.0", "floating-point", "as text"),
        ("84.71500150", "something else", "ten digits"),
        ("٨٤٧١٥٠٠١٥٠", "something else", "ten digits"),
        ("  ", "empty", "delete the row"),
    ],
)
def test_what_is_no_code_is_refused_with_its_fix(text, what, fix):
    with pytest.raises(BadInputError) as caught:
        parse_hs10(text, where="codes.csv, line 3, column hs10")
    assert what in caught.value.what
    assert fix in caught.value.fix
    assert caught.value.where == "codes.csv, line 3, column hs10"


def test_pad_gives_back_one_zero_and_no_more():
    assert parse_hs10("101210010", pad=True) == "0101210010"
    with pytest.raises(BadInputError):
        parse_hs10("10121001", pad=True)


def test_flows_are_read_in_both_numbers():
    assert [parse_flow(word) for word in ("import", "Imports", " export ", "exports")] == ["imports"] * 2 + [
        "exports"
    ] * 2
    with pytest.raises(BadInputError, match="neither"):
        parse_flow("transit")


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be"])
@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_csv_is_read_in_every_usual_encoding(tmp_path, encoding, delimiter):
    path = tmp_path / "codes.csv"
    lines = [("HS10", "Description", "naics"), ("0101.21.00.10", '"Pferde; Zucht, ""rein"""', "112920")]
    path.write_bytes("\r\n".join(delimiter.join(line) for line in lines).encode(encoding))
    assert read_code_file(path).codes == (Code("0101210010", "imports", 'Pferde; Zucht, "rein"', "112920"),)


@pytest.mark.parametrize(
    ("content", "where", "what"),
    [
        ("hs10,description\n0101210010,A\n101210020,B\n", "line 3, column hs10", "9 digits"),
        ('hs10,description\n0101210010,"A\nB"\n8471,C\n', "line 4, column hs10", "4 digits"),
        ('hs10,description\n0101210010,A\n8471,"C\nD"\n', "line 3, column hs10", "4 digits"),
        ("hs10,description\n0101210010,A\n0101210020,\n", "line 3, column description", "empty"),
        ("hs10,text\n0101210010,A\n", "line 1", "no column description"),
        ("hs10,hs10,description\n0101210010,0101210010,A\n", "line 1", "twice"),
        ("hs10,description\n0101210010,A,B\n", "line 2", "3 fields where the header names 2"),
        ("hs10,description\n0101210010,A\n0101210010,B\n", "line 3", "twice with different description"),
        ("hs10,description,flow\n0101210010,A,sideways\n", "line 2, column flow", "neither imports nor exports"),
        ('hs10,description\n0101210010,"A\n', "line 2", "not readable"),
        ("hs10,description\n", "codes.csv", "no codes"),
        ("", "codes.csv", "empty"),
    ],
)
def test_bad_code_files_are_refused_with_line_and_column(tmp_path, con, content, where, what):
    path = tmp_path / "codes.csv"
    path.write_text(content)
    with pytest.raises(BadInputError) as caught:
        import_codes(con, path)
    assert caught.value.where.endswith(where)
    assert str(path) in caught.value.where
    assert what in caught.value.what
    assert stored(con) == []


def test_windows_text_is_read_and_other_bytes_are_refused_naming_the_line(tmp_path):
    path = tmp_path / "codes.csv"
    path.write_bytes(b"hs10,description\n0101210010,caf\xe9\n")
    assert [code.description for code in read_code_file(path).codes] == ["caf\u00e9"]
    path.write_bytes(b"hs10,description\n0101210010,caf\x81\n")
    with pytest.raises(BadInputError, match="line 2: byte 0x81 is not UTF-8 text"):
        read_code_file(path)


def test_equal_lines_are_merged_and_fill_each_other(tmp_path, con):
    path = tmp_path / "codes.csv"
    path.write_text("hs10,description,naics\n0101210010,A,\n0101210010,A,112920\n0101210020,B,\n")
    (receipt,) = import_codes(con, path)
    assert (receipt.read, receipt.codes, receipt.new) == (3, 2, 2)
    assert stored(con) == [("imports", "0101210010", "A", "112920"), ("imports", "0101210020", "B", None)]


def test_importing_again_updates_and_says_so(tmp_path, con):
    path = tmp_path / "codes.csv"
    path.write_text("hs10,description,naics\n0101210010,A,112920\n0101210020,B,112920\n")
    import_codes(con, path)
    path.write_text("hs10,description\n0101210010,A\n0101210020,New words\n0101210030,C\n")
    (receipt,) = import_codes(con, path)
    assert "3 import codes (1 new, 1 changed, 1 as before)" in str(receipt)
    assert stored(con) == [
        ("imports", "0101210010", "A", "112920"),
        ("imports", "0101210020", "New words", "112920"),
        ("imports", "0101210030", "C", None),
    ]


def test_codes_that_nothing_says_the_flow_of_are_imports_and_that_is_said(tmp_path, con):
    path = tmp_path / "codes.csv"
    path.write_text("hs10,description\n0101210010,HORSES\n", "utf-8")
    (assumed,) = import_codes(con, path)
    assert (assumed.flow, assumed.assumed) == ("imports", True)
    assert "Schedule B codes go with --flow exports" in str(assumed)
    (said,) = import_codes(con, path, "exports")
    path.write_text("hs10,description,flow\n0101210010,HORSES,imports\n", "utf-8")
    (told,) = import_codes(con, path)
    assert [receipt.assumed for receipt in (said, told)] == [False, False]
    assert "Schedule B" not in f"{said} {told}"


def test_a_file_may_hold_both_flows(tmp_path, con):
    path = tmp_path / "codes.csv"
    path.write_text("hs10,flow,description\n0101210000,export,A\n0101210010,imports,B\n")
    assert [(r.flow, r.codes) for r in import_codes(con, path)] == [("imports", 1), ("exports", 1)]
    with pytest.raises(BadInputError, match="line 2, column flow: flow exports where imports was asked for"):
        import_codes(con, path, "imports")


def concord(code: str, description: str, naics: str) -> str:
    return (
        code + description.ljust(150) + description[:50].ljust(50) + "NO " + "   " + "00150" + "10140" + naics + "000"
    )


def yearly_concordance(code: str, description: str, naics: str) -> str:
    line = code + "    " + description[:50].ljust(55) + description.ljust(155)
    return (line + "NO".ljust(8) + "".ljust(8) + "00150".ljust(10) + "10140".ljust(10) + "0".ljust(5) + naics).ljust(
        276
    ) + "00"


def test_concordances_are_read_as_census_publishes_them(tmp_path):
    path = tmp_path / "exp-code.txt"
    lines = [
        yearly_concordance("0101210000", "HORSES, PUREBRED", "112920"),
        yearly_concordance("8471500000", "SERVERS", "33411X"),
    ]
    path.write_text("\r\n".join(lines) + "\r\n")
    assert read_code_file(path).codes == (
        Code("0101210000", "exports", "HORSES, PUREBRED", "112920"),
        Code("8471500000", "exports", "SERVERS", "33411X"),
    )
    path.write_text(lines[0] + "\r\n" + lines[1][:46])
    with pytest.raises(BadInputError, match=r"line 2: the record has 46 characters, the layout has 278"):
        read_code_file(path)


def test_the_concordance_in_a_bulk_zip_brings_names_of_industries(tmp_path):
    path = tmp_path / "EXDB2401.ZIP"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("EXP_DETL.TXT", "")
        archive.writestr("CONCORD.TXT", concord("0101210000", "HORSES  AND MARES", "112920") + "\n")
        archive.writestr("NAICS.TXT", "112920" + "HORSES AND OTHER EQUINE".ljust(50) + "\n")
    assert read_code_file(path).codes == (
        Code("0101210000", "exports", "HORSES AND MARES", "112920", "HORSES AND OTHER EQUINE"),
    )
    path.write_bytes(path.read_bytes()[:200])
    with pytest.raises(BadInputError, match="damaged or cut off"):
        read_code_file(path)


@pytest.mark.skipif(not SHARED.is_dir(), reason="the shared reference data are not here")
def test_the_real_nomenclature_is_taken_whole_with_its_leading_zeros(con):
    import csv

    path = SHARED / "nomenclature" / "imports_hs10.csv"
    (receipt,) = import_codes(con, path)
    assert (receipt.codes, receipt.new) == (19_424, 19_424)
    with path.open(encoding="utf-8", newline="") as file:
        expected = sorted(
            ("imports", r["hs10"], r["description"].strip(), r["naics"] or None) for r in csv.DictReader(file)
        )
    assert stored(con) == expected
    assert expected[0][1].startswith("0101")


SCHEDULE = [
    ("8471", 0, "Automatic <i>data processing</i> machines:"),
    ("8471.50.01", 1, "Processing units:"),
    ("", 2, "Of a height of 2 units"),
    ("8471.50.01.10", 3, "With screen"),
    ("8471.50.01.50", 2, "Other"),
    ("8472", 0, "Other office machines:"),
    ("8472.10.00.00", 1, "Duplicating machines"),
]
DESCRIBED = {
    "8471500110": "Automatic data processing machines: Processing units: Of a height of 2 units: With screen",
    "8471500150": "Automatic data processing machines: Processing units: Other",
    "8472100000": "Other office machines: Duplicating machines",
}


def schedule(path, lines):
    if path.suffix == ".xlsx":
        book = Workbook()
        book.active.append(["HTS Number", "Indent", "Description", "Unit of Quantity"])
        for no, indent, text in lines:
            book.active.append([no, indent, text])
        book.save(path)
    elif path.suffix == ".json":
        path.write_text(
            json.dumps([{"htsno": no, "indent": str(indent), "description": text} for no, indent, text in lines]),
            "utf-8",
        )
    else:
        rows = "".join(f'"{no}","{indent}","{text}",\n' for no, indent, text in lines)
        path.write_text(f"HTS Number,Indent,Description,Unit of Quantity\n{rows}", "utf-8")
    return path


@pytest.mark.parametrize("name", ["hts.csv", "hts.json", "hts.xlsx"])
def test_a_line_of_the_schedule_is_described_by_its_parents_too(tmp_path, name):
    file = read_code_file(schedule(tmp_path / name, SCHEDULE))
    assert {code.hs10: code.description for code in file.codes} == DESCRIBED
    assert {code.flow for code in file.codes} == {"imports"}
    assert not file.assumed


@pytest.mark.parametrize("name", ["hts.csv", "hts.json", "hts.xlsx"])
def test_a_schedule_without_the_parents_or_for_exports_is_refused(tmp_path, name):
    with pytest.raises(BadInputError, match="indented below are missing"):
        read_code_file(schedule(tmp_path / name, SCHEDULE[1:]))
    with pytest.raises(BadInputError, match="import codes"):
        read_code_file(schedule(tmp_path / name, SCHEDULE), "exports")


def test_a_workbook_of_codes_is_read_whatever_its_columns_are_called(tmp_path):
    book = Workbook()
    book.active.append(["Concordance of import codes"])
    book.active.append(["commodity", "Descriptn", "naics", "Unit_Qy1"])
    book.active.append([8471500150, "ADP UNITS", 334111, "NO"])
    book.active.append(["0101210010", "HORSES", None, "NO"])
    book.create_sheet("notes").append(["made by hand"])
    book.save(tmp_path / "c.xlsx")
    file = read_code_file(tmp_path / "c.xlsx", "imports")
    assert [(code.hs10, code.description, code.naics) for code in file.codes] == [
        ("8471500150", "ADP UNITS", "334111"),
        ("0101210010", "HORSES", None),
    ]
    book.active.append([101210020, "HORSES, OTHER", None, "NO"])  # Excel dropped its zero
    book.save(tmp_path / "c.xlsx")
    with pytest.raises(BadInputError, match="has 9 digits") as caught:
        read_code_file(tmp_path / "c.xlsx", "imports")
    assert caught.value.where.endswith("c.xlsx, sheet Sheet, line 5, column hs10")
    assert read_code_file(tmp_path / "c.xlsx", "imports", pad=True).codes[2].hs10 == "0101210020"


def test_a_workbook_without_codes_is_refused(tmp_path):
    book = Workbook()
    book.active.append(["hs10", "text"])
    book.save(tmp_path / "c.xlsx")
    with pytest.raises(BadInputError, match="no sheet has a header with codes and descriptions"):
        read_code_file(tmp_path / "c.xlsx")


def test_a_schedule_that_is_damaged_is_refused(tmp_path):
    path = tmp_path / "hts.json"
    for text, says in (('[{"htsno": ', "not readable as JSON"), ("[1]", "no list of lines"), ("[{}]", "has no htsno")):
        path.write_text(text, "utf-8")
        with pytest.raises(BadInputError, match=says):
            read_code_file(path)
