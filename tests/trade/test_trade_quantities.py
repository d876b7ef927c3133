"""Quantities: kept by key and unit, wherever files have them, and never summed over units."""

import pytest
from openpyxl import Workbook

from tests.trade_files import API_HEADER, FANS, HORSES, SERVERS, api_of, bulk_of, imp, take, text_of


def kept(con, flow="imports"):
    return [
        (*row[:6], float(row[6]))
        for row in con.execute(
            "SELECT hs10, cty_code, year, month, place, unit, sum(quantity) FROM quantities WHERE flow = ? "
            "GROUP BY ALL ORDER BY ALL",
            [flow],
        ).fetchall()
    ]


def test_first_and_second_quantities_of_an_api_reply_are_kept(tmp_path, con):
    header = [*API_HEADER, "CON_QY1_MO", "UNIT_QY1", "CON_QY2_MO", "UNIT_QY2"]
    rows = [
        [SERVERS, "2010", "MEXICO", "500", "0", "HS10", "2024-01", "7", "NO", "0", "-"],
        [FANS, "2010", "MEXICO", "60", "0", "HS10", "2024-01", "5", "NO", "120", "KG"],
        [HORSES, "2010", "MEXICO", "60", "0", "HS10", "2024-01", "0", "X", "0", "-"],
        [SERVERS, "-", "TOTAL", "500", "0", "HS10", "2024-01", "7", "NO", "0", "-"],
    ]
    receipt = take(con, api_of(tmp_path / "r.json", header, *rows))
    assert kept(con) == [
        (FANS, "2010", 2024, 1, 1, "NO", 5.0),
        (FANS, "2010", 2024, 1, 2, "KG", 120.0),
        (SERVERS, "2010", 2024, 1, 1, "NO", 7.0),
    ]
    assert (receipt.quantities, receipt.quantity_units) == (3, 2)


def test_quantities_of_one_key_are_summed_by_unit_and_not_over_units(tmp_path, con):
    rows = [("KG", "10", 4), ("KG", "20", 5), ("NO", "10", 6)]
    text = "".join(f"{SERVERS},2010,2024-01,{district},{unit},{n}.5,{n}0\n" for unit, district, n in rows)
    take(con, text_of(tmp_path / "t.csv", f"hs10,cty_code,time,district,unit,quantity,value\n{text}"), flow="imports")
    assert kept(con) == [(SERVERS, "2010", 2024, 1, 1, "KG", 10.0), (SERVERS, "2010", 2024, 1, 1, "NO", 6.5)]


def test_a_total_beside_its_parts_brings_its_own_quantity_alone(tmp_path, con):
    rows = "".join(f"{SERVERS},2010,2024-01,{d},NO,{q},{q}0\n" for d, q in (("-", 9), ("10", 4), ("20", 5)))
    take(con, text_of(tmp_path / "t.csv", f"hs10,cty_code,time,district,unit,quantity,value\n{rows}"), flow="imports")
    assert kept(con) == [(SERVERS, "2010", 2024, 1, 1, "NO", 9.0)]


def test_bulk_records_take_their_units_from_the_concordance(tmp_path, con):
    record = imp(SERVERS, "5700", 900)
    record = record[:43] + "12".rjust(15) + "34".rjust(15) + record[73:]
    concordance = SERVERS + "UNITS".ljust(200) + "NO KG " + "0" * 19
    take(con, bulk_of(tmp_path / "IMDB2401.ZIP", [record, imp(FANS, "5700", 5)], CONCORD="\n".join([concordance] * 2)))
    assert kept(con) == [(SERVERS, "5700", 2024, 1, 1, "NO", 12.0), (SERVERS, "5700", 2024, 1, 2, "KG", 34.0)]


@pytest.mark.parametrize("first", ["Customs Value", "First Unit of Quantity"])
def test_quantities_of_dataweb_join_the_values_in_other_sheets(tmp_path, con, first):
    book = Workbook()
    book.remove(book.active)
    sheets = {
        "Customs Value": (700, "Value for: number"),
        "First Unit of Quantity": (3, "number"),
        "Second Unit of Quantity": (44, "kilograms"),
        "Calculated Duties": (7, "Value for: number"),
    }
    for name in (first, *(name for name in sheets if name != first)):
        sheet = book.create_sheet(name)
        sheet.append(["Data Type", "Country", "Year", "HTS Number", "Quantity Description", name])
        sheet.append([name, "Mexico", 2024, SERVERS, sheets[name][1], sheets[name][0]])
    book.save(tmp_path / "dw.xlsx")
    take(con, tmp_path / "dw.xlsx")
    assert con.execute("SELECT value, duty FROM flows").fetchall() == [(700, 7)]
    assert kept(con) == [
        (SERVERS, "2010", 2024, 0, 1, "number", 3.0),
        (SERVERS, "2010", 2024, 0, 2, "kilograms", 44.0),
    ]


def test_quantities_go_with_the_rows_that_they_are_of(tmp_path, con):
    header = "hs10,cty_code,time,value,quantity,unit"
    take(con, text_of(tmp_path / "a.csv", f"{header}\n{SERVERS},2010,2024-01,100,5,NO\n"), flow="imports")
    same = text_of(tmp_path / "b.csv", f"hs10,cty_code,time,value\n{SERVERS},2010,2024-01,100\n")
    take(con, same, flow="imports")
    assert kept(con) == [(SERVERS, "2010", 2024, 1, 1, "NO", 5.0)]
    take(con, text_of(tmp_path / "c.csv", f"{header}\n{SERVERS},2010,2024-01,101,6,NO\n"), flow="imports")
    assert kept(con) == [(SERVERS, "2010", 2024, 1, 1, "NO", 6.0)]
    take(con, text_of(tmp_path / "d.csv", f"hs10,cty_code,time,value\n{SERVERS},2010,2024-01,102\n"), flow="imports")
    assert kept(con) == []


def test_year_to_date_quantities_become_those_of_each_month(tmp_path, con):
    rows = "".join(f"{SERVERS},2010,2024-{m:02d},{100 * m},{3 * m},NO\n" for m in range(1, 4))
    path = text_of(tmp_path / "t.csv", f"hs10,cty_code,time,value,qty,unit\n{rows}")
    take(con, path, flow="imports", values="year-to-date")
    assert [row[6] for row in kept(con)] == [3.0, 3.0, 3.0]


def test_a_quantity_that_is_no_number_is_left_out_and_told(tmp_path, con):
    path = text_of(tmp_path / "t.csv", f"hs10,cty_code,time,value,qty\n{SERVERS},2010,2024-01,5,(D)\n")
    receipt = take(con, path, flow="imports")
    assert receipt.notes == ["1 rows have a quantity in qty that is no number: it was left out"]
    assert kept(con) == []
