"""Take a filled gold workbook back: checks, agreement of the raters, and decisions where they differ."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from itertools import combinations
from pathlib import Path
from typing import TYPE_CHECKING

from aitrade.core.errors import BadInputError, at
from aitrade.core.files import save_workbook
from aitrade.core.sheet import read_sheet
from aitrade.core.textfile import Record
from aitrade.core.workbookfile import load_to_edit, open_workbook
from aitrade.evaluation.gold.workbook import DECISIONS, RUBRIC, SHOWN, add_sheet
from aitrade.nomenclature.codes import parse_hs10
from aitrade.question.labels import LabelSpace
from aitrade.question.question import Question
from aitrade.question.rubric import Rubric
from aitrade.workspace.gold import DECIDED, GoldLabel, Sample, final_labels, keep_labels, read_frame

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

_LABELS = ("hs10", "relevance", "category", "reason", "date")


@dataclass(frozen=True)
class GoldReceipt:
    """What an import of gold did.

    Attributes:
        path: the workbook.
        raters: their names, which are those of their sheets.
        codes: drawn.
        labelled: how many each rater has labelled.
        final: codes that raters agree on, or that were decided.
        undecided: codes that they label differently and nothing was decided about, in the order of the digits.
        labels: everything that was said.
    """

    path: str
    raters: tuple[str, ...]
    codes: int
    labelled: tuple[int, ...]
    final: int
    undecided: tuple[str, ...]
    labels: tuple[GoldLabel, ...]

    def __str__(self) -> str:
        said = ", ".join(f"{rater} {count:,}" for rater, count in zip(self.raters, self.labelled, strict=True))
        text = f"{self.path}: labels of {self.codes:,} codes ({said}); {self.final:,} codes have a final label"
        if self.undecided:
            text += (
                f"; raters differ on {len(self.undecided):,}: decide them in the sheet {DECISIONS} of the same "
                "workbook, save it, and import it again"
            )
        return text


def import_gold(con: "DuckDBPyConnection", path: Path, sample: Sample, question: Question) -> GoldReceipt:
    """Take the labels of a filled workbook, in place of what was taken before; all of them, or nothing.

    Where raters differ and nothing was decided, the sheet ``decisions`` is added to the workbook, or filled up.

    Raises:
        BadInputError: the workbook is of another sample, lacks a column or a code, or holds an unknown label.
    """
    drawn = {code.hs10 for code in read_frame(con, sample.name) if code.drawn}
    with open_workbook(path, "save it as .xlsx again") as workbook:
        names = list(workbook.sheetnames)
    raters = [name for name in names if name not in (RUBRIC, DECISIONS)]
    if not raters:
        raise BadInputError("the workbook has no sheet of a rater", where=str(path), fix="start from gold draw's file")
    if DECIDED in raters:
        raise BadInputError(f"no rater can be called {DECIDED}", where=str(path), fix="rename the sheet")
    labels = [label for rater in raters for label in _of_rater(path, rater, sample, drawn, question.labels)]
    decided = _decisions(path, drawn, question.labels) if DECISIONS in names else []
    everything = [*labels, *decided]
    if not everything:
        raise BadInputError("no code has a label yet", where=str(path), fix="fill in the column relevance, and save")
    final = final_labels(everything)
    undecided = sorted({label.hs10 for label in labels} - set(final))
    if undecided:
        _ask_for_decisions(path, raters, labels, decided, undecided, question.rubric)
    keep_labels(con, sample.name, everything)
    counts = tuple(sum(label.rater == rater for label in labels) for rater in raters)
    return GoldReceipt(str(path), tuple(raters), len(drawn), counts, len(final), tuple(undecided), tuple(everything))


def rater_pairs(receipt: GoldReceipt) -> list[tuple[str, str]]:
    """Every pair of raters."""
    return list(combinations(receipt.raters, 2))


def _of_rater(path: Path, rater: str, sample: Sample, drawn: set[str], labels: LabelSpace) -> list[GoldLabel]:
    where, records = read_sheet(path, rater, (*_LABELS, "sample"))
    for record in records:
        if record.values["sample"] != sample.name:
            raise BadInputError(
                "the sheet is of another gold sample than the workspace's last one",
                where=at(where, record.line, "sample"),
                fix="import the workbook that belongs to this workspace, or draw anew",
            )
    found = _labels(records, where, rater, drawn, labels)
    if lacking := sorted(drawn - {parse_hs10(record.values["hs10"], where=where) for record in records}):
        raise BadInputError(f"the sheet lacks {len(lacking)} codes of the sample, such as {lacking[0]}", where=where)
    return found


def _decisions(path: Path, drawn: set[str], labels: LabelSpace) -> list[GoldLabel]:
    where, records = read_sheet(path, DECISIONS, _LABELS)
    return _labels(records, where, DECIDED, drawn, labels)


def _labels(records: Sequence[Record], where: str, rater: str, drawn: set[str], labels: LabelSpace) -> list[GoldLabel]:
    found: dict[str, GoldLabel] = {}
    for record in records:
        values = record.values
        if not values["relevance"]:
            continue
        hs10 = parse_hs10(values["hs10"], where=at(where, record.line, "hs10"))
        if hs10 not in drawn:
            raise BadInputError(f"code {hs10} is not of the sample", where=at(where, record.line, "hs10"))
        if hs10 in found:
            raise BadInputError(f"code {hs10} stands twice", where=at(where, record.line, "hs10"), fix="delete one row")
        category = values["category"]
        if values["relevance"] == labels.reference and not category:
            category = labels.reference_category
        if wrong := labels.wrong(values["relevance"], category):
            raise BadInputError(wrong, where=at(where, record.line), fix="choose from the names in the sheet rubric")
        rated_on = _date(values["date"], at(where, record.line, "date"))
        found[hs10] = GoldLabel(hs10, rater, values["relevance"], category, values["reason"], rated_on)
    return list(found.values())


def _date(text: str, where: str) -> date:
    if not text:
        return datetime.now().astimezone().date()
    try:
        return datetime.fromisoformat(text).date()
    except ValueError as error:
        raise BadInputError(f"{text!r} is no date", where=where, fix="write such as 2026-03-31, or nothing") from error


def _ask_for_decisions(
    path: Path,
    raters: Sequence[str],
    labels: Sequence[GoldLabel],
    decided: Sequence[GoldLabel],
    undecided: Sequence[str],
    rubric: Rubric,
) -> None:
    """Write the sheet ``decisions`` into the workbook: what each rater says, and cells for what is right."""
    _, shown = read_sheet(path, raters[0], SHOWN)
    texts = {record.values["hs10"]: record.values for record in shown}
    said = {(label.hs10, label.rater): label for label in (*labels, *decided)}
    columns = [*SHOWN, *(f"{rater}: {part}" for rater in raters for part in ("relevance", "category", "reason"))]
    rows = []
    for hs10 in sorted({*undecided, *(label.hs10 for label in decided)}):
        row = dict(texts[hs10])
        for rater in raters:
            if (label := said.get((hs10, rater))) is not None:
                row |= {f"{rater}: relevance": label.relevance, f"{rater}: category": label.category}
                row[f"{rater}: reason"] = label.reason
        if (label := said.get((hs10, DECIDED))) is not None:
            row |= {"relevance": label.relevance, "category": label.category, "reason": label.reason}
            row["date"] = label.rated_on.isoformat()
        rows.append(row)
    workbook = load_to_edit(path, "save it as .xlsx again")
    if DECISIONS in workbook.sheetnames:
        del workbook[DECISIONS]
    add_sheet(workbook, DECISIONS, [*columns, "relevance", "category", "reason", "date"], rows, rubric)
    save_workbook(workbook, path)
