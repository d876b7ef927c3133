"""Gold samples: the design against counts of many draws, standard errors against the textbook, draws against truth."""

import numpy as np
import pytest

from aitrade.evaluation.gold.design import draw_sample, make_design, suspicion
from aitrade.trade.tables.gold_estimates import GoldSample, draw_levels, standard_error

SIZE = 60
COUNTED = np.array([True, False, False])


def population(codes=400, seed=1):
    generator = np.random.default_rng(seed)
    value = generator.lognormal(3, 2, codes)
    roles = generator.choice(["counted", "between", "reference"], codes, p=[0.1, 0.2, 0.7])
    suspect = generator.choice([0.0, 0.1, 0.7], codes, p=[0.6, 0.3, 0.1])
    return value, list(roles), suspect


def test_codes_are_drawn_as_often_as_the_design_says():
    value, roles, suspect = population()
    made = make_design(roles, suspect, value, SIZE)
    times = np.zeros(len(value))
    for seed in range(2_000):
        drawn = draw_sample(made, seed)
        assert drawn.sum() == SIZE
        times += drawn
    expected = made.probability
    deviation = np.sqrt(expected * (1 - expected) / 2_000)
    assert (np.abs(times / 2_000 - expected) <= 4.5 * deviation + 1e-9).all()
    assert (times[expected >= 1] == 2_000).all()


def test_no_code_is_out_of_reach_and_the_largest_are_certain():
    value, roles, suspect = population()
    made = make_design(roles, suspect, value, SIZE)
    assert made.probability.sum() == pytest.approx(SIZE)
    assert (made.probability > 0).all()
    for stratum in range(len(made.names)):
        within = made.stratum == stratum
        certain = within & (made.probability >= 1)
        if certain.any():
            assert value[certain].min() >= value[within & ~certain].max(initial=0)


def test_a_sample_of_everything_is_everything():
    value, roles, suspect = population(40)
    assert draw_sample(make_design(roles, suspect, value, 40), 0).all()


def test_a_label_is_suspect_by_its_heading_or_its_probability():
    codes = ["8471000001", "8471000002", "8471000003", "8471000004", "0101000001"]
    counts = np.array([True, True, True, False, False])
    found = suspicion(codes, counts, np.array([0.0, 0.9, 0.0, 0.0, 0.2]))
    # In the heading 8471 one of three others is across the line for a counted code, all three for the fourth code.
    assert found.tolist() == pytest.approx([1 / 3, 0.9, 1 / 3, 1.0, 0.2])


def test_equal_probabilities_give_the_variance_of_stratified_sampling():
    """N² (1 - n/N) s² / n in each stratum, as any textbook has it."""
    generator = np.random.default_rng(5)
    stratum = np.repeat([0, 1], [50, 30])
    probability = np.where(stratum == 0, 10 / 50, 6 / 30)
    gold = np.full(80, -1)
    gold[:10] = gold[50:56] = 0
    figures = generator.normal(size=80)
    expected = sum(
        codes**2 * (1 - drawn / codes) * np.var(figures[start : start + drawn], ddof=1) / drawn
        for start, codes, drawn in ((0, 50, 10), (50, 30, 6))
    )
    sample = GoldSample(stratum, np.array([0.1, 0.1]), np.ones(80), probability, gold)
    assert standard_error(sample, figures) == pytest.approx(np.sqrt(expected))


def test_drawn_labels_keep_what_was_seen_and_follow_the_errors_found():
    codes, seen = 2_000, 500
    levels = np.full(codes, 2)
    gold = np.full(codes, -1)
    gold[:seen] = 2
    gold[:100] = 0  # a fifth of what was seen is on the other side
    sample = GoldSample(np.zeros(codes, int), np.array([0.01]), np.ones(codes), np.full(codes, 0.25), gold)
    drawn = np.concatenate(list(draw_levels(sample, levels, COUNTED, 1, 400)))
    assert (drawn[:, :seen] == gold[:seen]).all()
    # Beta(100.5, 449.5): 100 errors in 500 codes, and the prior of half an error in fifty.
    assert (drawn[:, seen:] == 0).mean() == pytest.approx(100.5 / 550, abs=0.005)


def test_a_stratum_without_an_error_seen_still_may_have_some():
    levels = np.full(1_000, 2)
    gold = np.where(np.arange(1_000) < 30, 2, -1)
    sample = GoldSample(np.zeros(1_000, int), np.array([0.01]), np.ones(1_000), np.full(1_000, 0.03), gold)
    drawn = np.concatenate(list(draw_levels(sample, levels, COUNTED, 1, 1_000)))
    errors = (drawn == 0).sum(axis=1)
    assert np.quantile(errors, 0.975) > 10
    assert np.quantile(errors, 0.025) < 1
