"""Checks on the exemplar set: contradictions between twins, rationales; and advice on coverage."""

import re
from collections import Counter, defaultdict
from collections.abc import Container, Iterable, Sequence
from dataclasses import dataclass

from aitrade.nomenclature.text import Words
from aitrade.question.exemplars import Exemplar
from aitrade.question.question import Question

WORDS = range(5, 41)


@dataclass(frozen=True)
class Finding:
    """Something wrong with the set: which check, about what, and what was found."""

    check: str
    about: str
    found: str


def check_exemplars(question: Question) -> list[Finding]:
    """Find what is wrong with the exemplars of a question: nothing when they are fit to use."""
    exemplars = question.exemplars.exemplars
    return [*_twins(exemplars, question.words), *_rationales(exemplars)]


def coverage_advice(question: Question) -> list[Finding]:
    """Find where exemplars are missing, as advice: chapters, levels and categories that have none.

    A chapter that has exemplars of a counted level is where relevant products live: its headings are looked at too.
    """
    exemplars, titles = question.exemplars.exemplars, question.words.titles
    excluded = question.settings.excluded_chapters
    chapters, headings = {e.code.hs2 for e in exemplars}, {e.code.hs4 for e in exemplars}
    relevant = {e.code.hs2 for e in exemplars if e.relevance in question.labels.counted}
    return [
        *_missing("chapter", (hs for hs in titles if len(hs) == 2 and hs not in excluded), chapters),
        *_missing("heading", (hs for hs in titles if len(hs) == 4 and hs[:2] in relevant), headings),
        *_missing("level", question.labels.levels, {e.relevance for e in exemplars}),
        *_missing("category", question.labels.categories, {e.category for e in exemplars}),
    ]


def _missing(kind: str, names: Iterable[str], covered: Container[str]) -> list[Finding]:
    return [Finding("coverage", name, f"no exemplar in this {kind}") for name in names if name not in covered]


def _twins(exemplars: Sequence[Exemplar], words: Words) -> list[Finding]:
    """Codes of one heading whose texts are the same but for case and punctuation have the same relevance."""
    twins: dict[tuple[str, str, str], list[Exemplar]] = defaultdict(list)
    for e in exemplars:
        text = " ".join(re.findall(r"[a-z0-9.]+", words.expand(e.code.description)))
        twins[e.code.flow, e.code.hs4, text].append(e)
    return [
        Finding(
            "twins",
            ", ".join(e.code.hs10 for e in group),
            f"the same text, labelled {', '.join(sorted({e.relevance for e in group}))}",
        )
        for group in twins.values()
        if len({e.relevance for e in group}) > 1
    ]


def _rationales(exemplars: Sequence[Exemplar]) -> list[Finding]:
    """Rationales are sentences of sensible length, and not one text for everything."""
    findings = [
        Finding("rationale", e.code.hs10, f"{len(e.rationale.split())} words: {e.rationale}")
        for e in exemplars
        if len(e.rationale.split()) not in WORDS
    ]
    counts = Counter(e.rationale for e in exemplars)
    findings += [Finding("rationale", text, f"is given {count} times") for text, count in counts.items() if count > 5]
    return findings
