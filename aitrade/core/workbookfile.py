"""Excel workbooks as users have them: what of them is damaged, and their cells as text."""

import io
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from aitrade.core.errors import BadInputError
from aitrade.core.extras import require_extra
from aitrade.core.textfile import read_bytes

if TYPE_CHECKING:
    from openpyxl import Workbook


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
    require_extra("excel", "reading an Excel workbook")
    import zipfile
    import zlib
    from xml.etree.ElementTree import ParseError

    from openpyxl import load_workbook
    from openpyxl.utils.exceptions import InvalidFileException

    content = io.BytesIO(read_bytes(path))
    damaged: tuple[type[Exception], ...] = (zipfile.BadZipFile, zlib.error, ParseError, KeyError, EOFError, OSError)
    damaged += (ValueError, TypeError, AttributeError, RuntimeError)
    try:
        # Beyond that, openpyxl answers parts that it does not understand with whatever they bring about.
        workbook = load_workbook(content, read_only=True)
    except (*damaged, InvalidFileException) as error:
        raise _refusal(path, error, fix) from error
    for sheet in workbook.worksheets:
        sheet.reset_dimensions()  # what a sheet says of its own size cannot be trusted
    try:
        yield workbook
    except BadInputError:
        raise
    except damaged as error:
        raise _refusal(path, error, fix) from error


def _refusal(path: Path, error: Exception, fix: str) -> BadInputError:
    what = " ".join(str(error).split())
    return BadInputError(f"this is no .xlsx workbook, or it is damaged or cut off: {what}", where=str(path), fix=fix)


def cell_text(value: object) -> str:
    """A cell's value as text: none is empty, and whole numbers have no point."""
    if value is None:
        return ""
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value)
