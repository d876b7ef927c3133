"""Runs of kind ``labels``: their names, and their row in the workspace."""

import json
import re
from typing import TYPE_CHECKING, Any

from aitrade.core.errors import BadInputError, UsageError
from aitrade.question.question import Question
from aitrade.workspace.questions import keep_question

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*")


def check_name(con: "DuckDBPyConnection", name: str, *, replace: bool) -> None:
    """Refuse a name that no new run of labels can have.

    Raises:
        UsageError: it has other characters than letters, digits, dot, hyphen and underscore.
        BadInputError: it is taken by a classification, or by labels and ``replace`` is off.
    """
    if not _NAME.fullmatch(name):
        raise UsageError(f"{name!r} cannot name a run", fix="use letters, digits, dot, hyphen and underscore")
    taken = con.execute("SELECT kind FROM runs WHERE run = ?", [name]).fetchone()
    if taken and not (replace and taken[0] == "labels"):
        fix = "choose another name" + (", or replace these labels" if taken[0] == "labels" else "")
        raise BadInputError(f"there is a run {name} (kind {taken[0]}) already", fix=fix)


def put_run(
    con: "DuckDBPyConnection", name: str, fingerprint: str, settings: dict[str, Any], codes: int, question: Question
) -> int:
    """Make the row of a finished run, in place of the run that had its name; returns how many labels that one had.

    The caller has checked the name, opens the transaction, and adds the predictions.
    """
    counted = con.execute("SELECT count(*) FROM predictions WHERE run = ?", [name]).fetchone()
    con.execute("DELETE FROM predictions WHERE run = ?", [name])
    con.execute("DELETE FROM runs WHERE run = ?", [name])
    con.execute(
        "INSERT INTO runs VALUES (?, 'labels', ?, ?, ?, now()::TIMESTAMP, now()::TIMESTAMP, ?)",
        [name, fingerprint, json.dumps(settings), codes, keep_question(con, question)],
    )
    return counted[0] if counted else 0
