"""Checks on the exemplar set: contradictions between twins, coverage of headings and categories, rationales."""

import re
from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from aitrade.nomenclature.text import expand, load_titles
from aitrade.question.exemplars import Exemplar
from aitrade.question.rubric import load_rubric

# Chapters where relevant products live: every heading of them has an exemplar. Elsewhere three codes a chapter do.
RELEVANT_CHAPTERS = frozenset(
    f"{chapter}"
    for first, last in ((28, 29), (37, 40), (68, 70), (72, 76), (78, 85), (87, 87), (89, 90), (94, 95))
    for chapter in range(first, last + 1)
)
# Headings that the Harmonized System has dropped; only export codes of earlier years are left in them.
RETIRED = frozenset({"2848", "6908", "8107", "8469"})
CODES_PER_CHAPTER = 3
WORDS = range(5, 41)


@dataclass(frozen=True)
class Finding:
    """Something wrong with the set: which check, about what, and what was found."""

    check: str
    about: str
    found: str


def check_exemplars(exemplars: Sequence[Exemplar]) -> list[Finding]:
    """Everything wrong with a set, nothing when it is fit to use; duplicates and bad labels do not even load."""
    return [*_twins(exemplars), *_headings(exemplars), *_categories(exemplars), *_rationales(exemplars)]


def _twins(exemplars: Sequence[Exemplar]) -> list[Finding]:
    """Codes of one heading whose texts are the same but for case and punctuation have the same relevance."""
    twins: dict[tuple[str, str, str], list[Exemplar]] = defaultdict(list)
    for e in exemplars:
        text = " ".join(re.findall(r"[a-z0-9.]+", expand(e.code.description)))
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


def _headings(exemplars: Sequence[Exemplar]) -> list[Finding]:
    """Every heading of the relevant chapters has an exemplar, every other chapter has three."""
    covered = {e.code.hs4 for e in exemplars}
    chapters = Counter(e.code.hs2 for e in exemplars)
    titles = load_titles()
    findings = [
        Finding("coverage", hs, "no exemplar in this heading")
        for hs in titles
        if len(hs) == 4 and hs[:2] in RELEVANT_CHAPTERS and hs not in covered | RETIRED
    ]
    findings += [
        Finding("coverage", hs, f"{chapters[hs]} exemplars in this chapter, {CODES_PER_CHAPTER} are wanted")
        for hs in titles
        if len(hs) == 2 and hs not in ("77", "99") and chapters[hs] < CODES_PER_CHAPTER  # 77 is empty, 99 is excluded
    ]
    return findings


def _categories(exemplars: Sequence[Exemplar]) -> list[Finding]:
    """Every category has exemplars."""
    present = {e.category for e in exemplars}
    return [
        Finding("coverage", name, "no exemplar in this category")
        for name in [category.name for category in load_rubric().categories]
        if name not in present
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
