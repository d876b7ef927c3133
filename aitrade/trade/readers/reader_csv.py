"""Read trade from delimited text files: CSV with commas, semicolons, tabs or bars."""

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from aitrade.core.errors import BadInputError, at
from aitrade.core.textfile import delimiter_of, encoding_of, lines_of, read_text
from aitrade.trade.ingest.staging import stage
from aitrade.trade.readers.source import Column, ImportOptions, Rows, Staged, literal, quoted, this_file

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection


def read_csv(con: "DuckDBPyConnection", path: Path, options: ImportOptions) -> Staged:
    """Stage a delimited file with a header; every value is read as text first, so that no leading zero is lost.

    Raises:
        BadInputError: the encoding is neither UTF-8 nor UTF-16, a record has another number of fields than the header,
            or see ``stage``.
    """
    import duckdb

    with _as_utf8(path) as utf8:
        names, delimiter = _header(utf8, path)
        identifiers = [f"c{place}" for place in range(len(names))]
        types = ", ".join(f"{name}: 'VARCHAR'" for name in identifiers)
        relation = (
            f"read_csv({this_file(utf8)}, header = true, auto_detect = false, delim = {literal(delimiter)}, "
            f"""quote = '"', escape = '"', columns = {{{types}}}, strict_mode = true, max_line_size = 1048576)"""
        )
        columns = tuple(Column(name, quoted(i), "VARCHAR") for name, i in zip(names, identifiers, strict=True))
        try:
            return stage(con, Rows(relation, columns, lambda c, found: _locate(path, c, found)), options, str(path))
        except (duckdb.InvalidInputException, duckdb.ConversionException) as error:
            _refuse_ragged(path)
            raise BadInputError(f"not readable as CSV: {str(error).splitlines()[0]}", where=str(path)) from error


@contextmanager
def _as_utf8(path: Path) -> Iterator[Path]:
    """The file itself where it is UTF-8 (checked here to name the line), a copy in UTF-8 otherwise."""
    with path.open("rb") as file:
        encoding = encoding_of(file.read(1024))
    if encoding.startswith("utf-8"):
        _check_utf8(path)
        yield path
        return
    folder = Path(tempfile.mkdtemp(prefix="aitrade-"))
    try:
        copy = folder / path.name
        copy.write_text(read_text(path).removeprefix("\ufeff"), "utf-8", newline="")
        yield copy
    finally:
        shutil.rmtree(folder)


def _check_utf8(path: Path) -> None:
    with path.open("rb") as file:
        for number, line in enumerate(file, 1):
            try:
                line.decode("utf-8")
            except UnicodeDecodeError as error:
                raise BadInputError(
                    f"byte 0x{line[error.start]:02x} is not UTF-8 text",
                    where=at(path, number),
                    fix="save the file as UTF-8",
                ) from error


def _header(utf8: Path, path: Path) -> tuple[list[str], str]:
    with utf8.open(encoding="utf-8-sig", newline="") as file:
        line = file.readline()
    delimiter = delimiter_of(line)
    names = [name.strip() for name in next(lines_of(line, str(path), delimiter), (1, []))[1]]
    if not names:
        raise BadInputError("the file has no header", where=at(path, 1), fix="name the columns in the first line")
    return names, delimiter


def _locate(path: Path, column: str, found: str | None) -> str:
    rows = lines_of(read_text(path), str(path))
    names = [name.strip() for name in next(rows)[1]]
    place = names.index(column)
    line = next((line for line, fields in rows if len(fields) > place and fields[place] == (found or "")), None)
    return at(path, line, column)


def _refuse_ragged(path: Path) -> None:
    rows = lines_of(read_text(path), str(path))
    width = len(next(rows)[1])
    for line, fields in rows:
        if len(fields) != width:
            raise BadInputError(
                f"{len(fields)} fields where the header names {width}",
                where=at(path, line),
                fix="quote values that hold the delimiter; a file that ends in mid-line is cut off",
            )
