"""Add exemplars to a question's folder: the user's own, never one that ships."""

import csv
import io
from dataclasses import dataclass
from pathlib import Path

from aitrade.core.errors import BadInputError, UsageError
from aitrade.core.files import require_writable, write_file
from aitrade.core.textfile import read_records
from aitrade.nomenclature.codes import parse_flow, parse_hs10
from aitrade.question.catalogue import is_shipped
from aitrade.question.exemplars import COLUMNS, Exemplar, ExemplarSet, exemplars_to_rows
from aitrade.question.gold import read_gold
from aitrade.question.question import EXEMPLARS, Question

Key = tuple[str, str]


@dataclass(frozen=True)
class ExemplarsReceipt:
    """What adding exemplars did.

    Attributes:
        path: the question's file of exemplars.
        added: how many codes had no exemplar before.
        replaced: how many had one that said something else.
        unchanged: how many had this very one.
        exemplars: how many there are now.
    """

    path: Path
    added: int
    replaced: int
    unchanged: int
    exemplars: int

    def __str__(self) -> str:
        return (
            f"{self.path}: {self.added:,} added, {self.replaced:,} replaced, {self.unchanged:,} unchanged; "
            f"{self.exemplars:,} exemplars"
        )


@dataclass(frozen=True)
class Addition:
    """Exemplars that have been checked and can be added; nothing is written before :meth:`write`."""

    receipt: ExemplarsReceipt
    content: bytes

    def write(self) -> ExemplarsReceipt:
        """Write the file of exemplars, whole or not at all."""
        write_file(self.receipt.path, self.content)
        return self.receipt


def own_folder(question: Question) -> Path:
    """The folder of a question that may be written to.

    Raises:
        UsageError: the question ships, or has no folder.
    """
    if question.folder is None or is_shipped(question.folder):
        raise UsageError(
            f"question {question.name} ships with aitrade, and nothing is added to it",
            fix=f"copy it: aitrade question new DIR --from {question.name}; then aitrade --question DIR ...",
        )
    return question.folder


def prepare_exemplars(question: Question, new: ExemplarSet, *, replace: bool = False) -> Addition:
    """Check exemplars against a question and its folder, and make the file that holds old and new ones.

    Lines that are not replaced stay as they are, further columns included.

    Args:
        question: read from a folder of the user's own.
        new: of the question's label space.
        replace: let a new exemplar take the place of one of the same code that says something else.

    Raises:
        UsageError: the question ships.
        BadInputError: a code has an exemplar that says something else and ``replace`` is off, or a code is gold.
    """
    path = own_folder(question) / EXEMPLARS
    require_writable(path)
    gold, old = read_gold(question.folder, question.labels), question.exemplars.by_code
    for exemplar in new.exemplars:
        if (key := exemplar.code.key) in gold:
            raise BadInputError(
                f"{exemplar.code.flow} code {exemplar.code.hs10} is gold, which is kept for measuring",
                where=str(gold[key]),
                fix="leave the code out of the exemplars, or take it out of the gold labels",
            )
        if not replace and old.get(key, exemplar) != exemplar:
            raise BadInputError(
                f"{exemplar.code.flow} code {exemplar.code.hs10} has another exemplar already, "
                f"labelled {old[key].relevance}",
                where=str(path),
                fix="leave the code out, or replace the exemplar: --replace",
            )
    changed = {e.code.key: e for e in new.exemplars if old.get(e.code.key) != e}
    receipt = ExemplarsReceipt(
        path,
        added=sum(key not in old for key in changed),
        replaced=sum(key in old for key in changed),
        unchanged=len(new) - len(changed),
        exemplars=len(old.keys() | changed.keys()),
    )
    return Addition(receipt, _merged(path, changed))


def _merged(path: Path, changed: dict[Key, Exemplar]) -> bytes:
    """The file as it is, with changed lines in place and new ones at its end."""
    columns, records = read_records(path, ()) if path.is_file() else (COLUMNS, [])
    columns = (*columns, *(column for column in COLUMNS if column not in columns))
    new = {
        e.code.key: dict(zip(COLUMNS, row, strict=True))
        for e, row in zip(changed.values(), exemplars_to_rows(ExemplarSet(tuple(changed.values()))), strict=True)
    }
    rows = []
    for record in records:
        flow, hs10 = record.values["flow"], record.values["hs10"]
        key = parse_flow(flow, where=str(path)), parse_hs10(hs10, where=str(path))
        rows.append(record.values | new.pop(key, {}))
    text = io.StringIO(newline="")
    writer = csv.DictWriter(text, columns, restval="", lineterminator="\n")
    writer.writeheader()
    writer.writerows([*rows, *new.values()])
    return text.getvalue().encode()
