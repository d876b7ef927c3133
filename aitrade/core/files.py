"""Files that are written where the user said: what the file system refuses is for the user to fix."""

import errno
import io
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from aitrade.core.errors import BadInputError

if TYPE_CHECKING:
    from openpyxl import Workbook


@contextmanager
def writing(path: Path) -> Iterator[None]:
    """Make a file's folder, and let the block, which does nothing but write the file, fail as bad input does.

    Raises:
        BadInputError: the folder cannot be made, or the file not be written.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        yield
    except OSError as error:
        raise BadInputError(
            f"this cannot be written: {error.strerror or error}",
            where=str(error.filename or path),
            fix="choose another place, one that you may write to and that has room",
        ) from error


@contextmanager
def atomic_write(path: Path) -> Iterator[Path]:
    """Yield a new place beside ``path``; what the block writes there becomes ``path`` when it is whole and on the disk.

    Whatever stops it, a reader finds what was there before or what is there now, never half of it.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    partial = path.with_name(f".{os.getpid()}-{path.name}")
    try:
        yield partial
        with partial.open("r+b") as written:
            os.fsync(written.fileno())
        partial.replace(path)
    finally:
        partial.unlink(missing_ok=True)


def write_file(path: Path, content: bytes) -> Path:
    """Write a file whole; returns where.

    Raises:
        BadInputError: it cannot be written.
    """
    with writing(path):
        path.write_bytes(content)
    return path


def save_workbook(workbook: "Workbook", path: Path) -> Path:
    """Write a workbook by way of memory: openpyxl leaves its sheets open where it cannot write to a file.

    Raises:
        BadInputError: it cannot be written.
    """
    content = io.BytesIO()
    workbook.save(content)
    return write_file(path, content.getvalue())


def require_writable(path: Path) -> None:
    """Refuse a file that cannot be written before the long work whose result it is to hold; makes its folder.

    Raises:
        BadInputError: the folder cannot be made or written to, or the file is a folder or may not be written.
    """
    with writing(path):
        if path.is_dir():
            raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR), str(path))
        if not os.access(path if path.exists() else path.parent, os.W_OK):
            raise PermissionError(errno.EACCES, os.strerror(errno.EACCES), str(path))
