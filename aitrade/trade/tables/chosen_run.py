"""The run whose labels a table uses."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from aitrade.core.errors import BadInputError
from aitrade.workspace.runs import get_run, latest_run

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection


@dataclass(frozen=True)
class ChosenRun:
    """A run: its name, whether it is finished, and how many codes it labels, by flow."""

    run: str
    finished: bool
    labels: dict[str, int]

    def notes(self, flows: tuple[str, ...]) -> list[str]:
        """What a reader has to know about the run."""
        notes = []
        if not self.finished:
            notes.append(f"run {self.run} is not finished: {sum(self.labels.values())} codes have a label so far")
        notes += [
            f"run {self.run} labels no {flow} codes as such, only those that are import codes too"
            for flow in flows
            if flow not in self.labels
        ]
        return notes


def choose_run(con: "DuckDBPyConnection", name: str | None, flow: str) -> ChosenRun:
    """The run of a name, or the latest finished one.

    Raises:
        BadInputError: there is no such run, or it has no label that could apply to the flow.
    """
    found = get_run(con, name or latest_run(con))
    counts = con.execute("SELECT flow, count(*) FROM predictions WHERE run = $1 GROUP BY flow", [found.run]).fetchall()
    chosen = ChosenRun(found.run, found.finished, dict(counts))
    if flow not in chosen.labels and "imports" not in chosen.labels:
        raise BadInputError(
            f"run {found.run!r} labels no {flow} codes", fix=f"aitrade classify --flow {flow}, or choose another run"
        )
    return chosen
