"""What is unlike in two questions: texts, levels, categories, rules, settings, prompts and exemplars."""

from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from hashlib import sha256
from typing import Any

from aitrade.question.exemplars import Exemplar
from aitrade.question.question import Question


@dataclass(frozen=True)
class Difference:
    """One thing that is unlike.

    Attributes:
        part: question, level, category, rule, setting, prompt, words or exemplar.
        name: which of them, with the field where it has several.
        before, after: what each question says; None where it has no such thing.
    """

    part: str
    name: str
    before: str | None
    after: str | None


def differences(before: Question, after: Question) -> list[Difference]:
    """List what is unlike, in the order of the file; names of questions and their folders do not count."""
    found: list[Difference] = []
    for part, old, new in (
        ("question", _texts(before), _texts(after)),
        ("level", _tables(before, "levels", "name"), _tables(after, "levels", "name")),
        ("category", _tables(before, "categories", "name"), _tables(after, "categories", "name")),
        ("rule", _tables(before, "rules", "topic"), _tables(after, "rules", "topic")),
        ("setting", _settings(before), _settings(after)),
        ("prompt", asdict(before.prompts), asdict(after.prompts)),
        ("words", _words(before, after), _words(after, before)),
        ("exemplar", _exemplars(before), _exemplars(after)),
    ):
        found += _unlike(part, old, new)
    return found


def _unlike(part: str, old: Mapping[str, str], new: Mapping[str, str]) -> Iterator[Difference]:
    for name in (*old, *(name for name in new if name not in old)):
        if old.get(name) != new.get(name):
            yield Difference(part, name, old.get(name), new.get(name))


def _texts(question: Question) -> dict[str, str]:
    return {
        "title": question.title,
        "noun": question.noun,
        "subject": question.rubric.subject,
        "question": question.rubric.question,
        "order of levels": ", ".join(question.labels.levels),
    }


def _tables(question: Question, kind: str, key: str) -> dict[str, str]:
    """Every field that is not empty of every level, category or rule: ``High: definition``."""
    tables: list[dict[str, Any]] = asdict(question.rubric)[kind]
    return {
        f"{table[key]}: {field}": text for table in tables for field, text in table.items() if field != key and text
    }


def _settings(question: Question) -> dict[str, str]:
    return {
        "model": question.settings.model,
        "embedder": question.settings.embedder,
        "base_year": str(question.settings.base_year),
        "excluded_chapters": ", ".join(question.settings.excluded_chapters),
        **{f"without {one.name}": ", ".join(one.categories) for one in question.settings.without},
    }


def _words(question: Question, other: Question) -> dict[str, str]:
    """Hashes of titles and shorthand; none where a workspace kept one of the questions, without these tables."""
    if question.folder is None or other.folder is None:
        return {}
    names = ("shorthand", "titles")
    return {name: sha256(table).hexdigest() for name, table in zip(names, question.words.files, strict=True)}


def _exemplars(question: Question) -> dict[str, str]:
    return {f"{e.code.flow} {e.code.hs10}": _said(e) for e in question.exemplars.exemplars}


def _said(exemplar: Exemplar) -> str:
    label = ", ".join(filter(None, (exemplar.relevance, exemplar.category)))
    industry = f" ({exemplar.code.naics_description})" if exemplar.code.naics_description else ""
    return f"{label}: {exemplar.code.description}{industry}: {exemplar.rationale}"
