"""Tables on real data: US imports of 2024 by HS10 and country, and the paper's own labels for half of the codes."""

import pytest
from trade_fixtures import SHARED, sum_all_chapters, workspace

from aitrade.trade.paper.replicate import replicate
from aitrade.trade.tables.exemptions import import_list, read_list, shipped_lists
from aitrade.trade.tables.options import Options
from aitrade.trade.tables.tables import table

TRADE = SHARED / "trade" / "imports_2024_hs10_country.parquet"
LISTS = SHARED / "exemptions"
pytestmark = pytest.mark.skipif(not TRADE.exists(), reason=f"{SHARED} is not there")


@pytest.fixture(scope="module")
def con():
    con = workspace([], [])
    con.execute(
        f"INSERT INTO flows SELECT 'imports', hs10, cty_code, year, 0, con_val_yr, cal_dut_yr, 1 FROM '{TRADE}'"
    )
    sum_all_chapters(con)
    con.execute("DELETE FROM countries")
    con.execute(f"INSERT INTO countries SELECT DISTINCT cty_code, cty_name, 'country' FROM '{TRADE}'")
    con.execute(
        "INSERT INTO predictions SELECT 'hand', flow || 's', hs10, NULL, relevance, category, NULL, "
        f"'human', NULL FROM read_csv('{SHARED / 'reference' / 'labels_dev.csv'}', all_varchar = true)"
    )
    for name, file in (("annex_ii", "annex-II-exemptions"), ("section_122", "section122-product-exemptions")):
        import_list(con, LISTS / f"{file}.csv", name)
    yield con
    con.close()


def by_label(con, options=None):
    return {(row["relevance"], row["category"]): row for row in table(con, "summary", options or Options()).records()}


def check_golden(con):
    rows = by_label(con)
    value = {label: round(row["value_2024"], 4) for label, row in rows.items()}
    assert value["All", None] == 2792.2258
    assert value["High", None] == 265.0202
    assert value["Low", None] == 1062.1976
    assert value["Medium", None] == 188.4268
    assert value["High", "Compute_Hardware"] == 91.3404
    assert value["High", "Electrical_Power"] == 72.9629
    assert value["High", "Networking_Telecom"] == 64.3098
    assert value["High", "Cooling_HVAC"] == 28.3169
    assert value["High", "Building_Structure"] == 7.7658
    assert rows["All", None]["codes"] == 18364
    assert rows["High", None]["codes"] == 318
    assert value["Unlabelled", None] == pytest.approx(2792.2258 - 265.0202 - 1062.1976 - 188.4268, abs=2e-4)
    countries = table(con, "countries", Options(top=0)).records()
    assert [(row["country"], round(row["share_2024"], 2)) for row in countries[:4]] == [
        ("MEXICO", 17.66),
        ("TAIWAN", 17.62),
        ("CHINA", 10.78),
        ("VIETNAM", 9.46),
    ]
    everywhere = con.execute("SELECT count(DISTINCT cty_code) FROM flows WHERE substr(hs10, 1, 2) NOT IN ('27', '71')")
    assert everywhere.fetchone() == (233,)
    assert sum(row["share_2024"] for row in countries) == pytest.approx(100)


def test_golden_figures(con):
    check_golden(con)


def test_the_european_union_beside_its_members_changes_nothing(con):
    con.execute(
        "INSERT INTO group_flows SELECT 'imports', hs10, cty_code, year, 0, con_val_yr, cal_dut_yr, 2 "
        f"FROM '{SHARED / 'trade' / 'imports_2024_hs10_EU_group.parquet'}'"
    )
    check_golden(con)


def test_high_and_medium_together(con):
    rows = by_label(con, Options(relevances=("High", "Medium")))
    assert round(rows["High+Medium", None]["value_2024"], 4) == round(265.020223661 + 188.4268, 4)


def test_the_paper_takes_its_shares_of_thirty_countries(con):
    rows = table(con, "countries", Options(denominator="paper", top=0)).records()
    assert len(rows) == 30
    assert sum(row["share_2024"] for row in rows) == pytest.approx(100)


def test_the_shipped_list_covers_the_codes_that_the_paper_lists(con):
    nomenclature = [
        code
        for (code,) in con.execute(
            f"SELECT hs10 FROM read_csv('{SHARED / 'nomenclature' / 'imports_hs10.csv'}', all_varchar = true)"
        ).fetchall()
    ]
    listed = {entry.entry for entry in read_list(LISTS / "consumer_electronics_EO14257_apr11.csv")}
    headings = tuple(entry.prefix for entry in read_list(shipped_lists()["consumer_electronics_2025-04-11"]))
    covered = {code for code in nomenclature if code.startswith(headings)}
    traded = {code for (code,) in con.execute("SELECT DISTINCT hs10 FROM flows").fetchall()}
    assert covered >= listed
    assert covered & traded == listed & traded


def test_padded_headings_cover_the_codes_below_them(con):
    rows = {
        (row["list"], row["relevance"]): row["codes_covered"]
        for row in table(con, "exemptions").records()
        if row["category"] is None
    }
    padded = con.execute(
        "SELECT count(DISTINCT hs10) FROM flows WHERE substr(hs10, 1, 2) NOT IN ('27', '71', '98', '99') AND hs10 IN "
        f"(SELECT HTSUS FROM read_csv('{LISTS / 'annex-II-exemptions.csv'}', all_varchar = true))"
    ).fetchone()[0]
    assert rows["annex_ii", "All"] > padded
    assert rows["any", "High"] >= rows["section_122", "High"]


def test_replicate_says_what_agrees_and_what_is_missing(con):
    lines = {row["figure"]: row for row in replicate(con).records()}
    assert lines["imports.total.2024"]["agrees"] == "yes"
    assert lines["imports.codes"] | {"statement": ""} == {
        "figure": "imports.codes",
        "statement": "",
        "unit": "codes",
        "published": 18364,
        "computed": 18364,
        "difference": 0,
        "agrees": "yes",
        "why": None,
    }
    assert lines["imports.high.2024"]["difference"] == pytest.approx(265.020223661 - 466.32)
    assert "no imports of 2025" in lines["imports.high.2025"]["why"]
    assert "holds no exports" in lines["exports.high.2023"]["why"]
    assert "month by month" in lines["imports.index_high.2026-01"]["why"]
    assert all((line["computed"] is None) == bool(line["why"]) for line in lines.values())
