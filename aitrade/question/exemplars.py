"""Exemplars: HS10 codes labelled by hand, with the reason for each label."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise
from pathlib import Path

from aitrade.core.errors import BadInputError, at
from aitrade.core.textfile import Record, read_records
from aitrade.nomenclature.codes import Code, parse_flow, parse_hs10
from aitrade.question.labels import LabelSpace

COLUMNS = ("hs10", "flow", "description", "naics", "naics_description", "relevance", "category", "rationale")
NEEDED = ("hs10", "flow", "description", "relevance", "rationale")


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


def read_exemplars(path: Path, labels: LabelSpace, rubric_file: Path | None = None) -> ExemplarSet:
    """Read exemplars from a CSV file with the columns of ``COLUMNS``; a header alone is a set without exemplars.

    The columns ``naics`` and ``naics_description`` may be missing, and ``category`` where the question has none.

    Args:
        path: the file.
        labels: the label space that the exemplars have to be of.
        rubric_file: where the labels are defined, for the error.

    Raises:
        BadInputError: a column or a value is missing or wrong, or a code is there twice.
    """
    _, records = read_records(path, needed_columns(labels))
    fix = f"relabel it by {rubric_file}" if rubric_file else None
    exemplars = [(_read(record, path, labels, fix), record.line) for record in records]
    exemplars.sort(key=lambda pair: (pair[0].code.flow, pair[0].code.hs10, pair[1]))
    _refuse_twice(exemplars, path)
    return ExemplarSet(tuple(exemplar for exemplar, _ in exemplars))


def needed_columns(labels: LabelSpace) -> tuple[str, ...]:
    """The columns that a file of exemplars cannot do without."""
    return (*NEEDED, "category") if labels.categories else NEEDED


def exemplars_to_rows(exemplars: ExemplarSet) -> list[list[str]]:
    """Exemplars as lists of texts in the order of ``COLUMNS``, empty where a value is unknown."""
    return [
        [
            e.code.hs10,
            e.code.flow,
            e.code.description,
            e.code.naics or "",
            e.code.naics_description or "",
            e.relevance,
            e.category,
            e.rationale,
        ]
        for e in exemplars.exemplars
    ]


def exemplars_from_rows(rows: Sequence[Sequence[str]]) -> ExemplarSet:
    """The exemplars that :func:`exemplars_to_rows` was given."""
    return ExemplarSet(
        tuple(
            Exemplar(Code(hs10, flow, description, naics or None, industry or None), relevance, category, rationale)
            for hs10, flow, description, naics, industry, relevance, category, rationale in rows
        )
    )


def _read(record: Record, path: Path, labels: LabelSpace, fix: str | None) -> Exemplar:
    row = dict.fromkeys(COLUMNS, "") | record.values
    for column in NEEDED:
        if not row[column]:
            raise BadInputError("the value is empty", where=at(path, record.line, column), fix="fill it in")
    if wrong := labels.wrong(row["relevance"], row["category"]):
        raise BadInputError(wrong, where=at(path, record.line), fix=fix)
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
