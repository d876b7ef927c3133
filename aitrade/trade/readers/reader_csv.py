"""Read trade from delimited text files: CSV with commas, semicolons, tabs or bars."""

from dataclasses import dataclass
from functools import partial
from pathlib import Path

from aitrade.core.errors import BadInputError, at
from aitrade.core.textfile import delimiter_of, is_utf8, lines_of, read_legacy_text
from aitrade.trade.readers.session import ImportSession
from aitrade.trade.readers.source import Column, ImportOptions, Rows, is_header, literal, quoted, this_file

_PREAMBLE = 40  # lines that a header is looked for in
_LONGEST_LINE = 1 << 20


def read_csv(session: ImportSession, path: Path, options: ImportOptions, /) -> list[Rows]:
    """Read a delimited file with a header; every value stays text, so that no leading zero is lost.

    Lines above the header (titles, comments, ``sep=;``, the numbered columns that R adds) are passed over, blank rows
    too.

    Raises:
        BadInputError: the file is no text, or there is no header.
    """
    header, utf8, notes = _prepared(session, path, options)
    identifiers = [f"c{place}" for place in range(len(header.names))]
    types = ", ".join(f"{name}: 'VARCHAR'" for name in identifiers)
    source = (
        f"read_csv({this_file(utf8)}, header = true, auto_detect = false, delim = {literal(header.delimiter)}, "
        f"""quote = '"', escape = '"', columns = {{{types}}}, strict_mode = true, max_line_size = {_LONGEST_LINE}, """
        "compression = 'none')"
    )
    relation = f"(FROM {source} WHERE coalesce({', '.join(identifiers)}, '') <> '')"
    columns = tuple(Column(name, quoted(i), "VARCHAR") for name, i in zip(header.names, identifiers, strict=True))
    locate, explain = partial(_locate, path, header), partial(_explain, path, header)
    return [Rows(relation, columns, locate, explain, notes=notes, titles=header.titles)]


@dataclass(frozen=True)
class _Header:
    """The header of a file: its names, what stands between them, its line, and the lines above it."""

    names: tuple[str, ...]
    delimiter: str
    line: int
    titles: tuple[str, ...]


def _prepared(session: ImportSession, path: Path, options: ImportOptions) -> tuple[_Header, Path, tuple[str, ...]]:
    """The header, a file in UTF-8 that begins with it (a copy where the file does not), and notes on the file."""
    if is_utf8(path):
        with path.open(encoding="utf-8-sig", newline="") as file:
            text = "".join(file.readline(_LONGEST_LINE) for _ in range(_PREAMBLE))
        header = _header(text, path, options)
        if header.line == 1:
            return header, path, ()
        notes: tuple[str, ...] = ()
        text = read_legacy_text(path)[0]
    else:
        text, encoding = read_legacy_text(path)
        header = _header(text, path, options)
        notes = (f"the file is not UTF-8: it was read as {encoding}",) if encoding == "Windows-1252" else ()
    copy = session.folder / "utf8.csv"
    copy.write_text("".join(text.splitlines(keepends=True)[header.line - 1 :]), "utf-8", newline="")
    return header, copy, notes


def _header(text: str, path: Path, options: ImportOptions) -> _Header:
    lines = text.splitlines()[:_PREAMBLE]
    said = next((line.strip()[4:5] for line in lines[:1] if line.strip().lower().startswith("sep=")), "")
    first = None
    for number, line in enumerate(lines, 1):
        if not line.strip(" ,;\t|") or line.startswith("#") or (said and number == 1):
            continue
        delimiter = said or delimiter_of(line)
        # A quote that is not closed on the line is no header's.
        names = next(lines_of(line, str(path), delimiter), (1, []))[1] if line.count('"') % 2 == 0 else []
        found = _Header(tuple(name.strip() for name in names), delimiter, number, tuple(lines[: number - 1]))
        if is_header(names, options):
            return found
        first = first or found
    if first is None or not first.names:
        raise BadInputError("the file has no header", where=at(path, 1), fix="name the columns in the first line")
    return first


def _rows(path: Path, header: _Header) -> list[tuple[int, list[str]]]:
    """Every row below the header with its line; slow, for errors only."""
    text = "".join(read_legacy_text(path)[0].splitlines(keepends=True)[header.line - 1 :])
    return [(line + header.line - 1, cells) for line, cells in lines_of(text, str(path), header.delimiter)][1:]


def _locate(path: Path, header: _Header, column: str, found: str | None) -> str:
    place = header.names.index(column)
    rows = _rows(path, header)
    line = next((line for line, cells in rows if len(cells) > place and cells[place] == (found or "")), None)
    return at(path, line, column)


def _explain(path: Path, header: _Header, error: Exception) -> BadInputError:
    for line, cells in _rows(path, header):
        if len(cells) != len(header.names):
            return BadInputError(
                f"{len(cells)} fields where the header names {len(header.names)}",
                where=at(path, line),
                fix="quote values that hold the delimiter; a file that ends in mid-line is cut off",
            )
    return BadInputError(f"not readable as CSV: {str(error).splitlines()[0]}", where=str(path))
