"""Bad trade files: refused with file, line, column, what was found and the fix, and nothing of them kept."""

import re
import sys
import zipfile

import duckdb
import pytest
from openpyxl import Workbook

from aitrade.cli import main
from aitrade.core.errors import BadInputError, UsageError
from tests.trade_files import API_HEADER, SERVERS, api_of, bulk_of, exp, imp, is_empty, take, text_of

HEADER = "hs10,cty_code,time,con_val_mo,cal_dut_mo"
GOOD = f"{SERVERS},2010,2024-01,5,1"


def refused(con, path, **options) -> BadInputError:
    with pytest.raises(BadInputError) as caught:
        take(con, path, **options)
    assert is_empty(con)
    assert caught.value.where.startswith(str(path))
    return caught.value


@pytest.mark.parametrize(
    ("line", "where", "what", "fix"),
    [
        ("471500150,2010,2024-01,5,1", "line 3, column hs10", "'471500150' has 9 digits", "--pad"),
        ("8.47E+09,2010,2024-01,5,1", "line 3, column hs10", "floating-point", "as text"),
        ("84715001500,2010,2024-01,5,1", "line 3, column hs10", "11 digits", "ten-digit"),
        ("84715O0150,2010,2024-01,5,1", "line 3, column hs10", "something else than digits", "ten digits"),
        (",2010,2024-01,5,1", "line 3, column hs10", "empty", "delete the row"),
        (f"{SERVERS},2010,2024-13,5,1", "line 3, column time", "'2024-13' is not a month", "2024-01"),
        (f"{SERVERS},2010,2024-00,5,1", "line 3, column time", "'2024-00' is not a month", "2024-01"),
        (f"{SERVERS},2010,2024,5,1", "line 3, column time", "'2024' is not a month", "2024-01"),
        (f"{SERVERS},2010,1066-01,5,1", "line 3, column time", "'1066-01' is not a month from 1989", "2024-01"),
        (f"{SERVERS},2010,,5,1", "line 3, column time", "empty", "fill it in"),
        (f"{SERVERS},2010,2024-01,12x,1", "line 3, column con_val_mo", "'12x' is not a number", "digits only"),
        (f"{SERVERS},2010,2024-01,12.5,1", "line 3, column con_val_mo", "'12.5' is not a number of whole", "cent"),
        (f"{SERVERS},2010,2024-01,1.2e-1,1", "line 3, column con_val_mo", "'1.2e-1' is not a number", "digits only"),
        (f"{SERVERS},2010,2024-01,-5,1", "line 3, column con_val_mo", "'-5' is negative", "delete the row"),
        (f"{SERVERS},2010,2024-01,,1", "line 3, column con_val_mo", "value is empty", "fill it in"),
        (
            f"{SERVERS},2010,2024-01,{'9' * 19},1",
            "line 3, column con_val_mo",
            "more than all trade there is",
            "dollars?",
        ),
        (f"{SERVERS},2010,2024-01,5,abc", "line 3, column cal_dut_mo", "duty 'abc' is not a number", "digits only"),
        (f"{SERVERS},2010,2024-01,5,-1", "line 3, column cal_dut_mo", "duty '-1' is negative", "delete the row"),
        (f"{SERVERS},Atlantis,2024-01,5,1", "line 3, column cty_code", "unknown country 'Atlantis'", "trade countries"),
        (f"{SERVERS},7998,2024-01,5,1", "line 3, column cty_code", "unknown country '7998'", "trade countries"),
        (f"{SERVERS},2010,2024-01,5", "line 3", "4 fields where the header names 5", "cut off"),
        (f"{SERVERS},2010,2024-01,5,1,9", "line 3", "6 fields where the header names 5", "quote"),
    ],
)
@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
def test_a_bad_line_is_named_and_nothing_is_kept(tmp_path, con, line, where, what, fix, encoding):
    path = tmp_path / "trade.csv"
    path.write_text("\n".join([HEADER, GOOD, line, GOOD.replace("-01", "-02")]) + "\n", encoding)
    error = refused(con, path)
    assert error.where == f"{path}, {where}"
    assert what in error.what
    assert fix in error.fix


@pytest.mark.parametrize(
    ("header", "options", "what", "fix"),
    [
        ("hs10,cty_code,time,GEN_VAL_MO", {}, "lacks a value column", "--columns value="),
        ("hs10,cty_code,time,quantity", {}, "lacks a value column", "CON_VAL_MO"),
        ("hs10,cty_code,time,con_val_mo,value", {}, "2 value columns match: con_val_mo and value", "--columns value="),
        ("hs10,cty_code,time,CON_VAL_MO,con_val_mo", {}, "differ in 1 rows", "take one of them out"),
        ("hs10,I_COMMODITY,time,con_val_mo", {}, "2 code columns match", "--columns hs10="),
        ("product,cty_code,time,value", {}, "lacks a column of HS10 codes", "--columns hs10="),
        ("hs10,cty_code,place,value", {}, "lacks a month or a year", "--columns time="),
        ("hs10,cty_code,year,con_val_mo", {}, "lacks the month", "--columns time="),
        ("hs10,cty_code,time,value", {}, "does not say its flow", "--flow imports"),
        ("I_COMMODITY,cty_code,time,ALL_VAL_MO", {}, "column ALL_VAL_MO of exports", "--columns"),
        ("hs10,cty_code,time,con_val_mo", {"flow": "exports"}, "holds imports, not exports", "--flow imports"),
        ("hs10,cty_code,time,con_val_mo", {"columns": {"value": "usd"}}, "lacks a column usd", "--columns"),
    ],
)
def test_headers_that_do_not_say_enough_or_too_much(tmp_path, con, header, options, what, fix):
    line = ",".join([SERVERS, "2010", "2024-01", "5", "6"][: header.count(",") + 1])
    error = refused(con, text_of(tmp_path / "trade.csv", f"{header}\n{line}\n"), **options)
    assert what in error.what
    assert fix in error.fix


def test_columns_knows_only_its_roles(tmp_path, con):
    path = text_of(tmp_path / "trade.csv", f"{HEADER}\n{GOOD}\n")
    with pytest.raises(UsageError, match="knows no 'price'"):
        take(con, path, columns={"price": "con_val_mo"})


@pytest.mark.parametrize(
    ("content", "what"),
    [
        (b"", "empty"),
        (HEADER.encode() + b"\n", "no trade by HS10 code"),
        (b"<html><body>Invalid Key</body></html>", "error page"),
        (b'{"error": "unknown variable"}', "error page"),
        (HEADER.encode() + b"\n" + GOOD.encode() + b"\n\xff\xfe,2010,2024-01,5,1\n", "something else than digits"),
        (HEADER.encode() + b'\n"' + GOOD.encode() + b"\n", "not readable"),
        (b"\x89HDF\r\n\x1a\n\0\0\0\0", "no reader knows"),
        (b"hs10,time,value\n8471,2024-01,5\n", "no trade by HS10 code (1 rows dropped: level above HS10)"),
    ],
)
def test_files_that_are_not_trade(tmp_path, con, content, what):
    path = tmp_path / "trade.csv"
    path.write_bytes(content)
    assert what in refused(con, path, flow="imports").what


def test_a_missing_file(tmp_path, con):
    assert "no such file" in refused(con, tmp_path / "nowhere.parquet").what


def test_unknown_country_names_are_located(tmp_path, con):
    path = text_of(
        tmp_path / "t.csv", f"hs10,country,time,con_val_mo\n{SERVERS},Mexico,2024-01,5\n{SERVERS},Mexiko,2024-01,5\n"
    )
    error = refused(con, path)
    assert error.where == f"{path}, line 3, column country"
    assert "unknown country 'Mexiko'" in error.what


def test_months_in_their_own_column(tmp_path, con):
    path = text_of(tmp_path / "t.csv", f"hs10,cty_code,year,month,value\n{SERVERS},2010,2024,13,5\n")
    error = refused(con, path, flow="imports")
    assert error.where == f"{path}, line 2, column month"
    assert "'13' is not a month" in error.what


# --- Parquet ------------------------------------------------------------------------------------------------------


def parquet(path, *rows: str) -> None:
    values = ", ".join(f"({row})" for row in rows)
    duckdb.connect().execute(f"COPY (FROM (VALUES {values}) AS t(hs10, cty_code, time, con_val_mo)) TO '{path}'")


def test_parquet_rows_are_named(tmp_path, con):
    path = tmp_path / "t.parquet"
    parquet(path, f"'{SERVERS}', '2010', '2024-01', 5", f"'{SERVERS}', '2010', '2024-02', -5")
    error = refused(con, path)
    assert (error.where, error.what) == (f"{path}, row 2, column con_val_mo", "the value '-5' is negative")
    parquet(path, "8471500150, '2010', '2024-01', 5", "101210010, '2010', '2024-01', 5")
    error = refused(con, path)
    assert (error.where, error.fix[-5:]) == (f"{path}, row 2, column hs10", "--pad")
    parquet(path, f"'{SERVERS}', '2010', '2024-01', 5", f"'{SERVERS}', '7998', '2024-01', 5")
    assert refused(con, path).where == f"{path}, row 2, column cty_code"


@pytest.mark.parametrize(
    ("column", "kind", "bad", "what"),
    [
        ("time", "DATE", "1970-01-01", "'1970-01-01' is not a month from 1989"),
        ("time", "DATE", "20240-01-01", "'20240-01-01' is not a month from 1989"),
        ("time", "DATE", "infinity", "'infinity' is not a month from 1989"),
        ("time", "TIMESTAMP", "1988-12-31", "'1988-12-31 00:00:00' is not a month from 1989"),
        ("time", "TIMESTAMPTZ", "2024-01-01 00:00+09:00", "has a zone, and is not 00:00 UTC of a day"),
        ("time", "TIMESTAMPTZ", "infinity", "'infinity' is not a month from 1989"),
        ("con_val_mo", "BOOLEAN", "true", "the value 'true' is not a number"),
        ("con_val_mo", "INTEGER[]", "[5]", r"the value '\[5\]' is not a number"),
        ("con_val_mo", "DATE", "2024-01-01", "the value '2024-01-01' is not a number"),
        ("cal_dut_mo", "BOOLEAN", "false", "the duty 'false' is not a number"),
        ("cal_dut_mo", "STRUCT(a INTEGER)", "{'a': 5}", "the duty .* is not a number"),
    ],
)
def test_parquet_types_that_are_no_month_or_number(tmp_path, con, column, kind, bad, what):
    row = {"hs10": SERVERS, "cty_code": "2010", "time": "2024-01", "con_val_mo": 5, "cal_dut_mo": 1, column: bad}
    kinds = {name: "VARCHAR" if isinstance(value, str) else "BIGINT" for name, value in row.items()} | {column: kind}
    names = ", ".join(f"{name} {kind}" for name, kind in kinds.items())
    made = duckdb.connect()
    made.execute(f"CREATE TABLE t ({names})")
    made.execute("INSERT INTO t SELECT $1, $2, $3, $4, $5", list(row.values()))
    made.execute(f"COPY t TO '{tmp_path / 't.parquet'}'")
    error = refused(con, tmp_path / "t.parquet")
    assert error.where == f"{tmp_path / 't.parquet'}, row 1, column {column}"
    assert re.search(what, error.what)
    assert error.fix


@pytest.mark.parametrize("values", [[2**63 - 1, 1], [10**18 - 1] * 10])
@pytest.mark.parametrize("cty", ["2010", "5XXX"])
def test_amounts_that_no_number_holds_are_refused(tmp_path, con, values, cty):
    path = tmp_path / "t.parquet"
    parquet(path, f"'{SERVERS}', '5700', '2024-01', 0", *(f"'{SERVERS}', '{cty}', '2024-01', {v}" for v in values))
    error = refused(con, path)
    assert f"add up to {sum(values):,} dollars" in error.what
    assert f"country {cty}, 2024-01" in error.what
    assert error.fix


def test_a_truncated_parquet(tmp_path, con):
    path = tmp_path / "t.parquet"
    parquet(path, *(f"'84715{n:05d}', '2010', '2024-01', {n * 7919}" for n in range(3000)))
    whole = path.read_bytes()
    path.write_bytes(whole[: len(whole) // 2])
    assert "damaged or cut off" in refused(con, path).what
    path.write_bytes(whole[:200] + bytes(2000) + whole[2200:])
    assert "damaged or cut off" in refused(con, path).what


# --- Census API ---------------------------------------------------------------------------------------------------


def reply(*values: str) -> list[str]:
    return [SERVERS, "2010", "MEXICO", "5", "1", "HS10", "2024-01", *values]


def test_a_value_in_a_reply_is_located_by_line(tmp_path, con):
    bad = reply()
    bad[3] = "5a"
    path = api_of(tmp_path / "r.json", API_HEADER, reply(), bad)
    error = refused(con, path)
    assert error.where == f"{path}, line 3, column CON_VAL_MO"
    assert "'5a' is not a number" in error.what


@pytest.mark.parametrize(
    ("change", "where", "what"),
    [
        (lambda text: text[:-30], "line 3", "cut off"),
        (lambda text: text.replace('"MEXICO"', "MEXICO", 1), "line 2", "not valid JSON"),
        (lambda text: text.replace('"5", ', "", 1), "line 2", "6 values where the header names 7"),
        (lambda text: "[1, 2]", "line 1", "a row is no array"),
    ],
)
def test_broken_replies(tmp_path, con, change, where, what):
    path = api_of(tmp_path / "r.json", API_HEADER, reply(), reply())
    path.write_text(change(path.read_text()))
    error = refused(con, path)
    assert error.where == f"{path}, {where}"
    assert what in error.what


# --- Bulk files ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("record", "where", "what"),
    [
        (imp(SERVERS, "2010", "12A4"), "line 2, column con_val_mo", "'           12A4' is not a number"),
        (imp(SERVERS, "2010", "-12"), "line 2, column con_val_mo", "negative"),
        (imp(SERVERS, "2010", "1 2"), "line 2, column con_val_mo", "not a number"),
        (imp(SERVERS, "2010", " " * 15), "line 2, column con_val_mo", "empty"),
        (imp(SERVERS, "2010", 5, "x"), "line 2, column cal_dut_mo", "duty"),
        (imp("84715001A0", "2010", 5), "line 2, column commodity", "something else than digits"),
        (imp(SERVERS, "2010", 5, time="202413"), "line 2, column month", "'13' is not a month"),
        (imp(SERVERS, "2010", 5, time="202400"), "line 2, column month", "'00' is not a month"),
        (imp(SERVERS, "2010", 5, time="197001"), "line 2, column year", "'1970' is not a year"),
        (imp(SERVERS, "20X0", 5), "line 2, column cty_code", "unknown country '20X0'"),
        (imp(SERVERS, "7998", 5), "line 2, column cty_code", "unknown country '7998'"),
        (imp(SERVERS, "2010", 5)[:-3], "line 2", "685 bytes, the layout has 688"),
        (imp(SERVERS, "2010", 5) + "0", "line 2", "689 bytes, the layout has 688"),
    ],
)
def test_bad_records_are_named(tmp_path, con, record, where, what):
    path = bulk_of(tmp_path / "IMDB2401.ZIP", [imp(SERVERS, "2010", 5), record, imp(SERVERS, "5700", 5)])
    error = refused(con, path)
    assert error.where == f"{path}!IMP_DETL.TXT, {where}"
    assert what in error.what


def test_a_last_record_that_is_cut_off(tmp_path, con):
    path = bulk_of(
        tmp_path / "EXDB2401.ZIP", [exp(SERVERS, "2010", 5), exp(SERVERS, "2010", 5)[:100]], name="EXP_DETL.TXT"
    )
    assert refused(con, path).where == f"{path}!EXP_DETL.TXT, line 2"


def test_damaged_zips(tmp_path, con):
    path = bulk_of(tmp_path / "IMDB2401.ZIP", [imp(f"84715{n:05d}", "2010", n * 7919) for n in range(200)])
    whole = path.read_bytes()
    path.write_bytes(whole[: len(whole) // 2])
    assert "damaged or cut off" in refused(con, path).what
    path.write_bytes(whole[:300] + bytes(300) + whole[600:])
    assert "damaged or cut off" in refused(con, path).what
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("README.TXT", "nothing")
    assert "holds no IMP_DETL.TXT" in refused(con, path).what


def test_a_bulk_zip_of_the_other_flow(tmp_path, con):
    path = bulk_of(tmp_path / "IMDB2401.ZIP", [imp(SERVERS, "2010", 5)])
    assert "holds imports" in refused(con, path, flow="exports").what


# --- DataWeb ------------------------------------------------------------------------------------------------------


def workbook(path, *cells):
    book = Workbook()
    book.active.title = "Customs Value"
    book.active.append(["Data Type", "Country", "Year", "HTS Number", "Customs Value"])
    for row in cells:
        book.active.append(list(row))
    book.save(path)
    return path


@pytest.mark.parametrize(
    ("row", "where", "what"),
    [
        (("Customs Value", "Mexico", 2024, SERVERS, "=SUM(E1:E2)"), "line 3, column E", "cell E3 holds the formula"),
        (("Customs Value", "Atlantis", 2024, SERVERS, 5), "line 3, column Country", "unknown country 'Atlantis'"),
        (("Customs Value", "Mexico", 2024, 471500150, 5), "line 3, column HTS Number", "9 digits"),
        (("Customs Value", "Mexico", 2024, SERVERS, 5.5), "line 3, column Customs Value", "'5.5' is not a number"),
        (("Customs Value", "Mexico", 2024, SERVERS, -5), "line 3, column Customs Value", "negative"),
        (("Customs Value", "Mexico", 24, SERVERS, 5), "line 3, column time", "'24' is not a month"),
    ],
)
def test_bad_cells_are_named(tmp_path, con, row, where, what):
    path = workbook(tmp_path / "dw.xlsx", ("Customs Value", "Mexico", 2023, SERVERS, 5), row)
    error = refused(con, path)
    assert error.where == f"{path}, sheet Customs Value, {where}"
    assert what in error.what


@pytest.mark.parametrize(
    ("part", "content"),
    [
        ("xl/worksheets/sheet1.xml", ""),
        ("xl/workbook.xml", ""),
        ("xl/styles.xml", ""),
        ("[Content_Types].xml", "<Types/>"),  # as of a text document
    ],
)
def test_workbooks_with_a_damaged_part(tmp_path, con, part, content):
    whole, path = workbook(tmp_path / "whole.xlsx", ("Customs Value", "Mexico", 2024, SERVERS, 5)), tmp_path / "dw.xlsx"
    with zipfile.ZipFile(whole) as source, zipfile.ZipFile(path, "w") as target:
        for name in source.namelist():
            target.writestr(name, content if name == part else source.read(name))
    assert "damaged or cut off" in refused(con, path).what


def test_damaged_and_foreign_workbooks(tmp_path, con):
    path = workbook(tmp_path / "dw.xlsx", ("Customs Value", "Mexico", 2024, SERVERS, 5))
    whole = path.read_bytes()
    path.write_bytes(whole[: len(whole) // 2])
    assert "damaged or cut off" in refused(con, path).what
    other = workbook(tmp_path / "charges.xlsx", ("Import Charges", "Mexico", 2024, SERVERS, 5))
    assert "its data types are Import Charges" in refused(con, other).what
    book = Workbook()
    book.active.append(["something", "else"])
    book.save(path)
    assert "no table" in refused(con, path).what


# --- The command line ---------------------------------------------------------------------------------------------


def run(monkeypatch, *arguments: str) -> int:
    monkeypatch.setattr(sys, "argv", ["aitrade", *arguments])
    with pytest.raises(SystemExit) as caught:
        main()
    return int(caught.value.code or 0)


def test_a_bad_file_ends_with_exit_code_3_and_keeps_what_came_before(tmp_path, monkeypatch, capsys):
    space = ["--workspace", str(tmp_path / "ws")]
    good = text_of(tmp_path / "good.csv", f"{HEADER}\n{GOOD}\n")
    bad = text_of(tmp_path / "bad.csv", f"{HEADER}\n{GOOD.replace('-01', '-02')}\n{GOOD.replace(',5,', ',x,')}\n")
    assert run(monkeypatch, *space, "trade", "import", str(good), str(bad)) == 3
    said = capsys.readouterr()
    assert said.out == ""
    assert f"aitrade: {bad}, line 3, column con_val_mo: the value 'x' is not a number" in said.err
    assert "fix: write digits only" in said.err
    assert run(monkeypatch, *space, "trade", "receipts") == 0
    assert capsys.readouterr().out.count("\n") == 1
    assert run(monkeypatch, *space, "trade", "import", str(good), "--as", "oracle") == 2
    assert run(monkeypatch, *space, "trade", "import", str(good), "--columns", "value") == 2
    assert run(monkeypatch, *space, "codes", "import", str(good)) == 3
    assert run(monkeypatch, *space, "labels", "import", str(good), "--name", "x", "--flow", "imports") == 3


def test_what_the_commands_print_is_data_alone(tmp_path, monkeypatch, capsys):
    import json

    space = ["--workspace", str(tmp_path / "ws")]
    codes = text_of(tmp_path / "codes.csv", f"hs10,description\n{SERVERS},SERVERS\n")
    labels = text_of(tmp_path / "labels.csv", f"hs10,relevance,category\n{SERVERS},High,Compute_Hardware\n")
    countries = text_of(tmp_path / "countries.csv", "cty_code,name\n7998,NEWLAND\n")
    trade = text_of(tmp_path / "trade.csv", f"{HEADER}\n{GOOD}\n{SERVERS},7998,2024-01,5,\n")
    printed = []
    for arguments in (
        ("codes", "import", str(codes), "--json"),
        ("labels", "import", str(labels), "--name", "mine", "--flow", "imports", "--json"),
        ("codes", "list", "--json"),
        ("codes", "show", "8471.50.01.50", "--json"),
        ("trade", "countries", str(countries)),
        ("trade", "import", str(trade), "--json"),
        ("trade", "receipts", "--json"),
    ):
        assert run(monkeypatch, *space, *arguments) == 0
        printed.append(capsys.readouterr().out)
    assert json.loads(printed[0])[0]["new"] == 1
    assert json.loads(printed[1])["labels"] == 1
    assert json.loads(printed[2]) == json.loads(printed[3])
    assert printed[4] == ""
    (receipt,) = json.loads(printed[5])
    assert (receipt["rows_kept"], receipt["countries"], receipt["unknown_codes"]["codes"]) == (2, 2, 0)
    (listed,) = json.loads(printed[6])
    assert {key: listed[key] for key in receipt} == receipt
    assert run(monkeypatch, *space, "codes", "list") == 0
    assert capsys.readouterr().out == f"flow,hs10,description,naics,naics_description\nimports,{SERVERS},SERVERS,,\n"
