"""Tables as one Excel workbook: a sheet each, typed cells, codes as text, nothing that Excel would run."""

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from aitrade.render.figures import DECIMALS
from aitrade.trade.table import Column, Table, Value

if TYPE_CHECKING:
    from openpyxl.cell import WriteOnlyCell
    from openpyxl.worksheet._write_only import WriteOnlyWorksheet

LONGEST_NAME = 31  # of a sheet, in Excel
_WIDTHS = {"prose": 60, "text": 24}


def write_workbook(tables: Mapping[str, Table], path: Path) -> None:
    """Write tables as an .xlsx file: a sheet of contents with titles and notes, then a sheet for each table.

    Args:
        tables: by the name of their sheet.
        path: the file.
    """
    from openpyxl import Workbook

    workbook = Workbook(write_only=True)
    contents = workbook.create_sheet("contents")
    contents.column_dimensions["A"].width, contents.column_dimensions["B"].width = 32, 100
    contents.freeze_panes = "A2"
    contents.append([_cell(contents, title, bold=True) for title in ("Sheet", "Title and notes")])
    for name, table in tables.items():
        sheet = workbook.create_sheet(name[:LONGEST_NAME])
        for text, first in ((table.title, name[:LONGEST_NAME]), *((note, "") for note in table.notes)):
            contents.append([_cell(contents, first), _cell(contents, text)])
        _fill(sheet, table)
    workbook.save(path)


def _fill(sheet: "WriteOnlyWorksheet", table: Table) -> None:
    from openpyxl.utils import get_column_letter

    sheet.freeze_panes = "A2"
    for place, column in enumerate(table.columns, 1):
        sheet.column_dimensions[get_column_letter(place)].width = _WIDTHS.get(
            column.kind, max(len(column.title) + 2, 12)
        )
    sheet.append([_cell(sheet, column.title, bold=True) for column in table.columns])
    for row in table.rows:
        sheet.append([_cell(sheet, value, column) for value, column in zip(row, table.columns, strict=True)])


def _cell(
    sheet: "WriteOnlyWorksheet", value: Value, column: Column | None = None, *, bold: bool = False
) -> "WriteOnlyCell":
    from openpyxl.cell import WriteOnlyCell
    from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE
    from openpyxl.styles import Font

    if isinstance(value, str):
        cell = WriteOnlyCell(sheet, ILLEGAL_CHARACTERS_RE.sub(" ", value))
        # A text that starts with = would become a formula, here and again when somebody edits the cell.
        cell.data_type, cell.number_format, cell.quotePrefix = "s", "@", True
    else:
        cell = WriteOnlyCell(sheet, value)
        if value is not None and column is not None and not isinstance(value, bool):
            cell.number_format = "#,##0" + ("." + "0" * decimals if (decimals := DECIMALS.get(column.kind, 0)) else "")
    if bold:
        cell.font = Font(bold=True)
    return cell
