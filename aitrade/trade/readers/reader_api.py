"""Read saved replies of the Census International Trade API: JSON, an array of arrays, the header first."""

import json
import re
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from aitrade.core.errors import BadInputError, at
from aitrade.core.textfile import read_text, refuse_too_wide
from aitrade.trade.readers.session import ImportSession
from aitrade.trade.readers.source import Column, ImportOptions, Rows, damaged, quoted

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

_FIX = "download it again; a reply that is an error page holds no data"
_BLANK = re.compile(r"[\s,]*")


def read_api(session: ImportSession, path: Path, _: ImportOptions, /) -> list[Rows]:
    """Read a saved API reply. ``[]`` stands for HTTP 204: there was no trade in what was asked for.

    Raises:
        BadInputError: the reply is empty, cut off or no array of arrays, or a row has another length than the header.
    """
    text = read_text(path)
    if text.strip() == "[]":
        nothing = "(SELECT hs10, cty_code, year, month, value, duty FROM flows LIMIT 0)"
        return [Rows(nothing, (), lambda *_: str(path), damaged(path), is_checked=True, may_be_empty=True)]
    header = _header(text, path)
    names = [f"c{place}" for place in range(len(header))]
    _load(session.con, text, names, path)
    columns = tuple(Column(name, quoted(i), "VARCHAR") for name, i in zip(header, names, strict=True))
    locate = partial(_locate, text, path, header)
    return [Rows("api_rows", columns, locate, damaged(path), may_be_empty=True)]


def _load(con: "DuckDBPyConnection", text: str, names: list[str], path: Path) -> None:
    import duckdb

    fields = ", ".join(f"r[{place}] AS {name}" for place, name in enumerate(names, 1))
    width = len(names)
    try:
        con.execute(
            """
            CREATE OR REPLACE TEMP TABLE api_lists AS
            SELECT unnest(from_json($text, '[["VARCHAR"]]')[2:]) AS r
            """,
            {"text": text},
        )
        ((ragged,),) = con.execute("SELECT count(*) FROM api_lists WHERE len(r) IS DISTINCT FROM ?", [width]).fetchall()
    except (duckdb.InvalidInputException, duckdb.ConversionException, UnicodeDecodeError) as error:
        _refuse_broken(text, path, width)
        # DuckDB cuts its message short, perhaps inside a character, which then cannot be read.
        said = "not valid JSON" if isinstance(error, UnicodeDecodeError) else str(error).splitlines()[0]
        raise BadInputError(f"no API reply: {said}", where=str(path), fix=_FIX) from error
    if ragged:
        _refuse_broken(text, path, width)
    con.execute(f"CREATE OR REPLACE TEMP TABLE api_rows AS FROM api_lists SELECT {fields}")
    con.execute("DROP TABLE api_lists")


def _header(text: str, path: Path) -> list[str]:
    first = next(iter(_rows(text, path)), None)
    if first is None or not first[1] or not all(isinstance(name, str) for name in first[1]):
        raise BadInputError("the first row is no header", where=at(path, 1), fix=_FIX)
    refuse_too_wide(len(first[1]), at(path, 1))
    return [str(name) for name in first[1]]


def _rows(text: str, path: Path) -> Any:
    """Every row of the reply with the line that it starts on; slow, for headers and errors only."""
    decoder = json.JSONDecoder()
    place = text.find("[") + 1
    line, counted = 1, 0
    if place == 0 or text[: place - 1].strip():
        raise BadInputError("the reply is not a JSON array", where=at(path, 1), fix=_FIX)
    while True:
        place = _end(_BLANK, text, place)
        line += text.count("\n", counted, place)
        counted = place
        if text[place : place + 1] == "]":
            return
        try:
            row, place = decoder.raw_decode(text, place)
        except json.JSONDecodeError as error:
            cut_off = (
                "the reply is cut off"
                if place >= len(text.rstrip()) or error.pos >= len(text.rstrip()) - 1
                else error.msg
            )
            where = at(path, text.count("\n", 0, error.pos) + 1)
            raise BadInputError(f"not valid JSON: {cut_off}", where=where, fix=_FIX) from error
        except RecursionError as error:
            raise BadInputError("arrays stand in arrays too deeply", where=at(path, line), fix=_FIX) from error
        if not isinstance(row, list):
            raise BadInputError(f"a row is no array but {row!r:.60}", where=at(path, line), fix=_FIX)
        yield line, row


def _end(pattern: re.Pattern[str], text: str, place: int) -> int:
    found = pattern.match(text, place)
    return found.end() if found else place


def _refuse_broken(text: str, path: Path, width: int) -> None:
    for line, row in _rows(text, path):
        if len(row) != width:
            raise BadInputError(f"{len(row)} values where the header names {width}", where=at(path, line), fix=_FIX)


def _locate(text: str, path: Path, header: list[str], column: str, found: str | None) -> str:
    place = header.index(column)
    rows = iter(_rows(text, path))
    next(rows)
    line = next((n for n, row in rows if (None if row[place] is None else str(row[place])) == found), None)
    return at(path, line, column)
