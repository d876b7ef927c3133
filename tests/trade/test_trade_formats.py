"""Formats that people have: compressed files, USA Trade Online, months in headers, folders, workbooks, damage."""

import gzip
import re
import zipfile

import duckdb
import pytest
from openpyxl import Workbook

from aitrade.core.errors import BadInputError
from aitrade.trade.ingest.importing import import_trade
from aitrade.trade.readers.source import ImportOptions
from tests.trade_files import FANS, HORSES, SERVERS, bulk_of, facts, forget, imp, is_empty, take, text_of

PLAIN = f"hs10,cty_code,time,value\n{SERVERS},2010,2024-01,70\n{FANS},5700,2024-02,5\n"
PLAIN_FACTS = [(FANS, "5700", 2024, 2, 5, None), (SERVERS, "2010", 2024, 1, 70, None)]
MONTHS_BY_ROW = ("Data Type", "HTS Number", "Description", "Country")


def book_of(path, *rows):
    book = Workbook()
    for row in rows:
        book.active.append(row)
    book.save(path)
    return path


def parquet_of(path, query):
    path.parent.mkdir(parents=True, exist_ok=True)
    duckdb.execute(f"COPY ({query}) TO '{path}' (FORMAT parquet)")
    return path


def zstd_of(path, text):
    plain = text_of(path.with_name("plain.txt"), text)
    duckdb.execute(
        f"COPY (FROM read_csv('{plain}', columns = {{line: 'VARCHAR'}}, delim = '\x01', quote = '', escape = '', "
        f"header = false, auto_detect = false)) TO '{path}' "
        "(FORMAT csv, HEADER false, DELIMITER '\x01', QUOTE '', ESCAPE '', COMPRESSION zstd)"
    )
    return path


# --- Compressed files ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("suffix", [".gz", ".zst", ".csv"])
def test_compressed_files_are_read_by_content(tmp_path, con, suffix):
    for kind in ("gzip", "zstd"):
        path = tmp_path / f"{kind}{suffix}"
        if kind == "gzip":
            path.write_bytes(gzip.compress(PLAIN.encode()))
        else:
            zstd_of(path, PLAIN)
        take(con, path, flow="imports")
        assert facts(con) == PLAIN_FACTS
        forget(con)


@pytest.mark.parametrize(("name", "kind"), [("t.csv.gz", "gzip"), ("t.csv.zst", "zstd")])
def test_plain_text_named_as_compressed_is_refused(tmp_path, con, name, kind):
    path = text_of(tmp_path / name, PLAIN)
    with pytest.raises(BadInputError, match=f"named as {kind}, and holds none") as caught:
        take(con, path, flow="imports")
    assert caught.value.where == str(path)
    assert "t.csv" in caught.value.fix
    assert is_empty(con)


def test_a_compressed_file_that_is_cut_off_is_refused(tmp_path, con):
    whole = (gzip.compress(PLAIN.encode()), zstd_of(tmp_path / "whole.zst", PLAIN).read_bytes())
    for name, content in zip(("t.csv.gz", "t.csv.zst"), whole, strict=True):
        path = tmp_path / name
        path.write_bytes(content[: len(content) // 2])
        with pytest.raises(BadInputError) as caught:
            take(con, path, flow="imports")
        assert name in caught.value.where
    assert is_empty(con)


# --- USA Trade Online and DataWeb ---------------------------------------------------------------------------------


def test_usa_trade_online_is_read(tmp_path, con):
    rows = [
        f'"{SERVERS} Processing Units","{country}","All Districts","{time}","{value}"'
        for country, time, value in (("China", "January 2024", "1,234,567"), ("Mexico", "February 2024", "89"))
    ]
    title = '"Imports: Harmonized System (HS) District-level data"\n"Measures: Customs Value (Cons) ($US)"\n\n'
    header = '"Commodity","Country","District","Time","Customs Value (Cons) ($US)"\n'
    take(con, text_of(tmp_path / "uto.csv", title + header + "\n".join(rows) + "\n"))
    assert facts(con) == [(SERVERS, "2010", 2024, 2, 89, None), (SERVERS, "5700", 2024, 1, 1_234_567, None)]


@pytest.mark.parametrize(
    "months",
    [
        ("Jan-24", "Feb-24", "Mar-24"),
        ("January 2024", "February 2024", "March 2024"),
        ("2024-01", "2024-02", "2024-03"),
    ],
)
@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_dataweb_months_in_the_header_are_all_read(tmp_path, con, months, kind):
    rows = [
        ["Imports For Consumption|Monthly Data"],
        [*MONTHS_BY_ROW, *months],
        ["Customs Value", SERVERS, "ADP", "Mexico", 100, 200, 300],
    ]
    if kind == "csv":
        path = text_of(tmp_path / "dw.csv", "".join(",".join(map(str, row)) + "\n" for row in rows))
    else:
        path = book_of(tmp_path / "dw.xlsx", *rows)
    take(con, path)
    assert [(row[3], row[4]) for row in facts(con)] == [(1, 100), (2, 200), (3, 300)]


def test_a_dataweb_column_of_amounts_that_is_no_month_is_named(tmp_path, con):
    path = text_of(
        tmp_path / "dw.csv",
        f"Imports For Consumption|Monthly Data,,,,,\n{','.join(MONTHS_BY_ROW)},Jan-24,M3 2024\n"
        f"Customs Value,{SERVERS},ADP,Mexico,100,300\n",
    )
    with pytest.raises(BadInputError, match="M3 2024"):
        take(con, path)
    assert is_empty(con)


@pytest.mark.parametrize("title", ["In 1,000 Dollars", '"Annual Data (1,000 Dollars)"', "In Millions of Dollars"])
def test_dataweb_titles_that_say_thousands_are_refused(tmp_path, con, title):
    header = "Data Type,HTS Number,Description,Country,2023,2024"
    lines = ["Imports For Consumption|Annual Data", title, header, f"Customs Value,{SERVERS},ADP,Mexico,1000,2000"]
    with pytest.raises(BadInputError, match="not single dollars"):
        take(con, text_of(tmp_path / "dw.csv", "\n".join(lines) + "\n"))


def test_dataweb_totals_without_countries_are_refused(tmp_path, con):
    path = text_of(
        tmp_path / "dw.csv",
        "Imports For Consumption|Annual Data,,,\nData Type,HTS Number,Description,2024\n"
        f"Customs Value,{SERVERS},ADP,200\n",
    )
    with pytest.raises(BadInputError, match="national totals without countries") as caught:
        take(con, path)
    assert "Countries displayed separately" in caught.value.fix
    assert is_empty(con)


# --- Folders that are columns -------------------------------------------------------------------------------------


def test_hive_folders_of_parquet_are_columns(tmp_path, con):
    for year, month, value in ((2023, 12, 3), (2024, 1, 40), (2024, 2, 500)):
        parquet_of(
            tmp_path / f"ds/year={year}/month={month}/part-0.parquet",
            f"SELECT '{SERVERS}' AS hs10, '2010' AS cty_code, {value} AS value",
        )
    import_trade(con, [tmp_path / "ds"], ImportOptions(flow="imports"))
    assert [row[2:5] for row in facts(con)] == [(2023, 12, 3), (2024, 1, 40), (2024, 2, 500)]


# --- Damaged files ------------------------------------------------------------------------------------------------


def whole_file(folder, kind):
    if kind == "parquet":
        return parquet_of(
            folder / "t.parquet",
            f"SELECT '{SERVERS}' AS hs10, '2010' AS cty_code, 2024 AS year, i AS value FROM range(50) t(i)",
        )
    if kind == "zip":
        return bulk_of(folder / "t.zip", [imp(SERVERS, "2010", 5), imp(FANS, "2010", 7)])
    return book_of(folder / "t.xlsx", ["hs10", "cty_code", "time", "value"], [SERVERS, "2010", "2024-01", 5])


@pytest.mark.parametrize("kind", ["parquet", "zip", "xlsx"])
def test_a_file_cut_off_or_with_changed_bytes_is_read_or_refused(tmp_path, con, kind):
    content = whole_file(tmp_path, kind).read_bytes()
    path = tmp_path / f"damaged.{kind}"
    step = max(1, len(content) // 60)
    refused = 0
    for place in range(4, len(content), step):
        for damaged in (content[:place], content[:place] + bytes([content[place] ^ 0xFF]) + content[place + 1 :]):
            path.write_bytes(damaged)
            try:
                import_trade(con, [path], ImportOptions(flow="imports", sum_over=("rows",)))
            except BadInputError:
                refused += 1
            con.execute(
                "DELETE FROM flows; DELETE FROM chapter_flows; DELETE FROM group_flows; DELETE FROM trade_imports"
            )
    assert refused > 60


# --- Workbooks ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("stated", ["A1", "A1:D2", "A1:B9", None])
def test_what_a_sheet_says_of_its_size_is_not_trusted(tmp_path, con, stated):
    rows = [[code, "2010", "2024-01", value] for code, value in ((SERVERS, 100), (FANS, 200), (HORSES, 300))]
    whole = book_of(tmp_path / "whole.xlsx", ["hs10", "cty_code", "time", "value"], *rows)
    path = tmp_path / "t.xlsx"
    with zipfile.ZipFile(whole) as source, zipfile.ZipFile(path, "w") as target:
        for name in source.namelist():
            text = source.read(name)
            if name.endswith("sheet1.xml"):
                dimension = f'<dimension ref="{stated}"/>'.encode() if stated else b""
                text, changed = re.subn(rb'<dimension ref="[^"]*" ?/>', dimension, text)
                assert changed == 1
            target.writestr(name, text)
    take(con, path, flow="imports")
    assert {row[0]: row[4] for row in facts(con)} == {SERVERS: 100, FANS: 200, HORSES: 300}


def test_a_plain_workbook_names_the_cell_that_is_wrong(tmp_path, con):
    header = ["hs10", "cty_code", "time", "value"]
    path = book_of(tmp_path / "t.xlsx", header, [SERVERS, "2010", "2024-01", 5], [FANS, "2010", "2024-01", "many"])
    with pytest.raises(BadInputError) as caught:
        take(con, path, flow="imports")
    assert caught.value.where == f"{path}, sheet Sheet, line 3, column value"


# --- What R writes ------------------------------------------------------------------------------------------------


def test_a_matrix_that_r_wrote_is_read_from_its_second_line(tmp_path, con):
    lines = (
        '"","V1","V2","V3","V4","V5"',
        '"1","I_COMMODITY","CTY_CODE","CON_VAL_MO","COMM_LVL","time"',
        f'"2","{SERVERS}","5700","1000","HS10","2024-01"',
    )
    take(con, text_of(tmp_path / "r.csv", "\n".join(lines) + "\n"))
    assert facts(con) == [(SERVERS, "5700", 2024, 1, 1000, None)]


def test_scientific_numbers_and_na_of_r_are_read(tmp_path, con):
    rows = f'"{SERVERS}","5700",2024,1e+05,NA\n"{FANS}","5700",2024,2.5e+06,1e+05\n'
    take(con, text_of(tmp_path / "r.csv", f'"hs10","cty_code","year","value","duty"\n{rows}'), flow="imports")
    assert [row[4:] for row in facts(con)] == [(2_500_000, 100_000), (100_000, None)]


def test_years_and_months_that_are_doubles_are_read(tmp_path, con):
    path = parquet_of(
        tmp_path / "r.parquet",
        f"SELECT '{SERVERS}' AS hs10, '5700' AS cty_code, 2024.0::DOUBLE AS year, 3.0::DOUBLE AS month, "
        "1e5::DOUBLE AS value",
    )
    take(con, path, flow="imports")
    assert facts(con) == [(SERVERS, "5700", 2024, 3, 100_000, None)]


def test_a_year_in_time_beside_a_month_is_a_month(tmp_path, con):
    rows = "".join(f"{SERVERS},2010,2024,{month},{month}0\n" for month in range(1, 6))
    take(con, text_of(tmp_path / "t.csv", f"hs10,cty_code,time,month,value\n{rows}"), flow="imports")
    assert [row[3:5] for row in facts(con)] == [(month, 10 * month) for month in range(1, 6)]
