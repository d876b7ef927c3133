"""Figures of probabilities against labels, beside scikit-learn's; intervals that know that headings hang together."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from questions import LABELS

from aitrade.evaluation.metrics import (
    FIGURES,
    Said,
    average_precision,
    bootstrap,
    calibration_error,
    intervals,
    replicate,
    scores,
)


def random_case(seed: int, codes: int = 60) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    generator = np.random.default_rng(seed)
    probabilities = np.round(generator.dirichlet([1, 2, 4], codes), 2)  # rounded: some are equal
    targets = generator.choice(3, codes, p=[0.2, 0.3, 0.5])
    return probabilities, targets, generator.integers(0, 4, codes)


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 10_000))
def test_figures_are_scikit_learns_on_repeated_rows(seed: int) -> None:
    from sklearn import metrics

    probabilities, targets, times = random_case(seed)
    rows = np.repeat(np.arange(len(targets)), times)
    p, t = probabilities[rows], targets[rows]
    said = p.argmax(1)
    of_high = {"y_true": t == 0, "y_pred": said == 0, "zero_division": 0}
    expected = {
        "accuracy": metrics.accuracy_score(t, said),
        "kappa": metrics.cohen_kappa_score(t, said),
        "macro_f1": metrics.f1_score(t, said, average="macro", labels=[0, 1, 2], zero_division=0),
        "counted_precision": metrics.precision_score(**of_high),
        "counted_recall": metrics.recall_score(**of_high),
        "counted_f1": metrics.f1_score(**of_high),
        "counted_average_precision": metrics.average_precision_score(t == 0, p[:, 0]),
    }
    found = dict(zip(FIGURES, scores(Said(probabilities, targets, LABELS), times), strict=True))
    for name, figure in expected.items():
        assert found[name] == pytest.approx(figure), name


def test_calibration_error_by_hand() -> None:
    confidence = np.array([0.95, 0.95, 0.95, 0.95, 0.5, 0.5])
    right = np.array([True, True, True, False, True, True])
    # Four codes at 0.95 are right three times in four, two at 0.5 always: gaps of 0.2 and 0.5.
    assert calibration_error(confidence, right, np.ones(6, int)) == pytest.approx((4 * 0.2 + 2 * 0.5) / 6)
    assert calibration_error(confidence, right, np.array([0, 0, 0, 0, 1, 1])) == pytest.approx(0.5)


def test_nothing_high_has_no_average_precision() -> None:
    assert average_precision(np.array([0.9, 0.1]), np.array([False, False]), np.ones(2, int)) == 0.0


def test_whole_headings_are_drawn_again() -> None:
    headings = ["8471"] * 5 + ["8517"] * 3 + ["0101"]
    times = bootstrap(headings, 200, seed=1)
    assert times.shape == (200, 9)
    assert (times[:, :5] == times[:, :1]).all()
    assert (times[:, 5:8] == times[:, 5:6]).all()
    assert (times[:, 0] + times[:, 5] + times[:, 8] == 3).all()
    assert (bootstrap(headings, 200, seed=1) == times).all()
    assert times[:, 0].mean() == pytest.approx(1, abs=0.2)


def test_an_interval_is_the_middle_95_percent_of_the_replicates() -> None:
    replicated = np.array([[0.3], *([place / 1000] for place in range(1001))])
    (found,) = intervals(replicated)
    assert (found.figure, found.low, found.high) == pytest.approx((0.3, 0.025, 0.975))


def test_intervals_are_wider_where_headings_are_right_or_wrong_as_a_whole() -> None:
    generator = np.random.default_rng(5)
    targets = np.zeros(400, int)
    by_heading = np.repeat(generator.random(20) < 0.7, 20)  # 20 headings of 20 codes
    p = np.where(by_heading[:, None], [[0.9, 0.1, 0.0]], [[0.1, 0.9, 0.0]])
    together = bootstrap([f"{i // 20:04}" for i in range(400)], 500, seed=2)
    alone = bootstrap([f"{i:04}" for i in range(400)], 500, seed=2)
    wide, narrow = (intervals(replicate(Said(p, targets, LABELS), times))[0] for times in (together, alone))
    assert wide.figure == narrow.figure == pytest.approx(by_heading.mean())
    assert wide.high - wide.low > 3 * (narrow.high - narrow.low)


def test_a_difference_from_itself_is_nothing_and_from_worse_is_above() -> None:
    probabilities, targets, _ = random_case(3, 300)
    perfect = np.eye(3)[targets]
    times = bootstrap([f"{i // 3:04}" for i in range(300)], 100, seed=3)
    best, worse = (replicate(Said(p, targets, LABELS), times) for p in (perfect, probabilities))
    assert all(one.low == one.figure == one.high == 0 for one in intervals(best - best))
    better = dict(zip(FIGURES, intervals(best - worse), strict=True))
    assert better["kappa"].low > 0
    assert better["counted_average_precision"].low > 0
    assert better["calibration_error"].high < 0  # less error
