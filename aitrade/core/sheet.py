"""Records of an Excel sheet with a header, as a delimited file gives them."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from aitrade.core.errors import BadInputError, at
from aitrade.core.textfile import Record, check_header
from aitrade.core.textfile import cell as cell_of
from aitrade.core.workbookfile import cell_text, open_workbook, rows_of


def read_sheet(path: Path, name: str, columns: tuple[str, ...]) -> tuple[str, list[Record]]:
    """Values of some columns of a sheet, as text; rows that hold none of them are passed over.

    Args:
        path: a workbook (.xlsx).
        name: the sheet; the first one where none has this name.
        columns: columns that must be there; others are not looked at.

    Returns:
        Where the sheet is, and its records, whose lines are its rows.

    Raises:
        BadInputError: the workbook is damaged, lacks a column, or has a formula in one.
    """
    with open_workbook(path, "save it as .xlsx again") as workbook:
        sheet = workbook[name] if name in workbook.sheetnames else workbook.worksheets[0]
        sheet.reset_dimensions()  # some programs write wrong ones
        where = f"{path}, sheet {sheet.title}"
        return where, list(_records(rows_of(sheet, path), columns, where))


def _records(rows: Iterator[tuple[int, Sequence[Any]]], columns: tuple[str, ...], where: str) -> Iterator[Record]:
    header = tuple(cell_text(cell.value).strip().lower() for cell in next(rows, (1, ()))[1])
    check_header(header, columns, Path(where), 1)
    places = {column: header.index(column) for column in columns}
    for line, row in rows:
        values = {}
        for column, place in places.items():
            cell = row[place] if place < len(row) else None
            if cell is not None and cell.data_type == "f":
                raise BadInputError(
                    f"the cell holds the formula {cell.value}",
                    where=at(where, line, column),
                    fix="write the value itself",
                )
            values[column] = "" if cell is None else cell_of(cell_text(cell.value), at(where, line, column))
        if any(values.values()):
            yield Record(line, values)
