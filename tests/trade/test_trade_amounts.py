"""What amounts and times are in: units, thousands, decimal commas, rates in place of duties, months beside years."""

import pytest

from aitrade.core.errors import BadInputError
from tests.trade_files import FANS, SERVERS, facts, is_empty, take, text_of

HEADER = "hs10;cty_code;time;value"


def csv_of(folder, header, *rows):
    """A file with semicolons; rows of SERVERS and Mexico, the rest of each as given."""
    return text_of(folder / "t.csv", "\n".join([header, *(f"{SERVERS};2010;{row}" for row in rows)]) + "\n")


@pytest.mark.parametrize(
    ("column", "unit"),
    [
        ("unit", "k$"),
        ("Unit", "US$ Thousand"),
        ("units", "USD 000s"),
        ("UNIT_MULT", "3"),
        ("PowerCode", "6"),
        ("scale", "1,000"),
        ("currency", "EUR"),
        ("unit", "mUSD"),
    ],
)
def test_units_that_are_not_single_dollars_are_refused(tmp_path, con, column, unit):
    path = csv_of(tmp_path, f"{HEADER};{column}", f"2024-01;700;{unit}")
    with pytest.raises(BadInputError, match="not in dollars") as caught:
        take(con, path, flow="imports")
    assert caught.value.where == f"{path}, line 2, column {column}"
    assert is_empty(con)


@pytest.mark.parametrize(
    ("column", "unit"), [("UNIT_MULT", "0"), ("unit", "USD"), ("unit", "NO"), ("qty;unit", "3;thousand liters")]
)
def test_units_of_dollars_and_of_quantities_are_no_reason_to_refuse(tmp_path, con, column, unit):
    take(con, csv_of(tmp_path, f"{HEADER};{column}", f"2024-01;700;{unit}"), flow="imports")
    assert [row[4] for row in facts(con)] == [700]


@pytest.mark.parametrize("title", ["Imports, thousands of dollars", "# in 1,000 USD", "(US$ Mn)", "Value in $000"])
@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_titles_that_say_thousands_are_refused(tmp_path, con, title, kind):
    from openpyxl import Workbook

    path = csv_of(tmp_path, f"{title}\n{HEADER}", "2024-01;700")
    if kind == "xlsx":
        book = Workbook()
        for row in ([title], HEADER.split(";"), [SERVERS, "2010", "2024-01", 700]):
            book.active.append(row)
        path = tmp_path / "t.xlsx"
        book.save(path)
    with pytest.raises(BadInputError, match="above the header it says"):
        take(con, path, flow="imports")


@pytest.mark.parametrize(
    ("amounts", "dollars"),
    [
        (("1.234.567,00", "10,00"), [1_234_567, 10]),
        (("1.234.567", "1.000"), [1_234_567, 1_000]),
        (("1234,0", "7"), [1_234, 7]),
        (("1 234 567", "1\u00a0000"), [1_234_567, 1_000]),
        (("1'234", "7"), [1_234, 7]),
        (("1.000", "250.000"), None),
        (("12,500", "3,25"), None),
        (("0,500", "7"), None),
        (("1234,50", "7"), None),
        (("1.234,00", "1,234.00"), None),
    ],
)
def test_commas_and_dots_are_read_as_the_column_shows_or_refused(tmp_path, con, amounts, dollars):
    path = csv_of(tmp_path, HEADER, *(f"2024-{month:02d};{amount}" for month, amount in enumerate(amounts, 1)))
    if dollars is None:
        with pytest.raises(BadInputError, match="the value"):
            take(con, path, flow="imports")
        return
    take(con, path, flow="imports")
    assert [row[4] for row in facts(con)] == dollars


def test_rates_in_place_of_duties_are_refused_though_one_value_is_small(tmp_path, con):
    rows = [f"2024-0{month};{value};{rate}" for month, (value, rate) in enumerate(((900_000, 25), (50, 3)), 1)]
    with pytest.raises(BadInputError, match="rate in percent"):
        take(con, csv_of(tmp_path, f"{HEADER};duty", *rows), flow="imports")


def test_a_small_duty_under_its_own_name_is_taken_with_a_note(tmp_path, con):
    receipt = take(con, csv_of(tmp_path, "hs10;cty_code;time;con_val_mo;cal_dut_mo", "2024-01;123456;10"))
    assert facts(con) == [(SERVERS, "2010", 2024, 1, 123_456, 10)]
    assert "rate in percent" in receipt.notes[0]


@pytest.mark.parametrize(
    ("header", "time", "month"),
    [
        ("year;month", "2024;M03", 3),
        ("year;month", "2024;2024-03", 3),
        ("year;month", "2024;2023-03", None),
        ("year;mon", "2024;MAR", 3),
        ("year;period", "2024;3", 3),
        ("year;period", "2024;Q1", None),
        ("year;quarter", "2024;1", None),
        ("year;date", "2024;2024-03-31", 3),
        ("year;date", "2024;2026-01-15", None),
        ("month", "202403", 3),
        ("period", "2024-03", 3),
        ("date", "2024/3/1", 3),
        ("yearmonth", "202403", 3),
        ("time", "2024-Mar", 3),
        ("time", "2024 March", 3),
        ("time", "03-2024", 3),
        ("time;month", "2024;3", 3),
        ("time;month", "2024-02;3", None),
    ],
)
def test_months_are_found_under_any_name_and_never_taken_for_years(tmp_path, con, header, time, month):
    path = csv_of(tmp_path, f"hs10;cty_code;{header};value", f"{time};5")
    if month is None:
        with pytest.raises(BadInputError):
            take(con, path, flow="imports")
        return
    take(con, path, flow="imports")
    assert facts(con) == [(SERVERS, "2010", 2024, month, 5, None)]


def test_months_and_years_that_are_still_to_come_are_told(tmp_path, con):
    receipt = take(con, text_of(tmp_path / "t.csv", f"{HEADER}\n{SERVERS};2010;2099-05;5\n"), flow="imports")
    assert receipt.notes == ["2099-05 is still to come (1 rows): are the months right?"]
    receipt = take(con, text_of(tmp_path / "u.csv", f"{HEADER}\n{FANS};5700;2098;5\n"), flow="imports")
    assert receipt.notes == ["2098 is not over: its yearly total (1 rows) holds the year so far"]
