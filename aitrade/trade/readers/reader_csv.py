"""Read trade from delimited text files: CSV with commas, semicolons, tabs or bars."""

from functools import partial
from pathlib import Path

from aitrade.core.errors import BadInputError, at
from aitrade.core.textfile import delimiter_of, encoding_of, lines_of, read_text
from aitrade.trade.readers.session import ImportSession
from aitrade.trade.readers.source import Column, ImportOptions, Rows, literal, quoted, this_file


def read_csv(session: ImportSession, path: Path, _: ImportOptions, /) -> list[Rows]:
    """Read a delimited file with a header; every value stays text, so that no leading zero is lost.

    Raises:
        BadInputError: the encoding is neither UTF-8 nor UTF-16, or there is no header.
    """
    utf8 = _as_utf8(path, session.folder)
    names, delimiter = _header(utf8, path)
    identifiers = [f"c{place}" for place in range(len(names))]
    types = ", ".join(f"{name}: 'VARCHAR'" for name in identifiers)
    relation = (
        f"read_csv({this_file(utf8)}, header = true, auto_detect = false, delim = {literal(delimiter)}, "
        f"""quote = '"', escape = '"', columns = {{{types}}}, strict_mode = true, max_line_size = 1048576)"""
    )
    columns = tuple(Column(name, quoted(i), "VARCHAR") for name, i in zip(names, identifiers, strict=True))
    return [Rows(relation, columns, partial(_locate, path), partial(_explain, path))]


def _as_utf8(path: Path, folder: Path) -> Path:
    """The file itself where it is UTF-8 (checked here to name the line), otherwise a copy in UTF-8."""
    with path.open("rb") as file:
        encoding = encoding_of(file.read(1024))
    if encoding.startswith("utf-8"):
        _check_utf8(path)
        return path
    copy = folder / path.name
    copy.write_text(read_text(path).removeprefix("\ufeff"), "utf-8", newline="")
    return copy


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


def _explain(path: Path, error: Exception) -> BadInputError:
    rows = lines_of(read_text(path), str(path))
    width = len(next(rows)[1])
    for line, fields in rows:
        if len(fields) != width:
            return BadInputError(
                f"{len(fields)} fields where the header names {width}",
                where=at(path, line),
                fix="quote values that hold the delimiter; a file that ends in mid-line is cut off",
            )
    return BadInputError(f"not readable as CSV: {str(error).splitlines()[0]}", where=str(path))
