"""What a code's text means in plain English: Census shorthand spelled out, and titles of chapters and headings.

``shorthand.csv`` (columns ``short, long``) says what each piece stands for. A short is one whole token or
several (``CIRC CS``); three kinds of it are told apart by how they end:

- ``GT #`` counts only before a number, which may touch it (``GT85%``) and stays;
- ``W/``, ``N/`` and ``&`` may touch the word that follows (``W/ZINC``);
- every other is replaced where it stands alone, between spaces, commas, slashes, brackets and the like. Hyphens and
  apostrophes belong to the token, so that ``SEC-BUTYL`` and ``MEN'S`` are left as they are.

Where several fit, the longest wins. Tokens that mean different things in different chapters are not in the table.
"""

import csv
import io
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cache, cached_property
from pathlib import Path

from aitrade.core.errors import BadInputError, at
from aitrade.core.paths import shipped
from aitrade.core.textfile import lines_of, read_text

NUMBERED = " #"
TOUCHING = ("/", "&")


@dataclass(frozen=True)
class Shorthand:
    """The table, compiled: group n of the pattern is looked up in ``longs[n - 1]``."""

    pattern: re.Pattern[str]
    longs: tuple[dict[str, str], dict[str, str], dict[str, str]]


@dataclass(frozen=True)
class Words:
    """What spells out the texts of codes: titles of chapters and headings, and long forms of shorthand.

    Attributes:
        titles: title of each chapter (two digits) and heading (four digits).
        longs: long form of each piece of shorthand.
    """

    titles: Mapping[str, str]
    longs: Mapping[str, str]

    @cached_property
    def shorthand(self) -> Shorthand:
        """The table of shorthand, compiled."""
        return _compiled(self.longs)

    def expand(self, description: str) -> str:
        """Spell out the shorthand of a description and put it in lower case; ordinary words stay as they are.

        ``PARTS & ACC, NESOI`` becomes ``parts and accessories, not elsewhere specified or included``.
        """
        return self.shorthand.pattern.sub(lambda match: _spelled(match, self.shorthand), description.lower())

    def title(self, hs: str) -> str | None:
        """Title of a chapter (two digits) or a heading (four digits), or None where there is none."""
        return self.titles.get(hs)

    @cached_property
    def files(self) -> tuple[bytes, bytes]:
        """Both tables as CSV, shorthand first: hashes are made from these bytes, however the files are written."""
        return _as_csv(("short", "long"), self.longs), _as_csv(("hs", "title"), self.titles)


def read_words(folder: Path | None = None) -> Words:
    """Read titles.csv and shorthand.csv of a folder; each that the folder lacks is the shipped one.

    Raises:
        BadInputError: a table is damaged.
    """
    titles, shorthand = ((folder / name if folder else Path()) for name in ("titles.csv", "shorthand.csv"))
    words = _shipped_words()
    if titles.is_file():
        words = replace(words, titles=load_titles(titles))
    if shorthand.is_file():
        words = replace(words, longs=load_shorthand(shorthand))
    return words


@cache
def _shipped_words() -> Words:
    """The tables that ship for any question, read and compiled once."""
    return Words(load_titles(shipped("data/titles.csv")), load_shorthand(shipped("data/shorthand.csv")))


def load_titles(path: Path) -> dict[str, str]:
    """Read titles by chapter and heading from a CSV file with columns ``hs, title``.

    Raises:
        BadInputError: a column is missing, a code has not two or four digits or is there twice, or a title is empty.
    """
    titles: dict[str, str] = {}
    for line, hs, words in _rows(path, ("hs", "title")):
        if not re.fullmatch(r"[0-9]{2}(?:[0-9]{2})?", hs):
            raise BadInputError(f"{hs!r} is neither a chapter nor a heading", where=at(path, line, "hs"))
        if hs in titles:
            raise BadInputError(f"{hs} is there twice", where=at(path, line, "hs"))
        titles[hs] = words
    return titles


def load_shorthand(path: Path) -> dict[str, str]:
    """Read the long form of each piece of shorthand from a CSV file with columns ``short, long``.

    Raises:
        BadInputError: a column is missing, a short is not in capitals or is there twice, or a long form is empty, not
            in lower case, or holds shorthand itself (then expanding twice would give another text).
    """
    longs: dict[str, str] = {}
    lines: dict[str, int] = {}
    for line, short, long in _rows(path, ("short", "long")):
        if short != short.upper() or not short.isascii() or not short.removesuffix(NUMBERED).strip():
            raise BadInputError(f"short {short!r} is not in plain capitals", where=at(path, line, "short"))
        if short in longs:
            raise BadInputError(f"{short!r} is there twice", where=at(path, line, "short"))
        if long != long.lower():
            raise BadInputError(f"long form {long!r} is not in lower case", where=at(path, line, "long"))
        longs[short], lines[short] = long, line
    table = _compiled(longs)
    for short, long in longs.items():
        if found := table.pattern.search(long):
            what = f"long form {long!r} holds shorthand itself: {found[0]!r}"
            raise BadInputError(what, where=at(path, lines[short], "long"), fix="spell it out")
    return longs


def _as_csv(columns: tuple[str, str], rows: Mapping[str, str]) -> bytes:
    text = io.StringIO(newline="")
    csv.writer(text, lineterminator="\n").writerows([columns, *rows.items()])
    return text.getvalue().encode()


def _compiled(longs: Mapping[str, str]) -> Shorthand:
    kinds: tuple[dict[str, str], dict[str, str], dict[str, str]] = ({}, {}, {})
    for short, long in longs.items():
        kind = 0 if short.endswith(NUMBERED) else 2 if short.endswith(TOUCHING) else 1
        kinds[kind][short.removesuffix(NUMBERED).lower()] = long
    numbered, alone, touching = map(_any_of, kinds)
    ahead = rf"({numbered})(?=\s*\$?\.?[0-9])|({alone})(?![\w'-])|({touching})"
    return Shorthand(re.compile(rf"(?:(?<![\w'-])|(?=[&<>]))(?:{ahead})"), kinds)


def _any_of(shorts: Iterable[str]) -> str:
    """Pattern of any of several shorts, the longest that fits. It branches letter by letter: a flat list is slow."""
    heads: dict[str, list[str]] = {}
    for short in shorts:
        heads.setdefault(short[:1], []).append(short[1:])
    ends = "" in heads
    heads.pop("", None)
    if not heads:
        return "" if ends else r"(?!)"
    branches = "|".join((r"\s+" if head == " " else re.escape(head)) + _any_of(tails) for head, tails in heads.items())
    return f"(?:{branches})" + "?" * ends


def _spelled(match: re.Match[str], table: Shorthand) -> str:
    group = match.lastindex or 0
    long = table.longs[group - 1][" ".join(match[group].split())]
    text, start, end = match.string, match.start(), match.end()
    touched = start > 0 and (text[start - 1].isalnum() or text[start - 1] in "%)'")
    touches = group != 2 and end < len(text) and not text[end].isspace()
    return " " * touched + long + " " * touches


def _rows(path: Path, columns: tuple[str, str]) -> Iterator[tuple[int, str, str]]:
    """Every row as (line, first, second), both fields filled and without white space around them."""
    rows = lines_of(read_text(path), str(path), ",")
    if (header := next(rows, (1, []))[1]) != list(columns):
        raise BadInputError(f"the columns are {header}, not {', '.join(columns)}", where=at(path, 1))
    for line, row in rows:
        if len(row) != len(columns):
            raise BadInputError(f"{len(row)} fields, not 2", where=at(path, line))
        for name, field in zip(columns, row, strict=True):
            if not field.strip() or field != field.strip():
                what = f"{name} {field!r} is empty or has white space around it"
                raise BadInputError(what, where=at(path, line, name))
        yield line, row[0], row[1]
