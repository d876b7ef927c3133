"""Open zip archives from somebody else: what is damaged, and what would unpack to more than it may."""

import lzma
import struct
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from aitrade.core.bounds import LARGEST_RATIO, LARGEST_TEXT, LARGEST_UNPACKED, RATIO_FROM
from aitrade.core.errors import BadInputError

# What Python raises at zips that are cut off, altered, encrypted, or compressed in ways it does not know.
DAMAGED_ZIP = (
    zipfile.BadZipFile,
    zlib.error,
    lzma.LZMAError,
    struct.error,
    EOFError,
    OSError,
    RuntimeError,  # encrypted, or compressed in an unknown way (NotImplementedError is one)
    ValueError,
    KeyError,
    IndexError,  # a file without a name
)


@contextmanager
def open_zip(source: Path | IO[bytes], where: str) -> Iterator[zipfile.ZipFile]:
    """Open a zip; what is found damaged, here or while the block reads, is bad input.

    Args:
        source: the file, or its content.
        where: what an error calls it.

    Raises:
        BadInputError: it is damaged, or would unpack to more than ``LARGEST_UNPACKED`` or ``LARGEST_RATIO`` times its
            size.
    """
    try:
        with zipfile.ZipFile(source) as archive:
            refuse_bomb(archive, where)
            yield archive
    except DAMAGED_ZIP as error:
        raise BadInputError(f"the zip is damaged or cut off: {error}", where=where, fix="download it again") from error


def refuse_bomb(archive: zipfile.ZipFile, where: str) -> None:
    """Refuse an archive that unpacks to too much; Python reads no more of a member than the archive says here.

    Raises:
        BadInputError: as said.
    """
    unpacked = sum(member.file_size for member in archive.infolist())
    packed = sum(member.compress_size for member in archive.infolist())
    refuse_ratio(unpacked, packed, where)


def refuse_ratio(unpacked: int, packed: int, where: str) -> None:
    """Refuse what unpacks to more than the bounds allow.

    Raises:
        BadInputError: as said.
    """
    too_dense = unpacked > RATIO_FROM and unpacked > LARGEST_RATIO * packed
    if unpacked > LARGEST_UNPACKED or too_dense:
        raise BadInputError(
            f"the file would unpack to {unpacked / 2**20:,.0f} MiB"
            + (f", more than {LARGEST_RATIO} times its size" if too_dense else ""),
            where=where,
            fix="no file of trade statistics does; if this one is right, unpack it and import what it holds",
        )


def read_member(archive: zipfile.ZipFile, name: str, where: str) -> bytes:
    """Read a member of an archive as a whole.

    Raises:
        BadInputError: it is larger than ``LARGEST_TEXT``.
    """
    if archive.getinfo(name).file_size > LARGEST_TEXT:
        raise BadInputError(f"the member is larger than {LARGEST_TEXT / 2**20:,.0f} MiB", where=f"{where}!{name}")
    return archive.read(name)
