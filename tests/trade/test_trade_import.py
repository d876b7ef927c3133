"""Imports of trade: keys are summed, months replaced, groups kept apart, and every row accounted for."""

import json
import random
from collections import defaultdict

import duckdb
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from typer.testing import CliRunner

from aitrade.core.errors import BadInputError
from aitrade.trade.ingest.receipt import PeriodicityChange, receipt_lines
from tests.trade_files import (
    FANS,
    HORSES,
    PHONES,
    SERVERS,
    csv_of,
    facts,
    forget,
    held,
    is_empty,
    take,
    text_of,
    workspace,
)

RADIOS, LAPTOPS, PARTS = "8517620090", "8471300100", "8473301180"
CODES = (SERVERS, FANS, HORSES, PHONES)
COUNTRIES = ("2010", "5700", "5830")
rows = st.lists(
    st.tuples(
        st.sampled_from(CODES),
        st.sampled_from(COUNTRIES),
        st.just(2024),
        st.integers(1, 3),
        st.integers(0, 10**12),
        st.one_of(st.none(), st.integers(1000, 10**9)),  # duties of some dollars alone would look like rates
    ),
    min_size=1,
    max_size=25,
    unique_by=lambda row: row[:4],
)


def summed(trade):
    """One row for each key; its duty is unknown where that of a part is."""
    parts = defaultdict(list)
    for *key, value, duty in trade:
        parts[tuple(key)].append((value, duty))
    return sorted(
        (*key, sum(v for v, _ in found), None if any(d is None for _, d in found) else sum(d for _, d in found))
        for key, found in parts.items()
    )


@settings(max_examples=12, deadline=None)
@given(rows, st.randoms(use_true_random=False))
def test_order_parts_and_repetition_change_nothing(tmp_path_factory, trade, rng):
    folder = tmp_path_factory.mktemp("trade")
    con = workspace()
    expected = summed(trade)
    shuffled = rng.sample(trade, len(trade))
    whole = csv_of(folder / "whole.csv", shuffled)
    take(con, whole)
    take(con, whole)
    assert sorted(facts(con)) == expected

    # In parts, each key in one of them, imported in any order and some again.
    place = {row[:4]: rng.randrange(3) for row in trade}
    parts = [csv_of(folder / f"{n}.csv", [r for r in shuffled if place[r[:4]] == n]) for n in set(place.values())]
    forget(con)
    for part in parts + rng.sample(parts, rng.randrange(len(parts) + 1)):
        take(con, part)
    assert sorted(facts(con)) == expected
    con.close()


def test_parts_imported_twice_each_add_up(tmp_path, con):
    trade = [(SERVERS, "2010", 2024, 1, 100, None), (FANS, "2010", 2024, 1, 50, 0)]
    for number, row in enumerate(trade):
        part = csv_of(tmp_path / f"{number}.csv", [row])
        take(con, part)
        take(con, part)
    assert sorted(facts(con)) == sorted(trade)


def test_a_file_imported_again_with_other_columns_takes_back_what_it_brought(tmp_path, con):
    path = text_of(tmp_path / "t.csv", f"hs10,cty_code,shipped,arrived,con_val_mo\n{SERVERS},2010,2023-12,2024-01,5\n")
    take(con, path, columns={"time": "shipped"})
    take(con, path, columns={"time": "arrived"})
    assert facts(con) == [(SERVERS, "2010", 2024, 1, 5, None)]


def test_the_duty_of_a_key_is_unknown_where_that_of_a_part_is(tmp_path, con):
    trade = [(SERVERS, "2010", 2024, 1, 100, 7), (SERVERS, "2010", 2024, 1, 50, None), (FANS, "2010", 2024, 1, 1, 2)]
    receipt = take(con, csv_of(tmp_path / "t.csv", trade))
    assert facts(con) == [(FANS, "2010", 2024, 1, 1, 2), (SERVERS, "2010", 2024, 1, 150, None)]
    assert receipt.rows_merged == 1


def test_threads_change_nothing(tmp_path, con):
    rng = random.Random(5)  # noqa: S311  (made-up trade, no secret)
    trade = [
        (rng.choice(CODES), rng.choice(COUNTRIES), 2024, rng.randint(1, 12), rng.randrange(10**9), rng.randrange(10**6))
        for _ in range(20_000)
    ]
    path = csv_of(tmp_path / "t.csv", trade)
    for threads in (1, 4):
        con.execute(f"SET threads = {threads}")
        take(con, path)
        assert sorted(facts(con)) == summed(trade)


def test_a_revision_replaces_its_month_and_drops_vanished_rows(tmp_path, con):
    same = [(code, cty, 2024, 1, 10, 0) for code in (PHONES, RADIOS) for cty in ("2010", "5700")]
    january = [(SERVERS, "2010", 2024, 1, 100, 1), (FANS, "2010", 2024, 1, 50, 0), (HORSES, "5700", 2024, 1, 7, 0)]
    february = [(SERVERS, "2010", 2024, 2, 110, 1)]
    take(con, csv_of(tmp_path / "first.csv", same + january + february))
    # FANS vanished from Mexico, HORSES from China: headings and countries that the new file covers in January.
    revised = [(SERVERS, "2010", 2024, 1, 90, 2), (HORSES, "2010", 2024, 1, 5, 0), (FANS, "5700", 2024, 1, 3, 0), *same]
    receipt = take(con, csv_of(tmp_path / "second.csv", revised))
    assert sorted(facts(con)) == sorted(revised + february)
    replaced = receipt.replaced
    assert (replaced.imports, replaced.months) == ([1], ["2024-01"])
    assert (replaced.rows_before, replaced.value_before, replaced.rows_after, replaced.value_after) == (7, 197, 7, 138)
    assert (replaced.changed, replaced.gone, replaced.value_gone, replaced.beside) == (3, 2, 57, 0)
    assert replaced.is_revision
    text = "\n".join(receipt_lines(receipt))
    assert "replaced rows of import 1 in 2024-01" in text
    assert "a revision: 3 of the rows before are different now, 2 of them gone without a row" in text
    stored = con.execute("SELECT receipt FROM trade_imports ORDER BY import_id").fetchall()
    assert json.loads(stored[1][0])["replaced"]["value_before"] == 197


def test_files_that_overlap_with_the_same_values_add_up(tmp_path, con):
    # A query split by heading: 8471.30 and a part in the first file, 8471.50 and the same part in the second.
    laptops, part = (LAPTOPS, "2010", 2024, 1, 100, 1), (PARTS, "2010", 2024, 1, 50, 0)
    phones, servers = (PHONES, "2010", 2024, 1, 7, 0), (SERVERS, "2010", 2024, 1, 9, 3)
    take(con, csv_of(tmp_path / "a.csv", [laptops, part, phones]))
    receipt = take(con, csv_of(tmp_path / "b.csv", [part, servers]))
    assert sorted(facts(con)) == sorted([laptops, part, phones, servers])
    replaced = receipt.replaced
    assert (replaced.rows_before, replaced.changed, replaced.gone, replaced.beside) == (1, 0, 0, 2)
    assert not replaced.is_revision
    assert any("no revision" in line for line in receipt_lines(receipt))


def test_a_file_that_leaves_the_duty_open_is_no_revision(tmp_path, con):
    rows = [(code, "2010", 2024, 1, 100, 7) for code in ("8471410150", "8471490000", SERVERS, "8471600000")]
    take(con, csv_of(tmp_path / "a.csv", rows))
    without = "\n".join(f"{code},2010,2024-01,100" for code, *_ in rows[1:])
    path = text_of(tmp_path / "b.csv", f"hs10,cty_code,time,con_val_mo\n{without}\n")
    replaced = take(con, path).replaced
    assert sorted(facts(con)) == sorted(rows)
    assert (replaced.rows_before, replaced.changed, replaced.gone, replaced.beside) == (3, 0, 0, 1)
    # The other way round, what was open becomes known.
    forget(con)
    take(con, path)
    take(con, csv_of(tmp_path / "c.csv", rows[2:]))
    assert [row[5] for row in facts(con)] == [None, 7, 7]


def test_a_file_that_lacks_much_of_what_it_revises_is_refused(tmp_path, con):
    laptops, part, phones = ((code, "2010", 2024, 1, 100, 1) for code in (LAPTOPS, PARTS, PHONES))
    take(con, csv_of(tmp_path / "a.csv", [laptops, part, phones]))
    before = held(con)
    revised, servers = (PARTS, "2010", 2024, 1, 99, 0), (SERVERS, "2010", 2024, 1, 9, 3)
    path = csv_of(tmp_path / "b.csv", [revised, servers])
    with pytest.raises(BadInputError, match=f"1 of the 2 rows .* codes {LAPTOPS}") as caught:
        take(con, path)
    assert held(con) == before
    assert "--revision" in caught.value.fix
    with pytest.raises(BadInputError, match="1 of the 2 rows"):
        take(con, path, replace=True)
    # The heading of phones is not in the file.
    replaced = take(con, path, revision=True).replaced
    assert sorted(facts(con)) == sorted([phones, revised, servers])
    assert (replaced.gone, replaced.value_gone, replaced.beside) == (1, 100, 1)


@pytest.mark.parametrize("said", [{}, {"replace": True}, {"revision": True}])
def test_a_revision_that_only_drops_rows_has_to_be_said(tmp_path, con, said):
    rows = [(code, "2010", 2024, 1, 100, 1) for code in (LAPTOPS, SERVERS, PHONES)]
    take(con, csv_of(tmp_path / "a.csv", rows))
    replaced = take(con, csv_of(tmp_path / "b.csv", rows[1:]), **said).replaced
    assert (replaced.gone, replaced.beside) == ((1, 0) if "revision" in said else (0, 1))
    assert sorted(facts(con)) == sorted(rows[1:] if "revision" in said else rows)


def test_files_of_one_revision_take_nothing_from_each_other(tmp_path):
    from aitrade.cli.app import app

    def run(*files, said=()):
        arguments = ["--workspace", str(tmp_path / "w"), "trade", "import", *map(str, files), *said]
        done = CliRunner().invoke(app, arguments)
        assert done.exit_code == 0, done.output

    gone = ("8471410150", "2010", 2024, 1, 5, 0)
    laptops, part, servers = ((code, "2010", 2024, 1, 100, 1) for code in (LAPTOPS, PARTS, SERVERS))
    run(csv_of(tmp_path / "old.csv", [gone, laptops, part, servers]))
    run(
        csv_of(tmp_path / "a.csv", [laptops, part]),
        csv_of(tmp_path / "b.csv", [(*part[:4], 101, 1), servers]),
        said=["--revision"],
    )
    with duckdb.connect(str(tmp_path / "w" / "aitrade.duckdb")) as con:
        assert sorted(facts(con)) == sorted([laptops, (*part[:4], 101, 1), servers])


def test_the_receipt_says_what_a_year_took_out_of_the_months(tmp_path, con):
    months = [(code, "2010", 2024, m, 10 * m, 1) for code in (SERVERS, HORSES) for m in range(1, 13)]
    elsewhere = (HORSES, "5700", 2024, 1, 3, None)
    take(con, csv_of(tmp_path / "m.csv", [*months, elsewhere]), values="monthly")
    header = "hs10,cty_code,year,con_val_yr"
    servers = text_of(tmp_path / "s.csv", f"{header}\n{SERVERS},2010,2024,800\n")
    receipt = take(con, servers, replace=True)
    assert sorted(facts(con)) == sorted([(SERVERS, "2010", 2024, 0, 800, None), elsewhere])
    assert receipt.replaced.periodicity == PeriodicityChange(["01"], {}, 24, 1560, 12, 780)
    text = "\n".join(receipt_lines(receipt))
    assert "took one another's place: 24 rows and 0.000002 billion dollars went, of these 12 rows" in text
    assert "of chapters that the file does not hold for their country and year (01)" in text
    assert "revision" not in text
    forget(con)
    take(con, tmp_path / "m.csv", values="monthly")
    both = text_of(tmp_path / "b.csv", f"{header}\n{SERVERS},2010,2024,800\n{HORSES},2010,2024,780\n")
    replaced = take(con, both, replace=True).replaced
    years = [(HORSES, "2010", 2024, 0, 780, None), (SERVERS, "2010", 2024, 0, 800, None)]
    assert sorted(facts(con)) == sorted([*years, elsewhere])
    assert (replaced.imports, replaced.months) == ([3], [f"2024-{m:02d}" for m in range(1, 13)])
    assert replaced.periodicity == PeriodicityChange([], {}, 24, 1560, 0, 0)
    assert (replaced.rows_before, replaced.value_before, replaced.rows_after, replaced.value_after) == (
        24,
        1560,
        2,
        1580,
    )
    assert (replaced.changed, replaced.gone) == (0, 0)
    # And back, from other files.
    again = csv_of(tmp_path / "n.csv", [(*row[:4], row[4] + 1, 1) for row in months])
    receipt = take(con, again, replace=True, values="monthly")
    assert receipt.replaced.periodicity == PeriodicityChange([], {"2024": list(range(1, 13))}, 2, 1580, 0, 0)
    assert any(
        "of 2024 the workspace now holds, for these countries, months 1 to 12" in line
        for line in receipt_lines(receipt)
    )
    assert len(facts(con)) == 25


def test_a_month_takes_the_place_of_a_year_and_the_months_that_lack_are_told(tmp_path, con):
    # A January file has fewer codes than the year, and nobody can do better than to import the others after it.
    years = [(SERVERS, "2010", 900), (FANS, "2010", 90), (HORSES, "2010", 9), (SERVERS, "5700", 5)]
    text = "".join(f"{code},{cty},2024,{value}\n" for code, cty, value in years)
    take(con, text_of(tmp_path / "y.csv", f"hs10,cty_code,year,con_val_yr\n{text}"))
    january = csv_of(tmp_path / "1.csv", [(SERVERS, "2010", 2024, 1, 70, 1)])
    with pytest.raises(BadInputError, match="would count twice"):
        take(con, january, revision=True)
    receipt = take(con, january, replace=True)
    # China's year stays: nothing of it is in the file.
    assert [row[:5] for row in facts(con)] == [(SERVERS, "2010", 2024, 1, 70), (SERVERS, "5700", 2024, 0, 5)]
    assert receipt.replaced.periodicity == PeriodicityChange(["01"], {"2024": [1]}, 3, 999, 1, 9)
    text = "\n".join(receipt_lines(receipt))
    assert "took one another's place: 3 rows and 0.000001 billion dollars went, of these 1 " in text
    assert "months 1 only: without months 2 to 12 the year is not complete" in text
    stored = con.execute("SELECT receipt FROM trade_imports ORDER BY import_id DESC").fetchone()
    assert json.loads(stored[0])["replaced"]["periodicity"]["months_present"] == {"2024": [1]}
    take(con, csv_of(tmp_path / "2.csv", [(SERVERS, "2010", 2024, 2, 80, 1)]))
    assert len(facts(con)) == 3
    # The year again: what of it is there already is no revision, and the months are swapped.
    receipt = take(con, tmp_path / "y.csv", replace=True)
    assert (receipt.replaced.rows_before, receipt.replaced.periodicity) == (3, PeriodicityChange([], {}, 2, 150, 0, 0))
    assert any("no revision: the other rows before are the same" in line for line in receipt_lines(receipt))


def test_what_a_revision_does_not_cover_stays_and_is_told(tmp_path, con):
    take(con, csv_of(tmp_path / "all.csv", [(SERVERS, "2010", 2024, 1, 100, 1), (SERVERS, "5700", 2024, 1, 9, 1)]))
    receipt = take(con, csv_of(tmp_path / "mexico.csv", [(SERVERS, "2010", 2024, 1, 90, 1)]))
    assert [row[1:5] for row in facts(con)] == [("2010", 2024, 1, 90), ("5700", 2024, 1, 9)]
    assert receipt.replaced.beside == 1


def test_importing_the_same_file_again_says_that_nothing_changed(tmp_path, con):
    path = csv_of(tmp_path / "t.csv", [(SERVERS, "2010", 2024, 1, 100, 1)])
    take(con, path)
    receipt = take(con, path)
    assert not receipt.replaced.is_revision
    assert any("the rows before are the same now" in line for line in receipt_lines(receipt))


def test_whole_years_and_months_never_count_together(tmp_path, con):
    months = csv_of(tmp_path / "m.csv", [(SERVERS, "2010", 2024, 1, 100, None), (SERVERS, "2010", 2023, 1, 60, None)])
    year = text_of(
        tmp_path / "y.csv", f"hs10,cty_code,year,con_val_yr\n{SERVERS},2010,2024,900\n{SERVERS},5700,2024,5\n"
    )
    take(con, months)
    with pytest.raises(BadInputError, match="would count twice") as caught:
        take(con, year)
    assert "--replace" in caught.value.fix
    assert [row[3] for row in facts(con)] == [1, 1]
    take(con, year, replace=True)
    assert facts(con) == [
        (SERVERS, "2010", 2023, 1, 60, None),
        (SERVERS, "2010", 2024, 0, 900, None),
        (SERVERS, "5700", 2024, 0, 5, None),
    ]
    with pytest.raises(BadInputError, match="by month, the workspace as a yearly total"):
        take(con, months)


def test_a_file_refused_at_its_end_leaves_everything_as_it_was(tmp_path, con):
    first = csv_of(tmp_path / "m.csv", [(SERVERS, "2010", 2024, 1, 100, None), (SERVERS, "5XXX", 2023, 1, 60, None)])
    take(con, first)
    before = facts(con), facts(con, "group_flows")
    # Its countries could go in; its group has 2023 by month already.
    text = f"hs10,cty_code,year,con_val_yr\n{SERVERS},5700,2023,900\n{SERVERS},5XXX,2023,900\n"
    with pytest.raises(BadInputError, match="country 5XXX"):
        take(con, text_of(tmp_path / "y.csv", text))
    assert (facts(con), facts(con, "group_flows")) == before
    assert con.execute("SELECT count(*) FROM trade_imports").fetchall() == [(1,)]


def test_a_file_with_a_year_and_its_months_is_refused(tmp_path, con):
    path = text_of(
        tmp_path / "both.csv", f"hs10,cty_code,time,value\n{SERVERS},2010,2024,900\n{SERVERS},2010,2024-01,5\n"
    )
    with pytest.raises(BadInputError, match="both as a yearly total and by month"):
        take(con, path, flow="imports", replace=True)
    assert is_empty(con)


def test_year_to_date_is_never_added_up(tmp_path, con):
    header = "hs10,cty_code,time,con_val_yr,cal_dut_yr"
    path = text_of(
        tmp_path / "ytd.csv",
        f"{header}\n{SERVERS},2010,2024-11,80,8\n{SERVERS},2010,2024-12,90,9\n{FANS},2010,2023,5,\n",
    )
    receipt = take(con, path)
    assert facts(con) == [(FANS, "2010", 2023, 0, 5, None), (SERVERS, "2010", 2024, 0, 90, 9)]
    assert receipt.rows_dropped == {"year to date before December": 1}


def test_monthly_values_win_over_year_to_date_beside_them(tmp_path, con):
    header = "hs10,cty_code,time,con_val_yr,con_val_mo,cal_dut_yr,cal_dut_mo"
    take(con, text_of(tmp_path / "t.csv", f"{header}\n{SERVERS},2010,2024-02,80,30,8,3\n"))
    assert facts(con) == [(SERVERS, "2010", 2024, 2, 30, 3)]


def test_groups_and_totals_are_kept_apart(tmp_path, con):
    trade = [(SERVERS, cty, 2024, 1, value, 1) for cty, value in (("2010", 70), ("5XXX", 30), ("0003", 20), ("-", 100))]
    receipt = take(con, csv_of(tmp_path / "t.csv", trade))
    assert [row[1] for row in facts(con)] == ["2010"]
    assert [row[1] for row in facts(con, "group_flows")] == ["-", "0003", "5XXX"]
    assert (receipt.holds, receipt.rows_kept, receipt.group_rows) == ("countries and groups", 1, 3)


def test_a_file_without_countries_holds_totals_only_and_says_so(tmp_path, con):
    path = text_of(tmp_path / "totals.csv", f"hs10,time,con_val_mo\n{SERVERS},2024-01,100\n")
    receipt = take(con, path)
    assert receipt.holds == "groups only"
    assert facts(con) == []
    assert facts(con, "group_flows") == [(SERVERS, "-", 2024, 1, 100, None)]
    assert any("no table counts it" in line for line in receipt_lines(receipt))


def test_a_group_that_is_not_listed_is_a_group_all_the_same(tmp_path, con):
    take(con, csv_of(tmp_path / "t.csv", [(SERVERS, "0099", 2024, 1, 1, None)]))
    assert facts(con) == []
    assert con.execute("SELECT kind FROM countries WHERE cty_code = '0099'").fetchone() == ("group",)


def test_the_receipt_names_unknown_codes_missing_months_and_jumps(tmp_path, con):
    con.execute("INSERT INTO codes VALUES ('imports', ?, 'SERVERS', NULL, NULL)", [SERVERS])
    trade = [(SERVERS, "2010", 2024, month, 1000, None) for month in (1, 2, 3, 4, 6, 7, 8)]
    trade += [(FANS, "2010", 2024, 4, 1700, None), (HORSES, "2010", 2024, 4, 1, None)]
    receipt = take(con, csv_of(tmp_path / "t.csv", trade))
    assert (receipt.unknown_codes.codes, receipt.unknown_codes.value) == (2, 1701)
    assert receipt.unknown_codes.examples == [FANS, HORSES]
    assert receipt.missing_months == ["2024-05"]
    assert [(jump.month, jump.value) for jump in receipt.jumps] == [("2024-04", 2701)]
    assert receipt.value_by_year == {"2024": 8701}
    text = "\n".join(receipt_lines(receipt))
    assert "2024-05" in text
    assert FANS in text
    assert "2024-04 jumps" in text


def test_values_beyond_floating_point_are_exact(tmp_path, con):
    trade = [(SERVERS, "2010", 2024, 1, 9_007_199_254_740_993, 1), (SERVERS, "2010", 2024, 1, 2, 1)]
    receipt = take(con, csv_of(tmp_path / "t.csv", trade))
    assert facts(con) == [(SERVERS, "2010", 2024, 1, 9_007_199_254_740_995, 2)]
    assert receipt.value_by_year == {"2024": 9_007_199_254_740_995}


@pytest.mark.parametrize(
    ("types", "values"),
    [
        ("VARCHAR, VARCHAR, VARCHAR, VARCHAR, VARCHAR", "'8471500150', '2010', '2024-02', '100', ''"),
        ("VARCHAR, VARCHAR, DATE, BIGINT, BIGINT", "'8471500150', '2010', '2024-02-01', 100, NULL"),
        ("BIGINT, INTEGER, TIMESTAMP, DOUBLE, DOUBLE", "8471500150, 2010, '2024-02-01', 100, 'nan'"),
        ("VARCHAR, SMALLINT, VARCHAR, DECIMAL(18,2), DECIMAL(18,2)", "'8471.50.01.50', 2010, '2024-02', 100, NULL"),
    ],
)
def test_parquet_columns_of_any_type_are_read_alike(tmp_path, con, types, values):
    names = ("I_COMMODITY", "CTY_CODE", "time", "CON_VAL_MO", "CAL_DUT_MO")
    columns = ", ".join(f"{name} {kind}" for name, kind in zip(names, types.split(", "), strict=True))
    path = tmp_path / "t.parquet"
    duckdb.connect().execute(f"CREATE TABLE t ({columns}); INSERT INTO t VALUES ({values}); COPY t TO '{path}'")
    take(con, path)
    assert facts(con) == [(SERVERS, "2010", 2024, 2, 100, None)]


@pytest.mark.parametrize("zone", ["UTC", "America/New_York", "Asia/Tokyo"])
def test_a_zoned_time_is_of_the_same_month_everywhere(tmp_path, con, zone):
    path = tmp_path / "t.parquet"
    duckdb.connect().execute(
        f"COPY (SELECT '{SERVERS}' AS hs10, '2010' AS cty_code, 5 AS con_val_mo, t AS time FROM (VALUES "
        f"(TIMESTAMPTZ '2024-02-01 00:00:00+00'), (TIMESTAMPTZ '2024-03-31 00:00:00+00')) v(t)) TO '{path}'"
    )
    con.execute(f"SET TimeZone = '{zone}'")
    take(con, path)
    assert [row[3] for row in facts(con)] == [2, 3]


def test_columns_of_other_names_are_said(tmp_path, con):
    text = f"code;usd;when;partner;duties\n{SERVERS};100;2024;South Korea;3\n{SERVERS};50;2024;5700;\n"
    path = text_of(tmp_path / "t.csv", text)
    columns = {"hs10": "code", "value": "usd", "year": "when", "country": "partner", "duty": "duties"}
    take(con, path, flow="imports", columns=columns)
    assert facts(con) == [(SERVERS, "5700", 2024, 0, 50, None), (SERVERS, "5800", 2024, 0, 100, 3)]


def test_a_file_of_both_flows_is_imported_flow_by_flow(tmp_path, con):
    text = f"flow,hs10,cty_code,year,month,value\nimport,{SERVERS},2010,2024,1,5\nexports,{SERVERS},2010,2024,1,7\n"
    path = text_of(tmp_path / "t.csv", text)
    with pytest.raises(BadInputError, match="holds imports and exports"):
        take(con, path)
    for flow in ("imports", "exports"):
        assert take(con, path, flow=flow).rows_dropped == {"other flow": 1}
    assert [row[4] for row in facts(con) + facts(con, flow="exports")] == [5, 7]


def test_pad_gives_codes_and_groups_their_zeros_back(tmp_path, con):
    path = text_of(
        tmp_path / "t.csv", "hs10,cty_code,time,con_val_mo\n101210010,2010,2024-01,5\n101210010,3,2024-01,4\n"
    )
    take(con, path, pad=True)
    assert facts(con) == [(HORSES, "2010", 2024, 1, 5, None)]
    assert facts(con, "group_flows") == [(HORSES, "0003", 2024, 1, 4, None)]


def test_imports_and_exports_do_not_touch_each_other(tmp_path, con):
    take(con, csv_of(tmp_path / "i.csv", [(SERVERS, "2010", 2024, 1, 5, None)]))
    path = text_of(tmp_path / "e.csv", f"E_COMMODITY,CTY_CODE,time,ALL_VAL_MO\n{SERVERS},2010,2024-01,7\n")
    assert take(con, path).flow == "exports"
    assert (len(held(con)), len(held(con, flow="exports"))) == (1, 1)
