"""Predictions in the workspace."""

import csv
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, fields
from pathlib import Path
from typing import TYPE_CHECKING, Any

from aitrade.core.files import atomic_write
from aitrade.workspace.rows import offered

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

EXPORT_COLUMNS = ("hs10", "flow", "description", "relevance", "category", "p_high", "p_medium", "p_low", "source")


@dataclass(frozen=True)
class Prediction:
    """What a run says of a code.

    Attributes:
        p_high, p_medium, p_low: calibrated probabilities; they add up to 1.
        source: ``llm``, ``exemplar`` (labelled by hand) or ``cascade`` (certain without the LLM).
        evidence: the neighbours and raw scores behind it.
    """

    flow: str
    hs10: str
    description: str
    relevance: str
    category: str
    p_high: float
    p_medium: float
    p_low: float
    source: str
    evidence: dict[str, Any]


_COLUMNS = tuple(field.name for field in fields(Prediction))


def insert_predictions(con: "DuckDBPyConnection", run: str, predictions: Sequence[Prediction]) -> None:
    """Add predictions of a run. The caller opens the transaction."""
    columns = {name: [getattr(p, name) for p in predictions] for name in _COLUMNS}
    columns["evidence"] = [json.dumps(p.evidence) for p in predictions]
    insert_columns(con, run, columns)


def insert_columns(con: "DuckDBPyConnection", run: str, columns: Mapping[str, Sequence[object]]) -> None:
    """Add predictions of a run, column by column; what is left out is NULL. The caller opens the transaction."""
    names = ", ".join(columns)
    with offered(con, "offered_predictions", columns):
        con.execute(f"INSERT INTO predictions (run, {names}) SELECT ?, {names} FROM offered_predictions", [run])  # noqa: S608


def predicted_codes(con: "DuckDBPyConnection", run: str) -> set[tuple[str, str]]:
    """The (flow, hs10) that a run has predictions for."""
    return set(con.execute("SELECT flow, hs10 FROM predictions WHERE run = ?", [run]).fetchall())


def export_rows(con: "DuckDBPyConnection", run: str) -> Iterator[tuple[Any, ...]]:
    """Predictions of a run in the order of ``EXPORT_COLUMNS``, by flow and code."""
    columns = ", ".join(EXPORT_COLUMNS)
    con.execute(f"SELECT {columns} FROM predictions WHERE run = ? ORDER BY flow DESC, hs10", [run])  # noqa: S608
    while rows := con.fetchmany(4096):
        yield from rows


def export_csv(con: "DuckDBPyConnection", run: str, path: Path) -> int:
    """Write a run's predictions as CSV, probabilities with six decimals; returns how many.

    Raises:
        BadInputError: the file cannot be written.
    """
    count = 0
    with atomic_write(path) as partial, partial.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(EXPORT_COLUMNS)
        for row in export_rows(con, run):
            writer.writerow([f"{value:.6f}" if isinstance(value, float) else value for value in row])
            count += 1
    return count
