"""Commands that are killed, at every commit point and at random times, leave what was there or what was to be."""

import os
import random
from pathlib import Path

import pytest
from reliability_figures import record

from tests.torture.children import Children
from tests.torture.scenarios import SCENARIOS, Scenario
from tests.torture.tried import Tried

SIGNALS = ("SIGKILL", "SIGINT", "SIGTERM")
LONG = os.environ.get("AITRADE_LONG") == "1"
MOST = 24  # commit points of a scenario in the long group; 13 scenarios


def kills(tried: Tried, seed: int, most: int, random_times: int) -> int:
    """Kill a scenario at commit points, all or some at random, by each signal in turn, and at random times."""
    rng = random.Random(seed)  # noqa: S311
    points = sorted(rng.sample(range(1, tried.points + 1), min(most, tried.points)))
    done = sum(tried.kill(at=point, signal=SIGNALS[n % 3]) for n, point in enumerate(points))
    for n in range(random_times):
        done += tried.kill(after=rng.uniform(0.02, 0.6), signal=SIGNALS[n % 3])
    return done


@pytest.mark.parametrize("scenario", [s for s in SCENARIOS if not s.costly], ids=lambda s: s.name)
def test_a_few_kills(scenario: Scenario, children: Children, base: Path, tmp_path: Path) -> None:
    tried = Tried(scenario, children, base, tmp_path / "place")
    assert tried.points >= 2
    done = kills(tried, 24, 2, 0)
    record("kills", f"short group, {scenario.name}: survived", done)
    assert done


@pytest.mark.long
@pytest.mark.skipif(not LONG, reason="long group: AITRADE_LONG=1")
@pytest.mark.parametrize("scenario", SCENARIOS, ids=lambda s: s.name)
def test_many_kills(scenario: Scenario, children: Children, base: Path, tmp_path: Path) -> None:
    tried = Tried(scenario, children, base, tmp_path / "place")
    done = kills(tried, 2024, *((8, 2) if scenario.costly else (MOST, 10)))
    record("kills", f"{scenario.name}: survived, of {tried.points} commit points and random times", done)
