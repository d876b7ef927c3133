"""The sources: API replies, bulk zips, DataWeb exports, and the real files."""

import io
import json
import time
from collections import Counter, defaultdict

import duckdb
import pytest
from openpyxl import Workbook

from aitrade.core.errors import BadInputError
from aitrade.nomenclature import census_layouts
from aitrade.trade.readers.fixed_width import blocks
from aitrade.trade.readers.readers import detect, expand
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
    forget,
    imp,
    take,
    text_of,
)

shared = pytest.mark.skipif(not SHARED.is_dir(), reason="the shared reference data are not here")


# --- Census API ---------------------------------------------------------------------------------------------------


def row(code: str, cty: str, value: str, duty: str | None = "0", level: str = "HS10", time: str = "2024-01") -> list:
    return [code, cty, "NAME", value, duty, level, time]


def test_an_api_reply_keeps_countries_and_sets_the_rest_apart(tmp_path, con):
    path = api_of(
        tmp_path / "reply.json",
        API_HEADER,
        row(SERVERS, "-", "100"),
        row(SERVERS, "2010", "70", "3"),
        row(SERVERS, "5700", "30", None),
        row(SERVERS, "5XXX", "30"),
        row("8471", "2010", "70", level="HS4"),
        row("84", "5700", "30", level="HS2"),
    )
    receipt = take(con, path)
    assert (receipt.reader, receipt.flow) == ("census-api", "imports")
    assert facts(con) == [(SERVERS, "2010", 2024, 1, 70, 3), (SERVERS, "5700", 2024, 1, 30, None)]
    assert receipt.rows_dropped == {"level above HS10": 2}
    assert [r[1] for r in facts(con, "group_flows")] == ["-", "5XXX"]


def test_levels_are_told_by_the_codes_where_the_reply_does_not_say(tmp_path, con):
    header = ["E_COMMODITY", "CTY_CODE", "ALL_VAL_MO", "YEAR", "MONTH"]
    rows = [[code, "2010", "5", "2024", "12"] for code in ("84", "8471", "847150", SERVERS, "-")]
    receipt = take(con, api_of(tmp_path / "r.json", header, *rows, lines=False))
    assert facts(con, flow="exports") == [(SERVERS, "2010", 2024, 12, 5, None)]
    assert receipt.rows_dropped == {"level above HS10": 4}


def test_columns_that_the_api_repeats_count_once(tmp_path, con):
    path = api_of(
        tmp_path / "r.json",
        [*API_HEADER, "I_COMMODITY", "time"],
        [*row(SERVERS, "2010", "70"), SERVERS, "2024-01"],
    )
    take(con, path)
    assert [r[4] for r in facts(con)] == [70]
    path = api_of(tmp_path / "s.json", [*API_HEADER, "CON_VAL_MO"], [*row(SERVERS, "2010", "70"), "71"])
    with pytest.raises(BadInputError, match="two columns match CON_VAL_MO, and differ in 1 row"):
        take(con, path)


@pytest.mark.parametrize("with_totals", [True, False])
def test_breakouts_do_not_count_beside_their_totals(tmp_path, con, with_totals):
    # Districts by rate provision, with all margins: every way to sum them gives 100 for Mexico and 40 for China.
    cells = {("2010", "01", "61"): 60, ("2010", "01", "69"): 25, ("2010", "02", "61"): 15, ("5700", "01", "61"): 40}
    margins: dict[tuple[str, str, str], int] = defaultdict(int)
    for (cty, district, rate), value in cells.items():
        for key in ((cty, "-", "-"), (cty, district, "-"), (cty, "-", rate)):
            margins[key] += value
    shown = {**cells, **margins} if with_totals else cells
    rows = [[*row(SERVERS, cty, str(value)), district, rate] for (cty, district, rate), value in shown.items()]
    receipt = take(con, api_of(tmp_path / "r.json", [*API_HEADER, "DISTRICT", "RP"], *rows))
    assert [(r[1], r[4]) for r in facts(con)] == [("2010", 100), ("5700", 40)]
    assert (receipt.rows_merged, sum(receipt.rows_dropped.values())) == ((0, 10) if with_totals else (2, 0))


def test_domestic_and_foreign_exports_add_up_to_total_exports_once(tmp_path, con):
    header = ["E_COMMODITY", "CTY_CODE", "ALL_VAL_MO", "time", "DF"]
    rows = [[SERVERS, "2010", value, "2024-01", df] for value, df in (("100", "-"), ("80", "1"), ("20", "2"))]
    rows += [[FANS, "2010", value, "2024-01", df] for value, df in (("8", "1"), ("2", "2"))]
    take(con, api_of(tmp_path / "r.json", header, *rows))
    assert [(r[0], r[4]) for r in facts(con, flow="exports")] == [(FANS, 10), (SERVERS, 100)]


def test_domestic_exports_alone_are_taken_where_they_are_asked_for(tmp_path, con):
    # A reply for both parts holds only one where a code is not re-exported.
    header = ["E_COMMODITY", "CTY_CODE", "ALL_VAL_MO", "time", "DF"]
    path = api_of(tmp_path / "r.json", header, [SERVERS, "2010", "80", "2024-01", "1"])
    receipt = take(con, path, columns={"value": "ALL_VAL_MO"})
    assert [(r[0], r[4]) for r in facts(con, flow="exports")] == [(SERVERS, 80)]
    assert receipt.notes == ["DF is 1 alone: its values are all trade only if there is no other"]
    other = api_of(tmp_path / "s.json", header, [SERVERS, "2010", "80", "2024-01", "3"])
    with pytest.raises(BadInputError, match="the file holds 3: not total exports"):
        take(con, other, columns={"value": "ALL_VAL_MO"})


@pytest.mark.parametrize("parts", [("1",), ("2",), ("1", "3")])
def test_domestic_or_foreign_exports_alone_are_no_total_exports(tmp_path, con, parts):
    header = ["E_COMMODITY", "CTY_CODE", "ALL_VAL_MO", "time", "DF"]
    rows = [[SERVERS, "2010", str(80 - 60 * n), "2024-01", part] for n, part in enumerate(parts)]
    path = api_of(tmp_path / "r.json", header, [FANS, "2010", "5", "2024-01", "-"], *rows)
    with pytest.raises(BadInputError, match=f"the file holds {', '.join(parts)}: not total exports") as caught:
        take(con, path)
    assert caught.value.where == f"{path}, line 3, column DF"
    assert "both parts" not in caught.value.fix
    assert "--columns value=NAME" in caught.value.fix
    # Beside its total a part does no harm, and a code may have only one of them where others have both.
    totals = [[SERVERS, "2010", "100", "2024-01", "-"], [HORSES, "2010", "6", "2024-01", "1"]]
    both = [[FANS, "2010", part, "2024-01", part] for part in ("1", "2")]
    take(con, api_of(tmp_path / "s.json", header, totals[0], *rows))
    take(con, api_of(tmp_path / "t.json", header, totals[1], *both))
    assert [r[4] for r in facts(con, flow="exports")] == [6, 3, 100]


@pytest.mark.parametrize("column", ["RP", "DISTRICT"])
def test_one_district_or_provision_alone_is_told(tmp_path, con, column):
    def reply(name, *parts):
        rows = [[*row(code, "2010", "5"), part] for code, part in parts]
        return take(con, api_of(tmp_path / name, [*API_HEADER, column], *rows))

    one = reply("one.json", (SERVERS, "61"), (FANS, "61"), (HORSES, "-"))
    assert one.notes == [f"{column} is 61 alone: its values are all trade only if there is no other"]
    assert reply("two.json", (SERVERS, "61"), (FANS, "69")).notes == []
    assert reply("total.json", (SERVERS, "-"), (SERVERS, "61")).notes == []


def test_an_empty_reply_is_a_month_without_trade(tmp_path, con):
    folder = tmp_path / "replies"
    folder.mkdir()
    api_of(folder / "2024-01.json", API_HEADER, row(SERVERS, "2010", "70"))
    (folder / "2024-02.json").write_text("[]\n")
    api_of(folder / "2024-03.json", API_HEADER)
    (folder / "notes.md").write_text("not trade")
    receipts = [take(con, path) for path, _ in expand([folder])]
    assert [receipt.rows_kept for receipt in receipts] == [1, 0, 0]
    assert all("reply is empty" in receipt.notes[0] for receipt in receipts[1:])
    assert con.execute("SELECT count(*) FROM trade_imports").fetchone() == (1,)


# --- Bulk files ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("ending", ["\r\n", "\n", ""])
def test_imports_are_summed_over_districts_and_rate_provisions(tmp_path, con, ending):
    records = [
        imp(SERVERS, "2010", 100, 5, dist="01", rate="61"),
        imp(SERVERS, "2010", 30, 1, dist="55", rate="69"),
        imp(HORSES, "1220", 7, 0, time="202412"),
    ]
    receipt = take(con, bulk_of(tmp_path / "IMDB24.ZIP", records, ending=ending))
    assert facts(con) == [(HORSES, "1220", 2024, 12, 7, 0), (SERVERS, "2010", 2024, 1, 130, 6)]
    assert (receipt.reader, receipt.flow, receipt.rows_read, receipt.rows_merged) == ("census-bulk", "imports", 3, 1)


def test_exports_are_summed_over_districts_domestic_and_foreign(tmp_path, con):
    records = [exp(SERVERS, "5700", 10, df="1"), exp(SERVERS, "5700", 4, df="2"), exp(SERVERS, "5700", 1, dist="20")]
    take(con, bulk_of(tmp_path / "EXDB2401.ZIP", records, name="data/exp_detl.txt"))
    assert facts(con, flow="exports") == [(SERVERS, "5700", 2024, 1, 15, None)]


def test_a_last_record_without_line_end_and_an_end_of_file_mark_are_read(tmp_path, con):
    text = imp(SERVERS, "2010", 1) + "\r\n" + imp(FANS, "2010", 2)
    take(con, bulk_of(tmp_path / "IMDB2401.ZIP", [text + "\x1a"], ending=""))
    assert [r[4] for r in facts(con)] == [2, 1]


def test_numbers_may_be_padded_on_either_side(tmp_path, con):
    values = ["5", "5".ljust(15), "5".rjust(15), "000000000000005"]
    take(con, bulk_of(tmp_path / "IMDB2401.ZIP", [imp(SERVERS, "2010", value) for value in values]))
    assert [r[4] for r in facts(con)] == [20]


def test_the_zips_own_countries_are_known(tmp_path, con):
    country = "7998" + "NEWLAND" + "NEWLAND REPUBLIC".ljust(50) + "\n"
    take(con, bulk_of(tmp_path / "IMDB2401.ZIP", [imp(SERVERS, "7998", 5)], COUNTRY=country))
    assert con.execute("SELECT name, kind FROM countries WHERE cty_code = '7998'").fetchone() == (
        "NEWLAND REPUBLIC",
        "country",
    )


def test_countries_of_a_refused_zip_are_not_kept(tmp_path, con):
    country = "7998" + "NEWLAND" + "NEWLAND REPUBLIC".ljust(50) + "\n"
    records = [imp(SERVERS, "7998", 5), imp(SERVERS, "7997", 5)]
    with pytest.raises(BadInputError, match="unknown country '7997'"):
        take(con, bulk_of(tmp_path / "IMDB2401.ZIP", records, COUNTRY=country))
    assert con.execute("SELECT name FROM countries WHERE cty_code = '7998'").fetchall() == []


@pytest.mark.parametrize("ending", ["\r\n", "\n", ""])
@pytest.mark.parametrize("number", [1, 3, 5, 10, 11])
def test_blocks_of_any_size_hold_every_record_once(ending, number):
    records = [imp(f"84715001{n:02d}", "2010", n + 1) for n in range(10)]
    file = io.BytesIO("".join(record + ending for record in records).encode())
    read = [
        (line + place, bytes(record).decode().rstrip())
        for line, block in blocks(file, census_layouts.IMP_DETL, "IMP_DETL.TXT", number)
        for place, record in enumerate(block)
    ]
    assert read == list(enumerate(records, 1))


@shared
def test_layouts_are_those_of_the_census_bureau():
    published = json.loads((SHARED / "formats" / "census_layouts.json").read_text())
    same = {"description": "descriptn"}
    for name, layout, renamed in (
        ("IMP_DETL.TXT", census_layouts.IMP_DETL, {}),
        ("EXP_DETL.TXT", census_layouts.EXP_DETL, {}),
        ("CONCORD.TXT", census_layouts.CONCORD, same),
        ("COUNTRY.TXT", census_layouts.COUNTRY, {}),
        ("NAICS.TXT", census_layouts.NAICS, {"description": "naicdesc"}),
        ("imp-code.txt / exp-code.txt (yearly concordance)", census_layouts.IMP_EXP_CODE, {"description": "long_desc"}),
    ):
        fields = {field: (start, length) for field, start, length in published[name]["fields"]}
        assert layout.length == published[name]["record_length"]
        assert layout.fields == {field: fields[renamed.get(field, field)] for field in layout.fields}


# --- DataWeb ------------------------------------------------------------------------------------------------------

FLAT = ("Data Type", "Country", "Year", "HTS Number", "Description", "Quantity Description")


def workbook_of(path, *sheets, flow="Imports For Consumption", query=()):
    book = Workbook()
    book.active.title = "Query Parameters"
    for setting in (("Trade Flow", flow), *query):
        book.active.append(setting)
    for title, rows in sheets:
        sheet = book.create_sheet(title)
        for cells in rows:
            sheet.append(cells)
    book.save(path)
    return path


def flat(title, *rows):
    total = ["Total: ", "", "", "", "", "", f"{sum(r[-1] for r in rows):,}"]
    return title, [[*FLAT, title], *([title, *r[:-1], "TEXT", "number", r[-1]] for r in rows), total]


def test_a_flat_workbook_joins_values_and_duties(tmp_path, con):
    values = flat("Customs Value", ("Mexico", 2024, SERVERS, 100), ("South Korea", 2024, FANS, 50.0))
    duties = flat("Calculated Duties", ("South Korea", 2024, FANS, 2), ("China", 2024, FANS, 1))
    other = flat("Landed Duty-Paid Value", ("Mexico", 2024, SERVERS, 110))
    receipt = take(con, workbook_of(tmp_path / "dw.xlsx", values, duties, other))
    assert facts(con) == [
        (FANS, "5700", 2024, 0, 0, 1),
        (FANS, "5800", 2024, 0, 50, 2),
        (SERVERS, "2010", 2024, 0, 100, None),
    ]
    assert receipt.rows_dropped == {"total of the file": 3, "data type Landed Duty-Paid Value": 1}
    assert receipt.notes == ["1 values have no calculated duty in the file: their duty is unknown"]


def test_two_descriptions_of_a_code_keep_their_duties(tmp_path, con):
    def sheet(title, *amounts):
        rows = [[title, "Mexico", 2024, SERVERS, text, "number", amount] for text, amount in amounts]
        return title, [[*FLAT, title], *rows]

    values = sheet("Customs Value", ("BEFORE JULY", 1000), ("SINCE JULY", 500))
    duties = sheet("Calculated Duties", ("SINCE JULY", 5), ("BEFORE JULY", 10))
    receipt = take(con, workbook_of(tmp_path / "dw.xlsx", values, duties))
    assert facts(con) == [(SERVERS, "2010", 2024, 0, 1500, 15)]
    assert (receipt.rows_read, receipt.rows_merged) == (2, 1)
    # Of one of the two the duty is not there: that of the key is unknown.
    forget(con)
    receipt = take(con, workbook_of(tmp_path / "part.xlsx", values, (duties[0], duties[1][:-1])))
    assert facts(con) == [(SERVERS, "2010", 2024, 0, 1500, None)]


def test_a_bad_duty_is_named_where_it_stands(tmp_path, con):
    values = flat("Customs Value", ("Mexico", 2024, SERVERS, 100))
    duties = flat("Calculated Duties", ("China", 2024, SERVERS, 1), ("Mexico", 2024, SERVERS, 2.5))
    with pytest.raises(BadInputError) as caught:
        take(con, workbook_of(tmp_path / "dw.xlsx", values, duties))
    assert caught.value.where.endswith("sheet Calculated Duties, line 3, column Calculated Duties")


def test_a_total_that_is_not_the_sum_is_told(tmp_path, con):
    title, rows = flat("Customs Value", ("Mexico", 2024, SERVERS, 100), ("China", 2024, SERVERS, 5))
    receipt = take(con, workbook_of(tmp_path / "dw.xlsx", (title, [*rows[:2], rows[3]])))
    assert "says it sums to 105 and sums to 100" in receipt.notes[0]


PIVOTS = {
    "years": ("Imports For Consumption|Annual Data", "2023,2024", "5.00,70.00", [(2023, 0, 5), (2024, 0, 70)]),
    "years to date": (
        "Imports For Consumption|Annual + Year-To-Date Data",
        "2023,2024",
        "5,7",
        [(2023, 0, 5), (2024, 0, 7)],
    ),
    "months": ("Imports For Consumption|Monthly", "Nov 2023,January 2024", "5,70", [(2023, 11, 5), (2024, 1, 70)]),
    "beside": ("Imports For Consumption|Monthly", "Year,January,February", "2024,5,70", [(2024, 1, 5), (2024, 2, 70)]),
}


@pytest.mark.parametrize("name", PIVOTS)
def test_pivots_are_read_by_years_and_by_months(tmp_path, con, name):
    title, columns, amounts, expected = PIVOTS[name]
    zeros, ones = (
        ",".join("2024" if column == "Year" else amount for column in columns.split(",")) for amount in ("0.00", "1.00")
    )
    text = (
        f"{title},,,\nData Row Count,3,,\nData Type,HTS Number,Description,Country,{columns},2024 YTD,Percent Change\n"
        f'Customs Value,{HORSES},"HORSES, LIVE",Côte d`Ivoire,{amounts},999,3.0\n'
        f"Customs Value,{HORSES},H,Chad,{zeros},0,0\nCalculated Duties,{HORSES},H,Côte d`Ivoire,{ones},9,0.0\n"
    )
    receipt = take(con, text_of(tmp_path / "pivot.csv", text))
    assert facts(con) == [(HORSES, "7480", year, month, value, 1) for year, month, value in expected]
    assert receipt.rows_dropped == {"zero that fills a pivot": 2}
    assert receipt.notes == ["left out, year to date: 2024 YTD"]


def test_a_zero_duty_of_a_pivot_is_a_duty_of_zero(tmp_path, con):
    # Servers come free of duty, and in 2024 alone; horses have a duty without a value; Chad trades nothing.
    cells = {
        (SERVERS, "Mexico"): ((0, 3000), (0, 0)),
        (FANS, "Mexico"): ((100, 0), (25, 0)),
        (HORSES, "China"): ((0, 7), (2, 0)),
        (PHONES, "Chad"): ((0, 0), (0, 0)),
    }
    lines = ["Imports For Consumption|Annual Data", "Data Type,HTS Number,Description,Country,2023,2024"]
    for place, name in enumerate(("Customs Value", "Calculated Duties")):
        lines += [f"{name},{code},D,{cty},{a[place][0]}.00,{a[place][1]}.00" for (code, cty), a in cells.items()]
    receipt = take(con, text_of(tmp_path / "pivot.csv", "\n".join(lines) + "\n"))
    trade = {
        (code, country, year): (amounts[0][place], amounts[1][place])
        for (code, country), amounts in cells.items()
        for place, year in enumerate((2023, 2024))
        if amounts[0][place] or amounts[1][place]
    }
    names = {"Mexico": "2010", "China": "5700"}
    assert facts(con) == sorted((code, names[cty], year, 0, *pair) for (code, cty, year), pair in trade.items())
    assert receipt.rows_dropped == {"zero that fills a pivot": 5 + 4}
    assert receipt.notes == []
    # 27 dollars on 3,107: what came free of duty counts in the rate.
    rate = con.execute("SELECT sum(duty) / sum(value) FROM flows WHERE duty IS NOT NULL").fetchone()
    assert rate == (27 / 3107,)


QUERY = (
    ("Step 1: Trade Flow and Classification System", None),
    ("Step 2: Data and Years", None),
    ("Data Format", "1"),
    ("Select Type", "Full Years"),
    ("Timeframe Aggregation", "Annual"),
    ("Step 3: Countries", None),
    ("Select Type", "Select Individual Countries"),
    ("Step 7: Districts", None),
    ("Select Type", "Use All Districts"),
)


@pytest.mark.parametrize(
    ("place", "setting", "says"),
    [
        (2, ("Data Format", "1000000"), "amounts are in 1000000 dollars"),
        (2, ("Data Format", 1000), "amounts are in 1000 dollars"),
        (3, ("Select Type", "Year To Date"), "time frame is 'Year To Date'"),
        (3, ("Select Type", "Specific Date Range"), "time frame is 'Specific Date Range'"),
        (4, ("Timeframe Aggregation", "Quarterly"), "time frame is 'Quarterly'"),
    ],
)
def test_queries_for_other_than_dollars_by_year_or_month_are_refused(tmp_path, con, place, setting, says):
    values = flat("Customs Value", ("Mexico", 2024, SERVERS, 1))
    query = [*QUERY[:place], setting, *QUERY[place + 1 :]]
    with pytest.raises(BadInputError, match=says) as caught:
        take(con, workbook_of(tmp_path / "dw.xlsx", values, query=query))
    assert "ask DataWeb for" in caught.value.fix
    assert take(con, workbook_of(tmp_path / "dw.xlsx", values, query=QUERY)).notes == []


def test_a_query_for_some_districts_is_told(tmp_path, con):
    query = (*QUERY[:-1], ("Select Type", "Select Individual Districts"))
    receipt = take(
        con, workbook_of(tmp_path / "dw.xlsx", flat("Customs Value", ("Mexico", 2024, SERVERS, 1)), query=query)
    )
    assert "only some trade (Step 7: Districts: Select Individual Districts)" in receipt.notes[0]


@pytest.mark.parametrize(
    ("above", "columns", "amounts", "says"),
    [
        ("Imports For Consumption|Year To Date From Jan To Jun", "2024", "5", "time frame is 'Year To Date From Jan"),
        ("Imports For Consumption|Annual Data\nYear To Date From Jan To Jun", "2024", "5", "'Year To Date From Jan"),
        ("Imports For Consumption|Quarterly Data", "2024", "5", "time frame is 'Quarterly Data'"),
        ("Imports For Consumption|Annual Data\nData Format,1000", "2024", "5", "amounts are in 1000 dollars"),
        (
            "Imports For Consumption|Annual Data",
            "Year,Quarter,Customs Value",
            "2024,1,5",
            "column Quarter is of quarters",
        ),
        ("Imports For Consumption|Annual Data", "Year,Q1,Q2", "2024,1,5", "column Q1 is of quarters"),
    ],
)
def test_tables_of_other_than_dollars_by_year_or_month_are_refused(tmp_path, con, above, columns, amounts, says):
    text = f"{above}\nData Type,HTS Number,Country,{columns}\nCustoms Value,{SERVERS},Mexico,{amounts}\n"
    with pytest.raises(BadInputError, match=says):
        take(con, text_of(tmp_path / "dw.csv", text))
    assert facts(con) == []


def test_a_pivot_of_several_data_types_takes_what_it_needs(tmp_path, con):
    text = (
        "Total Exports|Annual Data,,,,\nData Row Count,3,,,\nData Type,HTS Number,Description,Country,2024\n"
        f"FAS Value,{SERVERS},S,Hong Kong,70.00\nFirst Unit of Quantity,{SERVERS},S,Hong Kong,3.00\n"
    )
    receipt = take(con, text_of(tmp_path / "pivot.csv", text))
    assert facts(con, flow="exports") == [(SERVERS, "5820", 2024, 0, 70, None)]
    assert (receipt.rows_dropped, receipt.quantities) == ({}, 1)
    assert "says it has 3 rows and has 2" in receipt.notes[0]


@pytest.mark.parametrize("flow", ["General Imports", "Domestic Exports"])
def test_other_trade_than_the_papers_is_refused(tmp_path, con, flow):
    path = workbook_of(tmp_path / "dw.xlsx", flat("Customs Value", ("Mexico", 2024, SERVERS, 1)), flow=flow)
    with pytest.raises(BadInputError, match=f"holds {flow}"):
        take(con, path)


# --- Real files ---------------------------------------------------------------------------------------------------


@shared
def test_the_real_workbook_sums_to_its_own_totals(con):
    receipt = take(con, SHARED / "formats" / "dataweb_flat.xlsx")
    ((value, duty, countries),) = con.execute(
        "SELECT sum(value), sum(duty), count(DISTINCT cty_code) FROM flows"
    ).fetchall()
    assert (value, duty, countries) == (72_806_911_050, 2_748_846_614, 186)
    assert (receipt.rows_kept, receipt.notes) == (6_314, [])


@shared
def test_every_real_country_name_of_dataweb_is_known(con):
    from aitrade.trade.countries import codes_by_name, simplified
    from aitrade.trade.readers.dataweb_table import read_tables

    names = codes_by_name(con)
    for name in ("dataweb_pivot_exports.csv", "dataweb_pivot_imports.csv"):
        (table,), _ = read_tables(SHARED / "formats" / name)
        found = {cells[table.header.index("Country")] for _, cells in table.rows}
        assert {country for country in found if simplified(country) not in names} == set()


@shared
def test_every_country_seen_in_the_api_is_known(con):
    import csv

    from aitrade.trade.countries import shipped_countries

    kinds = {country.cty_code: (country.name, country.kind) for country in shipped_countries()}
    for name, kind in (("census_countries_seen_in_api.csv", "country"), ("census_country_groups.csv", "group")):
        with (SHARED / "formats" / name).open(encoding="utf-8", newline="") as file:
            for line in csv.DictReader(file):
                assert kinds[line["CTY_CODE"]] == (line["CTY_NAME"], kind)


@shared
def test_the_real_files_give_the_published_total(con):
    year = take(con, SHARED / "trade" / "imports_2024_hs10_country.parquet")
    group = take(con, SHARED / "trade" / "imports_2024_hs10_EU_group.parquet")
    months = take(con, SHARED / "trade" / "imports_ca_mx_monthly_2025-01_2026-02.parquet")
    exports = take(con, SHARED / "trade" / "exports_ie_ch_tr_vn_monthly_2023-01_2026-01.parquet")
    assert (year.rows_kept, year.countries, group.holds, group.group_rows) == (334_728, 233, "groups only", 15_777)
    assert (months.rows_kept, months.missing_months, exports.rows_kept) == (202_012, [], 452_780)
    total, codes = con.execute("""
        SELECT sum(value), count(DISTINCT hs10) FROM flows
        WHERE flow = 'imports' AND year = 2024 AND left(hs10, 2) NOT IN ('27', '71', '98', '99')
    """).fetchone()
    assert (total, codes) == (2_792_225_805_168, 18_364)


@shared
def test_real_samples_that_hold_no_hs10_say_what_they_lack(con):
    formats = SHARED / "formats"
    with pytest.raises(BadInputError, match=r"no trade by HS10 code .*level above HS10"):
        take(con, formats / "dataweb_pivot_exports.csv")
    with pytest.raises(BadInputError, match="holds General Imports"):
        take(con, formats / "dataweb_pivot_imports.csv")
    with pytest.raises(BadInputError, match="lacks a value column"):
        take(con, formats / "census_api_shape_hs2_real_values.json")


# --- Names of files ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", ["csv", "parquet"])
def test_a_files_name_is_no_pattern_and_its_folders_are_no_columns(tmp_path, con, kind):
    def written(name, value, month="2024-05"):
        path = text_of(tmp_path / "made.csv", f"I_COMMODITY,CTY_CODE,time,CON_VAL_MO\n{SERVERS},2010,{month},{value}\n")
        made = tmp_path / name
        made.parent.mkdir(parents=True, exist_ok=True)
        if kind == "csv":
            return path.rename(made)
        content = f"read_csv('{path}', all_varchar = true)"
        duckdb.connect().execute(f"COPY (FROM {content}) TO '{tmp_path / 'made.parquet'}' (FORMAT parquet)")
        return (tmp_path / "made.parquet").rename(made)

    written(f"imports1.{kind}", 1)
    written(f"imports12.{kind}", 12)
    for name, value in (
        (f"imports[1].{kind}", 3),
        (f"imports1*.{kind}", 4),
        (f"CTY_CODE=5700/time=2020-03/x.{kind}", 5),
    ):
        take(con, written(name, value))
        assert facts(con) == [(SERVERS, "2010", 2024, 5, value, None)], name
    # Also where a value has to be found again in the file.
    written(f"bad1.{kind}", 1)
    with pytest.raises(BadInputError, match=r"bad\[1\].*(line 2|row 1), column time"):
        take(con, written(f"month=2024-01/bad[1].{kind}", 1, month="2024-13"))


def test_readers_are_chosen_by_content_not_by_name(tmp_path, con):
    found = Counter()
    for name, make in {
        "a.dat": lambda p: api_of(p, API_HEADER, row(SERVERS, "2010", "1")),
        "b.dat": lambda p: bulk_of(p, [imp(SERVERS, "2010", 1)]),
        "c.dat": lambda p: workbook_of(
            p.with_suffix(".xlsx"), flat("Customs Value", ("Mexico", 2024, SERVERS, 1))
        ).rename(p),
        "d.dat": lambda p: text_of(p, f"hs10,time,value\n{SERVERS},2024-01,1\n"),
        "e.dat": lambda p: text_of(p, "Imports For Consumption|Annual Data,\nData Row Count,0\nData Type,HTS Number\n"),
    }.items():
        found[detect(make(tmp_path / name))] += 1
    assert found == {"census-api": 1, "census-bulk": 1, "dataweb": 2, "csv": 1}


@pytest.mark.parametrize("head", ['"' * 2000 + "Imports" * 299, "Imports" * 600, "x" + "\n " * 2040, "Data Type" * 500])
def test_no_head_of_a_file_takes_long_to_tell(tmp_path, head):
    began = time.process_time()
    assert detect(text_of(tmp_path / "a.csv", head + "\nhs10,value\n")) == "csv"
    assert time.process_time() - began < 0.5
