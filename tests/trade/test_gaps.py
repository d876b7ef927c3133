"""What the data lack of a country, a chapter, a month, a flow, labels or duties: told by every table, and not compared.

Trade of two years, month by month, of five countries in three chapters, from which something is taken away. What tables
give is compared with plain Python over what both sides hold.
"""

from dataclasses import replace

import pytest
from trade_fixtures import COUNTRIES, Row, workspace

from aitrade.core.errors import BadInputError
from aitrade.core.table import Note
from aitrade.report.drawing import chart
from aitrade.report.figures import BUILDERS
from aitrade.report.headlines import headlines
from aitrade.trade.tables.catalogue import SPECS
from aitrade.trade.tables.gaps import Gap, gap_notes
from aitrade.trade.tables.options import Options
from aitrade.trade.tables.tables import table
from aitrade.trade.tables.years import available_years
from aitrade.workspace.runs import add_warning, get_run

HIGH, LOW, LOW2, NONE = "8471500150", "8703230110", "0101210010", "9013800000"
CODES = (HIGH, LOW, LOW2)
WEIGHT = dict(zip(COUNTRIES, (7, 11, 13, 5, 3), strict=True))
YEARS = (2023, 2024)


def trade(flow="imports", codes=CODES):
    """Months of two years; values differ by code, country and month, and grow at rates that differ too."""
    return [
        Row(flow, hs10, cty, year, month, (place + 1) * weight * (100 + month) * (10 + (year - 2023) * (weight % 4)), 1)
        for place, hs10 in enumerate(codes)
        for cty, weight in WEIGHT.items()
        for year in YEARS
        for month in range(1, 13)
    ]


COMPLETE = [*trade(), *trade("exports")]
GAPS = {
    "country": lambda row: (row.cty, row.year) == ("2010", 2024),
    "half a country": lambda row: (row.cty, row.year) == ("2010", 2024) and row.month > 6,
    "country before": lambda row: (row.cty, row.year) == ("2010", 2023),
    "chapter": lambda row: (row.hs10, row.year) == (LOW, 2024),
    "chapter of a country": lambda row: (row.cty, row.hs10, row.year) == ("2010", LOW, 2024),
    "month of a country": lambda row: (row.cty, row.year, row.month) == ("2010", 2024, 5),
}
NAMED = {"chapter": "chapter 87 in 2024", "chapter of a country": "chapter 87 of MEXICO (2010) in 2024"}


def boom(rows):
    """Have imports of High products grow unlike those of Low ones, without which no counterfactual is drawn."""
    booms = "imports", HIGH, 2024
    return [replace(row, value=2 * row.value) if (row.flow, row.hs10, row.year) == booms else row for row in rows]


def named(gap):
    return NAMED.get(gap, "MEXICO (2010) in 2")


def is_lacking(gap, row):
    """Whether the data lack a part of the trade that a row is of, in one of the years."""
    of_chapter, of_country = row.hs10 == LOW, row.cty == "2010"
    return {"chapter": of_chapter, "chapter of a country": of_chapter and of_country}.get(gap, of_country)


def options(name):
    return Options(by="month" if name == "index" else None, base_year=2023)


@pytest.mark.parametrize(
    ("name", "gap"),
    [(name, gap) for name in SPECS for gap in GAPS if (name, gap) != ("exemptions", "country before")],  # of 2024 alone
)
def test_every_table_tells_the_gap_of_a_country_or_chapter(name, gap):
    con = workspace([row for row in COMPLETE if row.flow == "exports" or not GAPS[gap](row)])
    notes = [note for note in table(con, name, options(name)).notes if isinstance(note, Note) and note.kind == "gaps"]
    assert any(named(gap) in note and "imports" in note for note in notes), notes
    con.close()


@pytest.mark.parametrize("name", SPECS)
def test_nothing_is_lacking_in_complete_data(name):
    con = workspace(COMPLETE)
    kinds = {note.kind for note in table(con, name, options(name)).notes if isinstance(note, Note)}
    assert not kinds & {"gaps", "labels", "duty"}
    con.close()


def alike(rows, gap, *levels):
    """Sums by year of the codes and countries that neither year lacks anything of."""
    kept = [row for row in rows if not is_lacking(gap, row) and row.hs10 in levels]
    return {year: sum(row.value for row in kept if row.year == year) for year in YEARS}


def percent_change(sums):
    return pytest.approx(100 * (sums[2024] / sums[2023] - 1), rel=1e-12)


@pytest.mark.parametrize("gap", GAPS)
def test_changes_are_of_what_both_years_hold(gap):
    rows = [row for row in trade() if not GAPS[gap](row)]
    con = workspace(rows)
    levels = {"High": (HIGH,), "Low": (LOW, LOW2), "All": CODES}
    expected = {level: alike(rows, gap, *codes) for level, codes in levels.items()}
    summary = {row["relevance"]: row for row in table(con, "summary").records() if row["category"] is None}
    world = {row["relevance"]: row for row in table(con, "growth").records() if row["cty_code"] is None}
    held = 2 * expected["All"][2023] >= sum(row.value for row in rows if row.year == 2023)
    for level, sums in expected.items():
        for found in (summary[level]["change_pct"], world[level]["growth_2024"]):
            assert (found == percent_change(sums)) if held else found is None
    (top,) = table(con, "top").records()
    assert (top["change_pct"] == percent_change(expected["High"])) if held else top["change_pct"] is None
    mexico = [row for row in table(con, "growth").records() if row["cty_code"] == "2010"]
    assert gap.startswith("chapter") or {row["growth_2024"] for row in mexico} == {None}
    con.close()


@pytest.mark.parametrize("gap", GAPS)
def test_an_index_is_of_what_its_month_and_the_base_year_hold(gap):
    rows = [row for row in trade() if not GAPS[gap](row)]
    con = workspace(rows)
    held = {(row.cty, row.hs10[:2], row.year, row.month) for row in rows}
    for record in table(con, "index").records():
        year, month = (int(part) for part in record["month"].split("-"))
        needed = [(year, month), *((2023, m) for m in range(1, 13))]
        kept = [row for row in rows if all((row.cty, row.hs10[:2], *when) in held for when in needed)]
        now = sum(row.value for row in kept if (row.year, row.month) == (year, month))
        base = sum(row.value for row in kept if row.year == 2023)
        whole = sum(row.value for row in rows if row.year == 2023)
        if 2 * base >= whole:
            assert record["index_all"] == pytest.approx(100 * 12 * now / base, rel=1e-12)
        else:
            assert record["index_all"] is None
    con.close()


def test_shares_are_of_the_countries_that_hold_the_year():
    rows = [row for row in trade() if not GAPS["half a country"](row)]
    con = workspace(rows)
    records = {row["cty_code"]: row for row in table(con, "countries").records()}
    value = {
        (cty, year): sum(r.value for r in rows if (r.cty, r.year, r.hs10) == (cty, year, HIGH))
        for cty in COUNTRIES
        for year in YEARS
    }
    others = [cty for cty in COUNTRIES if cty != "2010"]
    mexico = records["2010"]
    assert (mexico["share_2024"], mexico["share_pct"]) == (None, None)
    assert mexico["value_2024"] == value["2010", 2024] / 1e9
    assert mexico["share_2023"] == pytest.approx(100 * value["2010", 2023] / sum(value[c, 2023] for c in COUNTRIES))
    for cty in others:
        assert records[cty]["share_2024"] == pytest.approx(100 * value[cty, 2024] / sum(value[c, 2024] for c in others))
    assert sum(records[cty]["share_pct"] for cty in others) == pytest.approx(100)
    con.close()


@pytest.mark.parametrize("name", ["countries", "country-categories"])
def test_a_country_that_lacks_a_counted_chapter_has_no_share_of_the_year(name):
    def shares(hs10):
        con = workspace([row for row in trade() if (row.cty, row.hs10, row.year) != ("2010", hs10, 2024)])
        records = {row["cty_code"]: row for row in table(con, name, Options(top=0)).records()}
        con.close()
        return records

    of_others = shares(LOW)  # no code of chapter 87 counts
    counted = {cty: sum(r.value for r in trade(codes=(HIGH,)) if (r.cty, r.year) == (cty, 2024)) for cty in COUNTRIES}
    assert of_others["2010"]["share_2024"] == pytest.approx(100 * counted["2010"] / sum(counted.values()))
    of_counted = shares(HIGH)
    assert (of_counted["2010"]["share_2024"], of_counted["2010"]["share_pct"]) == (None, None)
    assert sum(row["share_2024"] for row in of_counted.values() if row["cty_code"] != "2010") == pytest.approx(100)


def test_chance_explains_a_chapter_of_a_country_with_few_rows():
    """Of a chapter that a country trades in now and then, nobody can say that a month is lacking."""
    months = [(2023, 3), (2023, 9), (2024, 2), (2024, 11)]
    rows = [
        replace(row, cty="5650") for row in trade(codes=(LOW,)) if row.cty == "1220" and (row.year, row.month) in months
    ]
    con = workspace([*(row for row in trade() if (row.cty, row.hs10) != ("5650", LOW)), *rows])
    assert not any(isinstance(note, Note) and note.kind == "gaps" for note in table(con, "summary").notes)
    con.close()


def test_two_countries_are_not_called_the_world():
    con = workspace([row for row in trade() if row.cty in ("1220", "2010")])
    assert "percent of the 2 partner countries in the data" in table(con, "countries").title
    con.close()


def test_a_balance_is_of_the_countries_that_both_flows_hold():
    rows = [row for row in COMPLETE if row.flow == "imports" or row.cty != "2010"]
    con = workspace(rows)
    of_2024 = table(con, "counterfactual").records()[1]
    both = [row for row in rows if row.cty != "2010" and row.year == 2024]
    balance = sum(row.value if row.flow == "exports" else -row.value for row in both)
    assert of_2024["balance"] == balance / 1e9
    assert of_2024["imports"] == sum(r.value for r in rows if (r.flow, r.year) == ("imports", 2024)) / 1e9
    con.close()
    # Of imports from two countries and exports to three others there is none.
    of = {"imports": ("1220", "2010"), "exports": ("5700", "5830", "5650")}
    con = workspace([row for row in COMPLETE if row.cty in of[row.flow]])
    found = table(con, "counterfactual")
    for record in found.records():
        assert {record[name] for name in ("balance", "net_effect", "counterfactual_balance", "reduction_pct")} == {None}
        assert record["imports"] > 0 < record["exports"]
    assert any("lack exports of MEXICO (2010), CANADA (1220)" in note for note in found.notes)
    con.close()


def test_a_flow_that_is_lacking_and_the_base_year_are_told():
    con = workspace(trade())
    found = table(con, "counterfactual")
    assert any("holds no exports" in note for note in found.notes)
    assert "2023 is the base year: its excess is nothing by construction" in found.notes
    assert {record["balance"] for record in found.records()} == {None}
    con.close()


@pytest.mark.parametrize("name", SPECS)
def test_every_table_tells_a_month_that_is_lacking_altogether(name):
    con = workspace([row for row in COMPLETE if (row.flow, row.year, row.month) != ("imports", 2024, 5)])
    asked = replace(options(name), years=(2024,)) if name == "exemptions" else options(name)  # of the last full year
    notes = table(con, name, asked).notes
    assert any("2024" in note and ("months 1 to 4, 6 to 12" in note or "2024-05" in note) for note in notes), notes
    con.close()


@pytest.mark.parametrize("name", SPECS)
def test_every_table_tells_a_flow_that_is_lacking(name):
    con = workspace(trade("exports"))
    if name == "counterfactual":
        found = table(con, name)
        assert any("holds no imports" in note for note in found.notes)
        assert {record["balance"] for record in found.records()} == {None}
    else:
        with pytest.raises(BadInputError, match="the workspace holds no (imports|calculated duty on imports)"):
            table(con, name, options(name))
    con.close()


@pytest.mark.parametrize("name", SPECS)
def test_every_table_tells_the_trade_without_a_label(name):
    rows = [replace(row, hs10=NONE) if row.hs10 == HIGH and row.year == 2024 else row for row in COMPLETE]
    con = workspace(rows)
    used = YEARS if name != "exemptions" else (2024,)
    of_years = [row for row in rows if row.flow == "imports" and row.year in used]
    without, whole = sum(row.value for row in of_years if row.hs10 == NONE) / 1e9, sum(r.value for r in of_years) / 1e9
    (note,) = (
        note
        for note in table(con, name, options(name)).notes
        if isinstance(note, Note) and note.kind == "labels" and "of imports" in note
    )
    share = f"{100 * without / whole:.2f}%"
    assert note.startswith(f"{without:,.2f} of {whole:,.2f} billion dollars of imports ({share}, 1 code) have no label")
    assert NONE in note
    of_2024 = sum(row.value for row in of_years if row.year == 2024) / 1e9
    assert f"by year 2024 {without:,.2f} of {of_2024:,.2f}" in note
    assert f"covers {100 - 100 * without / whole:.2f}% of the value" in note
    con.close()


@pytest.mark.parametrize("name", ["tariffs", "exemptions"])
def test_rates_name_the_countries_whose_duty_is_unknown(name):
    rows = [replace(row, duty=None) if row.cty == "5700" else row for row in trade()]
    con = workspace(rows)
    used = YEARS if name == "tariffs" else (2024,)
    of_years = [row for row in rows if row.year in used]
    share = sum(row.value for row in of_years if row.duty is None) / sum(row.value for row in of_years)
    (note,) = (note for note in table(con, name).notes if isinstance(note, Note) and note.kind == "duty")
    assert f"({100 * share:.2f}%) is unknown, most of it of CHINA (100.00% of its value)" in note
    assert "two rates can be of other countries" in note
    con.close()


@pytest.mark.parametrize("name", SPECS)
def test_charts_carry_what_their_tables_tell(name):
    rows = [replace(row, hs10=NONE) if row.hs10 == LOW2 else row for row in COMPLETE]
    rows = [replace(row, duty=None) if row.cty == "5700" else row for row in rows if not GAPS["country"](row)]
    con = workspace(boom(rows))
    flow = "both" if name == "counterfactual" else "imports"
    figure = BUILDERS[name]({flow: table(con, name, options(name))})
    con.close()
    drawn = chart(figure).to_dict()["title"]["subtitle"]
    for says in ("lacking imports: MEXICO (2010) in 2024", "has no label in run hand", "labels of run hand"):
        assert any(says in line for line in drawn), drawn
    assert any("duty unknown for" in line for line in drawn) == (name == "tariffs")


def test_the_largest_of_what_is_lacking_is_named_first():
    value = dict(zip(COUNTRIES, (7, 11, 13, 5, 3), strict=True))
    few = [row for row in trade() if row.year == 2023 or row.cty == "1220"]
    con = workspace(few)
    note = next(note for note in table(con, "summary", options("summary")).notes if "lack imports" in note)
    order = sorted((cty for cty in COUNTRIES if cty != "1220"), key=lambda cty: -value[cty])
    assert [note.index(f"({cty})") for cty in order] == sorted(note.index(f"({cty})") for cty in order)
    con.close()


def test_years_that_lack_the_same_are_told_once():
    def gap(name, year, months=(), whole=True):
        return Gap("imports", name, None, None, year, months, whole)

    gaps = [gap("1", 2022), gap("2", 2022), gap("1", 2023), gap("2", 2023), gap("1", 2024, (3,), whole=False),
            gap("1", 2025), gap("2", 2025), gap("3", 2026)]  # fmt: skip
    (note,) = gap_notes(gaps, range(2020, 2030), "figures")
    assert note.brief == "lacking imports: 1, 2 in 2022 to 2023, 2025; 1 in 2024 month 3; 3 in 2026"


def cards_of(rows):
    """The cards of a report on trade, by their first words."""
    con = workspace(rows)
    held = {flow: available_years(con, flow, ()) for flow in ("imports", "exports")}
    keys = [("summary", "exports"), ("counterfactual", "both")] if held["exports"] else []
    keys += [("summary", "imports"), ("tariffs", "imports"), ("exemptions", "imports")]
    tables = {
        (name, flow, "year"): table(con, name, Options(flow="exports" if flow == "exports" else "imports"))
        for name, flow in keys
    }
    *cards, _ = headlines(tables, held, get_run(con, "hand"), 2023)
    con.close()
    return {"deficit" if "deficit" in card.what else card.what.split(" in ")[0]: card for card in cards}


OF_IMPORTS = ["imports of High products", "tariff on High imports", "of High imports"]


@pytest.mark.parametrize(
    ("card", "gap"),
    [
        (card, gap)
        for card in (*OF_IMPORTS, "deficit")
        for gap in GAPS
        if (card, gap) != ("of High imports", "country before")
    ],
)
def test_every_card_tells_the_gap_of_a_country_or_chapter(card, gap):
    cards = cards_of([row for row in COMPLETE if row.flow == "exports" or not GAPS[gap](row)])
    assert any(named(gap) in line and "imports" in line for line in cards[card].beside), cards[card]
    assert not any("lacking" in line for line in cards["exports of High products"].beside)


def test_cards_are_of_the_latest_year_that_lacks_no_month():
    cards = cards_of([row for row in COMPLETE if (row.flow, row.year, row.month) != ("imports", 2024, 5)])
    assert {name: card.what.split(" in ")[-1] for name, card in cards.items() if name != "of High imports"} == {
        "imports of High products": "2023",
        "exports of High products": "2024",
        "tariff on High imports": "2023",
    }
    assert " in 2023 on " in cards["of High imports"].what
    only = [row for row in COMPLETE if row.flow == "imports" and row.year == 2024 and row.month != 5]
    for card in cards_of(only).values():
        assert "2024 (part of the year)" in card.what


def test_there_is_no_card_of_a_flow_that_is_lacking():
    assert list(cards_of(trade())) == OF_IMPORTS


@pytest.mark.parametrize("name", SPECS)
def test_tables_and_charts_carry_the_warnings_of_their_run(name):
    con = workspace(boom(COMPLETE))
    add_warning(con, "hand", "no calibration checked it")
    flow = "both" if name == "counterfactual" else "imports"
    made = table(con, name, options(name))
    con.close()
    assert "warning about run hand: no calibration checked it" in made.notes
    assert "no calibration checked it" in "\n".join(chart(BUILDERS[name]({flow: made})).to_dict()["title"]["subtitle"])


def test_cards_carry_what_their_tables_tell():
    rows = [replace(row, hs10=NONE) if row.hs10 == LOW2 else row for row in COMPLETE]
    rows = [replace(row, duty=None) if row.cty == "5700" else row for row in rows]
    by_name = cards_of([row for row in rows if row.flow == "exports" or not GAPS["half a country"](row)])
    assert sorted(by_name) == sorted([*OF_IMPORTS, "exports of High products", "deficit"])
    assert any("has no label in run hand" in line for line in by_name["exports of High products"].beside)
    cards = [by_name[name] for name in (*OF_IMPORTS, "deficit")]
    for card in cards:
        for says in ("lacking imports: MEXICO (2010) in 2024", "has no label in run hand", "labels of run hand"):
            assert any(says in line for line in card.beside), card
    assert any("duty unknown for" in line and "CHINA" in line for line in cards[1].beside)
