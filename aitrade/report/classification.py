"""The classification itself, packed so that some twenty-four thousand codes travel inside a page."""

import base64
import gzip
import json
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from aitrade.core.sql import query
from aitrade.nomenclature.codes import FLOWS
from aitrade.question.labels import LabelSpace
from aitrade.workspace.predictions import probability_columns

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

SQL = Path(__file__).parent / "sql"


@dataclass(frozen=True)
class Row:
    """A code with its label; probabilities are in the order of the levels, None where there are none."""

    flow: str
    hs10: str
    description: str
    relevance: str
    category: str
    p: tuple[float, ...] | None
    source: str


@dataclass(frozen=True)
class Classification:
    """A run's labels, by flow and code.

    Attributes:
        rows: the labels.
        labels: the label space that they are of.
    """

    rows: tuple[Row, ...]
    labels: LabelSpace

    @property
    def group(self) -> str:
        """What the levels that count are called together."""
        return "+".join(self.labels.counted)

    @property
    def counted(self) -> tuple[Row, ...]:
        """The codes of the levels that count, which a page shows even where scripts are off."""
        return tuple(row for row in self.rows if row.relevance in self.labels.counted)

    def chance(self, row: Row) -> float | None:
        """The probability that a code is of the levels that count; None where there is none."""
        return None if row.p is None else sum(row.p[self.labels.position(level)] for level in self.labels.counted)

    def packed(self) -> str:
        """The rows as base64 of gzipped JSON, by column; probabilities in thousandths, names as numbers.

        The same rows give the same text.
        """
        names = {
            "flow": list(FLOWS),
            "relevance": list(self.labels.levels),
            "category": ["", *self.labels.all_categories],
            "source": sorted({row.source for row in self.rows}),
        }
        columns: dict[str, list[Any]] = {field: [getattr(row, field) for row in self.rows] for field in _FIELDS}
        for field, known in names.items():
            columns[field] = [known.index(value) for value in columns[field]]
        chances = probability_columns(self.labels)
        for number, column in enumerate(chances):
            columns[column] = [None if row.p is None else round(1000 * row.p[number]) for row in self.rows]
        packed = {"names": names, "chances": chances, "counted": self.labels.counted, "columns": columns}
        text = json.dumps(packed, ensure_ascii=False, separators=(",", ":"))
        return base64.b64encode(gzip.compress(text.encode(), 9, mtime=0)).decode()


_FIELDS = ("flow", "hs10", "description", "relevance", "category", "source")


def classification(con: "DuckDBPyConnection", run: str, labels: LabelSpace) -> Classification:
    """The labels of a run, with descriptions from the nomenclature where the run has none."""
    return Classification(tuple(Row(*row) for row in query(con, SQL, "classification", run=run)), labels)
