"""Read ``question.toml``: every key is known, every value has its type, and what is wrong is said with line and key."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from aitrade.core.wording import slug
from aitrade.question.labels import LabelSpace
from aitrade.question.rubric import Category, Level, Rubric, Rule
from aitrade.question.settings import Settings, Without
from aitrade.question.toml_table import TomlTable, read_toml

ROLES = ("counted", "between", "reference")
LEVELS = range(2, 8)
RESERVED = ("All", "Unlabelled")  # rows of tables: every code, and the codes without a label
QUESTION_NAME = re.compile(r"\w[\w.-]*")
_TEXTS = ("name", "title", "noun", "subject", "question")
_REVISED = "revised_against"
_LEVEL = ("name", "definition", "role", "test", "includes", "excludes")
_SETTINGS = ("model", "embedder", "excluded_chapters", "base_year", "without")


@dataclass(frozen=True)
class QuestionFile:
    """What ``question.toml`` says; see :class:`aitrade.question.question.Question`."""

    name: str
    title: str
    noun: str
    rubric: Rubric
    labels: LabelSpace
    settings: Settings
    revised_against: tuple[str, ...] | None


def read_question_file(path: Path) -> QuestionFile:
    """Read and check ``question.toml``.

    Raises:
        BadInputError: the file is no TOML, a key is unknown, missing or has the wrong type, a name is there twice, or
            the levels lack a role.
    """
    top = read_toml(path)
    top.only((*_TEXTS, _REVISED, "settings", "level", "category", "rule"))
    levels, categories = _levels(top), _categories(top)
    labels = _label_space(levels, categories)
    rules = [Rule(rule.words("topic"), rule.words("text")) for rule in _named(top, "rule", ("topic", "text"))]
    rubric = Rubric(top.words("subject"), top.words("question"), levels, categories, tuple(rules))
    name, title, noun = top.words("name"), top.words("title"), top.words("noun")
    if not QUESTION_NAME.fullmatch(name):
        fix = "use letters, digits, dot, hyphen and underscore, such as clean-energy"
        raise top.wrong(f"{name!r} cannot name a question", "name", fix=fix)
    return QuestionFile(name, title, noun, rubric, labels, _settings(top, labels), _revised_against(top))


def _named(top: TomlTable, kind: str, keys: Sequence[str], parent: str = "") -> list[TomlTable]:
    """The tables of a kind, whose first key is a name unlike every other, as names of columns have it too."""
    tables = top.tables(kind, keys, parent)
    first: dict[str, str] = {}
    for table in tables:
        name = table.name(keys[0])
        if before := first.get(slug(name)):
            same = before.casefold() == name.casefold()
            what = "is there twice" if same else f"is the same as {before!r} in names of columns ({slug(name)})"
            raise table.wrong(f"{kind} {name!r} {what}", keys[0], fix="give each a name of its own")
        if kind == "level" and slug(name) in map(slug, RESERVED):
            fix = f"choose another name: tables have rows of their own called {' and '.join(RESERVED)}"
            raise table.wrong(f"{kind} {name!r} is a name that tables use", keys[0], fix=fix)
        first[slug(name)] = name
    return tables


def _levels(top: TomlTable) -> tuple[Level, ...]:
    tables = _named(top, "level", _LEVEL)
    if len(tables) not in LEVELS:
        raise top.wrong(f"there are {len(tables)} levels", "level", fix="write two to seven [[level]] tables")
    levels = []
    for table in tables:
        role = table.words("role")
        if role not in ROLES:
            raise table.wrong(f"role {role!r} is not one of {', '.join(ROLES)}", "role")
        more = (table.words(key, "") for key in ("test", "includes", "excludes"))
        levels.append(Level(table.name("name"), table.words("definition"), role, *more))
    roles = [level.role for level in levels]
    if roles.count("reference") != 1:
        what = f"{roles.count('reference')} levels have the role reference, one is needed"
        raise tables[0].wrong(what, "role", fix='write role = "reference" for the level that growth is compared with')
    if "counted" not in roles:
        raise tables[0].wrong("no level is counted", "role", fix='write role = "counted" for what tables report')
    return tuple(levels)


def _categories(top: TomlTable) -> tuple[Category, ...]:
    tables = _named(top, "category", ("name", "definition", "role"))
    categories = []
    for table in tables:
        if (role := table.words("role", "")) not in ("", "reference"):
            raise table.wrong(f"role {role!r} is not reference", "role", fix="leave role out")
        categories.append(Category(table.name("name"), table.words("definition"), role))
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


def _revised_against(top: TomlTable) -> tuple[str, ...] | None:
    if _REVISED not in top.values:
        return None
    golds = top.texts(_REVISED)
    if any(not gold.strip() for gold in golds):
        raise top.wrong(f"{_REVISED} holds an empty text", _REVISED, fix="name each gold in words; write [] for none")
    return golds


def _settings(top: TomlTable, labels: LabelSpace) -> Settings:
    source = top.table("settings")
    source.only(_SETTINGS)
    for chapter in source.texts("excluded_chapters"):
        if not re.fullmatch("[0-9]{2}", chapter):
            raise source.wrong(f"chapter {chapter!r} is not two digits", "excluded_chapters", fix='such as ["27"]')
    base_year = source.values.get("base_year")
    if base_year is not None and (isinstance(base_year, bool) or not isinstance(base_year, int)):
        raise source.wrong(f"base_year is {base_year!r}, not a year", "base_year", fix="write base_year = 2023")
    without = []
    for table in _named(source, "without", ("name", "categories"), "settings."):
        categories = table.texts("categories")
        if unknown := [name for name in categories if name not in labels.categories]:
            what = f"category {unknown[0]!r} is not one of {', '.join(labels.categories)}"
            raise table.wrong(what, "categories")
        without.append(Without(table.name("name"), categories))
    return Settings(
        source.words("model"),
        source.words("embedder"),
        source.texts("excluded_chapters"),
        base_year,
        tuple(without),
    )
