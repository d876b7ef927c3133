"""Runs beside a reference: every figure and every list against plain Python."""

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from label_sets import CODES, LABELS, LEVELS, RELATED, VALUES, oracle, predictions, trade
from trade_fixtures import EXCLUDED, add_run, workspace

from aitrade.compare.comparison import compare
from aitrade.compare.comparison_tables import agreement_table, differences_table
from aitrade.compare.question import ask


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


def test_exemplars_are_left_out_wherever_a_run_took_one():
    labels = {("imports", hs10): ("High", "Compute_Hardware") for hs10 in CODES[3:7]}
    con = workspace([], predictions(labels))
    for name, taken in (("first", CODES[3]), ("second", CODES[4])):
        by_hand = [p | {"source": "exemplar" if p["hs10"] == taken else "llm"} for p in predictions(labels)]
        add_run(con, name, by_hand)
    question = ask(con, "hand", ["first", "second"], exemplars=[("imports", CODES[5]), ("exports", CODES[6])])
    assert [one.codes.total for one in compare(con, question)] == [1, 1]
    assert ask(con, "hand", ["first"]).left_out == frozenset()
