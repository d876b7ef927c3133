"""What an import tells of what is missing, and of files that repeat others."""

import pytest

from aitrade.core.errors import BadInputError
from aitrade.trade.ingest.receipt import receipt_lines
from tests.trade_files import FANS, HORSES, SERVERS, csv_of, facts, is_empty, take, text_of


def trade(months, *, without=()):
    """Trade of two countries and two chapters; ``without`` are pairs of a country or chapter and a month left out."""
    return [
        (code, country, 2024, month, value, None)
        for code, value in ((SERVERS, 1000), (HORSES, 500))
        for country in ("2010", "5700")
        for month in months
        if (country, month) not in without and (code[:2], month) not in without
    ]


def test_months_that_one_country_lacks_are_told(tmp_path, con):
    rows = trade(range(1, 13), without=[("5700", month) for month in range(7, 13)])
    receipt = take(con, csv_of(tmp_path / "t.csv", rows))
    assert receipt.gaps == {"country 5700 CHINA": [f"2024-{month:02d}" for month in range(7, 13)]}
    assert any("no trade of country 5700 CHINA in 2024-07" in line for line in receipt_lines(receipt))


def test_a_month_that_one_chapter_lacks_is_told_by_the_file_that_lacks_it(tmp_path, con):
    for month in range(1, 6):
        rows = trade([month], without=[("01", 4)])
        receipt = take(con, csv_of(tmp_path / f"{month}.csv", rows))
        assert receipt.gaps == ({"chapter 01": ["2024-04"]} if month == 4 else {})


def test_months_in_which_one_country_lacks_a_chapter_are_told(tmp_path, con):
    rows = [row for row in trade(range(1, 13)) if row[:2] != (HORSES, "5700") or row[3] not in (5, 6)]
    receipt = take(con, csv_of(tmp_path / "t.csv", rows))
    assert receipt.gaps == {"chapter 01 of country 5700 CHINA": ["2024-05", "2024-06"]}


def test_small_trade_and_whole_data_have_no_gaps(tmp_path, con):
    small = [(FANS, "5800", 2024, month, 1, None) for month in (1, 2, 3)]
    receipt = take(con, csv_of(tmp_path / "t.csv", [*trade(range(1, 13)), *small]))
    assert receipt.gaps == {}


def test_a_file_that_repeats_every_value_under_another_zone_is_refused(tmp_path, con):
    header = "hs10,cty_code,time,value,zone"
    rows = f"{SERVERS},2010,2024-01,70,ZONE\n{FANS},2010,2024-01,5,ZONE\n"
    take(con, text_of(tmp_path / "a.csv", f"{header}\n{rows.replace('ZONE', 'a')}"), flow="imports")
    second = text_of(tmp_path / "b.csv", f"{header}\n{rows.replace('ZONE', 'b')}")
    with pytest.raises(BadInputError, match="column zone is 'b' here and 'a' there") as caught:
        take(con, second, flow="imports")
    assert f"{SERVERS}, country 2010, 2024-01: 70 and 70" in caught.value.what
    assert [row[4] for row in facts(con)] == [5, 70]
    take(con, second, flow="imports", revision=True)
    assert [row[4] for row in facts(con)] == [5, 70]


def test_another_download_of_the_same_trade_is_no_other_trade(tmp_path, con):
    header = "hs10,cty_code,time,value,last_update"
    for day in ("1", "2"):
        path = text_of(tmp_path / f"{day}.csv", f"{header}\n{SERVERS},2010,2024-01,70,2024-03-0{day}\n")
        take(con, path, flow="imports")
    assert [row[4] for row in facts(con)] == [70]


@pytest.mark.parametrize("name", ["r.json", "r.csv", "r.json.gz"])
def test_an_empty_download_is_no_month_without_trade(tmp_path, con, name):
    import gzip

    path = tmp_path / name
    path.write_bytes(gzip.compress(b"") if name.endswith(".gz") else b"")
    with pytest.raises(BadInputError, match="is empty, as a download that failed is") as caught:
        take(con, path, flow="imports")
    assert name in caught.value.where
    assert is_empty(con)
