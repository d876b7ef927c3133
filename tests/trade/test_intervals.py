"""Intervals from label probabilities: the draws against closed forms, the sums against plain Python."""

import math
import random
from collections import defaultdict
from fractions import Fraction

import numpy as np
import pytest
from trade_fixtures import EXCLUDED, IMPORT_LABELS, labels, made_up, workspace

from aitrade.core.errors import BadInputError
from aitrade.question.exemplar_checks import count_twin_pairs, near_twins_advice
from aitrade.question.question import SHIPPED, load_question
from aitrade.trade.tables.options import Options
from aitrade.trade.tables.simulation import DRAWS, Label, draw, likely_categories
from aitrade.trade.tables.tables import table

RELEVANCES = ("High", "Medium", "Low")
NONE = "Not_DC_Related"
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
        [
            Label(code, of_code[code]["relevance"], of_code[code]["category"], "llm", tuple(chances[0]))
            for code in codes
        ],
        NONE,
    )
    named = dict(zip(codes, categories, strict=True))
    return [
        ({code: RELEVANCES[level] for code, level in zip(codes, levels, strict=True)}, named)
        for levels in all_draws(codes, chances).tolist()
    ]


def quantile_of(values, quantile):
    """A quantile between the two values around it, in proportion."""
    ordered = sorted(values)
    place = quantile * (len(ordered) - 1)
    below = math.floor(place)
    above = min(below + 1, len(ordered) - 1)
    return ordered[below] + (ordered[above] - ordered[below]) * (place - below)


@pytest.mark.parametrize("chosen", [("High",), ("High", "Medium"), ("High", "Low"), ("High", "Medium", "Low")])
def test_summary_against_plain_python(chosen):
    rows = [row for row in ROWS if row.flow == "imports" and row.year == 2024 and row.hs10[:2] not in ("27", "98")]
    con = workspace(rows, unsure())
    values = {code: sum(row.value for row in rows if row.hs10 == code) for code in {row.hs10 for row in rows}}
    group = "+".join(chosen)
    found = table(con, "summary", Options(interval=80, relevances=chosen))
    names = [column.name for column in found.columns]
    assert names[3:7] == ["value_2024", "value_2024_lower", "value_2024_upper", "value_2024_expected"]
    draws = drawn_by_hand(unsure(), rows)
    assert any(record["value_2024_lower"] < record["value_2024_upper"] for record in found.records())
    for record in found.records():
        sums = []
        for relevances, categories in draws:
            total = 0
            for code, value in values.items():
                relevance = relevances.get(code, "Unlabelled")
                category = "Not_DC_Related" if relevance == "Low" else categories.get(code)
                relevance = group if relevance in chosen else relevance
                if record["relevance"] in ("All", relevance) and record["category"] in (None, category):
                    total += value
            sums.append(total)
        for name, quantile in (("lower", 0.1), ("upper", 0.9)):
            expected = (min if name == "lower" else max)(quantile_of(sums, quantile) / 1e9, record["value_2024"])
            assert record[f"value_2024_{name}"] == pytest.approx(expected, rel=1e-12), record
        assert record["value_2024_expected"] == pytest.approx(sum(sums) / len(sums) / 1e9, rel=1e-12)
    con.close()


UNCERTAIN = {
    "summary": [f"value_{year}" for year in (2023, 2024, 2025, 2026)],
    "share": ["value_high", "share_pct"],
    "index": ["index_high", "index_low", "index_high_without_compute"],
}


@pytest.mark.parametrize("name", UNCERTAIN)
def test_certain_labels_leave_intervals_without_width(name):
    certain = [
        p | {f"p_{r.lower()}": float(r == p["relevance"]) for r in RELEVANCES} | {"source": "llm"} for p in labels()
    ]
    con = workspace(ROWS, certain)
    found = table(con, name, Options(interval=90))
    ends = [f"{figure}_{end}" for figure in UNCERTAIN[name] for end in ("lower", "upper")]
    assert [column.name for column in found.columns if column.name.endswith(("_lower", "_upper"))] == ends
    for record in found.records():
        for end in ends:
            assert record[end] == pytest.approx(record[end.rpartition("_")[0]], rel=1e-12), (name, end)
    con.close()


def test_index_against_plain_python():
    """Each draw makes an index of its own: its months over its own mean of the base year, which is as uncertain."""
    rows = [row for row in ROWS if row.flow == "imports" and row.year in (2023, 2024) and row.month]
    rows = [row for row in rows if row.hs10[:2] not in EXCLUDED]
    con = workspace(rows, unsure())
    found = table(con, "index", Options(interval=80)).records()
    con.close()
    values = defaultdict(lambda: defaultdict(int))
    for row in rows:
        values[f"{row.year}-{row.month:02d}"][row.hs10] += row.value
    assert [record["month"] for record in found] == sorted(values)

    def counts(series, hs10, relevances, categories):
        if series == "low":
            return relevances.get(hs10) == "Low"
        of_compute = categories.get(hs10) == "Compute_Hardware"
        return relevances.get(hs10) == "High" and not (series.endswith("without_compute") and of_compute)

    draws = drawn_by_hand(unsure(), rows)
    for name in UNCERTAIN["index"]:
        drawn = defaultdict(list)
        for relevances, categories in draws:
            sums = {
                month: sum(
                    value
                    for hs10, value in of_codes.items()
                    if counts(name.removeprefix("index_"), hs10, relevances, categories)
                )
                for month, of_codes in values.items()
            }
            base = Fraction(sum(value for month, value in sums.items() if month < "2024"), 12)
            for month, value in sums.items():
                drawn[month].append(100 * value / base)
        assert any(record[f"{name}_lower"] < record[f"{name}_upper"] for record in found)
        for record in found:
            for end, quantile in (("lower", 0.1), ("upper", 0.9)):
                end_of_draws = float(quantile_of(drawn[record["month"]], quantile))
                expected = (min if end == "lower" else max)(end_of_draws, record[name])
                assert record[f"{name}_{end}"] == pytest.approx(expected, rel=1e-9, abs=1e-9), record


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


def by_hand(error, hs10="8517620090"):
    predictions = unsure()
    first = next(p for p in predictions if p["hs10"] == hs10)
    first |= {"p_high": None, "p_medium": None, "p_low": None, "source": "human"}
    con = workspace([row for row in ROWS if row.hs10 in (hs10, "8703230110")], predictions)
    found = table(con, "summary", Options(interval=99, label_error=error))
    con.close()
    return found, {(r["relevance"], r["category"]): r for r in found.records()}


def test_a_label_given_by_hand_errs_at_the_rate_that_is_asked_for():
    _, sure = by_hand(0)
    networking = sure["High", "Networking_Telecom"]
    assert networking["value_2024_lower"] >= networking["value_2024"] > 0
    found, unsure_ones = by_hand(20)
    networking = unsure_ones["High", "Networking_Telecom"]
    assert networking["value_2024_lower"] == 0
    assert networking["value_2024_expected"] == pytest.approx(networking["value_2024"] * 4 / 5, rel=0.1)
    assert any("wrong in 20.0% of cases, by one level (as asked for)" in note for note in found.notes)


def test_labels_by_hand_err_as_often_as_near_twins_by_default():
    pairs = count_twin_pairs(load_question(SHIPPED))
    assert 0 < pairs.unlike < pairs.pairs
    assert pairs.error_rate == pairs.unlike / pairs.pairs / 2
    assert pairs.unlike == len(near_twins_advice(load_question(SHIPPED)))


@pytest.mark.parametrize("name", UNCERTAIN)
@pytest.mark.parametrize("seed", range(6))
def test_no_interval_misses_the_figure_that_it_is_printed_with(name, seed):
    """Whatever is skewed: some labels by hand, others far from sure, one against its own probabilities."""
    source = random.Random(seed)  # noqa: S311
    predictions = unsure(seed)
    for prediction in predictions:
        if source.random() < 0.4:
            prediction |= {"p_high": None, "p_medium": None, "p_low": None, "source": "human"}
        elif source.random() < 0.3:
            prediction |= {"p_high": 0.01, "p_medium": 0.01, "p_low": 0.98}
    con = workspace(ROWS, predictions)
    found = table(con, name, Options(interval=50))
    con.close()
    figures = [c.name for c in found.columns if f"{c.name}_lower" in {column.name for column in found.columns}]
    assert figures
    for record in found.records():
        for figure in figures:
            if record[f"{figure}_lower"] is not None:
                assert record[f"{figure}_lower"] <= record[figure] <= record[f"{figure}_upper"]
                assert record[f"{figure}_expected"] is not None


def test_a_code_labelled_low_would_have_the_category_of_its_neighbours():
    known = [
        Label(hs10, *IMPORT_LABELS[hs10], "llm", (0.1, 0.1, 0.8))
        for hs10 in ("8471500150", "8471500110", "8517620090", "0101210010")
    ]
    low = [
        Label(hs10, "Low", "Not_DC_Related", "llm", (0.1, 0.1, 0.8))
        for hs10 in ("8471500190", "8471410000", "8517110000", "8501100000", "0201100000")
    ]
    assert likely_categories(known + low, NONE)[4:] == [
        "Compute_Hardware",
        "Compute_Hardware",
        "Networking_Telecom",
        # Chapter 85 has only networking among its relevant codes, chapter 02 has none.
        "Networking_Telecom",
        "Not_DC_Related",
    ]
