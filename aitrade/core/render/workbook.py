"""Tables as one Excel workbook: a sheet each, typed cells, codes as text, nothing that Excel would run."""

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from aitrade.core.extras import require_extra
from aitrade.core.files import save_workbook, writing
from aitrade.core.render.as_cell import to_cell
from aitrade.core.table import Table

if TYPE_CHECKING:
    from openpyxl.worksheet._write_only import WriteOnlyWorksheet

LONGEST_NAME = 31  # of a sheet, in Excel
_WIDTHS = {"prose": 60, "text": 24}


def write_workbook(tables: Mapping[str, Table], path: Path) -> None:
    """Write tables as an .xlsx file: a sheet of contents with titles and notes, then a sheet for each table.

    Args:
        tables: by the name of their sheet.
        path: the file.

    Raises:
        UsageError: openpyxl is not installed.
        BadInputError: the file cannot be written.
    """
    require_extra("excel", "writing an Excel workbook")
    with writing(path):  # openpyxl collects sheets in the folder of temporary files, which may be full too
        _write(tables, path)


def _write(tables: Mapping[str, Table], path: Path) -> None:
    from openpyxl import Workbook

    workbook = Workbook(write_only=True)
    contents = workbook.create_sheet("contents")
    contents.column_dimensions["A"].width, contents.column_dimensions["B"].width = 32, 100
    contents.freeze_panes = "A2"
    contents.append([to_cell(contents, title, bold=True) for title in ("Sheet", "Title and notes")])
    for name, table in tables.items():
        sheet = workbook.create_sheet(name[:LONGEST_NAME])
        for text, first in ((table.title, name[:LONGEST_NAME]), *((note, "") for note in table.notes)):
            contents.append([to_cell(contents, first), to_cell(contents, text)])
        _fill(sheet, table)
    save_workbook(workbook, path)


def _fill(sheet: "WriteOnlyWorksheet", table: Table) -> None:
    from openpyxl.utils import get_column_letter

    sheet.freeze_panes = "A2"
    for place, column in enumerate(table.columns, 1):
        sheet.column_dimensions[get_column_letter(place)].width = _WIDTHS.get(
            column.kind, max(len(column.title) + 2, 12)
        )
    sheet.append([to_cell(sheet, column.title, bold=True) for column in table.columns])
    for row in table.rows:
        sheet.append([to_cell(sheet, value, column) for value, column in zip(row, table.columns, strict=True)])
