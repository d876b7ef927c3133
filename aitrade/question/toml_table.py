"""A table of a TOML file whose keys and values are checked, and what is wrong is said with line and key."""

import re
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from aitrade.core.errors import BadInputError, at
from aitrade.core.textfile import read_text
from aitrade.core.wording import slug

_HEADER = re.compile(r"\s*\[+[^\[\]=]+\]+\s*(#.*)?$")


@dataclass(frozen=True)
class TomlTable:
    """A parsed table of the file, and what is needed to say where it stands.

    Attributes:
        values: keys and values.
        text: the whole file.
        path: the file.
        header: the table's header such as ``[[level]]``; empty for the top of the file.
        number: which of the tables with this header, from 0.
    """

    values: Mapping[str, Any]
    text: str
    path: Path
    header: str = ""
    number: int = 0

    def wrong(self, what: str, key: str | None = None, fix: str | None = None) -> BadInputError:
        """An error about a key of this table."""
        where = at(self.path, self._line(key)) + (f", key {key}" if key else "")
        return BadInputError(what, where=where, fix=fix)

    def _line(self, key: str | None) -> int:
        """The line of a key, else that of the table's header, else the first."""
        lines = self.text.splitlines()
        starts = [n for n, line in enumerate(lines) if line.strip().startswith(self.header or "\0")]
        first = starts[self.number] if self.header and self.number < len(starts) else 0
        if key is None:
            return first + 1
        nested = re.compile(rf"\s*\[+\s*[\"']?{re.escape(key)}[\"']?\s*\]+")
        plain = re.compile(rf"\s*[\"']?{re.escape(key)}[\"']?\s*=")
        own = first + 1 if self.header else first
        last = next((n for n in range(own, len(lines)) if _HEADER.match(lines[n])), len(lines))
        of_table = (n for n in range(first, last) if plain.match(lines[n]))
        below = (n for n in range(first, len(lines)) if nested.match(lines[n]))
        return next(of_table, next(below, first)) + 1

    def only(self, keys: Sequence[str]) -> None:
        """Refuse a key that is not among ``keys``."""
        for key in self.values:
            if key not in keys:
                raise self.wrong(f"{key!r} is no key of this table", key, fix=f"choose from {', '.join(keys)}")

    def name(self, key: str) -> str:
        """A name: a text of one line, without blanks around it, that holds a letter or a digit."""
        name = self.words(key)
        if name != name.strip() or len(name.splitlines()) > 1:
            what = f"{key} {name!r} has blanks around it or a line break"
            raise self.wrong(what, key, fix=f'write {key} = "{" ".join(name.split())}"')
        if not slug(name):
            raise self.wrong(f"{key} {name!r} holds no letter and no digit", key, fix="name it by a word")
        return name

    def words(self, key: str, default: str | None = None) -> str:
        """A text that is not empty; ``default`` where the key may be missing."""
        value = self.values.get(key, default)
        if not isinstance(value, str):
            what = f"there is no {key}" if value is None else f"{key} is {value!r}, not a text"
            raise self.wrong(what, key, fix=f'write {key} = "..."')
        if not value.strip() and default is None:
            raise self.wrong(f"{key} is empty", key, fix=f'write {key} = "..."')
        return value

    def texts(self, key: str) -> tuple[str, ...]:
        """A list of texts; empty where the key is missing."""
        value = self.values.get(key, [])
        if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
            raise self.wrong(f"{key} is {value!r}, not a list of texts", key, fix=f'write {key} = ["...", "..."]')
        return tuple(value)

    def table(self, key: str) -> "TomlTable":
        """The table ``[key]``; one without keys where it is missing."""
        value = self.values.get(key, {})
        if not isinstance(value, dict):
            raise self.wrong(f"{key} is not a table", key, fix=f"write [{key}]")
        return TomlTable(value, self.text, self.path, f"[{key}]")

    def tables(self, key: str, keys: Sequence[str], parent: str = "") -> list["TomlTable"]:
        """The tables of a list such as ``[[level]]``, each checked to have no other keys than ``keys``."""
        header = f"[[{parent}{key}]]"
        value = self.values.get(key, [])
        if not isinstance(value, list) or not all(isinstance(item, dict) for item in value):
            raise self.wrong(f"{key} is not a list of tables", key, fix=f"write each as {header}")
        found = [TomlTable(item, self.text, self.path, header, number) for number, item in enumerate(value)]
        for source in found:
            source.only(keys)
        return found


def read_toml(path: Path) -> TomlTable:
    """Read the top of a TOML file.

    Raises:
        BadInputError: the file cannot be read or is no TOML.
    """
    text = read_text(path)
    try:
        return TomlTable(tomllib.loads(text), text, path)
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        raise BadInputError(f"not valid TOML: {error}", where=str(path)) from error
