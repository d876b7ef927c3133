"""The run that tables use where none is named: the one that the user chose, else the last that covers the trade."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from aitrade.core.errors import BadInputError
from aitrade.core.sql import query
from aitrade.question import SHIPPED
from aitrade.workspace.database import transaction
from aitrade.workspace.questions import question_of_run
from aitrade.workspace.runs import Run, get_run, list_runs

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

SQL = Path(__file__).parent / "sql"
COVERS = 0.995
"""The share of trade value from which a run counts as one that covers the trade."""


def default_run(con: "DuckDBPyConnection", question: str | None = None) -> str:
    """Name of the run whose labels are used where none is named: one of a single question.

    It is the one that the user chose (:func:`choose_default`). Else it is the last finished run that labels
    :data:`COVERS` of the trade's value, or where none does, the one that labels most of it. References, and runs made
    from another by reviewing or overlaying some of its labels, are only used where they are chosen.

    Args:
        con: the workspace.
        question: name of the question; None for that of the chosen run, else the only one whose runs the workspace
            holds, else the one that is asked where no other is named.

    Raises:
        BadInputError: no run of the question is finished, each finished one has to be chosen, or it is not clear which
            question is meant.
    """
    chosen = chosen_default(con)
    if chosen and question in (None, get_run(con, chosen).question):
        return chosen
    finished = sorted((run for run in list_runs(con) if run.finished), key=lambda run: (run.finished_at, run.run))
    if not finished:
        raise BadInputError(
            "the workspace holds no finished run",
            fix="make one: aitrade classify, or aitrade labels import FILE --name NAME",
        )
    meant = _question(finished, question)
    finished = [run for run in finished if run.question == meant]
    candidates = [run for run in finished if not needs_choice(run)]
    if not candidates:
        raise BadInputError(
            "every finished run is a reference, or made from another run: none is used unless it is chosen",
            fix=f"aitrade runs default {finished[-1].run}, or name a run",
        )
    if len(candidates) == 1:
        return candidates[0].run
    covered = [coverage(con, run.run) for run in candidates]
    full = [place for place, share in enumerate(covered) if share >= COVERS]
    best = full[-1] if full else max(range(len(candidates)), key=lambda place: (covered[place], place))
    return candidates[best].run


def _question(finished: Sequence[Run], question: str | None) -> str:
    named = sorted({run.question for run in finished})
    meant = question or (named[0] if len(named) == 1 else SHIPPED)
    if meant not in named:
        what = f"no finished run of question {question}" if question else "finished runs of several questions"
        fix = f"name a run (aitrade runs list), or a question: aitrade --question {named[0]} ..."
        raise BadInputError(f"the workspace holds {what}; there are runs of {', '.join(named)}", fix=fix)
    return meant


def chosen_default(con: "DuckDBPyConnection") -> str | None:
    """Name of the run that the user chose to be the default, or None."""
    row = con.execute("SELECT run FROM default_run").fetchone()
    return str(row[0]) if row else None


def choose_default(con: "DuckDBPyConnection", name: str) -> Run:
    """Make a run the one that is used where none is named.

    Raises:
        BadInputError: there is no such run, or it is not finished.
    """
    run = get_run(con, name)
    if not run.finished:
        raise BadInputError(f"run {run.run} is not finished", fix=f"aitrade runs resume {run.run}")
    with transaction(con):
        con.execute("DELETE FROM default_run")
        con.execute("INSERT INTO default_run VALUES (?)", [run.run])
    return run


def coverage(con: "DuckDBPyConnection", run: str) -> float:
    """The share of trade value that a run labels, from 0 to 1; see ``coverage.sql``."""
    excluded = list(question_of_run(con, run).settings.excluded_chapters)
    ((share,),) = query(con, SQL, "coverage", run=run, excluded=excluded)
    return 0.0 if share is None else float(share)


def needs_choice(run: Run) -> bool:
    """Whether a run is used only where it is chosen: it is a reference, or made from another run."""
    return bool(run.settings.get("reference") or run.settings.get("base") or run.settings.get("merged"))


def why_not_default(con: "DuckDBPyConnection", name: str) -> str | None:
    """Say which run goes on being used, and why it is not this one; None where it is this one."""
    run = get_run(con, name)
    used = default_run(con, run.question)
    if used == run.run:
        return None
    if run.settings.get("reference"):
        why = f"run {run.run} is a reference"
    elif needs_choice(run):
        why = f"run {run.run} is made from another run"
    elif used == chosen_default(con):
        why = "it was chosen"
    else:
        why = f"run {run.run} labels {100 * coverage(con, run.run):.1f}% of the trade's value"
    return f"tables go on using run {used}: {why} (aitrade runs default {run.run} to use it)"
