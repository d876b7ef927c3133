"""The multinomial logistic regression, beside scikit-learn's and beside its own gradient."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from aitrade.core.softmax import fit_softmax, softmax


def made_up(seed: int, n: int = 120, f: int = 4) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    random = np.random.default_rng(seed)
    features = random.normal(size=(n, f))
    targets = (features @ random.normal(size=(f, 3)) + random.gumbel(size=(n, 3))).argmax(1)
    return features, targets, random.uniform(0.1, 5, n)


@pytest.mark.parametrize("ridge", [0.3, 3.0, 30.0])
@pytest.mark.parametrize("seed", [1, 2])
def test_the_fit_is_scikit_learns(seed: int, ridge: float) -> None:
    sklearn = pytest.importorskip("sklearn.linear_model")
    features, targets, weights = made_up(seed)
    w, b = fit_softmax(features, targets, weights, ridge, 3)
    other = sklearn.LogisticRegression(C=1 / ridge, max_iter=5000, tol=1e-8)
    other.fit(features, targets, sample_weight=weights / weights.mean())
    assert softmax(features @ w + b) == pytest.approx(other.predict_proba(features), abs=1e-3)
    assert w == pytest.approx(other.coef_.T, abs=5e-3)


def test_what_is_added_to_a_start_makes_up_the_whole() -> None:
    """All but free of the penalty, it does not matter from where the fit starts."""
    features, targets, weights = made_up(4)
    whole, bias = fit_softmax(features, targets, weights, 1e-6, 3)
    known = np.random.default_rng(6).normal(size=(features.shape[1], 3))
    w, b = fit_softmax(features, targets, weights, 1e-6, 3, features @ known)
    assert softmax(features @ (w + known) + b) == pytest.approx(softmax(features @ whole + bias), abs=1e-3)


def penalized_loss(w: np.ndarray, b: np.ndarray, data: tuple, ridge: float) -> float:
    """The definition, row by row."""
    total = 0.0
    for x, target, weight in zip(*data, strict=True):
        logits = x @ w + b
        total += weight / data[2].mean() * (np.log(np.exp(logits).sum()) - logits[target])
    return total + ridge / 2 * float((w**2).sum())


def test_no_small_step_from_the_fit_lowers_the_loss() -> None:
    data = made_up(3, n=60)
    w, b = fit_softmax(*data, 1.0, 3)
    best, random = penalized_loss(w, b, data, 1.0), np.random.default_rng(0)
    for _ in range(40):
        step = random.normal(size=(5, 3)) * 0.05
        assert penalized_loss(w + step[:4], b + step[4], data, 1.0) >= best - 1e-6


def test_without_features_the_fit_is_the_weighted_share_of_each_class() -> None:
    targets, weights = np.array([0, 1, 1, 2, 2, 2]), np.array([6.0, 1, 1, 1, 1, 2])
    w, b = fit_softmax(np.zeros((6, 1)), targets, weights, 1.0, 3)
    assert w == pytest.approx(np.zeros((1, 3)))
    assert softmax(b) == pytest.approx([6 / 12, 2 / 12, 4 / 12], abs=1e-4)


def test_doubling_every_weight_changes_nothing_and_weight_two_is_a_row_twice() -> None:
    features, targets, _ = made_up(4)
    ones = np.ones(len(targets))
    w, _ = fit_softmax(features, targets, ones, 3.0, 3)
    assert fit_softmax(features, targets, 2 * ones, 3.0, 3)[0] == pytest.approx(w, abs=1e-4)
    weights = np.where(np.arange(len(targets)) < 60, 2.0, 1.0)
    twice = np.concatenate([np.arange(60), np.arange(len(targets))])
    # The penalty is set against the mean weight, so it is scaled where the number of rows changes.
    w, _ = fit_softmax(features, targets, weights, 3.0 / weights.mean(), 3)
    v, _ = fit_softmax(features[twice], targets[twice], np.ones(len(twice)), 3.0, 3)
    assert w == pytest.approx(v, abs=2e-3)


def test_separable_data_keep_finite_weights() -> None:
    features = np.array([[-1000.0], [-900.0], [900.0], [1000.0]])
    w, b = fit_softmax(features, np.array([0, 0, 1, 1]), np.ones(4), 1.0, 2)
    assert np.isfinite(w).all()
    assert softmax(features @ w + b).argmax(1).tolist() == [0, 0, 1, 1]


@settings(max_examples=50, deadline=None)
@given(st.lists(st.floats(-1e6, 1e6), min_size=2, max_size=5))
def test_softmax_gives_probabilities_in_the_order_of_the_logits(logits: list[float]) -> None:
    found = softmax(np.array([logits]))
    assert found.sum() == pytest.approx(1.0)
    assert np.isfinite(found).all()
    assert found[0, np.argmax(logits)] == found.max()
