"""Intervals from label probabilities: the draws against closed forms, the sums against plain Python."""

import math
import random

import numpy as np
import pytest
from trade_fixtures import IMPORT_LABELS, labels, made_up, workspace

from aitrade.errors import BadInputError
from aitrade.rubric import RELEVANCES
from aitrade.trade.options import Options
from aitrade.trade.simulation import DRAWS, Label, draw, likely_categories
from aitrade.trade.tables import table

ROWS = made_up()


def unsure(seed=3):
    """The run's labels with probabilities, the label's own being the largest."""
    source = random.Random(seed)  # noqa: S311
    predictions = []
    for prediction in labels():
        rest = source.random() / 2
        part = source.random()
        own, (one, other) = prediction["relevance"], [r for r in RELEVANCES if r != prediction["relevance"]]
        chances = {own: 1 - rest, one: rest * part, other: rest * (1 - part)}
        named = {f"p_{relevance.lower()}": chances[relevance] for relevance in RELEVANCES}
        predictions.append(prediction | named | {"source": "llm"})
    return predictions


def all_draws(hs10, chances):
    return np.concatenate(list(draw(hs10, np.array(chances))))


def test_each_code_keeps_its_probabilities():
    chances = [(0.7, 0.2, 0.1), (0.05, 0.15, 0.8), (0.0, 0.5, 0.5), (1.0, 0.0, 0.0), (0.0, 0.0, 1.0)]
    drawn = all_draws([f"847150{n:02d}00" for n in range(5)], chances)
    assert drawn.shape == (DRAWS, 5)
    for number, expected in enumerate(chances):
        found = [(drawn[:, number] == level).mean() for level in range(3)]
        assert found == pytest.approx(expected, abs=0.04)
    assert (drawn[:, 3] == 0).all()
    assert (drawn[:, 4] == 2).all()


def test_errors_are_correlated_within_a_subheading_only():
    drawn = all_draws(["8471500150", "8471500190", "8517620090"], [(0.5, 0.0, 0.5)] * 3) == 0
    # Two standard normals with correlation rho are both below 0 with probability 1/4 + asin(rho) / (2 pi).
    assert (drawn[:, 0] & drawn[:, 1]).mean() == pytest.approx(1 / 4 + math.asin(0.5) / (2 * math.pi), abs=0.03)
    assert (drawn[:, 0] & drawn[:, 2]).mean() == pytest.approx(1 / 4, abs=0.03)


def drawn_by_hand(predictions, rows):
    """For each draw, the relevance and the category of every code in the data."""
    of_code = {p["hs10"]: p for p in predictions if p["flow"] == "imports"}
    codes = sorted({row.hs10 for row in rows} & set(of_code))
    chances = [[of_code[code][f"p_{relevance.lower()}"] for relevance in RELEVANCES] for code in codes]
    categories = likely_categories(
        [Label(code, of_code[code]["relevance"], of_code[code]["category"], "llm", *chances[0]) for code in codes]
    )
    named = dict(zip(codes, categories, strict=True))
    return [
        ({code: RELEVANCES[level] for code, level in zip(codes, levels, strict=True)}, named)
        for levels in all_draws(codes, chances).tolist()
    ]


@pytest.mark.parametrize("chosen", [("High",), ("High", "Medium")])
def test_summary_against_plain_python(chosen):
    rows = [row for row in ROWS if row.flow == "imports" and row.year == 2024 and row.hs10[:2] not in ("27", "98")]
    con = workspace(rows, unsure())
    values = {code: sum(row.value for row in rows if row.hs10 == code) for code in {row.hs10 for row in rows}}
    group = "+".join(chosen)
    found = table(con, "summary", Options(interval=80, relevances=chosen))
    names = [column.name for column in found.columns]
    assert names[3:6] == ["value_2024", "value_2024_lower", "value_2024_upper"]
    draws = drawn_by_hand(unsure(), rows)
    assert any(record["value_2024_lower"] < record["value_2024_upper"] for record in found.records())
    for record in found.records():
        sums = []
        for relevances, categories in draws:
            total = 0
            for code, value in values.items():
                relevance = relevances.get(code, "Unlabelled")
                relevance = group if relevance in chosen else relevance
                category = "Not_DC_Related" if relevance == "Low" else categories.get(code)
                if record["relevance"] in ("All", relevance) and record["category"] in (None, category):
                    total += value
            sums.append(total)
        sums.sort()
        for name, quantile in (("lower", 0.1), ("upper", 0.9)):
            place = quantile * (len(sums) - 1)
            below = math.floor(place)
            between = sums[below] + (place - below) * (sums[min(below + 1, len(sums) - 1)] - sums[below])
            assert record[f"value_2024_{name}"] == pytest.approx(between / 1e9, rel=1e-12), record
    con.close()


def test_share_and_index_bracket_what_certain_labels_give():
    certain = [p | {f"p_{r.lower()}": float(r == p["relevance"]) for r in RELEVANCES} for p in labels()]
    con = workspace(ROWS, certain)
    for name in ("summary", "share", "index"):
        for record in table(con, name, Options(interval=90)).records():
            for key in [key for key in record if key.endswith("_lower")]:
                figure = record[key.removesuffix("_lower")]
                assert record[key] == pytest.approx(figure, rel=1e-12), (name, key)
                assert record[key.replace("_lower", "_upper")] == pytest.approx(figure, rel=1e-12)
    con.close()


def test_wider_intervals_hold_narrower_ones_and_all_trade_is_certain():
    con = workspace(ROWS, unsure())
    narrow, wide = (table(con, "share", Options(interval=level, by="month")).records() for level in (50, 95))
    for inner, outer in zip(narrow, wide, strict=True):
        assert outer["share_pct_lower"] <= inner["share_pct_lower"] <= inner["share_pct_upper"]
        assert inner["share_pct_upper"] <= outer["share_pct_upper"]
    everything = table(con, "summary", Options(interval=90)).records()[-1]
    assert everything["value_2024_lower"] == everything["value_2024"] == everything["value_2024_upper"]
    con.close()


def test_the_same_labels_give_the_same_intervals_whatever_the_order():
    shuffled = random.Random(1).sample(ROWS, len(ROWS))  # noqa: S311
    one, other = workspace(ROWS, unsure()), workspace(shuffled, reversed(unsure()))
    other.execute("SET threads = 1")
    for name in ("summary", "index"):
        assert table(one, name, Options(interval=90)) == table(other, name, Options(interval=90))
    one.close()
    other.close()


def test_runs_without_probabilities_are_refused():
    con = workspace(ROWS)
    with pytest.raises(BadInputError, match="it has none"):
        table(con, "summary", Options(interval=90))
    con.close()
    half = unsure()
    half[0] |= {"p_high": None}
    con = workspace(ROWS, half)
    with pytest.raises(BadInputError, match="1 of its predictions have none"):
        table(con, "summary", Options(interval=90))
    con.close()


def test_a_label_given_by_hand_is_certain():
    predictions = unsure()
    first = next(p for p in predictions if p["hs10"] == "8517620090")
    first |= {"p_high": None, "p_medium": None, "p_low": None, "source": "human"}
    con = workspace([row for row in ROWS if row.hs10 in ("8517620090", "8703230110")], predictions)
    rows = {(r["relevance"], r["category"]): r for r in table(con, "summary", Options(interval=99)).records()}
    networking = rows["High", "Networking_Telecom"]
    assert networking["value_2024_lower"] >= networking["value_2024"] > 0
    con.close()


def test_a_code_labelled_low_would_have_the_category_of_its_neighbours():
    known = [
        Label(hs10, *IMPORT_LABELS[hs10], "llm", 0.1, 0.1, 0.8)
        for hs10 in ("8471500150", "8471500110", "8517620090", "0101210010")
    ]
    low = [
        Label(hs10, "Low", "Not_DC_Related", "llm", 0.1, 0.1, 0.8)
        for hs10 in ("8471500190", "8471410000", "8517110000", "8501100000", "0201100000")
    ]
    assert likely_categories(known + low)[4:] == [
        "Compute_Hardware",
        "Compute_Hardware",
        "Networking_Telecom",
        # Chapter 85 has only networking among its relevant codes, chapter 02 has none.
        "Networking_Telecom",
        "Not_DC_Related",
    ]
