"""A review file that was filled in, read and checked against the question of its run."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from aitrade.core.errors import BadInputError, at
from aitrade.core.files import sha256_of
from aitrade.core.sheet import read_sheet
from aitrade.core.textfile import Record, read_records
from aitrade.nomenclature.codes import parse_flow, parse_hs10
from aitrade.question.labels import LabelSpace
from aitrade.review.columns import NEEDED
from aitrade.review.workbook import SHEET


@dataclass(frozen=True)
class Review:
    """A reviewed code.

    Attributes:
        flow, hs10: the code.
        relevance: what the reviewer says.
        category: likewise; None: what it was.
        reason: why; empty where none was given.
        line: row of the file.
    """

    flow: str
    hs10: str
    relevance: str
    category: str | None
    reason: str
    line: int


@dataclass(frozen=True)
class ReviewedFile:
    """A review file that was filled in.

    Attributes:
        where: file and, of a workbook, sheet.
        sha256: of the file.
        run: the run that it reviews.
        reviews: the rows with a new relevance, in their order.
        unfinished: rows with a new category or a reason, but no new relevance.
    """

    where: str
    sha256: str
    run: str
    reviews: tuple[Review, ...]
    unfinished: tuple[int, ...]


def read_reviewed(path: Path, labels_of: Callable[[str], LabelSpace], *, pad: bool = False) -> ReviewedFile:
    """Read a review file, a workbook (.xlsx) or delimited text, and check every new label against the question.

    Args:
        path: the file.
        labels_of: gives the label space of the run that the file reviews, by its name.
        pad: put back the leading zero of codes of nine digits.

    Raises:
        BadInputError: a column is missing, a code, flow or label is wrong, a code is reviewed twice in two ways, the
            rows are of more than one run, or nothing was filled in.
    """
    if path.suffix.lower() == ".xlsx":
        where, records = read_sheet(path, SHEET, NEEDED)
    else:
        where, records = str(path), read_records(path, NEEDED)[1]
    run = _run(records, where)
    labels = labels_of(run)
    reviews: dict[tuple[str, str], Review] = {}
    for record in records:
        if record.values["new_relevance"]:
            review = _review(record, where, labels, pad=pad)
            before = reviews.setdefault((review.flow, review.hs10), review)
            if (before.relevance, before.category) != (review.relevance, review.category):
                raise BadInputError(
                    f"code {review.hs10} is reviewed twice, differently (first in row {before.line})",
                    where=at(where, record.line, "hs10"),
                    fix="clear new_relevance of one of the two",
                )
    unfinished = tuple(
        record.line
        for record in records
        if not record.values["new_relevance"] and (record.values["new_category"] or record.values["reason"])
    )
    if not reviews:
        raise BadInputError(
            "no row has a new relevance", where=where, fix="fill in new_relevance of the rows that you reviewed"
        )
    return ReviewedFile(where, sha256_of(path), run, tuple(reviews.values()), unfinished)


def _run(records: list[Record], where: str) -> str:
    if not records:
        raise BadInputError("the file holds no rows", where=where, fix="make one: aitrade review export FILE")
    run = records[0].values["run"]
    for record in records:
        found = record.values["run"]
        if not found or found != run:
            raise BadInputError(
                f"the row is of run {found}, the rows before of run {run}" if found else "the row names no run",
                where=at(where, record.line, "run"),
                fix="review one run in a file; the column run names it in every row",
            )
    return run


def _review(record: Record, where: str, labels: LabelSpace, *, pad: bool) -> Review:
    values, line = record.values, record.line
    relevance = values["new_relevance"]
    category: str | None = values["new_category"]
    if not category:
        category = labels.reference_category if relevance == labels.reference or not labels.categories else None
    known = relevance in labels.levels
    # Where the category is what it was, the run has it; the level can be checked by itself.
    wrong = None if known and category is None else labels.wrong(relevance, category or "")
    if wrong:
        raise BadInputError(
            wrong,
            where=at(where, line, "new_category" if known else "new_relevance"),
            fix="use the names of the question, spelled as there",
        )
    return Review(
        flow=parse_flow(values["flow"], where=at(where, line, "flow")),
        hs10=parse_hs10(values["hs10"], where=at(where, line, "hs10"), pad=pad),
        relevance=relevance,
        category=category,
        reason=values["reason"],
        line=line,
    )
