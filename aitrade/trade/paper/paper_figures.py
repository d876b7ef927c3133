"""The paper's published figures, and where each stands among the tables."""

import json
from dataclasses import dataclass
from functools import cache
from typing import Any

from aitrade.core.paths import shipped
from aitrade.core.table import Value
from aitrade.trade.tables.options import Options


@dataclass(frozen=True)
class PaperFigure:
    """A published figure.

    Args:
        id: a stable name, such as ``imports.high.2024``.
        statement: what it says.
        unit: billion dollars, percent, index or codes.
        published: the figure, with so many decimals.
        decimals: how many were published.
        table: the table that it stands in.
        options: the options that the table is computed with.
        row: values that only its row has.
        columns: its column; several are summed.
        over: values that only the row has of which it is a percentage, summed over the same columns.
    """

    id: str
    statement: str
    unit: str
    published: float
    decimals: int
    table: str
    options: Options
    row: dict[str, Value]
    columns: tuple[str, ...]
    over: dict[str, Value] | None = None


@dataclass(frozen=True)
class PaperFigures:
    """Published figures with their source."""

    source: str
    figures: tuple[PaperFigure, ...]


@cache
def load_paper_figures() -> PaperFigures:
    """Read the figures that ship with the project."""
    raw = json.loads(shipped("data/reference/paper_figures.json").read_text("utf-8"))
    figures = tuple(_figure(entry) for entry in raw["figures"])
    return PaperFigures(raw["source"], figures)


def _figure(entry: dict[str, Any]) -> PaperFigure:
    fields = {key: value for key, value in entry.items() if key not in ("column", "options")}
    column = entry["column"]
    options: dict[str, Any] = {
        key: tuple(value) if isinstance(value, list) else value for key, value in entry["options"].items()
    }
    return PaperFigure(
        **fields, columns=tuple(column) if isinstance(column, list) else (column,), options=Options(**options)
    )
