"""Commands that are killed, at every commit point and at random times, leave what was there or what was to be."""

import os
import random
from collections.abc import Iterator
from pathlib import Path

import pytest
import toys
from questions import question_folder
from reliability_figures import record

from tests.torture.children import Children, Left
from tests.torture.scenarios import (
    BEFORE,
    SCENARIOS,
    Scenario,
    State,
    batches,
    contents,
    fresh,
    make_base,
    state_of,
)

SIGNALS = ("SIGKILL", "SIGINT", "SIGTERM")
LONG = os.environ.get("AITRADE_LONG") == "1"
MOST = 30  # kills of a scenario in the long group; 13 scenarios


@pytest.fixture(scope="module")
def children(toy_weights: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Children]:
    exemplars = toys.write_exemplars(tmp_path_factory.mktemp("exemplars") / "exemplars.csv")
    question = question_folder(tmp_path_factory.mktemp("question"), exemplars)
    with Children(toy_weights, question) as made:
        yield made


@pytest.fixture(scope="module")
def base(children: Children, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_base(tmp_path_factory.mktemp("base") / "base", children)


class Tried:
    """A scenario that was run once undisturbed, and can be killed again and again."""

    def __init__(self, scenario: Scenario, children: Children, base: Path, folder: Path) -> None:
        self.scenario, self.children, self.base, self.folder = scenario, children, base, folder
        place = fresh(base, folder, scenario)
        self.allowed: list[State] = [state_of(place)]
        for step in scenario.steps:
            children.must(place, *step)
            self.allowed.append(state_of(place))
            fresh(base, folder, scenario)
        self.points = children.must(place, *scenario.arguments).points
        self.after, self.written = state_of(place), contents(place, scenario.outputs)
        self.allowed.append(self.after)

    def kill(self, **how: object) -> bool:
        """End the command somewhere, check what is left, let it finish; whether it was ended before its end."""
        place = fresh(self.base, self.folder, self.scenario)
        left = self.children.run(place, *self.scenario.arguments, **how)
        case = f"{self.scenario.name} {how}: {left.code} {left.err[-1500:]}"
        assert "Traceback" not in left.err, case
        assert left.code in (0, 5, -2, -9, -15), case
        self._check_what_is_left(place, left, case)
        again = self.children.run(place, *self.scenario.arguments)
        assert again.code == 0, (case, again.err)
        assert state_of(place) == self.after, case
        assert contents(place, self.scenario.outputs) == self.written, case
        return left.code != 0

    def _check_what_is_left(self, place: Path, left: Left, case: str) -> None:
        state = state_of(place)
        if self.scenario.grows:
            assert set(state["predictions"]) <= set(self.after["predictions"]), case
            assert batches(state) % 6 == 0 or batches(state) == batches(self.after), case
        else:
            assert state in self.allowed, case
        for found, new in zip(contents(place, self.scenario.outputs), self.written, strict=True):
            assert found in (BEFORE, new), case
        if left.code == 5:  # only what cannot be caught may leave files half written
            assert [path for path in place.rglob(".[0-9]*-*") if path.is_file()] == [], case


def kills(tried: Tried, seed: int, most: int) -> int:
    """Kill a scenario at commit points, all or evenly spread, by each signal in turn, and at random times."""
    rng = random.Random(seed)  # noqa: S311
    points = sorted(rng.sample(range(1, tried.points + 1), min(most, tried.points)))
    done = sum(tried.kill(at=point, signal=SIGNALS[n % 3]) for n, point in enumerate(points))
    for n in range(most // 4):
        done += tried.kill(after=rng.uniform(0.02, 0.6), signal=SIGNALS[n % 3])
    return done


@pytest.mark.parametrize("scenario", [s for s in SCENARIOS if not s.costly], ids=lambda s: s.name)
def test_a_few_kills(scenario: Scenario, children: Children, base: Path, tmp_path: Path) -> None:
    tried = Tried(scenario, children, base, tmp_path / "place")
    assert tried.points >= 2
    done = kills(tried, 24, 2)
    record("kills", f"short group, {scenario.name}: survived", done)
    assert done


@pytest.mark.long
@pytest.mark.skipif(not LONG, reason="long group: AITRADE_LONG=1")
@pytest.mark.parametrize("scenario", SCENARIOS, ids=lambda s: s.name)
def test_many_kills(scenario: Scenario, children: Children, base: Path, tmp_path: Path) -> None:
    tried = Tried(scenario, children, base, tmp_path / "place")
    done = kills(tried, 2024, MOST // 3 if scenario.costly else MOST)
    record("kills", f"{scenario.name}: survived, of {tried.points} commit points and random times", done)
