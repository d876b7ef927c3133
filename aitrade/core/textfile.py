"""Text files as users have them: their encoding, their delimiter, and the line that each record starts on."""

import codecs
import csv
import io
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from aitrade.core.bounds import LONGEST_CELL, WIDEST_TABLE
from aitrade.core.clean import clean
from aitrade.core.errors import BadInputError, at
from aitrade.core.files import read_bounded

DELIMITERS = ",;\t|"
_NO_WINDOWS = re.compile(rb"[\x00-\x08\x0e-\x1f\x81\x8d\x8f\x90\x9d]")


@dataclass(frozen=True)
class Record:
    """One record of a delimited file: the line it starts on, and its values by column (lower case), stripped."""

    line: int
    values: dict[str, str]


def encoding_of(head: bytes) -> str:
    """Encoding by byte order mark, or by the zero bytes of unmarked UTF-16; UTF-8 otherwise."""
    if head.startswith((b"\xff\xfe", b"\xfe\xff")):
        return "utf-16"
    if head.startswith(b"\xef\xbb\xbf"):
        return "utf-8-sig"
    sample = head[:512]
    if len(sample) >= 4 and sample[1::2].count(0) > len(sample) // 4:
        return "utf-16-le"
    if len(sample) >= 4 and sample[0::2].count(0) > len(sample) // 4:
        return "utf-16-be"
    return "utf-8"


def decode(content: bytes, where: str) -> str:
    """Decode UTF-8 (with or without mark) or UTF-16.

    Raises:
        BadInputError: the bytes are neither; it names the line and the byte.
    """
    encoding = encoding_of(content[:1024])
    try:
        text = content.decode(encoding)
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise BadInputError(
            f"byte 0x{content[error.start]:02x} is not {encoding.upper()} text",
            where=at(where, line),
            fix="save the file as UTF-8",
        ) from error
    if "\0" in text:
        raise BadInputError("this is not a text file", where=at(where, text.count("\n", 0, text.index("\0")) + 1))
    return text


def decode_legacy(content: bytes, where: str) -> str:
    """Decode UTF-8, UTF-16 or, where it is neither, Windows-1252 (of which Latin-1 text is a part).

    Raises:
        BadInputError: the bytes are none of these.
    """
    return decode_named(content, where)[0]


def read_legacy_text(path: Path) -> tuple[str, str]:
    """Text of a file in UTF-8, UTF-16 or Windows-1252, without a mark, and the name of the encoding.

    Raises:
        BadInputError: the file cannot be read or decoded.
    """
    text, encoding = decode_named(read_bytes(path), str(path))
    return text.removeprefix("\ufeff"), encoding


def is_utf8(path: Path) -> bool:
    """Whether a file is UTF-8 throughout; read in blocks, so that large files need no memory."""
    decoder = codecs.getincrementaldecoder("utf-8")()
    with path.open("rb") as file:
        if not encoding_of(file.read(1024)).startswith("utf-8"):
            return False
        file.seek(0)
        try:
            while block := file.read(1 << 20):
                decoder.decode(block)
            decoder.decode(b"", final=True)
        except UnicodeDecodeError:
            return False
    return True


def decode_named(content: bytes, where: str) -> tuple[str, str]:
    """Decode as ``decode_legacy`` does, and name the encoding.

    Raises:
        BadInputError: the bytes are no text in any of the encodings.
    """
    encoding = encoding_of(content[:1024])
    try:
        content.decode(encoding)
    except UnicodeDecodeError:
        # Control characters and the five bytes that Windows-1252 leaves open are no text of a table.
        if encoding == "utf-8" and not _NO_WINDOWS.search(content):
            return content.decode("cp1252"), "Windows-1252"
    return decode(content, where), encoding


def read_text(path: Path) -> str:
    """Text of a file in UTF-8 or UTF-16.

    Raises:
        BadInputError: the file cannot be read or decoded.
    """
    return decode(read_bytes(path), str(path))


def read_bytes(path: Path) -> bytes:
    """Content of a file.

    Raises:
        BadInputError: it cannot be read, is a pipe or a device, or is larger than ``LARGEST_TEXT``.
    """
    return read_bounded(path)


def delimiter_of(line: str) -> str:
    """The delimiter that a header line uses most; a comma when it uses none."""
    return max(DELIMITERS, key=line.count)


def lines_of(text: str, where: str, delimiter: str | None = None) -> Iterator[tuple[int, list[str]]]:
    """Records of delimited text as (line that the record starts on, fields); blank lines are passed over.

    Raises:
        BadInputError: a quote is never closed, a field is unreasonably long, or a record has more than
            ``WIDEST_TABLE`` fields.
    """
    reader = csv.reader(
        io.StringIO(text, newline=""), delimiter=delimiter or delimiter_of(text.split("\n", 1)[0]), strict=True
    )
    start = 1
    try:
        for fields in reader:
            refuse_too_wide(len(fields), at(where, start))
            if any(field.strip() for field in fields):
                yield start, fields
            start = reader.line_num + 1
    except csv.Error as error:
        raise BadInputError(
            f"not readable as delimited text: {error}",
            where=at(where, start),
            fix="look for a quote that is not closed",
        ) from error


def refuse_too_wide(columns: int, where: str) -> None:
    """Refuse a table with more columns than ``WIDEST_TABLE``.

    Raises:
        BadInputError: as said.
    """
    if columns > WIDEST_TABLE:
        raise BadInputError(
            f"{columns:,} columns, more than {WIDEST_TABLE:,}", where=where, fix="leave out columns that are not needed"
        )


def read_records(path: Path, required: tuple[str, ...]) -> tuple[tuple[str, ...], list[Record]]:
    """Columns (lower case) and records of a delimited file with a header.

    Args:
        path: the file, in UTF-8, UTF-16 or Windows-1252.
        required: columns that must be there.

    Raises:
        BadInputError: it is empty, a required column is missing or named twice, or a record has another number of
            fields than the header.
    """
    rows = lines_of(read_legacy_text(path)[0], str(path))
    header_line, header = next(rows, (1, []))
    columns = tuple(name.strip().lower() for name in header)
    check_header(columns, required, path, header_line)
    return columns, [Record(line, _values(columns, fields, at(path, line))) for line, fields in rows]


def check_header(columns: tuple[str, ...], required: tuple[str, ...], path: Path, line: int) -> None:
    """Refuse a header that lacks a required column or names one twice.

    Raises:
        BadInputError: as said.
    """
    if not columns:
        raise BadInputError("the file is empty", where=str(path), fix=f"it needs a header with {', '.join(required)}")
    for name in required:
        if columns.count(name) != 1:
            what = f"there is no column {name}" if name not in columns else f"column {name} is there twice"
            raise BadInputError(
                f"{what}; the header is {', '.join(columns):.200}", where=at(path, line), fix=f"name one column {name}"
            )


def _values(columns: tuple[str, ...], fields: list[str], where: str) -> dict[str, str]:
    if len(fields) != len(columns):
        raise BadInputError(
            f"{len(fields)} fields where the header names {len(columns)}",
            where=where,
            fix="quote values that hold the delimiter",
        )
    return {name: cell(field, f"{where}, column {name}") for name, field in zip(columns, fields, strict=True)}


def cell(text: str, where: str) -> str:
    """The text of a cell without blanks around it, and without characters that nobody sees but programs obey.

    Raises:
        BadInputError: it is longer than ``LONGEST_CELL``.
    """
    if len(text) > LONGEST_CELL:
        raise BadInputError(
            f"the text has {len(text):,} characters, more than {LONGEST_CELL:,}", where=where, fix="shorten it"
        )
    return clean(text).strip()
