"""The run whose labels a table uses, with the question that it answers."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from aitrade.core.errors import BadInputError
from aitrade.core.table import Note
from aitrade.question.question import Question
from aitrade.workspace.default_run import default_run
from aitrade.workspace.questions import question_of_run
from aitrade.workspace.runs import get_run

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection


@dataclass(frozen=True)
class ChosenRun:
    """A run: its name, whether it is finished, how many codes it labels, by flow, its question, and its warnings."""

    run: str
    finished: bool
    labels: dict[str, int]
    question: Question
    warnings: tuple[str, ...] = ()

    def notes(self, flows: tuple[str, ...]) -> list[Note]:
        """What a reader has to know about the run."""
        notes = [Note(f"warning about run {self.run}: {text}", "run") for text in self.warnings]
        if not self.finished:
            text = f"run {self.run} is not finished: {sum(self.labels.values())} codes have a label so far"
            notes.append(Note(text, "run"))
        notes += [
            Note(f"run {self.run} labels no {flow} codes as such, only those that are import codes too", "run")
            for flow in flows
            if flow not in self.labels
        ]
        return notes


def choose_run(con: "DuckDBPyConnection", name: str | None, flow: str) -> ChosenRun:
    """The run of a name, or the default one.

    Raises:
        BadInputError: there is no such run, or it has no label that could apply to the flow.
    """
    run = get_run(con, name or default_run(con))
    counts = con.execute("SELECT flow, count(*) FROM predictions WHERE run = $1 GROUP BY flow", [run.run]).fetchall()
    warnings = tuple(run.settings.get("warnings", ()))
    chosen = ChosenRun(run.run, run.finished, dict(counts), question_of_run(con, run.run), warnings)
    if flow not in chosen.labels and "imports" not in chosen.labels:
        raise BadInputError(
            f"run {run.run!r} labels no {flow} codes", fix=f"aitrade classify --flow {flow}, or choose another run"
        )
    return chosen
