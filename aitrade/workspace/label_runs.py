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


def check_name(con: "DuckDBPyConnection", name: str) -> None:
    """Refuse a name that no run of labels can have.

    Raises:
        UsageError: it has other characters than letters, digits, dot, hyphen and underscore.
        BadInputError: it is taken by a classification.
    """
    if not _NAME.fullmatch(name):
        raise UsageError(f"{name!r} cannot name a run", fix="use letters, digits, dot, hyphen and underscore")
    if con.execute("SELECT 1 FROM runs WHERE run = ? AND kind <> 'labels'", [name]).fetchone():
        raise BadInputError(f"there is a run {name} (kind classification) already", fix="choose another name")


def put_run(
    con: "DuckDBPyConnection",
    name: str,
    fingerprint: str,
    settings: dict[str, Any],
    codes: int,
    question: Question,
    *,
    replace: bool,
) -> int:
    """Make the row of a finished run, in place of the run that had its name; returns how many labels that one had.

    The caller has checked the name, opens the transaction, and adds the predictions. Labels that were made alike are
    always replaced, so that a command that was stopped after it had done all can be repeated; others by ``replace``.

    Raises:
        BadInputError: the name is taken by other labels, and ``replace`` is off.
    """
    made = [fingerprint, json.dumps(settings), keep_question(con, question)]
    before = con.execute(
        "SELECT (fingerprint, settings, question) = (?, ?, ?), (SELECT count(*) FROM predictions WHERE run = runs.run) "
        "FROM runs WHERE run = ?",
        [*made, name],
    ).fetchone()
    if before and not before[0] and not replace:
        raise BadInputError(
            f"there is a run {name} (kind labels) already", fix="choose another name, or replace these labels"
        )
    con.execute("DELETE FROM predictions WHERE run = ?", [name])
    con.execute("DELETE FROM runs WHERE run = ?", [name])
    con.execute(
        "INSERT INTO runs VALUES (?, 'labels', ?, ?, ?, now()::TIMESTAMP, now()::TIMESTAMP, ?)",
        [name, *made[:2], codes, made[2]],
    )
    return before[1] if before else 0
