"""Read ``question.toml``: every key is known, every value has its type, and what is wrong is said with line and key."""

import re
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from aitrade.core.errors import BadInputError, at
from aitrade.core.textfile import read_text
from aitrade.question.labels import LabelSpace
from aitrade.question.rubric import Category, Level, Rubric, Rule
from aitrade.question.settings import Settings, Without

ROLES = ("counted", "between", "reference")
LEVELS = range(2, 8)
_TEXTS = ("name", "title", "noun", "subject", "question")
_LEVEL = ("name", "definition", "role", "test", "includes", "excludes")
_SETTINGS = ("model", "embedder", "excluded_chapters", "base_year", "without")


@dataclass(frozen=True)
class QuestionFile:
    """What ``question.toml`` says."""

    name: str
    title: str
    noun: str
    rubric: Rubric
    labels: LabelSpace
    settings: Settings


@dataclass(frozen=True)
class _Source:
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

    def _line(self, key: str | None) -> int | None:
        lines = self.text.splitlines()
        starts = [n for n, line in enumerate(lines) if line.strip().startswith(self.header or "\0")]
        first = starts[self.number] if self.header and self.number < len(starts) else 0
        if key is None:
            return first + 1
        pattern = re.compile(rf"\s*[\"']?{re.escape(key)}[\"']?\s*=|\s*\[+{re.escape(key)}\]+")
        return next((n + 1 for n in range(first, len(lines)) if pattern.match(lines[n])), first + 1)

    def only(self, keys: Sequence[str]) -> None:
        """Refuse a key that is not among ``keys``."""
        for key in self.values:
            if key not in keys:
                raise self.wrong(f"{key!r} is no key of this table", key, fix=f"choose from {', '.join(keys)}")

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

    def tables(self, key: str, keys: Sequence[str], parent: str = "") -> list["_Source"]:
        """The tables of a list such as ``[[level]]``, each checked to have no other keys than ``keys``."""
        header = f"[[{parent}{key}]]"
        value = self.values.get(key, [])
        if not isinstance(value, list) or not all(isinstance(item, dict) for item in value):
            raise self.wrong(f"{key} is not a list of tables", key, fix=f"write each as {header}")
        found = [_Source(item, self.text, self.path, header, number) for number, item in enumerate(value)]
        for source in found:
            source.only(keys)
        return found


def read_question_file(path: Path) -> QuestionFile:
    """Read and check ``question.toml``.

    Raises:
        BadInputError: the file is no TOML, a key is unknown, missing or has the wrong type, a name is there twice, or
            the levels lack a role.
    """
    text = read_text(path)
    try:
        raw = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise BadInputError(f"not valid TOML: {error}", where=str(path)) from error
    top = _Source(raw, text, path)
    top.only((*_TEXTS, "settings", "level", "category", "rule"))
    levels, categories = _levels(top), _categories(top)
    labels = _label_space(levels, categories)
    rules = [Rule(rule.words("topic"), rule.words("text")) for rule in _named(top, "rule", ("topic", "text"))]
    rubric = Rubric(top.words("subject"), top.words("question"), levels, categories, tuple(rules))
    name, title, noun = (top.words(key) for key in ("name", "title", "noun"))
    return QuestionFile(name, title, noun, rubric, labels, _settings(top, labels))


def _named(top: _Source, kind: str, keys: Sequence[str]) -> list[_Source]:
    """The tables of a kind, whose first key is a name that none shares with another but for case."""
    tables = top.tables(kind, keys)
    first: dict[str, str] = {}
    for table in tables:
        name = table.words(keys[0])
        if name.casefold() in first:
            raise table.wrong(f"{kind} {name!r} is there twice", keys[0], fix="give each a name of its own")
        first[name.casefold()] = name
    return tables


def _levels(top: _Source) -> tuple[Level, ...]:
    tables = _named(top, "level", _LEVEL)
    if len(tables) not in LEVELS:
        raise top.wrong(f"there are {len(tables)} levels", "level", fix="write two to seven [[level]] tables")
    levels = []
    for table in tables:
        role = table.words("role")
        if role not in ROLES:
            raise table.wrong(f"role {role!r} is not one of {', '.join(ROLES)}", "role")
        more = (table.words(key, "") for key in ("test", "includes", "excludes"))
        levels.append(Level(table.words("name"), table.words("definition"), role, *more))
    roles = [level.role for level in levels]
    if roles.count("reference") != 1:
        what = f"{roles.count('reference')} levels have the role reference, one is needed"
        raise tables[0].wrong(what, "role", fix='write role = "reference" for the level that growth is compared with')
    if "counted" not in roles:
        raise tables[0].wrong("no level is counted", "role", fix='write role = "counted" for what tables report')
    return tuple(levels)


def _categories(top: _Source) -> tuple[Category, ...]:
    tables = _named(top, "category", ("name", "definition", "role"))
    categories = []
    for table in tables:
        if (role := table.words("role", "")) not in ("", "reference"):
            raise table.wrong(f"role {role!r} is not reference", "role", fix="leave role out")
        categories.append(Category(table.words("name"), table.words("definition"), role))
    if len(of_reference := [c for c in categories if c.role]) > 1:
        raise tables[0].wrong(f"{len(of_reference)} categories have the role reference, one at most may", "role")
    if len(categories) == len(of_reference) == 1:
        raise tables[0].wrong("the only category is that of the reference level", fix="add others, or leave it out")
    return tuple(categories)


def _label_space(levels: Sequence[Level], categories: Sequence[Category]) -> LabelSpace:
    return LabelSpace(
        levels=tuple(level.name for level in levels),
        counted=tuple(level.name for level in levels if level.role == "counted"),
        reference=next(level.name for level in levels if level.role == "reference"),
        categories=tuple(category.name for category in categories if not category.role),
        reference_category=next((category.name for category in categories if category.role), ""),
    )


def _settings(top: _Source, labels: LabelSpace) -> Settings:
    values = top.values.get("settings", {})
    if not isinstance(values, dict):
        raise top.wrong("settings is not a table", "settings", fix="write [settings]")
    source = _Source(values, top.text, top.path, "[settings]")
    source.only(_SETTINGS)
    for chapter in source.texts("excluded_chapters"):
        if not re.fullmatch("[0-9]{2}", chapter):
            raise source.wrong(f"chapter {chapter!r} is not two digits", "excluded_chapters", fix='such as ["27"]')
    base_year = values.get("base_year")
    if base_year is not None and (isinstance(base_year, bool) or not isinstance(base_year, int)):
        raise source.wrong(f"base_year is {base_year!r}, not a year", "base_year", fix="write base_year = 2023")
    without = []
    for table in source.tables("without", ("name", "categories"), "settings."):
        categories = table.texts("categories")
        if unknown := [name for name in categories if name not in labels.categories]:
            what = f"category {unknown[0]!r} is not one of {', '.join(labels.categories)}"
            raise table.wrong(what, "categories")
        without.append(Without(table.words("name"), categories))
    return Settings(
        source.words("model"),
        source.words("embedder"),
        source.texts("excluded_chapters"),
        base_year,
        tuple(without),
    )
