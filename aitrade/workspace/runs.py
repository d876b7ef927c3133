"""Runs in the workspace: one row for each classification with everything that determines it."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from aitrade.core.errors import BadInputError
from aitrade.core.wording import offer
from aitrade.question.question import Question
from aitrade.workspace.database import transaction
from aitrade.workspace.questions import keep_question
from aitrade.workspace.rows import offered
from aitrade.workspace.stored import read_stored

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection


@dataclass(frozen=True)
class Run:
    """A run as the workspace holds it.

    Attributes:
        run: its name.
        kind: ``classification`` or ``labels`` (imported).
        fingerprint: hash of everything that determines its predictions.
        settings: what the fingerprint was made from, and notes.
        codes: how many codes it is to classify.
        started_at: when it was begun.
        finished_at: when its last prediction was kept; None while it can be resumed.
        predictions: how many are kept.
        question: name of the question that it answers.
        asked: about how many codes the LLM was asked; None where that was not counted.
        reused: for how many codes it was not, since the workspace held what it says; None likewise.
    """

    run: str
    kind: str
    fingerprint: str
    settings: dict[str, Any]
    codes: int
    started_at: datetime
    finished_at: datetime | None
    predictions: int
    question: str
    asked: int | None = None
    reused: int | None = None

    @property
    def finished(self) -> bool:
        """Whether every code has its prediction."""
        return self.finished_at is not None


_SETTINGS = dict.fromkeys(("model", "embedder", "base", "merged", "device"), str) | {"warnings": list, "flow": str}
_SELECT = """
SELECT run, kind, fingerprint, settings, codes, started_at, finished_at,
       (SELECT count(*) FROM predictions p WHERE p.run = runs.run),
       (SELECT name FROM questions q WHERE q.sha256 = runs.question), asked, reused
FROM runs LEFT JOIN run_work USING (run)
"""


def list_runs(con: "DuckDBPyConnection") -> list[Run]:
    """Every run, oldest first."""
    return [_run(row) for row in con.execute(_SELECT + "ORDER BY started_at, run").fetchall()]


def get_run(con: "DuckDBPyConnection", name: str) -> Run:
    """A run by its name, or by the beginning of it where only one run has that.

    Raises:
        BadInputError: no run, or several, have this name.
    """
    rows = con.execute(_SELECT + "WHERE run = $1 OR starts_with(run, $1) ORDER BY run <> $1, run", [name]).fetchall()
    exact = [row for row in rows if row[0] == name]
    if len(exact or rows) != 1:
        what = f"several runs begin with {name}" if rows else f"there is no run {name}"
        names = [row[0] for row in rows or con.execute("SELECT run FROM runs ORDER BY run").fetchall()]
        raise BadInputError(what, fix=offer(name, names, otherwise="see: aitrade runs list"))
    return _run((exact or rows)[0])


def latest_run_of(con: "DuckDBPyConnection", question: Question) -> str | None:
    """Name of the run that finished last among those that answer this very question, or None."""
    row = con.execute(
        "SELECT run FROM runs WHERE finished_at IS NOT NULL AND question = ? "
        "ORDER BY finished_at DESC, run DESC LIMIT 1",
        [question.sha256],
    ).fetchone()
    return str(row[0]) if row else None


def find_fingerprint(con: "DuckDBPyConnection", fingerprint: str) -> Run | None:
    """The classification with this fingerprint, or None."""
    row = con.execute(_SELECT + "WHERE fingerprint = ? AND kind = 'classification'", [fingerprint]).fetchone()
    return _run(row) if row else None


def create_run(
    con: "DuckDBPyConnection",
    name: str,
    fingerprint: str,
    settings: dict[str, Any],
    codes: Sequence[tuple[str, str]],
    question: Question,
) -> Run:
    """Begin a classification of codes (flow, hs10), in the order of its batches, by a question."""
    with (
        transaction(con),
        offered(con, "planned", {"flow": [flow for flow, _ in codes], "hs10": [hs10 for _, hs10 in codes]}),
    ):
        con.execute(
            "INSERT INTO runs VALUES (?, 'classification', ?, ?, ?, now()::TIMESTAMP, NULL, ?)",
            [name, fingerprint, json.dumps(settings), len(codes), keep_question(con, question)],
        )
        con.execute("INSERT INTO run_codes SELECT ?, row_number() OVER () - 1, flow, hs10 FROM planned", [name])
    return get_run(con, name)


def planned_rows(con: "DuckDBPyConnection", name: str) -> list[tuple[Any, ...]]:
    """The codes of a run in their order: hs10, flow, description, naics, naics_description (NULL once removed)."""
    return con.execute(
        "SELECT p.hs10, p.flow, c.description, c.naics, c.naics_description FROM run_codes p "
        "LEFT JOIN codes c USING (flow, hs10) WHERE p.run = ? ORDER BY p.place",
        [name],
    ).fetchall()


def count_work(con: "DuckDBPyConnection", name: str, asked: int, reused: int) -> None:
    """Add to how many codes of a run the LLM was asked about, and how many had their scores kept."""
    con.execute(
        "INSERT INTO run_work VALUES (?, ?, ?) "
        "ON CONFLICT DO UPDATE SET asked = asked + excluded.asked, reused = reused + excluded.reused",
        [name, asked, reused],
    )


def finish_run(con: "DuckDBPyConnection", name: str) -> None:
    """Mark a run as whole."""
    con.execute("UPDATE runs SET finished_at = now()::TIMESTAMP WHERE run = ? AND finished_at IS NULL", [name])


def add_warning(con: "DuckDBPyConnection", name: str, warning: str) -> None:
    """Keep a warning with a run, once; it stands among the settings, and is no part of the fingerprint."""
    settings = get_run(con, name).settings
    kept = [text for text in settings.get("warnings", []) if text != warning]
    con.execute(
        "UPDATE runs SET settings = ? WHERE run = ?", [json.dumps(settings | {"warnings": [*kept, warning]}), name]
    )


def _run(row: tuple[Any, ...]) -> Run:
    name, kind, fingerprint, settings, *rest = row
    return Run(name, kind, fingerprint, read_stored(settings, f"run {name}", _SETTINGS), *rest)
