"""A scenario that was run once undisturbed, and what may be left of it when it is disturbed."""

from pathlib import Path

from tests.torture.children import Children, Left
from tests.torture.scenarios import BEFORE, Scenario, State, batches, contents, fresh, state_of


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
        self.check_what_is_left(place, left, case)
        again = self.children.run(place, *self.scenario.arguments)
        assert again.code == 0, (case, again.err)
        assert state_of(place) == self.after, case
        assert contents(place, self.scenario.outputs) == self.written, case
        return left.code != 0

    def check_what_is_left(self, place: Path, left: Left, case: str) -> None:
        state = state_of(place)
        assert set(state["scores"]) <= set(self.after["scores"]), case  # what models said is kept bit by bit
        if self.scenario.grows:
            assert set(state["predictions"]) <= set(self.after["predictions"]), case
            assert batches(state) % 6 == 0 or batches(state) == batches(self.after), case
        else:
            assert without_scores(state) in map(without_scores, self.allowed), case
        for found, new in zip(contents(place, self.scenario.outputs), self.written, strict=True):
            assert found in (BEFORE, new), case
        if left.code == 5:  # only what cannot be caught may leave files half written
            assert [path for path in place.rglob(".[0-9]*-*") if path.is_file()] == [], case


def without_scores(state: State) -> State:
    """What a workspace holds beside what models said."""
    return {table: rows for table, rows in state.items() if table != "scores"}
