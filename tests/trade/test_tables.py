"""Every table against the same computed in plain Python, to the cent, and what must not change a figure."""

import random
from dataclasses import replace
from fractions import Fraction

import duckdb
import pytest
import trade_oracle as oracle
from hypothesis import given, settings
from hypothesis import strategies as st
from questions import tie_runs
from trade_fixtures import COUNTRIES, GROUP, Row, add_flows, made_up, workspace
from trade_oracle import Oracle

from aitrade.core.errors import AitradeError, BadInputError, UsageError
from aitrade.trade.tables.both_flows import comparable_years
from aitrade.trade.tables.catalogue import SPECS
from aitrade.trade.tables.options import Options
from aitrade.trade.tables.partners import resolve_countries
from aitrade.trade.tables.tables import table
from aitrade.trade.tables.years import full_year, years_in_data
from aitrade.workspace.runs import get_run

ROWS = made_up()
COMPLETE = [2023, 2024, 2025]
SHOWN = [2023, 2024, 2025, 2026]
PAIR = ("8471500150", "0101210010")
LISTS = {"eight": ("84713001", "8415820140"), "four": ("8471", "740311")}


@pytest.fixture(scope="module")
def con():
    con = workspace(ROWS)
    yield con
    con.close()


def assert_same(found, expected):
    """Money agrees to the cent, ratios to twelve digits, everything else exactly; rows and columns in order."""
    assert [list(record) for record in found] == [list(record) for record in expected]
    for mine, theirs in zip(found, expected, strict=True):
        for key, value in theirs.items():
            if not isinstance(value, Fraction):
                assert mine[key] == value, (key, mine, theirs)
            elif key.endswith("_pct") or key.startswith(("share", "growth", "index", "covered_tariff", "other_tariff")):
                assert mine[key] == pytest.approx(float(value), rel=1e-12, abs=1e-10), (key, mine)
            else:
                assert abs(Fraction(mine[key]) - value) * 10**9 < Fraction(1, 100), (key, mine)


def found(con, name, **options):
    return table(con, name, Options(**options)).records()


@pytest.mark.parametrize("flow", ["imports", "exports"])
@pytest.mark.parametrize("chosen", [("High",), ("High", "Medium")])
class TestAgainstPlainPython:
    def test_summary(self, con, flow, chosen):
        expected = oracle.summary(Oracle(ROWS, flow, chosen), SHOWN, 2023, 2025)
        assert_same(found(con, "summary", flow=flow, relevances=chosen), expected)

    def test_top(self, con, flow, chosen):
        expected = oracle.top(Oracle(ROWS, flow, chosen), SHOWN, 2023, 2025, 3)
        assert_same(found(con, "top", flow=flow, relevances=chosen, top=3), expected)

    def test_index(self, con, flow, chosen):
        expected = oracle.index(Oracle(ROWS, flow, chosen), SHOWN, 2023)
        assert_same(found(con, "index", flow=flow, relevances=chosen), expected)

    @pytest.mark.parametrize("by", ["year", "month"])
    def test_share(self, con, flow, chosen, by):
        expected = oracle.share(Oracle(ROWS, flow, chosen), SHOWN, by_month=by == "month")
        assert_same(found(con, "share", flow=flow, relevances=chosen, by=by), expected)

    @pytest.mark.parametrize("denominator", ["world", "paper"])
    def test_countries(self, con, flow, chosen, denominator):
        expected = oracle.countries(Oracle(ROWS, flow, chosen), SHOWN, 2025, 4, denominator)
        options = {"flow": flow, "relevances": chosen, "denominator": denominator, "top": 4}
        assert_same(found(con, "countries", **options), expected)

    @pytest.mark.parametrize("denominator", ["world", "paper"])
    def test_country_categories(self, con, flow, chosen, denominator):
        expected = oracle.country_categories(Oracle(ROWS, flow, chosen), [2024, 2025], 2, denominator)
        options = {"flow": flow, "relevances": chosen, "denominator": denominator, "top": 2, "years": (2024, 2025)}
        assert_same(found(con, "country-categories", **options), expected)

    def test_growth(self, con, flow, chosen):
        expected = oracle.growth(Oracle(ROWS, flow, chosen), [2022, *SHOWN], [2022, *COMPLETE], 2025, 4)
        options = {"flow": flow, "relevances": chosen, "years": (2022, *SHOWN), "top": 4}
        assert_same(found(con, "growth", **options), expected)


@pytest.mark.parametrize("chosen", [("High",), ("High", "Medium")])
def test_counterfactual_by_month(con, chosen):
    sides = Oracle(ROWS, "imports", chosen), Oracle(ROWS, "exports", chosen)
    expected = oracle.counterfactual(*sides, SHOWN, 2023, by_month=True)
    assert_same(found(con, "counterfactual", relevances=chosen, by="month"), expected)


@pytest.mark.parametrize("chosen", [("High",), ("High", "Medium")])
def test_counterfactual(con, chosen):
    sides = Oracle(ROWS, "imports", chosen), Oracle(ROWS, "exports", chosen)
    expected = oracle.counterfactual(*sides, [2021, 2022, 2025], 2024, by_month=False)
    options = {"relevances": chosen, "base_year": 2024, "years": (2021, 2022, 2025)}
    assert_same(found(con, "counterfactual", **options), expected)
    # 2026 has two months of imports and one of exports.
    expected = oracle.counterfactual(*sides, SHOWN, 2023, by_month=False)
    assert [record["period"] for record in expected] == ["2023", "2024", "2025"]
    assert_same(found(con, "counterfactual", relevances=chosen), expected)


@pytest.mark.parametrize("by", ["year", "month"])
def test_tariffs(con, by):
    expected = oracle.tariffs(Oracle(ROWS), SHOWN, 3, by_month=by == "month")
    assert_same(found(con, "tariffs", by=by, top=3), expected)


def test_exemptions():
    con = workspace(ROWS)
    for name, prefixes in LISTS.items():
        con.execute("INSERT INTO exemption_lists VALUES ($1, 'p', 's', now()::TIMESTAMP)", [name])
        con.execute("INSERT INTO exemptions SELECT $1, unnest($2), unnest($2)", [name, list(prefixes)])
    expected = oracle.exemptions(Oracle(ROWS), 2025, LISTS)
    assert_same(found(con, "exemptions", lists=tuple(LISTS)), expected)
    con.close()


def everything(con):
    """Every table, both flows, as one value to compare."""
    return {
        (name, flow): table(con, name, Options(flow=flow))
        for name, spec in SPECS.items()
        for flow in ("imports", "exports")
        if flow == "imports" or not (spec.needs_duty or spec.both_flows)
    }


@pytest.fixture(scope="module")
def all_tables(con):
    return everything(con)


@settings(max_examples=4, deadline=None)
@given(seed=st.integers(0, 10**6), threads=st.integers(1, 4))
def test_the_order_of_rows_and_the_number_of_threads_change_nothing(all_tables, seed, threads):
    rows = ROWS.copy()
    random.Random(seed).shuffle(rows)  # noqa: S311
    other = workspace(rows)
    other.execute(f"SET threads = {threads}")
    assert everything(other) == all_tables
    other.close()


@settings(max_examples=6, deadline=None)
@given(cty=st.sampled_from(sorted({row.cty for row in ROWS})), year=st.sampled_from(COMPLETE))
def test_a_year_imported_whole_beside_its_months_counts_once(con, cty, year):
    whole: dict[str, Row] = {}
    for row in ROWS:
        if (row.flow, row.cty, row.year) == ("imports", cty, year):
            before = whole.get(row.hs10)
            whole[row.hs10] = replace(row, month=0, value=row.value + (before.value if before else 0), duty=None)
    other = workspace(ROWS)
    add_flows(other, whole.values())
    for name in ("summary", "top", "share", "countries", "growth"):
        assert table(other, name).rows == table(con, name).rows
    assert table(other, "index").rows == table(con, "index").rows
    other.close()


def test_country_groups_are_never_counted(con):
    assert con.execute("SELECT count(*) FROM group_flows").fetchone() != (0,)
    assert GROUP not in {record["cty_code"] for record in found(con, "countries", top=0)}
    with pytest.raises(BadInputError, match="group of countries"):
        found(con, "countries", countries=(GROUP,))


def test_countries_restrict_trade_or_choose_rows(con):
    of_mexico = [row for row in ROWS if row.cty == "2010"]
    assert_same(
        found(con, "summary", countries=("mexico",), years=(2024, 2025)),
        oracle.summary(Oracle(of_mexico), [2024, 2025], 2024, 2025),
    )
    everyone = found(con, "countries", top=0)
    assert found(con, "countries", countries=("2010", "China"), top=0) == [
        record for record in everyone if record["cty_code"] in ("2010", "5700")
    ]
    with pytest.raises(BadInputError, match="no country 'Atlantis'"):
        found(con, "countries", countries=("Atlantis",))


@pytest.mark.parametrize("name", ["countries", "country-categories", "growth", "tariffs"])
def test_countries_that_have_no_row_are_named(con, name):
    says = "no row for 4280: none of what the table counts is with them"
    notes = table(con, name, Options(countries=("5700", "4280"))).notes
    assert says in notes
    assert not [note for note in table(con, name, Options(countries=("5700", "2010"))).notes if "no row" in note]
    if name.startswith("count"):  # of the paper's thirty countries, the Philippines are none
        notes = table(con, name, Options(countries=("5700", "5650"), denominator="paper")).notes
        assert says.replace("4280", "5650") in notes
    cut = table(con, name, Options(countries=("5700", "4280"), top=1))
    assert not [note for note in cut.notes if "no row" in note]


@pytest.mark.parametrize(
    ("asked", "codes"),
    [
        (("south korea",), ("5800",)),
        (("Korea, South", "mexico"), ("5800", "2010")),
        (("korea", "south", "mexico"), ("5800", "2010")),
        (("mexico", "korea", "north"), ("2010", "5790")),
        (("Republic of Korea", "5800", "côte d`ivoire"), ("5800", "7480")),
        (("korea", "mexico"), ("5800", "2010")),
        (("gambia", "the"), ("7500",)),
        (("newland", "7999"), ("7998", "7999")),
    ],
)
def test_countries_are_known_by_every_name_that_imports_accept(con, asked, codes):
    con.execute("INSERT OR REPLACE INTO countries VALUES ('7998', 'NEWLAND', 'country')")
    try:
        assert resolve_countries(con, asked) == codes
    finally:
        con.execute("DELETE FROM countries WHERE cty_code = '7998'")


@pytest.mark.parametrize("asked", [("european union",), ("mexico", "0003"), ("4XXX",), ("-",)])
def test_groups_are_no_partner_countries(con, asked):
    with pytest.raises(BadInputError, match="group of countries"):
        resolve_countries(con, asked)


def test_excluded_chapters_can_be_kept(con):
    kept = found(con, "summary", excluded_chapters=("71",), years=(2024,))
    assert kept[-1]["codes"] > found(con, "summary", years=(2024,))[-1]["codes"]


@pytest.mark.parametrize("years", [(2022,), (2023, 2024), (2024, 2026), (2026,)])
@pytest.mark.parametrize("name", [name for name, spec in SPECS.items() if not spec.both_flows])
def test_a_title_promises_no_column_that_is_not_there(con, name, years):
    shown = table(con, name, Options(years=years))
    measures = {column.measure for column in shown.columns}
    assert ("growth" in shown.title) == ("growth" in measures)
    assert ("percent" in shown.title) == (name in ("countries", "country-categories"))
    assert ("= 100" in shown.title) == ("index" in measures)


def test_partial_years_are_shown_but_not_compared(con):
    summary = table(con, "summary")
    assert summary.columns[-1].title == "Change 2023-2025, %"
    assert any("2026 holds only months 1 to 2" in note for note in summary.notes)
    assert [column.name for column in table(con, "growth").columns if column.name.startswith("growth")] == [
        "growth_2023",
        "growth_2024",
        "growth_2025",
    ]


def test_a_year_that_only_some_countries_have_whole_is_part_of_a_year():
    # China's 2025 holds three months, Mexico's is whole: their sum is no year, and China did not shrink by 75%.
    china = [Row("imports", hs10, "5700", y, m, 10, 0) for hs10 in PAIR for y in (2023, 2024) for m in range(1, 13)]
    part = [Row("imports", hs10, "5700", 2025, month, 10, 0) for hs10 in PAIR for month in (1, 2, 3)]
    mexico = [Row("imports", hs10, "2010", year, 0, 120, 0) for hs10 in PAIR for year in (2023, 2024, 2025)]
    con = workspace([*china, *part, *mexico])
    growth = table(con, "growth")
    grown = {(row["cty_code"], row["relevance"]): row["growth_2025"] for row in growth.records()}
    assert {key for key, value in grown.items() if value is None} == {
        ("5700", level) for level in ("High", "Low", "All")
    }
    assert {value for key, value in grown.items() if value is not None} == {0}  # Mexico's, half of all trade
    assert any("lack imports of CHINA (5700) in part of 2025: growth is of" in note for note in growth.notes)
    says = "2025 holds the whole year of some partner countries and only months 1 to 3 of others"
    assert any(says in note for note in growth.notes)
    assert table(con, "summary").columns[-1].title == "Change 2023-2024, %"
    assert any("months of 2023 to 2025 leave out the partner" in note for note in table(con, "index").notes)
    assert full_year(con, ("imports",)) == 2024
    (imports, *_) = held = years_in_data(con, "imports", ())
    assert (imports.complete, held[-1].complete) == (True, False)
    # With China's other months, or without China, the year is complete.
    assert [year.complete for year in years_in_data(con, "imports", ("2010",))] == [True] * 3
    add_flows(con, [replace(part[0], month=month) for month in range(4, 13)])
    assert full_year(con, ("imports",)) == 2025
    con.close()


def test_the_months_of_a_country_that_is_whole_make_no_others_whole():
    # China is there whole and by month, in both flows; of Mexico's imports there are three months.
    months, part = range(13), (1, 2, 3)
    china = [Row(flow, PAIR[0], "5700", 2025, month, 10, 0) for flow in ("imports", "exports") for month in months]
    mexico = [Row("imports", PAIR[0], "2010", 2025, month, 10, 0) for month in part]
    con = workspace([*china, *mexico])
    held = {flow: years_in_data(con, flow, ()) for flow in ("imports", "exports")}
    says = "the whole year of some partner countries and only months 1 to 3 of others"
    assert [held[flow][0].coverage for flow in held] == [says, "the whole year"]
    with pytest.raises(BadInputError, match=f"imports {says}, exports the whole year"):
        comparable_years(held, Options(flow="imports"), by_month=False)
    assert comparable_years(held, Options(flow="imports"), by_month=True)[0].months == tuple(range(1, 13))
    # With the same months of Mexico's exports, what there is of both is alike; it is no year all the same.
    add_flows(con, [replace(row, flow="exports") for row in mexico])
    held |= {"exports": years_in_data(con, "exports", ())}
    (year,) = comparable_years(held, Options(flow="imports"), by_month=False)
    assert (year.coverage, year.complete) == (says, False)
    con.close()


@pytest.mark.parametrize(
    ("name", "first", "says"),
    [
        ("countries", "5700", "the ranking leaves it out, the share of all years counts it"),
        ("country-categories", "2010", "the share of all years, which ranks the countries, counts it"),
        ("tariffs", "2010", "the choice of countries counts it"),
        ("growth", "5700", "changes and rankings leave it out"),
    ],
)
def test_what_a_table_makes_of_a_part_of_a_year_is_said(name, first, says):
    # Mexico leads in January 2026, of which there is no more, and nowhere before.
    value = {("5700", 2024): 10, ("5700", 2025): 10, ("2010", 2025): 1, ("2010", 2026): 10**6}
    periods = [(year, month) for year in (2024, 2025) for month in range(1, 13)] + [(2026, 1)]
    rows = [
        Row("imports", PAIR[0], cty, year, month, value.get((cty, year), 0), 0)
        for cty in ("5700", "2010")
        for year, month in periods
    ]
    con = workspace(rows)
    result = table(con, name, Options(top=1))
    assert {record["cty_code"] for record in result.records()} - {None} == {first}
    assert f"2026 holds only month 1: its values are not those of a year, and {says}" in result.notes
    con.close()


@pytest.mark.parametrize("name", ["countries", "country-categories", "growth"])
def test_of_countries_that_a_sparse_year_does_not_hold_nothing_is_known(name):
    """Of 2025 there is Canada and China alone: the others' trade is not known, that Canada had no High is."""
    year_of = {2024: tuple(COUNTRIES), 2025: ("1220", "5700")}
    con = workspace(
        [
            Row("imports", hs10, cty, year, 0, 5 * 10**9, 0)
            for year, countries in year_of.items()
            for cty in countries
            for hs10 in PAIR
            if (hs10, cty, year) != (PAIR[0], "1220", 2025)
        ]
    )
    rows = [row for row in table(con, name, Options(top=0)).records() if row["cty_code"]]
    assert {row["cty_code"] for row in rows} == set(COUNTRIES)
    for row in rows:
        assert (row["value_2025"] is not None) == (row["cty_code"] in year_of[2025])
        assert row.get("share_2025") is None  # two countries are not the world
    high = [row for row in rows if row["cty_code"] == "1220" and row.get("relevance", "High") == "High"]
    assert [row["value_2025"] for row in high] == [0]
    con.close()


@pytest.mark.parametrize(("value", "known"), [(5, False), (0.01, True)])
def test_a_small_country_without_trade_in_a_year_had_none_and_a_large_one_is_lacking(value, known):
    con = workspace(
        [
            Row("imports", PAIR[0], cty, year, 0, int(1000 * (value if cty == "1220" else 5)), 0)
            for year in (2024, 2025)
            for cty in COUNTRIES
            if (cty, year) != ("1220", 2025)
        ]
    )
    found = table(con, "countries", Options(countries=("1220",)))
    (canada,) = found.records()
    assert (canada["value_2025"], canada["share_2025"]) == ((0, 0) if known else (None, None))
    assert (canada["share_pct"] is not None) == known
    assert any("lack imports of CANADA (1220) in 2025" in note for note in found.notes) != known
    con.close()


def test_nothing_grows_between_years_that_hold_other_countries():
    """Canada's 2025 beside the world's 2024 is no fall of trade, and no ranking of who trades most."""
    held = {2023: tuple(COUNTRIES), 2024: tuple(COUNTRIES), 2025: ("1220",)}
    value = {"1220": 1, "2010": 5}
    con = workspace(
        [Row("imports", PAIR[n], c, y, 0, value.get(c, 2), 0) for y, of in held.items() for c in of for n in (0, 1)]
    )
    growth = table(con, "growth", Options(years=(2024, 2025)))
    grown = {(row["cty_code"], row["relevance"]): row["growth_2025"] for row in growth.records()}
    assert {cty for (cty, _), value in grown.items() if value is not None} == {"1220"}
    assert f"2025 holds 1 partner country, 2023 {len(COUNTRIES)}: they do not compare" in growth.notes
    assert next(record["cty_code"] for record in growth.records() if record["cty_code"]) == "2010"
    assert any("Change 2023-2024" in column.title for column in table(con, "summary", Options()).columns)
    assert table(con, "countries", Options(top=1)).records()[0]["cty_code"] == "2010"
    con.close()


def test_few_partner_countries_are_not_the_world_and_that_is_said():
    con = workspace([Row("imports", PAIR[0], c, 2025, 0, 1, 0) for c in COUNTRIES])
    said = f"the data hold only {len(COUNTRIES)} partner countries: they are all that is summed"
    assert said in table(con, "summary", Options()).notes
    assert said in table(con, "countries", Options(countries=("1220",))).notes  # shares of the world
    assert not [note for note in table(con, "summary", Options(countries=("1220",))).notes if "all that is" in note]
    con.close()


@pytest.mark.parametrize(
    ("name", "options", "says"),
    [
        ("summary", {"years": (2025,)}, None),
        ("summary", {"years": (2024, 2025)}, "2024 holds 2 partner countries, 2025 5: they do not compare"),
        ("growth", {"years": (2025,)}, "2024 holds 2 partner countries, 2025 5: they do not compare"),
        ("index", {"base_year": 2024, "years": (2025,)}, "2024 holds 2 partner countries, 2025 5: they do not compare"),
        (
            "counterfactual",
            {"base_year": 2024, "years": (2025,)},
            "2024 holds 2 partner countries of imports, 2025 5: they do not compare",
        ),
    ],
)
def test_years_that_figures_rest_on_unseen_are_compared_too(name, options, says):
    partners = {2024: tuple(COUNTRIES)[:2], 2025: tuple(COUNTRIES)}
    con = workspace(
        [
            Row(flow, hs10, cty, year, month, 10, 0)
            for flow in ("imports", "exports")
            for year in partners
            for cty in (partners[year] if flow == "imports" else COUNTRIES)
            for month in range(1, 13)
            for hs10 in PAIR
        ]
    )
    notes = [note for note in table(con, name, Options(**options)).notes if "do not compare" in note]
    assert notes == ([says] if says else [])
    con.close()


@pytest.mark.parametrize(
    ("name", "options"),
    [("summary", {}), ("share", {"by": "month"}), ("growth", {"years": (2025,)}), ("index", {"years": (2025,)})],
)
def test_months_that_few_partner_countries_have_are_told(name, options):
    # From July 2024 on, three of five partner countries are not there yet: twelve months, and no year all the same.
    late = [(2024, month) for month in range(7, 13)]
    periods = [(year, month) for year in (2023, 2024, 2025) for month in range(1, 13)]
    few = [
        Row("imports", hs10, cty, year, month, 10, 0)
        for place, cty in enumerate(COUNTRIES)
        for year, month in periods
        for hs10 in PAIR
        if place < 2 or (year, month) not in late
    ]
    says = "fewer than half of the partner countries are there in 2024, months 7 to 12"
    con = workspace(few)
    noted = says in table(con, name, Options(**options)).notes
    assert noted == (name != "index")  # which rests on 2023 and 2025 alone
    # Where the others have their year as a whole, the months that are left are those of all the rest.
    add_flows(con, [Row("imports", PAIR[0], cty, 2024, 0, 10, 0) for cty in tuple(COUNTRIES)[2:]])
    assert says not in table(con, name, Options(**options)).notes
    con.close()


def test_flows_of_which_one_is_whole_are_no_year_that_is_there_twice():
    says = "2025 is there whole and by month"
    whole = [Row("imports", PAIR[0], "5700", 2025, 0, 120, 0)]
    months = [Row("exports", PAIR[0], "5700", 2025, month, 10, None) for month in range(1, 13)]
    con = workspace([*whole, *months])
    options = Options(base_year=2025)
    assert not [note for note in table(con, "counterfactual", options).notes if says in note]
    add_flows(con, [replace(row, flow="imports") for row in months])
    assert [note for note in table(con, "counterfactual", options).notes if says in note]
    con.close()


def test_a_headline_is_of_the_latest_year_that_is_complete_for_all():
    from aitrade.report.headlines import headlines
    from aitrade.report.partial import partial_years
    from aitrade.trade.tables.years import available_years

    rows = [Row("imports", PAIR[0], "2010", year, 0, 10**9, 0) for year in (2024, 2025)]
    rows += [Row("imports", PAIR[0], "5700", 2024, 0, 10**9, 0), Row("imports", PAIR[0], "5700", 2025, 1, 10**8, 0)]
    con = workspace(rows)
    held = {"imports": available_years(con, "imports", ()), "exports": ()}
    assert partial_years(held)["imports"] == {"2025"}
    run = get_run(con, "hand")
    (trade, *_) = headlines({("summary", "imports", "year"): table(con, "summary")}, held, run, 2024)
    assert (trade.value, trade.what) == ("$2.0 bn", "imports of High products in 2024")
    con.close()


def test_headlines_say_where_partner_countries_do_not_compare():
    from aitrade.report.headlines import headlines
    from aitrade.trade.tables.years import available_years

    few, all_of_them = tuple(COUNTRIES)[:2], tuple(COUNTRIES)
    partners = {("imports", 2023): few, ("imports", 2024): all_of_them, ("imports", 2025): all_of_them}
    partners |= {("exports", year): few for year in (2023, 2024, 2025)}
    con = workspace(
        [Row(flow, PAIR[n], c, y, 0, 10**9, None) for (flow, y), of in partners.items() for c in of for n in (0, 1)]
    )
    held = {flow: available_years(con, flow, ()) for flow in ("imports", "exports")}

    def found(base_year):
        options = Options(base_year=base_year)
        names = {("summary", "imports", "year"): "summary", ("counterfactual", "both", "year"): "counterfactual"}
        tables = {key: table(con, name, options) for key, name in names.items()}
        trade, *rest = headlines(tables, held, get_run(con, "hand"), base_year)
        return trade.beside, [headline for headline in rest if "boom" in headline.what]

    trade, balance = found(2023)
    assert "2024-2025: +0%" in trade  # 2023 holds too few of the partner countries to start from
    assert "the data hold only 5 partner countries" in trade
    assert any("lacking imports: PHILIPPINES (5650), CHINA (5700), TAIWAN (5830) in 2023" in line for line in trade)
    assert not balance  # exports go to two of five partners
    assert "2024-2025: +0%" in found(2024)[0]
    for year in (2024, 2025):
        add_flows(con, [Row("exports", PAIR[n], c, year, 0, 10**9, None) for c in all_of_them[2:] for n in (0, 1)])
    held["exports"] = available_years(con, "exports", ())
    (balance,) = found(2024)[1]
    assert balance.what == "added to the deficit by the boom in High products in 2025"
    assert not any("lacking" in line for line in balance.beside)
    con.close()


@pytest.mark.parametrize(
    ("name", "options", "says"),
    [
        ("summary", {"years": (2019,)}, "no imports of 2019"),
        ("index", {"base_year": 2021}, "base year 2021 month by month"),
        ("share", {"by": "month", "years": (2021,)}, "no imports of 2021 month by month"),
        ("summary", {"run": "nobody"}, "no run nobody"),
        ("exemptions", {"lists": ("nobody",)}, "no exemption list 'nobody'"),
        ("summary", {"countries": ("6021",)}, "no imports with 6021"),
    ],
)
def test_missing_data_are_named(con, name, options, says):
    with pytest.raises(BadInputError, match=says) as caught:
        found(con, name, **options)
    assert caught.value.fix


@pytest.mark.parametrize(
    ("name", "options"),
    [
        ("nothing", {}),
        ("summary", {"by": "month"}),
        ("summary", {"top": 3}),
        ("summary", {"denominator": "paper"}),
        ("tariffs", {"flow": "exports"}),
        ("index", {"relevances": ("High", "Low")}),
        ("top", {"interval": 90}),
        ("summary", {"interval": 100}),
        ("summary", {"relevances": ("Highest",)}),
        ("summary", {"excluded_chapters": ("7",)}),
    ],
)
def test_options_that_mean_nothing_are_refused(con, name, options):
    with pytest.raises(UsageError):
        found(con, name, **options)


def test_an_empty_workspace_says_what_to_import():
    con = workspace([])
    for name in SPECS:
        with pytest.raises(AitradeError) as caught:
            table(con, name)
        assert caught.value.fix
        assert "import" in caught.value.fix
    con.close()


def test_imports_alone_leave_the_balance_empty():
    con = workspace([row for row in ROWS if row.flow == "imports"])
    result = table(con, "counterfactual")
    assert [record["balance"] for record in result.records()] == [None] * 4
    assert result.records()[2]["excess_imports"] is not None
    assert any("holds no exports" in note for note in result.notes)
    con.close()


def short_of(flow, left_out):
    """Made-up trade in which a flow lacks some periods, and its two sides."""
    rows = [row for row in ROWS if row.flow != flow or not left_out(row)]
    return rows, (Oracle(rows, "imports"), Oracle(rows, "exports"))


@pytest.mark.parametrize("flow", ["imports", "exports"])
def test_a_balance_is_of_what_both_flows_hold(flow):
    rows, sides = short_of(flow, lambda row: (row.year, row.month) >= (2025, 7))
    con = workspace(rows)
    expected = oracle.counterfactual(*sides, SHOWN, 2023, by_month=False)
    assert [record["period"] for record in expected] == ["2023", "2024"]
    assert_same(found(con, "counterfactual"), expected)
    there = {name: "only months 1 to 6" if name == flow else "the whole year" for name in ("imports", "exports")}
    said = f"2025 (imports {there['imports']}, exports {there['exports']})"
    assert any(f"not held alike: {said}, 2026 (" in note for note in table(con, "counterfactual").notes)
    with pytest.raises(BadInputError, match=r"not held alike: 2025 \(imports") as caught:
        found(con, "counterfactual", years=(2024, 2025))
    assert "by month" in caught.value.fix
    # Its months are compared one by one, up to June.
    expected = oracle.counterfactual(*sides, SHOWN, 2023, by_month=True)
    assert expected[-1]["period"] == "2025-06"
    assert_same(found(con, "counterfactual", by="month"), expected)
    assert any(said in note for note in table(con, "counterfactual", Options(by="month")).notes)
    con.close()


@pytest.mark.parametrize("by", ["year", "month"])
@pytest.mark.parametrize("flow", ["imports", "exports"])
def test_a_flow_without_the_base_year_keeps_its_trade(flow, by):
    rows, sides = short_of(flow, lambda row: row.year == 2023)
    con = workspace(rows)
    expected = oracle.counterfactual(*sides, SHOWN, 2023, by_month=by == "month")
    assert expected[0]["balance"] is not None
    assert expected[0][f"excess_{flow}"] is None
    assert_same(found(con, "counterfactual", by=by), expected)
    notes = table(con, "counterfactual", Options(by=by)).notes
    assert any(f"there are no {flow} of the base year 2023" in note for note in notes)
    con.close()


def test_a_base_year_that_a_flow_holds_in_part_is_told():
    con = workspace(short_of("exports", lambda row: row.year == 2023 and row.month > 3)[0])
    notes = table(con, "counterfactual", Options(years=(2024,))).notes
    assert any("the base year 2023 holds only months 1 to 3 of exports" in note for note in notes)
    con.close()


def test_flows_with_other_partners_do_not_make_a_balance():
    con = workspace([row for row in ROWS if row.flow == "imports" or row.cty == "2010"])
    notes = table(con, "counterfactual", Options(years=(2024,))).notes
    assert any("2024 holds 6 partner countries of imports and 1 partner country of exports" in note for note in notes)
    con.close()


def test_a_run_without_labels_for_the_flow_is_refused():
    con = workspace(ROWS, [{"flow": "exports", "hs10": "8471500000", "relevance": "Low", "category": "Not_DC_Related"}])
    with pytest.raises(BadInputError, match="labels no imports codes"):
        table(con, "summary")
    con.close()


def test_the_latest_finished_run_is_used(con):
    con.execute("INSERT INTO runs VALUES ('begun', 'classification', 'x', '{}', 1, now()::TIMESTAMP, NULL, NULL)")
    tie_runs(con)
    try:
        assert any("labels of run hand" in note for note in table(con, "summary").notes)
    finally:
        con.execute("DELETE FROM runs WHERE run = 'begun'")


def test_every_query_is_deterministic_about_ties():
    rows = [
        Row("imports", hs10, cty, 2023, month, 5, 1)
        for hs10 in ("8471500150", "8471500110", "0101210010")
        for cty in ("2010", "1220")
        for month in range(1, 13)
    ]
    con = workspace(rows)
    assert [record["hs10"] for record in found(con, "top")] == ["8471500110", "8471500150"]
    assert [record["cty_code"] for record in found(con, "countries")] == ["1220", "2010"]
    con.close()


def test_a_workspace_keeps_no_trace_of_a_table(con):
    assert isinstance(con, duckdb.DuckDBPyConnection)
    before = con.execute("SELECT table_name FROM duckdb_tables() WHERE NOT temporary ORDER BY 1").fetchall()
    everything(con)
    assert con.execute("SELECT table_name FROM duckdb_tables() WHERE NOT temporary ORDER BY 1").fetchall() == before
