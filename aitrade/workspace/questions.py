"""Questions in the workspace: each is kept whole beside the runs that answer it."""

import json
from dataclasses import asdict
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from aitrade.core.errors import BadInputError
from aitrade.question.exemplars import exemplars_to_rows
from aitrade.question.labels import LabelSpace
from aitrade.question.question import SHIPPED, Question, load_question, question_from_contents

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection


def keep_question(con: "DuckDBPyConnection", question: Question) -> str:
    """Keep a question, once; returns its hash. The caller opens the transaction."""
    con.execute(
        "INSERT INTO questions VALUES (?, ?, ?) ON CONFLICT DO NOTHING",
        [question.sha256, question.name, json.dumps(question.contents)],
    )
    return question.sha256


def question_of_run(con: "DuckDBPyConnection", run: str) -> Question:
    """The question that a run answers, as it was asked.

    Raises:
        BadInputError: the workspace does not hold the question, or holds something else in its place; or the run has
            labels, or numbers of probabilities, that its question does not have.
    """
    rows = con.execute(
        "SELECT questions.contents FROM runs JOIN questions ON questions.sha256 = runs.question WHERE runs.run = ?",
        [run],
    ).fetchall()
    if not rows:
        raise BadInputError(f"the workspace does not hold the question of run {run}", fix="restore a copy of it")
    question = _read(rows[0][0])
    _refuse_other_labels(con, run, question.labels)
    return question


@lru_cache(maxsize=4)
def _read(contents: str) -> Question:
    """Read a question from its text, once for the many tables of a report; the text may be somebody else's."""
    try:
        question = question_from_contents(json.loads(contents))
        _refuse_other_kinds(question)
    except (ValueError, TypeError, KeyError, IndexError, AttributeError, RecursionError) as error:
        raise BadInputError(
            f"the workspace's copy of a run's question cannot be read: {type(error).__name__}: {error!s:.100}",
            fix="restore a copy of the workspace, or import the labels into a new one",
        ) from error
    return question


def _refuse_other_labels(con: "DuckDBPyConnection", run: str, labels: LabelSpace) -> None:
    levels, categories = set(labels.levels), {*labels.all_categories, ""}
    query = "SELECT DISTINCT relevance, coalesce(category, ''), coalesce(len(p), ?) FROM predictions WHERE run = ?"
    for level, category, count in con.execute(query, [len(labels.levels), run]).fetchall():
        if level in levels and category in categories and count == len(levels):
            continue
        what = f"{level}, {category}" if count == len(levels) else f"{count} probabilities for {len(levels)} levels"
        raise BadInputError(
            f"run {run} holds labels that its question does not have: {what:.100}",
            fix="import these labels under the question that they belong to, or choose another run",
        )


def _refuse_other_kinds(question: Question) -> None:
    rubric, settings = question.rubric, question.settings
    parts: tuple[Any, ...] = (*rubric.levels, *rubric.categories, *rubric.rules, question.prompts)
    texts = [question.name, question.title, question.noun, rubric.subject, rubric.question, settings.model]
    texts += [settings.embedder, *settings.excluded_chapters, *question.labels.levels, *question.labels.all_categories]
    texts += [text for part in parts for text in asdict(part).values()]
    texts += [text for without in settings.without for text in (without.name, *without.categories)]
    texts += [text for row in exemplars_to_rows(question.exemplars) for text in row]
    if wrong := [text for text in texts if not isinstance(text, str)]:
        raise TypeError(f"{wrong[0]!r:.40} is no text")
    if not isinstance(settings.base_year, int | None):
        raise TypeError(f"{settings.base_year!r:.40} is no year")


def adopt_runs(con: "DuckDBPyConnection") -> None:
    """Tie runs that name no question to the shipped one, the only one that there was before questions were kept."""
    if con.execute("SELECT count(*) FROM runs WHERE question IS NULL").fetchone() != (0,):
        con.execute("UPDATE runs SET question = ? WHERE question IS NULL", [keep_question(con, load_question(SHIPPED))])
