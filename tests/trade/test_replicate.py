"""The published figures: complete, well formed, and each found in the table that it names."""

import json
from dataclasses import replace
from functools import cache

import pytest
from trade_fixtures import SHARED, Row, add_flows, made_up, workspace

from aitrade.trade.paper.paper_figures import load_paper_figures
from aitrade.trade.paper.replicate import replicate
from aitrade.trade.tables.partners import paper_countries
from aitrade.trade.tables.tables import table


def test_every_figure_names_a_column_of_its_table():
    con = workspace(made_up())

    @cache
    def columns(name, options):
        return {column.name for column in table(con, name, replace(options, lists=())).columns}

    for figure in load_paper_figures().figures:
        assert {*figure.row, *figure.columns} <= columns(figure.table, figure.options), figure.id
    con.close()


def test_a_figure_computes_where_its_row_is_there():
    con = workspace(of_the_world())
    lines = {row["figure"]: row for row in replicate(con).records()}
    summary = {(row["relevance"], row["category"]): row for row in table(con, "summary").records()}
    high = summary["High", None]
    compute = summary["High", "Compute_Hardware"]
    years = ("value_2023", "value_2024", "value_2025")
    assert lines["imports.high.2025"]["computed"] == high["value_2025"]
    assert lines["imports.high.2025"]["difference"] == high["value_2025"] - 654.0
    assert lines["imports.compute_hardware.share_of_high"]["computed"] == pytest.approx(
        100 * sum(compute[year] for year in years) / sum(high[year] for year in years)
    )
    assert lines["imports.fire_safety_security.2025"]["why"] == (
        "table summary has no row with relevance High, category Fire_Safety_Security"
    )
    assert "no exemption list 'annex_ii'" in lines["exemptions.any"]["why"]
    con.close()


def of_the_world():
    """The made-up trade, and a dollar a year of some hundred further countries, of which the data hold too few else."""
    further = [
        Row(flow, "0101210010", f"{4000 + number}", year, 0, 1, 0)
        for flow in ("imports", "exports")
        for number in range(150)
        for year in (2022, 2023, 2024, 2025)
    ]
    return [*made_up(), *further]


def test_figures_of_few_countries_or_of_a_part_of_a_year_cannot_be_computed():
    con = workspace(made_up())
    lines = {row["figure"]: row for row in replicate(con).records()}
    assert {row["agrees"] for row in lines.values()} == {None}
    assert lines["imports.high.2024"]["why"] == "cannot be computed: of 2024 the data hold 6 of 233 countries"
    con.close()
    con = workspace([row for row in of_the_world() if row.year != 2024 or row.month < 7])
    con.execute("DELETE FROM flows WHERE year = 2024 AND month = 0")
    add_flows(con, [replace(row, year=2024, month=1) for row in of_the_world() if (row.year, row.month) == (2025, 0)])
    lines = {row["figure"]: row for row in replicate(con).records()}
    assert lines["imports.high.2024"]["why"] == "cannot be computed: of 2024 the data hold only months 1 to 6"
    assert lines["imports.high.2025"]["computed"] is not None
    con.close()


def test_figures_are_unique_and_their_decimals_are_the_published_ones():
    figures = load_paper_figures().figures
    assert len({figure.id for figure in figures}) == len(figures)
    assert all(round(figure.published, figure.decimals) == figure.published for figure in figures)
    assert len(paper_countries()) == len(set(paper_countries())) == 30


def test_a_line_agrees_when_it_rounds_to_the_published_figure():
    con = workspace(of_the_world())
    figures = load_paper_figures()
    share = next(figure for figure in figures.figures if figure.id == "imports.high_share.2024")
    computed = next(row["share_pct"] for row in table(con, "share").records() if row["period"] == "2024")
    near = (round(computed, 2), round(computed + 0.02, 2))
    doubled = replace(figures, figures=tuple(replace(share, published=published) for published in near))
    assert [row["agrees"] for row in replicate(con, figures=doubled).records()] == ["yes", "no"]
    con.close()


@pytest.mark.skipif(not SHARED.exists(), reason=f"{SHARED} is not there")
def test_no_published_figure_is_left_out():
    published = json.loads((SHARED / "reference" / "paper_figures.json").read_text("utf-8"))
    ours = [figure.published for figure in load_paper_figures().figures]
    apart = {"import_share_high_rounded_pct", "classifier_of_the_paper", "thirty_country_codes"}
    for number in numbers({key: value for key, value in published.items() if key not in apart}, apart):
        assert number in ours
        ours.remove(number)


def numbers(value, apart):
    """Every number in nested JSON, except under the keys set apart."""
    if isinstance(value, dict):
        return [number for key, inner in value.items() if key not in apart for number in numbers(inner, apart)]
    if isinstance(value, list):
        return [number for inner in value for number in numbers(inner, apart)]
    return [value] if isinstance(value, int | float) else []
