"""Runs beside a reference: every figure and every list against plain Python."""

import random

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from label_sets import CODES, LABELS, LEVELS, RELATED, VALUES, oracle, predictions, trade
from questions import on_exemplars
from trade_fixtures import EXCLUDED, Row, add_flows, add_run, workspace

from aitrade.core.errors import BadInputError
from aitrade.evaluation.compare.certainty import certainties, certainty_table, decided_table, with_certainty
from aitrade.evaluation.compare.comparison import compare
from aitrade.evaluation.compare.comparison_tables import agreement_table, differences_table, reading_tables
from aitrade.evaluation.compare.spec import ask
from aitrade.nomenclature.codes import Code
from aitrade.question.exemplars import Exemplar, ExemplarSet
from aitrade.workspace.questions import keep_question


@settings(max_examples=40, deadline=None)
@given(
    LABELS, LABELS, LABELS, VALUES, st.sampled_from((("imports",), ("exports",), ("imports", "exports"))), st.booleans()
)
def test_every_figure_is_what_plain_python_makes_of_the_labels(reference, first, second, values, flows, same_codes):
    runs = {"first": first, "second": second}
    con = workspace([row for flow in flows for row in trade(values, flow=flow)], predictions(reference))
    for name, labels in runs.items():
        add_run(con, name, predictions(labels))
    question = ask(con, "hand", list(runs), flows, same_codes=same_codes)
    assert question.year == (2024 if values else None)
    counted = {
        name: {
            key: label
            for key, label in labels.items()
            if key[0] in flows and (not same_codes or key in first.keys() & second.keys())
        }
        for name, labels in runs.items()
    }
    true = {key: label for key, label in reference.items() if key[0] in flows}
    if any(not true.keys() & labels.keys() for labels in counted.values()):
        with pytest.raises(Exception, match="no code of .* in common"):
            compare(con, question)
        return
    found = {row["run"]: row for row in agreement_table(question, compare(con, question)).records()}
    for name, labels in counted.items():
        row, both = found[name], sorted(true.keys() & labels.keys())
        expected = oracle([(true[key], labels[key], 1) for key in both])
        expected |= {
            "run": name,
            "codes": len(both),
            "only_reference": len(true.keys() - labels.keys()),
            "only_run": len(labels.keys() - true.keys()),
            **{
                f"{a}_as_{b}".lower(): sum((true[key][0], labels[key][0]) == (a, b) for key in both)
                for a in LEVELS
                for b in LEVELS
            },
        }
        if values:
            dollars = {key: 0 if key[1].startswith(EXCLUDED) else values.get(key[1], 0) for key in both}
            weighted = oracle([(true[key], labels[key], dollars[key]) for key in both])
            expected |= {f"value_{figure}": value for figure, value in weighted.items()}
            expected["reference_high_2024"] = sum(dollars[key] for key in both if true[key][0] == "High") / 1e9
            expected["run_high_2024"] = sum(dollars[key] for key in both if labels[key][0] == "High") / 1e9
        assert row == pytest.approx(expected, abs=1e-9)
    kappas = [row["kappa"] for row in found.values()]
    assert kappas == sorted(kappas, reverse=True)


HIGH, HIGH_TOO = ({("imports", CODES[4]): ("High", category)} for category in RELATED)


@settings(max_examples=20, deadline=None)
@given(LABELS, LABELS, VALUES)
@example(HIGH, HIGH_TOO, {})  # the category alone differs
@example(HIGH, {}, {CODES[4]: 1})  # only one of the two labels it, which is no difference
def test_differences_are_the_codes_labelled_otherwise_with_the_most_trade(reference, labels, values):
    con = workspace(trade(values), predictions(reference))
    add_run(con, "first", predictions(labels))
    question = ask(con, "hand", ["first"])
    differing = [
        key[1] for key in reference.keys() & labels.keys() if key[0] == "imports" and reference[key] != labels[key]
    ]

    def dollars(hs10):
        return None if hs10.startswith(EXCLUDED) else values.get(hs10)

    differing.sort(key=lambda hs10: (-1 if dollars(hs10) is None else dollars(hs10), -int(hs10)), reverse=True)
    table = differences_table(con, question, 3)
    assert [row["hs10"] for row in table.records()] == differing[:3]
    assert table.title.startswith(f"{len(differing[:3])} of {len(differing)} codes")
    for row in table.records():
        key = "imports", row["hs10"]
        assert (row["reference_relevance"], row["reference_category"]) == reference[key]
        assert (row["run_relevance"], row["run_category"]) == labels[key]
        if values:
            value = dollars(row["hs10"])
            assert row["value_2024"] == pytest.approx(None if value is None else value / 1e9)


def test_a_difference_is_described_as_either_run_or_the_nomenclature_does():
    con = workspace([], predictions(HIGH | {("imports", CODES[0]): ("Low", "Not_DC_Related")}))
    add_run(con, "first", predictions(HIGH_TOO | {("imports", CODES[0]): ("High", RELATED[0])}))
    question = ask(con, "hand", ["first"])

    def described():
        return {row["hs10"]: row["description"] for row in differences_table(con, question, 9).records()}

    assert described() == {CODES[0]: "", CODES[4]: ""}
    con.execute("INSERT INTO codes VALUES ('imports', ?, 'OF THE NOMENCLATURE', NULL, NULL)", [CODES[0]])
    con.execute("UPDATE predictions SET description = 'OF THE REFERENCE' WHERE run = 'hand' AND hs10 = ?", [CODES[4]])
    assert described() == {CODES[0]: "OF THE NOMENCLATURE", CODES[4]: "OF THE REFERENCE"}
    con.execute("UPDATE predictions SET description = 'OF THE RUN' WHERE run = 'first' AND hs10 = ?", [CODES[4]])
    assert described()[CODES[4]] == "OF THE RUN"


def test_notes_say_what_makes_a_comparison_less_than_it_seems():
    labels = {("imports", hs10): ("High", RELATED[0]) for hs10 in CODES[3:7]}
    con = workspace([], predictions(labels))
    add_run(con, "whole", predictions(labels))
    add_run(con, "part", predictions({key: label for key, label in labels.items() if key[1] != CODES[3]}))
    con.execute("UPDATE runs SET finished_at = NULL, codes = 4 WHERE run = 'part'")

    def notes(*runs, **options):
        question = ask(con, "hand", list(runs), **options)
        return " | ".join(agreement_table(question, compare(con, question)).notes)

    assert notes("whole") == "no figures by trade value: the workspace holds no full calendar year of imports"
    assert "run part is not finished: 3 of 4 codes have a label so far" in notes("part")
    assert "do not label the same codes" in notes("whole", "part")
    same = notes("whole", "part", same_codes=True)
    assert "over the codes that every run labels" in same
    assert "do not label the same codes" not in same
    assert "labelled by hand as exemplars are left out" in notes("whole", exclude_exemplars=True)
    add_flows(con, [*trade({CODES[4]: 5}), *trade({CODES[4]: 5}, 2025, "exports")])
    with pytest.raises(BadInputError, match="no exports of 2024"):
        ask(con, "hand", ["whole"], ("imports", "exports"), 2024)


def test_the_matrix_has_the_reference_in_rows_by_code_and_by_value():
    con = workspace(
        trade({CODES[3]: 10**9, CODES[4]: 2 * 10**9}),
        predictions(HIGH | {("imports", CODES[3]): ("Low", "Not_DC_Related")}),
    )
    add_run(con, "first", predictions({("imports", hs10): ("Medium", RELATED[0]) for hs10 in CODES[3:5]}))
    question = ask(con, "hand", ["first"])
    *_, matrix = reading_tables(question, compare(con, question))
    rows = {row["reference"]: row for row in matrix.records()}
    assert [rows[level]["codes_medium"] for level in LEVELS] == [1, 0, 1]
    assert [rows[level]["value_medium"] for level in LEVELS] == [2.0, 0, 1.0]
    assert sum(rows[level][f"codes_{said}"] for level in LEVELS for said in ("high", "low")) == 0


def of_exemplars(con, run, *codes):
    """Have a run answer a question with these exemplars."""
    exemplars = ExemplarSet(tuple(Exemplar(code, "Low", "Not_DC_Related", "Why.") for code in codes))
    con.execute("UPDATE runs SET question = ? WHERE run = ?", [keep_question(con, on_exemplars(exemplars)), run])


def test_exemplars_are_left_out_wherever_a_run_took_one():
    labels = {("imports", hs10): ("High", "Compute_Hardware") for hs10 in CODES[3:7]}
    con = workspace([], predictions(labels))
    for name, taken in (("first", CODES[3]), ("second", CODES[4])):
        by_hand = [p | {"source": "exemplar" if p["hs10"] == taken else "llm"} for p in predictions(labels)]
        add_run(con, name, by_hand)
    of_exemplars(con, "first")
    of_exemplars(con, "hand", Code(CODES[5], "imports", "X"))
    of_exemplars(con, "second", Code(CODES[6], "exports", "X"))
    question = ask(con, "hand", ["first", "second"], exclude_exemplars=True)
    assert [one.codes.total for one in compare(con, question)] == [1, 1]
    assert ask(con, "hand", ["first"]).left_out == frozenset()
    of_exemplars(con, "hand")
    (alone,) = compare(con, ask(con, "first", ["hand"], exclude_exemplars=True))
    assert alone.codes.total == len(labels) - 1, "the reference's own exemplars count too"


def test_a_year_of_few_partner_countries_weighs_nothing_unless_asked_for():
    rows = [Row("imports", CODES[4], cty, 2024, 0, 10**9, None) for cty in ("1220", "2010", "5700")]
    rows += [Row("imports", CODES[4], "1220", 2025, 0, 10**9, None)]
    labels = {("imports", CODES[4]): ("High", "Compute_Hardware")}
    con = workspace(rows, predictions(labels))
    add_run(con, "first", predictions(labels))
    assert ask(con, "hand", ["first"], ("imports",)).year == 2024
    assert ask(con, "hand", ["first"], ("imports",), 2025).year == 2025
    con.close()


def test_what_has_to_be_known_of_the_weights_is_said():
    labels = {(flow, CODES[4]): ("High", "Compute_Hardware") for flow in ("imports", "exports")}
    rows = [Row("imports", CODES[4], cty, 2024, 0, 10**9, None) for cty in ("1220", "2010", "5700")]
    rows += [Row(flow, CODES[4], "1220", 2025, 5, 10**9, None) for flow in ("imports", "exports")]
    con = workspace(rows, predictions(labels))
    add_run(con, "first", predictions(labels))
    remark = '{"remark": "made up"}'
    con.execute("INSERT INTO trade_imports VALUES (1, 'f', 's', 'csv', 'imports', now()::TIMESTAMP, $1)", [remark])

    def notes(flows, year):
        question = ask(con, "hand", ["first"], flows, year)
        found = compare(con, question)
        by_code, by_value, *_ = reading_tables(question, found)
        assert set(by_value.notes[1:]) <= set(agreement_table(question, found).notes)
        assert not set(by_value.notes) & set(by_code.notes)
        return by_value.notes[1:]

    assert notes(("imports",), 2024) == ("made up",)
    assert notes(("imports",), 2025) == (
        "made up",
        "2025 holds only month 5 of imports",
        "2025 holds 1 partner country of imports, 2024 3",
    )
    assert "2025 holds only month 5 of exports" in notes(("imports", "exports"), 2025)
    assert any("reported under import codes weigh nothing" in note for note in notes(("exports",), 2025))
    con.close()


def _many(right: float, seed: int) -> dict[tuple[str, str], tuple[str, str]]:
    """Labels of 400 codes in 100 headings, of which a share are as the truth below says."""
    generator = random.Random(seed)  # noqa: S311
    said = {}
    for n in range(400):
        level = LEVELS[n % 3] if generator.random() < right else LEVELS[(n + 1) % 3]
        said["imports", f"{8400 + n // 4}{n:06}"] = (level, RELATED[0] if level != LEVELS[2] else "Not_DC_Related")
    return said


def test_runs_that_cannot_be_told_apart_are_one_group_and_a_worse_one_is_not_in_it():
    con = workspace([], predictions(_many(1.0, 0)))
    for name, right, seed in (("good", 0.9, 1), ("as good", 0.9, 2), ("poor", 0.6, 3)):
        add_run(con, name, predictions(_many(right, seed)))
    spec = ask(con, "hand", ["good", "as good", "poor"])
    found, sure = compare(con, spec), certainties(con, spec)
    assert {run: one.with_best for run, one in sure.items()} == {"good": True, "as good": True, "poor": False}
    for one in found:
        assert sure[one.run].kappa.figure == pytest.approx(one.codes.kappa)
        assert sure[one.run].kappa.low < one.codes.kappa < sure[one.run].kappa.high
    table = {row["run"]: row for row in with_certainty(agreement_table(spec, found), sure).records()}
    assert table["poor"]["to_best_high"] < 0
    assert [row["best"] for row in certainty_table(found, sure).records()] == ["=", "=", ""]


def test_a_comparison_says_what_decided_and_can_leave_out_what_no_llm_did():
    labels = {("imports", hs10): ("High", RELATED[0]) for hs10 in CODES[3:7]}
    con = workspace([], predictions(labels))
    for name in ("first", "second"):
        add_run(con, name, predictions(labels))
        con.execute("UPDATE predictions SET source = 'llm' WHERE run = ?", [name])
    con.execute("UPDATE predictions SET source = 'cascade' WHERE run = 'first' AND hs10 = ?", [CODES[3]])
    con.execute(
        "UPDATE predictions SET source = 'exemplar', relevance = 'Medium' WHERE run = 'second' AND hs10 = ?", [CODES[4]]
    )
    decided = [tuple(row.values())[:5] for row in decided_table(con, ask(con, "hand", ["first", "second"])).records()]
    assert decided == [
        ("first", "llm", 3, 0.75, 1.0),
        ("first", "cascade", 1, 0.25, 1.0),
        ("second", "llm", 3, 0.75, 1.0),
        ("second", "exemplar", 1, 0.25, 0.0),
    ]
    only = ask(con, "hand", ["first", "second"], only="llm")
    assert {one.run: one.codes.total for one in compare(con, only)} == {"first": 2, "second": 2}
    assert "only codes that llm decided" in " ".join(reading_tables(only, compare(con, only))[0].notes)
