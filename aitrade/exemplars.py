"""Exemplars: HS10 codes labelled by hand, with the reason for each label."""

import csv
import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from aitrade.codes import Code, parse_hs10
from aitrade.errors import BadInputError, at
from aitrade.paths import shipped
from aitrade.rubric import Rubric, check_label, load_rubric

COLUMNS = ("hs10", "flow", "description", "naics", "naics_description", "relevance", "category", "rationale")


@dataclass(frozen=True)
class Exemplar:
    """A code with its label by hand and a one-sentence rationale."""

    code: Code
    relevance: str
    category: str
    rationale: str


@dataclass(frozen=True)
class ExemplarSet:
    """The exemplars in order of flow and code, and the hash that stands for them in fingerprints."""

    exemplars: tuple[Exemplar, ...]

    @cached_property
    def sha256(self) -> str:
        """Hash over all that retrieval and models see of the set."""
        lines = (
            "\x1f".join(
                (e.code.flow, e.code.hs10, e.code.description, e.code.naics_description or "", e.relevance, e.category)
            )
            for e in self.exemplars
        )
        return hashlib.sha256("\n".join(lines).encode()).hexdigest()

    @cached_property
    def by_code(self) -> dict[tuple[str, str], Exemplar]:
        """Exemplar of a (flow, hs10)."""
        return {(e.code.flow, e.code.hs10): e for e in self.exemplars}

    def __len__(self) -> int:
        return len(self.exemplars)


def load_exemplars(path: Path | None = None) -> ExemplarSet:
    """Read exemplars from a CSV file with the columns of ``COLUMNS``; the shipped set by default.

    Raises:
        BadInputError: a column or a value is missing or wrong, or a code is there twice.
    """
    path = path or shipped("data/exemplars.csv")
    rubric = load_rubric()
    with path.open(encoding="utf-8-sig", newline="") as file:
        rows = csv.DictReader(file)
        if missing := set(COLUMNS) - set(rows.fieldnames or ()):
            raise BadInputError(f"missing column {', '.join(sorted(missing))}", where=at(path, 1))
        found = [_read(row, at(path, rows.line_num), rubric) for row in rows]
    found.sort(key=lambda e: (e.code.flow, e.code.hs10))
    _refuse_twice(found, path)
    return ExemplarSet(tuple(found))


def _read(row: dict[str, str], where: str, rubric: Rubric) -> Exemplar:
    for column in ("hs10", "flow", "description", "relevance", "category", "rationale"):
        if not (row[column] or "").strip():
            raise BadInputError("the value is empty", where=f"{where}, column {column}")
    if wrong := check_label(row["relevance"], row["category"], rubric):
        raise BadInputError(wrong, where=where)
    code = Code(
        hs10=parse_hs10(row["hs10"], where=where),
        flow=row["flow"],
        description=row["description"],
        naics=row["naics"] or None,
        naics_description=row["naics_description"] or None,
    )
    return Exemplar(code, row["relevance"], row["category"], row["rationale"])


def _refuse_twice(exemplars: Sequence[Exemplar], path: Path) -> None:
    for before, after in zip(exemplars, exemplars[1:], strict=False):
        if (before.code.flow, before.code.hs10) == (after.code.flow, after.code.hs10):
            raise BadInputError(
                f"code {after.code.hs10} is there twice", where=str(path), mend="keep one of the two lines"
            )
