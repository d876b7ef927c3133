"""Values as cells of an Excel sheet: typed, codes as text, nothing that Excel would run."""

from typing import TYPE_CHECKING

from aitrade.core.clean import clean
from aitrade.core.render.figures import decimals, is_numeric
from aitrade.core.table import Column, Value

if TYPE_CHECKING:
    from openpyxl.cell import WriteOnlyCell
    from openpyxl.worksheet._write_only import WriteOnlyWorksheet


def to_cell(
    sheet: "WriteOnlyWorksheet", value: Value, column: Column | None = None, *, bold: bool = False
) -> "WriteOnlyCell":
    """A cell for a row of a sheet that is being written; figures show the decimals of their column's unit."""
    from openpyxl.cell import WriteOnlyCell
    from openpyxl.styles import Font

    if isinstance(value, str):
        cell = WriteOnlyCell(sheet, clean(value))
        # A text that starts with = would become a formula, here and again when somebody edits the cell.
        cell.data_type, cell.number_format, cell.quotePrefix = "s", "@", True
    else:
        cell = WriteOnlyCell(sheet, value)
        if value is not None and not isinstance(value, bool) and column is not None and is_numeric(column.kind):
            cell.number_format = "#,##0" + ("." + "0" * places if (places := decimals(value, column.kind)) else "")
    if bold:
        cell.font = Font(bold=True)
    return cell
