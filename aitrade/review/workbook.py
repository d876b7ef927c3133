"""A review as an Excel workbook: the codes, cells to choose the new labels in, and the rubric beside them."""

from pathlib import Path
from typing import TYPE_CHECKING

from aitrade.core.extras import require_extra
from aitrade.core.files import save_workbook, writing
from aitrade.core.render.as_cell import to_cell
from aitrade.core.table import Table
from aitrade.question.rubric import Rubric
from aitrade.review.columns import FILLED_IN

if TYPE_CHECKING:
    from openpyxl.worksheet._write_only import WriteOnlyWorksheet

SHEET, RUBRIC = "review", "rubric"
_WIDTHS = {"hs10": 13, "description": 60, "category": 24, "new_relevance": 15, "new_category": 24, "reason": 50}
_YELLOW = "FFF2CC"


def write_review(table: Table, rubric: Rubric, path: Path) -> None:
    """Write a review as .xlsx: sheet ``review`` with frozen header and choices for labels, sheet ``rubric``.

    Raises:
        UsageError: openpyxl is not installed.
        BadInputError: the file cannot be written.
    """
    require_extra("excel", "writing an Excel workbook")
    with writing(path):  # openpyxl collects sheets in the folder of temporary files, which may be full too
        _write(table, rubric, path)


def _write(table: Table, rubric: Rubric, path: Path) -> None:
    from openpyxl import Workbook

    workbook = Workbook(write_only=True)
    sheet = workbook.create_sheet(SHEET)
    sheet.freeze_panes = "A2"
    for column in table.columns:
        sheet.column_dimensions[_letter(table, column.name)].width = _WIDTHS.get(column.name, 10)
    last = len(table.rows) + 1
    levels, categories = len(rubric.levels), len(rubric.categories)
    _choices(sheet, _letter(table, "new_relevance"), last, 2, levels + 1)
    if categories:
        _choices(sheet, _letter(table, "new_category"), last, levels + 2, levels + categories + 1)
    sheet.append([to_cell(sheet, column.title, bold=True) for column in table.columns])
    for row in table.rows:
        cells = [to_cell(sheet, value, column) for value, column in zip(row, table.columns, strict=True)]
        for cell, column in zip(cells, table.columns, strict=True):
            if column in FILLED_IN:
                _mark_to_fill_in(cell)
        sheet.append(cells)
    terms = workbook.create_sheet(RUBRIC)
    terms.freeze_panes = "A2"
    terms.column_dimensions["A"].width, terms.column_dimensions["B"].width = 24, 120
    terms.append([to_cell(terms, title, bold=True) for title in ("Label", "Definition")])
    defined = [(term.name, term.definition) for term in rubric.levels]
    for name, definition in [*defined, *((term.name, term.definition) for term in rubric.categories)]:
        terms.append([to_cell(terms, name), to_cell(terms, definition)])
    save_workbook(workbook, path)


def _choices(sheet: "WriteOnlyWorksheet", letter: str, last: int, first_term: int, last_term: int) -> None:
    """Let the cells of a column be chosen from rows of the rubric, and from nothing else."""
    from openpyxl.worksheet.datavalidation import DataValidation

    choice = DataValidation("list", formula1=f"{RUBRIC}!$A${first_term}:$A${last_term}", allow_blank=True)
    choice.showErrorMessage, choice.error = True, f"Choose one of the names in the sheet {RUBRIC}."
    choice.add(f"{letter}2:{letter}{last}")
    sheet.data_validations.append(choice)


def _mark_to_fill_in(cell: object) -> None:
    """Show that a cell is to be filled in; as text, so that a reason that starts with = stays one."""
    from openpyxl.styles import PatternFill

    cell.number_format = "@"  # type: ignore[attr-defined]
    cell.fill = PatternFill("solid", fgColor=_YELLOW)  # type: ignore[attr-defined]


def _letter(table: Table, name: str) -> str:
    from openpyxl.utils import get_column_letter

    return str(get_column_letter([column.name for column in table.columns].index(name) + 1))
