"""Parts of trade in several files: they add up where they are apart, and nothing is added twice."""

import pytest

from aitrade.core.errors import BadInputError
from tests.trade_files import FANS, HORSES, SERVERS, facts, take, text_of

HEADER = "hs10,cty_code,time"


def file_of(folder, name, column, *rows):
    """A file with a column that says which part of trade a row is; a row is a code, a part and a value."""
    lines = "".join(f"{code},2010,2024-01,{part},{value}\n" for code, part, value in rows)
    return text_of(folder / name, f"{HEADER},{column},value\n{lines}")


def test_districts_add_up_one_after_the_other(tmp_path, con):
    for district, values in (("10", (100, 20)), ("27", (31, 7)), ("55", (4, 90))):
        path = file_of(
            tmp_path, f"{district}.csv", "district", (SERVERS, district, values[0]), (FANS, district, values[1])
        )
        receipt = take_part(con, path)
    assert [row[4] for row in facts(con)] == [117, 135]
    assert receipt.adds_to == [1, 2]


def take_part(con, path, **options):
    from aitrade.trade.ingest.importing import import_trade
    from aitrade.trade.readers.source import ImportOptions

    (receipt,) = import_trade(con, [path], ImportOptions(flow="imports", part=True, **options))
    return receipt


def test_a_district_that_was_added_before_is_refused_though_its_values_differ(tmp_path, con):
    for name, district, value in (("a.csv", "10", 100), ("b.csv", "27", 31)):
        take_part(con, file_of(tmp_path, name, "district", (SERVERS, district, value)))
    again = file_of(tmp_path, "c.csv", "district", (SERVERS, "10", 101))
    with pytest.raises(BadInputError, match="import 1 holds district 10, the file district 10") as caught:
        take_part(con, again)
    assert f"{SERVERS}, country 2010, 2024-01: 131 and 101" in caught.value.what
    assert [row[4] for row in facts(con)] == [131]


@pytest.mark.parametrize("total", ["-", "All Districts"])
@pytest.mark.parametrize("first", ["total", "part"])
@pytest.mark.parametrize("column", ["district", "zone"])
def test_a_total_is_no_part(tmp_path, con, total, first, column):
    whole = file_of(tmp_path, "whole.csv", column, (SERVERS, total, 100))
    one = file_of(tmp_path, "one.csv", column, (SERVERS, "10", 60))
    before, after = (whole, one) if first == "total" else (one, whole)
    take_part(con, before)
    with pytest.raises(BadInputError, match=f"totals over {column}"):
        take_part(con, after)


def test_a_file_without_districts_is_no_part_of_one_with_them(tmp_path, con):
    take_part(con, file_of(tmp_path, "one.csv", "district", (SERVERS, "10", 60), (FANS, "10", 1)))
    whole = text_of(tmp_path / "whole.csv", f"{HEADER},value\n{SERVERS},2010,2024-01,500\n")
    with pytest.raises(BadInputError, match="no column that says which part of trade its rows are"):
        take_part(con, whole)


def test_a_total_without_a_name_in_a_file_of_its_own_is_found_by_its_sum(tmp_path, con):
    for part, values in (("rp1", (61, 40)), ("Zz", (118, 100))):
        take_part(con, file_of(tmp_path, f"{part}.csv", "rp", (SERVERS, part, values[0]), (FANS, part, values[1])))
    last = file_of(tmp_path, "rest.csv", "rp", (SERVERS, "rp2", 57), (FANS, "rp2", 60))
    with pytest.raises(BadInputError, match="rp Zz is the sum of all other parts"):
        take_part(con, last)


def test_a_total_without_a_name_is_found_in_a_file_that_adds_other_keys_as_well(tmp_path, con):
    """A country's total came first; its parts come with parts of another country, whose values are no total."""
    header = f"{HEADER},rp,value"
    keys = [(code, country) for code in (SERVERS, FANS, HORSES) for country in ("2010", "5700")]

    def write(name, *parts):
        lines = [
            f"{code},{country},2024-01,{part},{value * (1 + place)}"
            for of, part, value in parts
            for place, (code, country) in enumerate(keys)
            if country == of
        ]
        return text_of(tmp_path / name, "\n".join([header, *lines]) + "\n")

    take_part(con, write("a.csv", ("5700", "rp1", 71), ("2010", "Zz", 100)))
    before = facts(con)
    with pytest.raises(BadInputError, match="of country 2010, .* a row is the sum of the others") as caught:
        take_part(con, write("b.csv", ("5700", "rp2", 13), ("2010", "rp3", 60), ("2010", "rp4", 40)))
    assert f"{HORSES}, country 2010, 2024-01: 500 and 500" in caught.value.what
    assert facts(con) == before


def test_a_total_that_some_keys_have_is_found_when_the_last_part_comes(tmp_path, con):
    """District by district, and a file with the totals of a single code, which does not say so."""
    codes = (SERVERS, FANS, HORSES)
    for district, values in (("10", (100, 20, 7)), ("55", (31, 90, 11))):
        rows = [(code, district, value) for code, value in zip(codes, values, strict=True)]
        take_part(con, file_of(tmp_path, f"{district}.csv", "district", *rows))
    take_part(con, file_of(tmp_path, "zz.csv", "district", (SERVERS, "Zz", 231)))
    last = file_of(tmp_path, "last.csv", "district", (SERVERS, "60", 100), (FANS, "60", 3), (HORSES, "60", 2))
    before = facts(con)
    with pytest.raises(BadInputError, match="district Zz is the sum of all other parts, and is their total") as caught:
        take_part(con, last)
    assert f"{SERVERS}, country 2010, 2024-01: 231 and 231" in caught.value.what
    assert facts(con) == before


@pytest.mark.parametrize("columns", [("district",), ("district", "rp")])
def test_totals_that_some_keys_have_count_once_or_are_refused(tmp_path, con, columns):
    header = f"hs10,cty_code,time,{','.join(columns)},value"
    codes = [f"{number:010d}" for number in range(8471500100, 8471500110)]
    rows = [
        f"{code},2010,2024-01,{','.join([part] * len(columns))},{value * (place + 1)}"
        for place, code in enumerate(codes)
        for part, value in (("a", 61), ("b", 40), ("c", 9), *([("Zz", 110)] if place < 3 else []))
    ]
    path = text_of(tmp_path / "t.csv", "\n".join([header, *rows]) + "\n")
    if len(columns) == 1:
        take(con, path, flow="imports")
        assert sum(row[4] for row in facts(con)) == 110 * 55
    else:
        with pytest.raises(BadInputError, match="look like a total beside its parts"):
            take(con, path, flow="imports")


def test_a_part_that_is_the_larger_everywhere_may_be_a_total_and_is_told(tmp_path, con):
    codes = [f"{number:010d}" for number in range(8471500100, 8471500112)]
    take_part(con, file_of(tmp_path, "one.csv", "rp", *((code, "rp1", 60) for code in codes)))
    told = take_part(con, file_of(tmp_path, "two.csv", "rp", *((code, "Zz", 171) for code in codes)))
    assert any(
        "at least as much as the workspace had: it counts twice if it is a total (rp Zz)" in n for n in told.notes
    )
    for name, values in (("three.csv", [7] * 11 + [400]), ("four.csv", [238] + [3] * 10 + [900])):
        rows = [(code, name, value) for code, value in zip(codes, values, strict=True)]
        notes = take_part(con, file_of(tmp_path, name, "rp", *rows)).notes
        alike = [n for n in notes if "the values are the same" in n]
        assert [n.startswith("in 1 codes, countries and months") for n in alike] == [True] * (name == "four.csv")
        assert not any("at least as much" in n for n in notes)


def test_halves_that_no_column_tells_apart_are_added_unless_they_look_like_a_revision(tmp_path, con):
    take(con, text_of(tmp_path / "a.csv", f"{HEADER},value\n{SERVERS},2010,2024-01,100\n"), flow="imports")
    near = text_of(tmp_path / "near.csv", f"{HEADER},value\n{SERVERS},2010,2024-01,99\n")
    with pytest.raises(BadInputError, match="may count trade of the workspace twice"):
        take_part(con, near)
    take_part(con, text_of(tmp_path / "far.csv", f"{HEADER},value\n{SERVERS},2010,2024-01,7\n"))
    assert [row[4] for row in facts(con)] == [107]


def test_a_single_district_does_not_take_the_place_of_all_trade(tmp_path, con):
    take(con, text_of(tmp_path / "a.csv", f"{HEADER},value\n{SERVERS},2010,2024-01,100\n"), flow="imports")
    one = file_of(tmp_path, "one.csv", "district", (SERVERS, "10", 95))
    with pytest.raises(BadInputError, match="the file district 10"):
        take(con, one, flow="imports")
    assert [row[4] for row in facts(con)] == [100]
