"""Year-to-date values: refused where they stand for months, turned into months on request."""

import random

import pytest

from aitrade.core.errors import BadInputError
from aitrade.trade.ingest.importing import import_trade
from aitrade.trade.readers.source import ImportOptions
from tests.trade_files import FANS, HORSES, PHONES, SERVERS, facts, is_empty, take, text_of

CODES = (SERVERS, FANS, HORSES, PHONES)
COUNTRIES = ("2010", "5700", "5800", "1220", "4280")
HEADER = "hs10,cty_code,year,month,value,duty"


def monthly(seed, months, *, silent=0.2):
    """Values by (code, country, month); a part of the months have no trade and no row."""
    rng = random.Random(seed)  # noqa: S311
    return {
        (code, country, month): rng.randint(1, 10**6)
        for code in CODES
        for country in COUNTRIES
        for month in months
        if rng.random() >= silent
    }


def to_date(trade, months):
    """What the year to date is in each month, also in those without trade of their own."""
    sums = {}
    for code, country in {key[:2] for key in trade}:
        total = 0
        for month in months:
            total += trade.get((code, country, month), 0)
            if total:
                sums[code, country, month] = total
    return sums


def file_of(path, values, header=HEADER):
    rows = "".join(
        f"{code},{country},2024,{month},{value},{value // 10}\n" for (code, country, month), value in values.items()
    )
    return text_of(path, f"{header}\n{rows}")


@pytest.mark.parametrize("months", [range(1, 13), range(1, 4), range(4, 10)])
@pytest.mark.parametrize("seed", range(3))
def test_values_to_date_are_refused_and_those_of_months_are_taken(tmp_path, con, months, seed):
    trade = monthly(seed, months)
    with pytest.raises(BadInputError, match="year-to-date") as caught:
        take(con, file_of(tmp_path / "ytd.csv", to_date(trade, months)), flow="imports")
    assert "--values year-to-date" in caught.value.fix
    assert is_empty(con)
    receipt = take(con, file_of(tmp_path / "t.csv", trade), flow="imports")
    assert receipt.remark is None


@pytest.mark.parametrize("value", ["value,duty", "con_val_yr,cal_dut_yr"])
def test_values_to_date_become_what_each_month_adds(tmp_path, con, value):
    trade = monthly(7, range(1, 13))
    header = f"hs10,cty_code,year,month,{value}"
    path = file_of(tmp_path / "t.csv", to_date(trade, range(1, 13)), header)
    take(con, path, flow="imports", values="year-to-date")
    assert {(row[0], row[1], row[3]): row[4] for row in facts(con) if row[4]} == trade
    assert sum(row[5] for row in facts(con)) == sum(
        to_date(trade, range(1, 13))[code, country, 12] // 10 for code, country in {key[:2] for key in trade}
    )


def test_a_file_for_each_month_is_refused_when_the_months_show_it(tmp_path, con):
    values = to_date(monthly(1, range(1, 13), silent=0), range(1, 13))
    paths = [
        file_of(tmp_path / f"{month:02d}.csv", {key: value for key, value in values.items() if key[2] == month})
        for month in range(1, 13)
    ]
    with pytest.raises(BadInputError, match="year-to-date"):
        import_trade(con, paths, ImportOptions(flow="imports"))
    assert {row[3] for row in facts(con)} < {1, 2, 3}


def test_months_that_are_missing_or_fall_cannot_be_told_apart(tmp_path, con):
    values = to_date(monthly(2, range(1, 7)), range(1, 7))
    gap = file_of(tmp_path / "gap.csv", {key: value for key, value in values.items() if key[2] != 3})
    with pytest.raises(BadInputError, match="of 2024 the file lacks months 3"):
        take(con, gap, flow="imports", values="year-to-date")
    falls = file_of(tmp_path / "falls.csv", values | {(SERVERS, "2010", 6): 1})
    with pytest.raises(BadInputError, match=f"fall: {SERVERS}, country 2010, 2024-06"):
        take(con, falls, flow="imports", values="year-to-date")
    assert is_empty(con)


def test_a_single_code_that_grows_for_half_a_year_is_warned_of_under_every_table(tmp_path, con):
    path = file_of(tmp_path / "t.csv", {(SERVERS, "2010", month): 100 * month for month in range(1, 7)})
    receipt = take(con, path, flow="imports")
    assert "year-to-date" in receipt.remark
    assert take(con, path, flow="imports", values="monthly").remark is None
