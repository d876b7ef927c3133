"""The classification itself, packed so that some twenty-four thousand codes travel inside a page."""

import base64
import dataclasses
import gzip
import json
from collections.abc import Mapping
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
    """A code with its label and its trade.

    Attributes:
        millions: dollars of the year of its flow, in millions; None where nothing was traded.
        p: probabilities in the order of the levels; None where there are none.
    """

    flow: str
    hs10: str
    description: str
    relevance: str
    category: str
    millions: float | None
    p: tuple[float, ...] | None
    source: str


@dataclass(frozen=True)
class Classification:
    """A run's labels, those that count most first: by level, then by trade.

    Attributes:
        rows: the labels; codes of chapters that no figure counts stand at the end.
        labels: the label space that they are of.
        years: the year of each flow whose trade orders the codes.
        excluded: the chapters that no figure counts.
    """

    rows: tuple[Row, ...]
    labels: LabelSpace
    years: Mapping[str, int] = dataclasses.field(default_factory=dict)
    excluded: tuple[str, ...] = ()

    @property
    def group(self) -> str:
        """What the levels that count are called together."""
        return "+".join(self.labels.counted)

    @property
    def counted(self) -> tuple[Row, ...]:
        """The codes that figures count, which a page shows even where scripts are off."""
        return tuple(
            row for row in self.rows if row.relevance in self.labels.counted and row.hs10[:2] not in self.excluded
        )

    @property
    def traded(self) -> str:
        """What the column of trade holds, such as ``2024, $ m`` (millions of dollars); of two years both are named."""
        years = " and ".join(str(year) for year in sorted(set(self.years.values())))
        return f"{years}, $\u00a0m" if years else "$\u00a0m"

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
        columns["millions"] = [None if row.millions is None else round(row.millions, 1) for row in self.rows]
        about = {"counted": self.labels.counted, "excluded": self.excluded, "traded": self.traded}
        packed = {"names": names, "chances": chances, "columns": columns, **about}
        text = json.dumps(packed, ensure_ascii=False, separators=(",", ":"))
        return base64.b64encode(gzip.compress(text.encode(), 9, mtime=0)).decode()


_FIELDS = ("flow", "hs10", "description", "relevance", "category", "source")


def classification(
    con: "DuckDBPyConnection", run: str, labels: LabelSpace, years: Mapping[str, int], excluded: tuple[str, ...]
) -> Classification:
    """The labels of a run, with descriptions from the nomenclature where the run has none.

    Args:
        con: a workspace.
        run: whose labels.
        labels: the label space that they are of.
        years: the year of each flow whose trade orders the codes; none for a flow without trade.
        excluded: chapters that no figure counts.
    """
    rows = query(
        con, SQL, "classification", run=run, levels=list(labels.levels), excluded=list(excluded),
        imports_year=years.get("imports"), exports_year=years.get("exports"),
    )  # fmt: skip
    return Classification(tuple(Row(*row) for row in rows), labels, years, excluded)
