"""Excel workbooks as users have them: what of them is damaged, and their cells as text."""

import io
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from aitrade.core.archive import DAMAGED_ZIP, refuse_bomb
from aitrade.core.bounds import LARGEST_EDITED, LARGEST_SHEET, LONGEST_SHEET, WIDEST_TABLE
from aitrade.core.errors import BadInputError, at
from aitrade.core.extras import require_extra
from aitrade.core.textfile import read_bytes

if TYPE_CHECKING:
    from openpyxl import Workbook
    from openpyxl.cell import Cell
    from openpyxl.worksheet.worksheet import Worksheet


@contextmanager
def open_workbook(path: Path, fix: str) -> Iterator["Workbook"]:
    """Open a workbook (.xlsx); what the block finds damaged, since sheets are read row by row, fails as bad input too.

    Args:
        path: the file.
        fix: what to do about a damaged one.

    Raises:
        UsageError: openpyxl is not installed.
        BadInputError: the file cannot be read, is damaged, or is no workbook.
    """
    with _refusing_damage(path, fix):
        workbook = _load(path, read_only=True)
        for sheet in workbook.worksheets:
            sheet.reset_dimensions()  # what a sheet says of its own size cannot be trusted
        yield workbook


def load_to_edit(path: Path, fix: str) -> "Workbook":
    """Load a workbook of ours with all that is in it, to add to it.

    Args:
        path: the file.
        fix: what to do about a damaged one.

    Raises:
        UsageError: openpyxl is not installed.
        BadInputError: as ``open_workbook``; or it unpacks to more than ``LARGEST_EDITED``.
    """
    with _refusing_damage(path, fix):
        return _load(path, read_only=False)


def _load(path: Path, *, read_only: bool) -> "Workbook":
    from zipfile import ZipFile

    from openpyxl import load_workbook

    content = io.BytesIO(read_bytes(path))
    with ZipFile(content) as archive:
        refuse_bomb(archive, str(path))
        if not read_only and sum(entry.file_size for entry in archive.infolist()) > LARGEST_EDITED:
            raise BadInputError(
                f"the workbook unpacks to more than {LARGEST_EDITED / 2**20:,.0f} MiB, too much to add a sheet to",
                where=str(path),
                fix="take out sheets and columns that were added to it",
            )
    content.seek(0)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of parts that openpyxl leaves out
        return load_workbook(content, read_only=read_only)


@contextmanager
def _refusing_damage(path: Path, fix: str) -> Iterator[None]:
    require_extra("excel", "reading an Excel workbook")
    from xml.etree.ElementTree import ParseError

    from openpyxl.utils.exceptions import InvalidFileException

    try:
        yield
    except BadInputError:
        raise
    # openpyxl answers parts that it does not understand with whatever they bring about.
    except (*DAMAGED_ZIP, ParseError, TypeError, AttributeError, IndexError, InvalidFileException) as error:
        raise _refusal(path, error, fix) from error


def _refusal(path: Path, error: Exception, fix: str) -> BadInputError:
    what = " ".join(str(error).split())
    return BadInputError(f"this is no .xlsx workbook, or it is damaged or cut off: {what}", where=str(path), fix=fix)


def rows_of(sheet: "Worksheet", path: Path) -> Iterator[tuple[int, tuple["Cell", ...]]]:
    """Rows of a sheet with their numbers; a few bytes of a workbook can stand for any number of empty cells.

    Raises:
        BadInputError: a row is wider than ``WIDEST_TABLE``, or the sheet has more than ``LONGEST_SHEET`` rows or
            ``LARGEST_SHEET`` cells.
    """
    cells = 0
    for line, row in enumerate(sheet.iter_rows(), 1):
        cells += len(row) or 1
        bounds = (len(row), WIDEST_TABLE, "columns"), (line, LONGEST_SHEET, "rows"), (cells, LARGEST_SHEET, "cells")
        if over := [f"{what} than {most:,}" for count, most, what in bounds if count > most]:
            raise BadInputError(
                f"the sheet has more {over[0]}",
                where=at(f"{path}, sheet {sheet.title}", line),
                fix="delete the empty rows and columns beside the table, or save it as CSV",
            )
        yield line, row


def cell_text(value: object) -> str:
    """A cell's value as text: none is empty, and whole numbers have no point."""
    if value is None:
        return ""
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value)
