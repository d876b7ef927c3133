"""Files that are written where the user said: what the file system refuses is for the user to mend."""

import errno
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from aitrade.errors import BadInputError


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
            mend="choose another place, one that you may write to and that has room",
        ) from error


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
