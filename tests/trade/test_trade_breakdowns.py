"""Rows of one key: parts add up once, totals count once, and nothing is counted twice in silence."""

import csv
import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from aitrade.core.errors import BadInputError
from tests.trade_files import (
    API_HEADER,
    FANS,
    HORSES,
    PHONES,
    SERVERS,
    SHARED,
    api_of,
    bulk_of,
    exp,
    facts,
    imp,
    is_empty,
    take,
    text_of,
    workspace,
)

HEADER = "hs10,cty_code,time,value"
CODES = (SERVERS, FANS, HORSES, PHONES)
KNOWN = ("district", "rp", "cty_subcode", "Import Program", "transport_mode")
UNKNOWN = ("zone", "batch", "vintage")


def split(rng, amount, parts):
    cuts = sorted(rng.randint(0, amount) for _ in range(parts - 1))
    return [end - start for start, end in zip([0, *cuts], [*cuts, amount], strict=True)]


def broken_down(rng, trade, columns, *, totals):
    """Rows of each key split by columns; with totals, those over each combination of columns too."""
    rows = []
    for key, amount in trade.items():
        cells = [((), amount)]
        for column in columns:
            names = [f"{column[:2]}{n}" for n in range(rng.randint(2, 3))]
            cells = [
                ((*parts, name), part)
                for parts, value in cells
                for name, part in zip(names, split(rng, value, len(names)), strict=True)
            ]
        rows += [(*key, *parts, value) for parts, value in cells]
        if totals:
            rows.append((*key, *(totals for _ in columns), amount))
    rng.shuffle(rows)
    return rows


def written(folder, kind, header, rows):
    if kind == "json":
        return api_of(folder / "t.json", header, *([*map(str, row)] for row in rows))
    path = folder / "t.csv"
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([header, *rows])
    return path


@settings(max_examples=20, deadline=None)
@given(
    st.randoms(use_true_random=False),
    st.lists(st.sampled_from(KNOWN + UNKNOWN), min_size=1, max_size=3, unique=True),
    st.sampled_from([None, "-", "All Parts", "TOTAL FOR ALL", "Zz"]),
    st.sampled_from(["csv", "json"]),
)
def test_any_breakdown_gives_the_right_sums_or_a_refusal(tmp_path_factory, rng, columns, totals, kind):
    trade = {
        (code, cty, f"2024-{month:02d}"): rng.randint(0, 10**6)
        for code in CODES
        for cty in ("2010", "5700")
        for month in (1, 2)
    }
    rows = broken_down(rng, trade, columns, totals=totals)
    path = written(tmp_path_factory.mktemp("t"), kind, ["hs10", "cty_code", "time", *columns, "value"], rows)
    con = workspace()
    try:
        take(con, path, flow="imports")
    except BadInputError:
        assert facts(con) == []
    else:
        assert {(r[0], r[1], f"{r[2]}-{r[3]:02d}"): r[4] for r in facts(con)} == trade
    con.close()


def test_a_known_column_is_summed_and_said(tmp_path, con):
    rng = random.Random(3)  # noqa: S311
    trade = {(code, "2010", "2024-01"): 10_007 * n for n, code in enumerate(CODES, 1)}
    rows = broken_down(rng, trade, ["district"], totals=None)
    receipt = take(con, written(tmp_path, "csv", [*HEADER.split(",")[:3], "district", "value"], rows), flow="imports")
    assert {row[0]: row[4] for row in facts(con)} == {code: value for (code, *_), value in trade.items()}
    assert receipt.summed_over == ["district"]
    assert "summed over district" in receipt.notes


def test_rows_twice_told_apart_by_a_column_nobody_knows_are_refused(tmp_path, con):
    rows = "".join(
        f"{code},2010,2024-01,{value},{zone}\n"
        for code, value in zip(CODES, (5, 70, 9, 3), strict=True)
        for zone in ("a", "b")
    )
    path = text_of(tmp_path / "t.csv", f"{HEADER},zone\n{rows}")
    with pytest.raises(BadInputError, match="differ in column zone") as caught:
        take(con, path, flow="imports")
    assert caught.value.where.endswith("column zone")
    assert caught.value.what.count("country 2010") == 3
    receipt = take(con, path, flow="imports", sum_over=("zone",))
    assert sum(row[4] for row in facts(con)) == 2 * 87
    assert receipt.summed_over == ["zone"]


def test_identical_rows_are_refused_unless_they_are_said_to_count(tmp_path, con):
    path = text_of(tmp_path / "t.csv", f"{HEADER}\n" + f"{SERVERS},2010,2024-01,70\n" * 2 + f"{FANS},2010,2024-01,5\n")
    with pytest.raises(BadInputError, match="1 rows are the same as another row"):
        take(con, path, flow="imports")
    receipt = take(con, path, flow="imports", distinct=True)
    assert [row[4] for row in facts(con)] == [5, 70]
    assert receipt.rows_dropped == {"the same as another row": 1}
    take(con, path, flow="imports", sum_over=("rows",))
    assert [row[4] for row in facts(con)] == [5, 140]


def test_of_summary_levels_one_counts(tmp_path, con):
    header = [*API_HEADER, "SUMMARY_LVL2"]
    rows = [
        [SERVERS, "2010", "MEXICO", value, "0", "HS10", "2024-01", level]
        for value, level in (("300", "HSCY"), ("100", "HSCYDT"), ("200", "HSCYDT"))
    ]
    take(con, api_of(tmp_path / "r.json", header, *rows))
    assert [row[4] for row in facts(con)] == [300]


def test_a_second_district_is_no_revision(tmp_path, con):
    def reply(name, district, *values):
        rows = [
            [code, "2010", "MEXICO", str(value), "1", "HS10", "2024-01", district]
            for code, value in zip(CODES, values, strict=False)
        ]
        return api_of(tmp_path / name, [*API_HEADER, "DISTRICT"], *rows)

    take(con, reply("a.json", "10", 100, 20))
    second = reply("b.json", "27", 101, 21)
    with pytest.raises(BadInputError, match="import 1 holds district 10, and the file district 27") as caught:
        take(con, second)
    assert "--part" in caught.value.fix
    assert "--revision" in caught.value.fix
    from aitrade.trade.ingest.importing import import_trade
    from aitrade.trade.readers.source import ImportOptions

    import_trade(con, [second], ImportOptions(part=True))
    assert [row[4] for row in facts(con)] == [41, 201]
    with pytest.raises(BadInputError, match="would count twice"):
        import_trade(con, [second], ImportOptions(part=True))


def test_values_far_from_those_before_are_no_revision(tmp_path, con):
    take(con, text_of(tmp_path / "a.csv", f"{HEADER}\n{SERVERS},2010,2024-01,100\n"), flow="imports")
    other = text_of(tmp_path / "b.csv", f"{HEADER}\n{SERVERS},2010,2024-01,900\n")
    with pytest.raises(BadInputError, match="hardly a revision"):
        take(con, other, flow="imports")
    take(con, other, flow="imports", revision=True)
    assert [row[4] for row in facts(con)] == [900]


@pytest.mark.parametrize(
    ("time", "month"),
    [
        ("2024M03", 3),
        ("202403", 3),
        ("2024-3", 3),
        ("2024/03", 3),
        ("2024-03-31 00:00:00", 3),
        ("Mar-24", 3),
        ("March 2024", 3),
        ("MAR2024", 3),
        ("31MAR2024", 3),
        ("31-Mar-2024", 3),
        ("31FEB2024", None),
        ("2024.0", 0),
        ("2024-02-30", None),
        ("2024Q1", None),
        ("24-03", None),
    ],
)
def test_months_are_read_in_all_forms(tmp_path, con, time, month):
    path = text_of(tmp_path / "t.csv", f"{HEADER}\n{SERVERS},2010,{time},5\n")
    if month is None:
        with pytest.raises(BadInputError, match="is not a month"):
            take(con, path, flow="imports")
        return
    take(con, path, flow="imports")
    assert facts(con) == [(SERVERS, "2010", 2024, month, 5, None)]


@pytest.mark.parametrize(
    ("header", "row", "says"),
    [
        (f"{HEADER},unit", f"{SERVERS},2010,2024-01,5,USD million", "not in dollars"),
        (HEADER, f"{SERVERS},2010,2024-01,250.000", "may be thousands or a fraction"),
        (f"{HEADER},duty", f"{SERVERS},2010,2024-01,900000,25", "rate in percent"),
        ("hs10,cty_code,time,con_val_yr,cal_dut_mo", f"{SERVERS},2010,2024-12,5,1", "year-to-date"),
    ],
)
def test_amounts_that_are_no_dollars_are_refused(tmp_path, con, header, row, says):
    with pytest.raises(BadInputError, match=says):
        take(con, text_of(tmp_path / "t.csv", f"{header}\n{row}\n"), flow="imports")


def test_a_zip_of_months_and_flows_is_read_completely(tmp_path, con):
    import zipfile

    from aitrade.trade.ingest.importing import import_trade
    from aitrade.trade.readers.source import ImportOptions

    path = tmp_path / "merch.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("01/imp_detl.txt", imp(SERVERS, "2010", 5) + "\n")
        archive.writestr("02/IMP_DETL.TXT", imp(SERVERS, "2010", 7, time="202402") + "\n")
        archive.writestr("EXP_DETL.TXT", exp(SERVERS, "2010", 9) + "\n")
        archive.writestr("COUNTRY.TXT", "7480IVORY  C\xf4te d'Ivoire".encode("latin-1"))
    receipts = import_trade(con, [path], ImportOptions())
    assert [receipt.flow for receipt in receipts] == ["imports", "exports"]
    assert [row[3:5] for row in facts(con)] == [(1, 5), (2, 7)]
    assert [row[4] for row in facts(con, flow="exports")] == [9]
    twice = bulk_of(tmp_path / "twice.zip", [imp(SERVERS, "2010", 5)], name="a/IMP_DETL.TXT")
    with zipfile.ZipFile(twice, "a") as archive:
        archive.writestr("b/IMP_DETL.TXT", imp(FANS, "2010", 5) + "\r\n")
    with pytest.raises(BadInputError, match="2024-01 is also in"):
        import_trade(con, [twice], ImportOptions())


def test_titles_compression_and_old_encodings_are_read(tmp_path, con):
    import gzip

    text = f"Made by hand\n# {SERVERS}\nhs10;country;time;value\n{SERVERS};Côte d'Ivoire;2024-01;5\n;;;\n"
    path = tmp_path / "t.csv.gz"
    path.write_bytes(gzip.compress(text.encode("cp1252")))
    receipt = take(con, path, flow="imports")
    assert facts(con) == [(SERVERS, "7480", 2024, 1, 5, None)]
    assert receipt.notes == ["the file is not UTF-8: it was read as Windows-1252"]
    bad = tmp_path / "u.csv.gz"
    bad.write_bytes(gzip.compress(text.replace(";5\n", ";x\n").encode()))
    with pytest.raises(BadInputError) as caught:
        take(con, bad, flow="imports")
    assert caught.value.where == f"{bad}, line 4, column value"


def test_a_plain_workbook_and_folders_that_are_columns(tmp_path, con):
    from openpyxl import Workbook

    from aitrade.trade.ingest.importing import import_trade
    from aitrade.trade.readers.source import ImportOptions

    for year in (2023, 2024):
        book = Workbook()
        for row in (["Made by hand"], ["hs10", "cty_code", "month", "value"], [SERVERS, "2010", "January", 1000]):
            book.active.append(row)
        folder = tmp_path / f"year={year}"
        folder.mkdir()
        book.save(folder / "t.xlsx")
    import_trade(con, [tmp_path], ImportOptions(flow="imports"))
    assert facts(con) == [(SERVERS, "2010", year, 1, 1000, None) for year in (2023, 2024)]


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("UK", "4120"),
        ("UAE", "5200"),
        ("Lao PDR", "5530"),
        ("China, Hong Kong SAR", "5820"),
        ("Iran (Islamic Republic of)", "5070"),
        ("Venezuela (Bolivarian Republic of)", "3070"),
    ],
)
def test_country_names_of_other_sources_are_known(tmp_path, con, name, code):
    take(con, text_of(tmp_path / "t.csv", f'hs10,country,time,value\n{SERVERS},"{name}",2024-01,5\n'), flow="imports")
    assert [row[1] for row in facts(con)] == [code]


def test_the_nearest_country_is_offered(tmp_path, con):
    path = text_of(tmp_path / "t.csv", f"hs10,country,time,value\n{SERVERS},Mexcio,2024-01,5\n")
    with pytest.raises(BadInputError) as caught:
        take(con, path, flow="imports")
    assert caught.value.fix.startswith("is it MEXICO?")


@pytest.mark.skipif(not SHARED.is_dir(), reason="the shared reference data are not here")
def test_mexicos_real_rows_twice_are_refused_by_the_column(tmp_path, con):
    # Told apart by a column that nobody knows: 2 x Mexico would double a tenth of all imports.
    source = SHARED / "trade" / "imports_2024_hs10_country.parquet"
    columns = {row[0].lower(): row[0] for row in con.execute(f"DESCRIBE FROM '{source}'").fetchall()}
    country = next(columns[name] for name in ("cty_code", "country_code") if name in columns)
    path = tmp_path / "twice.parquet"
    con.execute(
        f"COPY (SELECT *, unnest(['first', 'second']) AS lot FROM '{source}' WHERE {country}::VARCHAR = '2010') "
        f"TO '{path}' (FORMAT parquet)"
    )
    with pytest.raises(BadInputError, match="differ in column lot") as caught:
        take(con, path, flow="imports")
    assert caught.value.where.endswith("column lot")
    assert caught.value.what.count("country 2010") == 3
    assert is_empty(con)
