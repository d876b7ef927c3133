"""HTS schedule exports of the USITC, as CSV, JSON or sheets: each indented line is described by its parents too."""

import json
import re
from collections.abc import Iterable, Iterator
from pathlib import Path

from aitrade.core.clean import clean
from aitrade.core.errors import BadInputError, at
from aitrade.core.textfile import read_legacy_text, read_records
from aitrade.nomenclature.codes import Code, parse_hs10

# What the CSV file and the JSON file call the number, the indent and the description of a line.
CSV_COLUMNS = ("hts number", "indent", "description")
_JSON_NAMES = ("htsno", "indent", "description")
_TAG = re.compile(r"</?(?:i|b|u|em|strong|sup|sub|br) ?/?>", re.IGNORECASE)
_FIX = "export the schedule again, from its headings (HS4) on"

Line = tuple[str, str, str, str]  # where, number, indent, description


def read_schedule_csv(path: Path) -> list[tuple[Code, str]]:
    """Read the ten-digit lines of a CSV export, each with where it stands.

    Raises:
        BadInputError: a column is missing, or a line has no indent, no parent or no description.
    """
    number, indent, description = CSV_COLUMNS
    _, records = read_records(path, CSV_COLUMNS)
    return codes_of(
        (at(path, record.line), record.values[number], record.values[indent], record.values[description])
        for record in records
    )


def read_schedule_json(path: Path) -> list[tuple[Code, str]]:
    """Read the ten-digit lines of a JSON export, each with where it stands.

    Raises:
        BadInputError: it is no list of lines, or a line has no indent, no parent or no description.
    """
    try:
        entries = json.loads(read_legacy_text(path)[0])
    except (ValueError, RecursionError) as error:
        raise BadInputError(f"not readable as JSON: {error}", where=str(path), fix="download it again") from error
    if not isinstance(entries, list) or not all(isinstance(entry, dict) for entry in entries):
        raise BadInputError("this is no list of lines of the HTS", where=str(path), fix=_FIX)
    return codes_of(_lines(path, entries))


def _lines(path: Path, entries: list[dict[str, object]]) -> Iterator[Line]:
    for number, entry in enumerate(entries, 1):
        where = f"{path}, entry {number}"
        missing = [name for name in _JSON_NAMES if name not in entry]
        if missing:
            raise BadInputError(f"the entry has no {missing[0]}", where=where, fix=_FIX)
        code, indent, description = ("" if entry[name] is None else str(entry[name]) for name in _JSON_NAMES)
        yield where, code.strip(), indent.strip(), clean(description)


def codes_of(lines: Iterable[Line]) -> list[tuple[Code, str]]:
    """Make codes of the ten-digit lines of a schedule, each described by the lines that it is indented below.

    Raises:
        BadInputError: a line has no indent, no parent or no description.
    """
    codes: list[tuple[Code, str]] = []
    parents: list[tuple[int, str]] = []
    for where, number, indent, description in lines:
        if not indent.isdecimal():
            raise BadInputError(f"the indent {indent!r} is no number", where=where, fix=_FIX)
        depth = int(indent)
        text = " ".join(_TAG.sub("", description).split()).rstrip(": ")
        if not text:
            raise BadInputError("the description is empty", where=where, fix="describe the line, or delete it")
        while parents and parents[-1][0] >= depth:
            parents.pop()
        if depth and not parents:
            raise BadInputError("the lines that this one is indented below are missing", where=where, fix=_FIX)
        parents.append((depth, text))
        if sum(letter.isdigit() for letter in number) == 10:
            joined = ": ".join(part for _, part in parents)
            codes.append((Code(parse_hs10(number, where=where), "imports", joined), where))
    return codes
