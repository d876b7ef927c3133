"""The classification itself, packed so that some twenty-four thousand codes travel inside a page."""

import base64
import gzip
import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from aitrade.nomenclature.codes import FLOWS
from aitrade.question.rubric import RELEVANCES, load_rubric
from aitrade.report.query import fetch

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection


@dataclass(frozen=True)
class Classification:
    """A run's labels, by flow and code.

    Attributes:
        rows: flow, hs10, description, relevance, category, p_high, p_medium, p_low, source.
    """

    rows: tuple[tuple[Any, ...], ...]

    @property
    def related(self) -> tuple[tuple[Any, ...], ...]:
        """The High codes, which a page shows even where scripts are off."""
        return tuple(row for row in self.rows if row[3] == "High")

    def packed(self) -> str:
        """The rows as base64 of gzipped JSON, by column; probabilities in thousandths, names as numbers.

        The same rows give the same text.
        """
        names = {
            "flow": list(FLOWS),
            "relevance": list(RELEVANCES),
            "category": [category.name for category in load_rubric().categories],
            "source": sorted({row[8] for row in self.rows}),
        }
        fields = ("flow", "hs10", "description", "relevance", "category", "p_high", "p_medium", "p_low", "source")
        columns: dict[str, list[Any]] = {
            field: [_packed(field, row[place], names) for row in self.rows] for place, field in enumerate(fields)
        }
        text = json.dumps({"names": names, "columns": columns}, ensure_ascii=False, separators=(",", ":"))
        return base64.b64encode(gzip.compress(text.encode(), 9, mtime=0)).decode()


def classification(con: "DuckDBPyConnection", run: str) -> Classification:
    """The labels of a run, with descriptions from the nomenclature where the run has none."""
    return Classification(tuple(fetch(con, "classification", {"run": run})))


def _packed(field: str, value: str | float | None, names: dict[str, list[str]]) -> str | int | None:
    if field in names:
        return names[field].index(str(value))
    return round(1000 * value) if isinstance(value, float) else value
