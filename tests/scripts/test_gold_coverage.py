"""Intervals from gold samples hold the truth as often as they say, on real labels and real trade."""

import os
from pathlib import Path

import pytest
from conftest import loaded_script

SHARED = Path(__file__).resolve().parents[2].parent / "shared"
LONG = os.environ.get("AITRADE_LONG") == "1"

pytestmark = pytest.mark.skipif(not SHARED.is_dir(), reason="the shared reference data are not there")


@pytest.mark.skipif(not LONG, reason="long group: AITRADE_LONG=1")
@pytest.mark.parametrize("worse", [False, True])
@pytest.mark.parametrize("size", [100, 200, 400])
def test_95_percent_intervals_hold_the_truth_in_93_to_97_percent_of_samples(size: int, worse: bool) -> None:
    with loaded_script("gold_coverage") as script:
        found = script.measure(script.population(SHARED), size, 1_000, 20_260_401, worse=worse)
    assert 0.93 <= found.covered <= 0.97
    assert 0.93 <= found.covered_share <= 0.97
    assert abs(found.mean_error_in_se) < 0.1
    assert found.width < found.random_sample_width / 8


def test_the_estimate_is_of_the_truth_even_where_the_run_is_worse() -> None:
    with loaded_script("gold_coverage") as script:
        found = script.measure(script.population(SHARED), 200, 40, 1, worse=True)
    assert found.truth - found.as_labelled > 50
    assert abs(found.mean_error_in_se) < 4 / 40**0.5
    assert found.width < 25
