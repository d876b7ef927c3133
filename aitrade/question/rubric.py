"""The rubric: levels of relevance, categories, and the rules that decide borderline products."""

import tomllib
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from aitrade.core.errors import BadInputError
from aitrade.core.paths import shipped
from aitrade.core.textfile import read_text

RELEVANCES = ("High", "Medium", "Low")
NOT_RELATED = "Not_DC_Related"


@dataclass(frozen=True)
class Term:
    """A level or a category with its definition."""

    name: str
    definition: str


@dataclass(frozen=True)
class Rule:
    """How one family of products is decided."""

    topic: str
    text: str


@dataclass(frozen=True)
class Rubric:
    """What the labels mean."""

    subject: str
    question: str
    relevances: tuple[Term, ...]
    categories: tuple[Term, ...]
    rules: tuple[Rule, ...]

    @property
    def category_names(self) -> tuple[str, ...]:
        """Names of the categories in the rubric's order."""
        return tuple(term.name for term in self.categories)


@cache
def load_rubric(path: Path | None = None) -> Rubric:
    """Read and validate a rubric; the shipped one by default.

    Raises:
        BadInputError: a part is missing, empty or named twice, or the levels are not High, Medium and Low.
    """
    path = path or shipped("data/questions/ai-data-centers/question.toml")
    try:
        raw = tomllib.loads(read_text(path))
    except tomllib.TOMLDecodeError as error:
        raise BadInputError(f"not valid TOML: {error}", where=str(path)) from error
    rubric = Rubric(
        subject=_text(raw, "subject", str(path)),
        question=_text(raw, "question", str(path)),
        relevances=tuple(Term(*texts) for texts in _tables(raw, "relevance", ("name", "definition"), path)),
        categories=tuple(Term(*texts) for texts in _tables(raw, "category", ("name", "definition"), path)),
        rules=tuple(Rule(*texts) for texts in _tables(raw, "rule", ("topic", "text"), path)),
    )
    _check(rubric, str(path))
    return rubric


def related_categories() -> tuple[str, ...]:
    """The categories of High and Medium codes, in the shipped rubric's order."""
    return tuple(name for name in load_rubric().category_names if name != NOT_RELATED)


def labels() -> list[str]:
    """All that models are asked for, in the order of their scores: relevances, then related categories."""
    return [*RELEVANCES, *related_categories()]


def _tables(raw: dict[str, Any], kind: str, keys: tuple[str, ...], path: Path) -> list[tuple[str, ...]]:
    tables = raw.get(kind)
    if not isinstance(tables, list) or not all(isinstance(table, dict) for table in tables):
        raise BadInputError(f"the rubric has no {kind}", where=str(path), fix=f"write each as [[{kind}]]")
    return [tuple(_text(table, key, f"{path}, {kind} {n}") for key in keys) for n, table in enumerate(tables, 1)]


def _text(table: dict[str, Any], key: str, where: str) -> str:
    value = table.get(key)
    if not isinstance(value, str) or not value.strip():
        raise BadInputError(f"there is no {key}, or it is empty", where=where, fix=f'write {key} = "..."')
    return value


def check_label(relevance: str, category: str, rubric: Rubric) -> str | None:
    """Say what is wrong with a label, or None: unknown names, or a category that does not fit the relevance."""
    if relevance not in RELEVANCES:
        return f"relevance {relevance!r} is not one of {', '.join(RELEVANCES)}"
    if category not in rubric.category_names:
        return f"category {category!r} is not one of {', '.join(rubric.category_names)}"
    if (relevance == "Low") != (category == NOT_RELATED):
        return (
            f"relevance {relevance} does not go with category {category}: Low codes, and only they, are {NOT_RELATED}"
        )
    return None


def _check(rubric: Rubric, where: str) -> None:
    if tuple(term.name for term in rubric.relevances) != RELEVANCES:
        raise BadInputError(f"the levels must be {', '.join(RELEVANCES)}, in this order", where=where)
    if NOT_RELATED not in rubric.category_names:
        raise BadInputError(f"the categories must hold {NOT_RELATED}", where=where)
    for kind, names in (
        ("category", rubric.category_names),
        ("rule", tuple(rule.topic for rule in rubric.rules)),
    ):
        for name in names:
            if names.count(name) > 1:
                raise BadInputError(f"{kind} {name!r} is there twice", where=where)
