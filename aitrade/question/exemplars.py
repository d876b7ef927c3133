"""Exemplars: HS10 codes labelled by hand, with the reason for each label."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise
from pathlib import Path

from aitrade.core.errors import BadInputError, at
from aitrade.core.paths import shipped
from aitrade.core.textfile import Record, read_records
from aitrade.nomenclature.codes import Code, parse_flow, parse_hs10
from aitrade.question.rubric import Rubric, check_label, load_rubric

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
        return {e.code.key: e for e in self.exemplars}

    def __len__(self) -> int:
        return len(self.exemplars)


def load_exemplars(path: Path | None = None) -> ExemplarSet:
    """Read exemplars from a CSV file with the columns of ``COLUMNS``; the shipped set by default.

    Raises:
        BadInputError: a column or a value is missing or wrong, or a code is there twice.
    """
    path = path or shipped("data/questions/ai-data-centers/exemplars.csv")
    rubric = load_rubric()
    _, records = read_records(path, COLUMNS)
    if not records:
        raise BadInputError("the file holds no exemplars", where=str(path), fix="label some codes, one a line")
    found = [(_read(record, path, rubric), record.line) for record in records]
    found.sort(key=lambda pair: (pair[0].code.flow, pair[0].code.hs10, pair[1]))
    _refuse_twice(found, path)
    return ExemplarSet(tuple(exemplar for exemplar, _ in found))


def _read(record: Record, path: Path, rubric: Rubric) -> Exemplar:
    row = record.values
    for column in ("hs10", "flow", "description", "relevance", "category", "rationale"):
        if not row[column]:
            raise BadInputError("the value is empty", where=at(path, record.line, column), fix="fill it in")
    if wrong := check_label(row["relevance"], row["category"], rubric):
        raise BadInputError(
            wrong, where=at(path, record.line), fix="relabel it by data/questions/ai-data-centers/question.toml"
        )
    code = Code(
        hs10=parse_hs10(row["hs10"], where=at(path, record.line, "hs10")),
        flow=parse_flow(row["flow"], where=at(path, record.line, "flow")),
        description=row["description"],
        naics=row["naics"] or None,
        naics_description=row["naics_description"] or None,
    )
    return Exemplar(code, row["relevance"], row["category"], row["rationale"])


def _refuse_twice(found: Sequence[tuple[Exemplar, int]], path: Path) -> None:
    for (before, first), (after, line) in pairwise(found):
        if before.code.key == after.code.key:
            raise BadInputError(
                f"code {after.code.hs10} is there twice, first on line {first}",
                where=at(path, line, "hs10"),
                fix="keep one of the two lines",
            )
