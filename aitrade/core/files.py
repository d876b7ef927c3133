"""Read, hash and write files; a refusal by the file system becomes an error with a fix for the user."""

import errno
import hashlib
import io
import os
import stat
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from aitrade.core.bounds import LARGEST_TEXT
from aitrade.core.errors import BadInputError

if TYPE_CHECKING:
    from openpyxl import Workbook

_BLOCK = 1 << 24  # bytes that are hashed at a time


def sha256_of(path: Path, on_read: Callable[[int], None] = lambda _: None) -> str:
    """Hash a file with SHA-256, as hexadecimal digits; ``on_read`` is told how many more bytes were read."""
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while block := file.read(_BLOCK):
            digest.update(block)
            on_read(len(block))
    return digest.hexdigest()


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
    ``path``, so that a reader finds the old file or the new one, never a part of it. A link stays a link, and the file
    that it points to is replaced. A path that is not a regular file, such as /dev/stdout, is written directly.

    Raises:
        BadInputError: the folder cannot be made, or the file cannot be written.
    """
    with writing(path):
        target, mode = path.resolve(), _mode_of(path)
        if mode is not None and not stat.S_ISREG(mode):
            if stat.S_ISDIR(mode):
                raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR), str(path))
            yield path
            return
        partial = target.with_name(f".{os.getpid()}-{target.name}")
        try:
            yield partial
            with partial.open("r+b") as written:
                os.fsync(written.fileno())
            if mode is not None:
                partial.chmod(stat.S_IMODE(mode))
            partial.replace(target)
        except OSError as error:
            if error.filename == str(partial):
                error.filename = str(path)
            raise
        finally:
            partial.unlink(missing_ok=True)
        _sync_folder(target.parent)


def write_file(path: Path, content: bytes) -> Path:
    """Write a file completely or not at all, and return its path.

    Raises:
        BadInputError: it cannot be written.
    """
    with atomic_write(path) as partial:
        partial.write_bytes(content)
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


def read_bounded(path: Path, largest: int = LARGEST_TEXT) -> bytes:
    """Read a file from somebody else, which may be no file at all, or have no end.

    Args:
        path: the file; a pipe or a device is refused before it is opened.
        largest: how many bytes it may have.

    Raises:
        BadInputError: it cannot be read, is no regular file, or is larger.
    """
    try:
        mode = path.stat().st_mode
        if not stat.S_ISREG(mode) and not stat.S_ISDIR(mode):  # opening a folder says so by itself
            raise BadInputError(
                "this is no regular file but a pipe or a device", where=str(path), fix="save it as a file first"
            )
        with path.open("rb") as file:
            content = file.read(largest + 1)
    except OSError as error:
        raise BadInputError(f"the file cannot be read: {error.strerror}", where=str(path)) from error
    if len(content) > largest:
        raise BadInputError(
            f"the file is larger than {largest / 2**20:,.0f} MiB",
            where=str(path),
            fix="split it, or leave out what is not needed",
        )
    return content


def require_writable(path: Path) -> None:
    """Check before long work that its output file can be written; makes the folder of the file.

    Raises:
        BadInputError: the folder cannot be made or written to, or the file is a folder or may not be written.
    """
    with writing(path):
        if path.is_dir():
            raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR), str(path))
        for place in (path, path.parent) if path.is_file() else (path if path.exists() else path.parent,):
            if not os.access(place, os.W_OK):
                raise PermissionError(errno.EACCES, os.strerror(errno.EACCES), str(place))


def _mode_of(path: Path) -> int | None:
    """Type and permissions of a file; None where there is none."""
    try:
        return path.stat().st_mode
    except FileNotFoundError:
        return None


def _sync_folder(folder: Path) -> None:
    """Have the disk keep a new name too. Windows cannot open a folder, and need not."""
    if os.name != "nt":
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
