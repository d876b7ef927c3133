"""Read the sheets of a workbook (.xlsx) that list codes: concordances, HTS schedule exports, plain tables."""

from dataclasses import dataclass
from pathlib import Path

from aitrade.core.clean import clean
from aitrade.core.errors import BadInputError, at
from aitrade.core.workbookfile import cell_text, open_workbook, rows_of

# What concordances and schedules call the columns of a file of codes.
_NAMES = {
    "commodity": "hs10",
    "hts10": "hs10",
    "hts number": "hs10",
    "schedule b number": "hs10",
    "schedule b": "hs10",
    "hs code": "hs10",
    "descriptn": "description",
    "long description": "description",
    "description long": "description",
}
_FIX = "name two columns hs10 and description in one line of a sheet"


@dataclass(frozen=True)
class CodeSheet:
    """A sheet that lists codes: its columns (lower case, named as in a file of codes), and its rows by place."""

    columns: tuple[str, ...]
    rows: tuple[tuple[str, dict[str, str]], ...]


def read_code_sheets(path: Path) -> list[CodeSheet]:
    """Read the sheets that have a header with a code and a description; others are passed over.

    Raises:
        BadInputError: the workbook is damaged, or no sheet has such a header.
    """
    sheets = []
    with open_workbook(path, "export it again") as workbook:
        for sheet in workbook.worksheets:
            columns: tuple[str, ...] = ()
            rows = []
            for line, cells in rows_of(sheet, path):
                texts = [clean(cell_text(cell.value)).strip() for cell in cells]
                where = at(f"{path}, sheet {sheet.title}", line)
                if not columns:
                    columns = _header(texts)
                elif any(texts):
                    rows.append((where, dict(zip(columns, texts + [""] * len(columns), strict=False))))
            if columns:
                sheets.append(CodeSheet(columns, tuple(rows)))
    if not sheets:
        raise BadInputError("no sheet has a header with codes and descriptions", where=str(path), fix=_FIX)
    return sheets


def _header(texts: list[str]) -> tuple[str, ...]:
    """The columns that a row names, if it is a header."""
    names = tuple(" ".join(text.lower().replace("_", " ").split()) for text in texts)
    columns = tuple(_NAMES.get(name, name.replace(" ", "_") if name.startswith("naics") else name) for name in names)
    return columns if {"hs10", "description"} <= set(columns) else ()
