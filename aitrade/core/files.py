"""Hash files and write them; a refusal by the file system becomes an error with a fix for the user."""

import errno
import hashlib
import io
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from aitrade.core.errors import BadInputError

if TYPE_CHECKING:
    from openpyxl import Workbook


def sha256_of(path: Path) -> str:
    """Hash a file with SHA-256, as hexadecimal digits."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


@contextmanager
def writing(path: Path) -> Iterator[None]:
    """Make the folder of a file and turn an OSError of the block into a BadInputError.

    The block should do nothing but write the file.

    Raises:
        BadInputError: the folder cannot be made, or the file cannot be written.
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
    """Write a file completely or not at all.

    The block writes to a temporary path beside ``path``. After the block the file is flushed to disk and renamed to
    ``path``, so that a reader finds the old file or the new one, never a part of it.
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
    """Write a file and return its path.

    Raises:
        BadInputError: it cannot be written.
    """
    with writing(path):
        path.write_bytes(content)
    return path


def save_workbook(workbook: "Workbook", path: Path) -> Path:
    """Write a workbook and return its path.

    The bytes are made in memory first, because openpyxl leaves its sheets open when writing to a file fails.

    Raises:
        BadInputError: it cannot be written.
    """
    content = io.BytesIO()
    workbook.save(content)
    return write_file(path, content.getvalue())


def require_writable(path: Path) -> None:
    """Check before long work that its output file can be written; makes the folder of the file.

    Raises:
        BadInputError: the folder cannot be made or written to, or the file is a folder or may not be written.
    """
    with writing(path):
        if path.is_dir():
            raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR), str(path))
        if not os.access(path if path.exists() else path.parent, os.W_OK):
            raise PermissionError(errno.EACCES, os.strerror(errno.EACCES), str(path))
