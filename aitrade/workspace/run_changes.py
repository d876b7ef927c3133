"""Make a run from others, and remove runs."""

import hashlib
from pathlib import Path
from typing import TYPE_CHECKING, Any

from aitrade.core.errors import BadInputError, UsageError
from aitrade.core.sql import query
from aitrade.question.question import Question
from aitrade.workspace.database import transaction
from aitrade.workspace.default_run import chosen_default
from aitrade.workspace.label_runs import check_name, put_run
from aitrade.workspace.questions import question_of_run
from aitrade.workspace.runs import Run, get_run

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

SQL = Path(__file__).parent / "sql"


def stand_on(con: "DuckDBPyConnection", name: str, base: Run) -> int:
    """Give a run the labels that it lacks from a base run; returns how many labels it has then.

    What the base run said of codes that both label stays in their evidence. The caller opens the transaction.
    """
    query(con, SQL, "underlay", run=name, base=base.run)
    con.execute("UPDATE runs SET codes = (SELECT count(*) FROM predictions WHERE run = $1) WHERE run = $1", [name])
    return get_run(con, name).predictions


def base_run(con: "DuckDBPyConnection", base: str, question: Question, name: str) -> tuple[Run, dict[str, Any]]:
    """A finished run that another may stand on, and what that one's settings say of it.

    Raises:
        UsageError: the new run has its name.
        BadInputError: there is no such run, it is not finished, or its labels are of another label space.
    """
    run = get_run(con, base)
    if run.run == name:
        raise UsageError(f"run {name} cannot stand on itself", fix="choose another name")
    if not run.finished:
        raise BadInputError(f"run {run.run} is not finished", fix=f"aitrade runs resume {run.run}")
    if question_of_run(con, run.run).labels != question.labels:
        raise BadInputError(f"run {run.run} has labels of another question", fix="choose a run of the same question")
    return run, {"base": run.run, "base_fingerprint": run.fingerprint}


def merge_runs(con: "DuckDBPyConnection", base: str, overlay: str, name: str, *, replace: bool = False) -> Run:
    """Make a run of kind ``labels``: those of one run, in place of what a base run says of these codes, and the rest.

    Raises:
        UsageError: the new name cannot name a run, or is that of one of the two.
        BadInputError: a run is missing, not finished or of another label space, or the name is taken.
    """
    check_name(con, name)
    over = get_run(con, overlay)
    question = question_of_run(con, over.run)
    base_run(con, over.run, question, name)
    under, settings = base_run(con, base, question, name)
    if under.run == over.run:
        raise UsageError(f"run {under.run} is named twice", fix="name two runs")
    fingerprint = hashlib.sha256(f"{under.fingerprint}\n{over.fingerprint}".encode()).hexdigest()
    with transaction(con):
        put_run(con, name, fingerprint, settings | {"merged": over.run}, over.predictions, question, replace=replace)
        con.execute(
            "INSERT INTO predictions SELECT $1, * EXCLUDE (run) FROM predictions WHERE run = $2", [name, over.run]
        )
        stand_on(con, name, under)
    return get_run(con, name)


def remove_run(con: "DuckDBPyConnection", name: str) -> bool:
    """Remove a run with its predictions; returns whether it was the default that the user chose.

    Raises:
        BadInputError: no run has exactly this name.
    """
    run = get_run(con, name)
    if run.run != name:
        raise BadInputError(f"there is no run {name}", fix=f"write the whole name: {run.run}")
    chosen = chosen_default(con) == name
    with transaction(con):
        for table in ("predictions", "run_codes", "default_run", "runs"):
            con.execute(f"DELETE FROM {table} WHERE run = ?", [name])  # noqa: S608
    return chosen
