"""Predictions in the workspace: kept by column, read back and exported."""

import csv
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from aitrade.core.files import atomic_write
from aitrade.core.render.as_csv import csv_cell
from aitrade.core.wording import slug
from aitrade.question.labels import LabelSpace
from aitrade.workspace.questions import question_of_run
from aitrade.workspace.rows import offered

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

NEAR = 4e-3  # between two probabilities: twice what other processors and threads may change one by in bfloat16


def insert_predictions(con: "DuckDBPyConnection", run: str, columns: Mapping[str, Sequence[Any]]) -> None:
    """Add predictions of a run, column by column; what is left out is NULL. The caller opens the transaction.

    Args:
        con: the workspace.
        run: its name.
        columns: columns of the table ``predictions`` by name, of equal length; ``p`` holds a sequence of probabilities
            for each row, in the order of the question's levels, or None.
    """
    plain = {name: values for name, values in columns.items() if name != "p"}
    lists = columns.get("p", [])
    width = max((len(p) for p in lists if p is not None), default=0)
    parts = {f"p{n}": [None if p is None else p[n] for p in lists] for n in range(width)}
    values = [*plain] + ([f"CASE WHEN p0 IS NOT NULL THEN [{', '.join(parts)}]::DOUBLE[] END"] if parts else [])
    names = [*plain] + (["p"] if parts else [])
    with offered(con, "offered_predictions", plain | parts):
        con.execute(
            f"INSERT INTO predictions (run, {', '.join(names)}) SELECT ?, {', '.join(values)} FROM offered_predictions",  # noqa: S608
            [run],
        )


def predicted_codes(con: "DuckDBPyConnection", run: str) -> set[tuple[str, str]]:
    """The (flow, hs10) that a run has predictions for."""
    return set(con.execute("SELECT flow, hs10 FROM predictions WHERE run = ?", [run]).fetchall())


def median_label_mass(con: "DuckDBPyConnection", run: str) -> tuple[int, float]:
    """Count a run's codes whose labels an LLM scored, and say the median probability that its answer is a label."""
    row = con.execute(
        "SELECT count(mass), median(mass) FROM (SELECT TRY_CAST(evidence->>'label_mass' AS DOUBLE) AS mass "
        "FROM predictions WHERE run = ? AND source = 'llm')",
        [run],
    ).fetchone()
    count, median = row or (0, None)
    return int(count), float("nan") if median is None else float(median)


def near_ties(con: "DuckDBPyConnection", run: str) -> list[tuple[str, str]]:
    """The (flow, hs10) of a run whose two likeliest levels are nearer than :data:`NEAR`, by flow and code."""
    return con.execute(
        "SELECT flow, hs10 FROM predictions WHERE run = ? AND len(p) > 1 "
        "AND list_reverse_sort(p)[1] - list_reverse_sort(p)[2] < ? ORDER BY flow DESC, hs10",
        [run, NEAR],
    ).fetchall()


def probability_columns(labels: LabelSpace) -> tuple[str, ...]:
    """Names of the columns of probabilities in files, in the order of the levels: ``p_high`` for High."""
    return tuple("p_" + (slug(level) or str(n)) for n, level in enumerate(labels.levels))


def export_columns(labels: LabelSpace) -> tuple[str, ...]:
    """Columns of an exported classification."""
    return ("hs10", "flow", "description", "relevance", "category", *probability_columns(labels), "source")


def export_rows(con: "DuckDBPyConnection", run: str) -> Iterator[tuple[Any, ...]]:
    """Predictions of a run in the order of :func:`export_columns`, by flow and code."""
    count = len(question_of_run(con, run).labels.levels)
    probabilities = ", ".join(f"p[{n + 1}]" for n in range(count))
    con.execute(
        f"SELECT hs10, flow, description, relevance, category, {probabilities}, source "  # noqa: S608
        "FROM predictions WHERE run = ? ORDER BY flow DESC, hs10",
        [run],
    )
    while rows := con.fetchmany(4096):
        yield from rows


def export_csv(con: "DuckDBPyConnection", run: str, path: Path) -> int:
    """Write a run's predictions as CSV, probabilities with six decimals; returns how many.

    Raises:
        BadInputError: the file cannot be written.
    """
    count = 0
    columns = export_columns(question_of_run(con, run).labels)
    with atomic_write(path) as partial, partial.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(columns)
        for row in export_rows(con, run):
            writer.writerow([f"{value:.6f}" if isinstance(value, float) else csv_cell(value) for value in row])
            count += 1
    return count
