"""What a reviewer is given: which codes, in which order, in a workbook that is safe and has choices."""

import openpyxl
import pytest
from gold_fixtures import made_up_gold
from hypothesis import given, settings
from hypothesis import strategies as st
from review_files import CHIPS, HEADER, HORSES, PHONES, SERVERS, base_workspace, filled, prediction
from trade_fixtures import EXCLUDED, Row, add_flows, add_run, workspace

import aitrade
from aitrade.core.errors import BadInputError
from aitrade.question.question import SHIPPED, load_question
from aitrade.review.candidates import Choice, candidates
from aitrade.review.workbook import write_review
from aitrade.workspace import open_workspace
from aitrade.workspace.runs import get_run


@pytest.fixture
def con():
    con = base_workspace()
    yield con
    con.close()


@settings(max_examples=25, deadline=None)
@given(
    st.dictionaries(
        st.sampled_from((SERVERS, CHIPS, HORSES, PHONES, "2710190600", "8415820130")),
        st.tuples(st.integers(0, 100), st.integers(0, 10**11) | st.none()),
        min_size=1,
    ),
    st.integers(0, 4),
)
def test_codes_come_in_the_order_of_what_pays(codes, limit):
    runs = [prediction(hs10, chances=(1 - p / 100, 0, p / 100)) for hs10, (p, _) in codes.items()]
    rows = [
        Row("imports", hs10, "1220", 2024, 0, value, None) for hs10, (_, value) in codes.items() if value is not None
    ]
    con = workspace([*rows, *(Row("imports", row.hs10, "1220", 2025, 1, 5 * 10**10, None) for row in rows)], runs)

    def pays(hs10):
        p, value = codes[hs10]
        counted = 0 if value is None or hs10.startswith(EXCLUDED) else value
        return round((1 - max(p, 100 - p) / 100) * max(counted / 1e9, 0.001) ** 0.5, 9)

    found = candidates(con, get_run(con, "hand"), ("imports",), Choice(limit))
    offered = [row["hs10"] for row in found.table.records()]
    assert found.of == len(codes)
    assert len(offered) == len(set(offered)) == min(limit or len(codes), len(codes))
    assert [pays(hs10) for hs10 in offered] == sorted(map(pays, codes), reverse=True)[: len(offered)]


def test_only_codes_below_a_probability_and_no_exemplars(con):
    def offered(*flows, below=None):
        return {
            (row["flow"], row["hs10"])
            for row in candidates(con, get_run(con, "base"), flows, Choice(below=below)).table.records()
        }

    every = {("imports", SERVERS), ("imports", CHIPS), ("imports", HORSES), ("exports", SERVERS)}
    assert offered("imports", "exports") == every
    assert offered("imports", "exports", below=0.7) == {("imports", SERVERS), ("exports", SERVERS)}
    assert offered("exports") == {("exports", SERVERS)}
    with pytest.raises(BadInputError, match="below 0.1"):
        offered("imports", below=0.1)


def test_labels_without_probabilities_come_first_and_descriptions_come_from_where_there_is_one(con):
    con.execute("UPDATE predictions SET p = NULL WHERE hs10 = ?", [HORSES])
    con.execute("UPDATE predictions SET description = 'AS IT WAS READ' WHERE hs10 = ?", [CHIPS])
    for flow, hs10, text in (
        ("imports", CHIPS, "CHIPS"),
        ("imports", HORSES, "HORSES"),
        ("imports", SERVERS, "SERVERS"),
        ("exports", "0101210010", "HORSES, EXPORTED"),
    ):
        con.execute("INSERT INTO codes VALUES (?, ?, ?, NULL, NULL)", [flow, hs10, text])
    rows = candidates(con, get_run(con, "base"), ("imports", "exports")).table.records()
    assert [(row["flow"], row["hs10"], row["description"]) for row in rows] == [
        ("imports", HORSES, "HORSES"),  # wholly uncertain
        ("exports", SERVERS, "SERVERS"),  # as the imports are called: there is no export code of these digits
        ("imports", SERVERS, "SERVERS"),
        ("imports", CHIPS, "AS IT WAS READ"),
    ]


def test_codes_are_weighed_by_their_own_flows_years(con):
    """Of imports there is no full year, so that what there is counts."""
    con.execute("DELETE FROM flows")
    add_flows(con, [Row("imports", SERVERS, "1220", 2023, 4, 10**9, None)])
    add_flows(con, [Row("imports", SERVERS, "1220", 2025, 4, 2 * 10**9, None)])
    add_flows(con, [Row("exports", SERVERS, "1220", year, 0, 4 * 10**9, None) for year in (2022, 2024)])
    found = candidates(con, get_run(con, "base"), ("imports", "exports")).table
    values = {(row["flow"], row["hs10"]): row["value_B"] for row in found.records()}
    assert (values["imports", SERVERS], values["exports", SERVERS], values["imports", CHIPS]) == (3.0, 4.0, None)
    assert "not finished" not in " ".join(found.notes)
    con.execute("UPDATE runs SET finished_at = NULL")
    assert "not finished" in " ".join(candidates(con, get_run(con, "base"), ("imports",)).table.notes)


def test_a_remark_on_the_trade_that_orders_codes_is_said():
    row = Row("imports", SERVERS, "1220", 2024, 0, 10**9, None)
    con = workspace([row], [prediction(SERVERS)])
    remark = '{"remark": "made up"}'
    con.execute("INSERT INTO trade_imports VALUES (1, 'f', 's', 'csv', 'imports', now()::TIMESTAMP, $1)", [remark])
    assert "made up" in candidates(con, get_run(con, "hand"), ("imports",)).table.notes
    con.close()


def test_the_workbook_has_codes_as_text_choices_for_labels_and_no_formula(con, tmp_path):
    con.execute("UPDATE predictions SET description = '=HYPERLINK(\"http://x\")' WHERE hs10 = ?", [HORSES])
    table_ = candidates(con, get_run(con, "base"), ("imports", "exports")).table
    rubric = load_question(SHIPPED).rubric
    write_review(table_, rubric, tmp_path / "r.xlsx")
    book = openpyxl.load_workbook(tmp_path / "r.xlsx")
    sheet = book["review"]
    assert [cell.value for cell in sheet[1]] == HEADER
    assert sheet.freeze_panes == "A2"
    cells = [cell for row in sheet.iter_rows(min_row=2) for cell in row]
    assert "f" not in {cell.data_type for cell in cells}
    codes = [row[0] for row in sheet.iter_rows(min_row=2)]
    assert HORSES in [cell.value for cell in codes]
    assert {(cell.data_type, cell.number_format) for cell in codes} == {("s", "@")}
    filled_in = [cell for row in sheet.iter_rows(min_row=2, min_col=10, max_col=12) for cell in row]
    assert {cell.number_format for cell in filled_in} == {"@"}, "a reason that starts with = would be a formula"
    choices = {str(choice.sqref): choice.formula1 for choice in sheet.data_validations.dataValidation}
    offered = {}
    for where, formula in choices.items():
        name, _, cells = formula.partition("!")
        offered[sheet[where.split(":")[0][0] + "1"].value] = [row[0].value for row in book[name][cells]]
    assert offered == {"new_relevance": ["High", "Medium", "Low"], "new_category": [c.name for c in rubric.categories]}
    assert {where.split(":")[1][1:] for where in choices} == {str(len(table_.rows) + 1)}


def test_exemplars_codes_and_what_two_runs_disagree_on(tmp_path):
    made = made_up_gold(tmp_path / "workspace")
    one, two, *_ = list(made.run)
    with open_workspace(made.folder) as con:
        con.execute("UPDATE predictions SET source = 'exemplar' WHERE hs10 = ?", [one])
        add_run(
            con,
            "truth",
            [{"flow": "imports", "hs10": h, "relevance": r, "category": c} for h, (r, c) in made.truth.items()],
        )
    opened = aitrade.open(made.folder)

    def codes(name, **options):
        found = opened.review_export(tmp_path / name, run="model", limit=0, **options)
        return [row["hs10"] for row in found.candidates.table.records()]

    everything = codes("a.csv")
    assert one not in everything
    assert set(codes("b.csv", exemplars=True)) == {*everything, one}
    assert set(codes("c.csv", codes=[one, two])) == {one, two}
    differing = {hs10 for hs10 in made.run if made.run[hs10] != made.truth[hs10]}
    assert set(codes("d.csv", exemplars=True, differs_from="truth")) == differing
    values = {h: sum(row.value for row in made.rows if row.hs10 == h and row.year == 2024) for h in made.run}
    by_impact = codes("e.csv", exemplars=True, by_impact=True)
    assert by_impact == sorted(
        by_impact, key=lambda hs10: -values[hs10]
    )  # labels by hand are as likely wrong as others


def test_what_two_reviewers_differ_on_is_decided_in_a_third_review(tmp_path):
    made = made_up_gold(tmp_path / "workspace")
    opened = aitrade.open(made.folder)
    first, second, *_ = sorted(hs10 for hs10, label in made.run.items() if label[0] == "Medium")
    for name, label in (("ann", "High"), ("ben", "Low")):
        file = filled(tmp_path / f"{name}.csv", (first, label, "", f"{name} says"), (second, "Low"), run="model")
        opened.review_import(file, name)
    found = opened.review_export(tmp_path / "decide.csv", run="ann", differs_from="ben")
    (row,) = found.candidates.table.records()
    assert (row["hs10"], row["relevance"]) == (first, "High")
    assert row["rationale"] == "ann says\nrun ben says Low, Not_DC_Related: ben says"
    opened.review_import(filled(tmp_path / "done.csv", (first, "Low", "", "decided"), run="ann"), "final")
    (kept,) = opened.sql("SELECT relevance FROM predictions WHERE run = 'final' AND hs10 = $code", code=first)
    assert kept == {"relevance": "Low"}
