"""Questions of other levels than the shipped one's go through tables, report, review and compare."""

from dataclasses import replace

import pytest
from trade_fixtures import made_up, workspace

from aitrade.core.errors import BadInputError
from aitrade.evaluation.compare.comparison import compare
from aitrade.evaluation.compare.comparison_tables import agreement_table
from aitrade.evaluation.compare.spec import ask
from aitrade.question.labels import LabelSpace
from aitrade.question.question import SHIPPED, load_question
from aitrade.report.uncertainty import uncertainty
from aitrade.review.candidates import candidates
from aitrade.trade.tables.catalogue import SPECS
from aitrade.trade.tables.options import Options
from aitrade.trade.tables.tables import table
from aitrade.workspace.questions import keep_question
from aitrade.workspace.runs import get_run

TWO = LabelSpace(("Clean energy", "Other"), ("Clean energy",), "Other")
FIVE = LabelSpace(
    ("Very high", "High", "Some", "Little", "None"), ("Very high", "High"), "None", ("Wind, sea", "Solar"), "Not it"
)


def level_of(labels, relevance):
    return {"High": labels.levels[0], "Medium": labels.levels[-2], "Low": labels.reference}[relevance]


@pytest.fixture(params=[TWO, FIVE], ids=["two", "five"])
def con(request):
    labels = request.param
    shipped = load_question(SHIPPED)
    question = replace(
        shipped, name="other", labels=labels, settings=replace(shipped.settings, without=()), folder=None
    )
    con = workspace(made_up())
    con.execute("CREATE TABLE copied AS FROM predictions WHERE run = 'hand'")
    sha256 = keep_question(con, question)
    con.execute("INSERT INTO runs SELECT * REPLACE ('asked' AS run, $1 AS question) FROM runs", [sha256])
    for flow, hs10, relevance in con.execute("SELECT flow, hs10, relevance FROM copied").fetchall():
        level = level_of(labels, relevance)
        category = labels.reference_category if level == labels.reference else "".join(labels.categories[:1])
        rest = 0.2 / (len(labels.levels) - 1)
        p = [0.8 if name == level else rest for name in labels.levels]
        con.execute("INSERT INTO predictions VALUES ('asked', ?, ?, 'x', ?, ?, ?, 'llm', NULL)",
                    [flow, hs10, level, category, p])  # fmt: skip
    yield con, labels
    con.close()


@pytest.mark.parametrize("name", SPECS)
def test_every_table_speaks_the_levels_of_its_run(con, name):
    con, labels = con
    interval = 90.0 if SPECS[name].has_interval else None
    found = table(con, name, Options(run="asked", interval=interval))
    assert found.rows or (name == "country-categories" and not labels.categories)
    assert found.levels.group == "+".join(labels.counted)
    assert found.levels.reference == labels.reference
    texts = {str(value) for row in found.rows for value in row}
    assert not texts & {"Medium", "Low", "Not_DC_Related", "Compute_Hardware"}


def test_the_summary_has_a_row_for_each_level_and_sums_to_all(con):
    con, labels = con
    rows = table(con, "summary", Options(run="asked", years=(2024,))).records()
    levels = {row["relevance"]: row["value_2024"] for row in rows if row["category"] is None}
    others = [level for level in labels.levels if level not in labels.counted]
    assert list(levels) == ["+".join(labels.counted), *others, "Unlabelled", "All"]
    assert sum(levels.values()) - levels["All"] == pytest.approx(levels["All"], rel=1e-12)
    if not labels.categories:
        assert all(row["category"] is None for row in rows)


def test_levels_are_chosen_in_any_case(con):
    con, labels = con
    level = labels.levels[0]
    assert table(con, "share", Options(run="asked", relevances=(level.upper(),))).levels.group == level


def test_review_and_uncertainty_have_a_probability_for_each_level(con):
    con, labels = con
    found = candidates(con, get_run(con, "asked"), ("imports",))
    assert sum(column.name.startswith("p_") for column in found.table.columns) == len(labels.levels)
    assert all(len(row) == len(found.table.columns) for row in found.table.rows)
    measured, _ = uncertainty(con, "asked")
    assert measured is not None
    with pytest.raises(BadInputError, match="levels"):
        uncertainty(con, "asked", "hand")


def test_runs_of_unlike_levels_are_not_compared(con):
    con, labels = con
    with pytest.raises(BadInputError, match="levels"):
        ask(con, "hand", ["asked"])
    con.execute("INSERT INTO runs SELECT * REPLACE ('again' AS run) FROM runs WHERE run = 'asked'")
    con.execute("INSERT INTO predictions SELECT * REPLACE ('again' AS run) FROM predictions WHERE run = 'asked'")
    spec = ask(con, "asked", ["again"])
    (row,) = agreement_table(spec, compare(con, spec)).records()
    assert row["accuracy"] == 1
    assert sum("_as_" in name for name in row) == len(labels.levels) ** 2
