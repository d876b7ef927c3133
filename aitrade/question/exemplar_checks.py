"""Checks on the exemplars: contradictions between twins, rationales, gold; and advice on near twins and coverage."""

import re
from collections import Counter, defaultdict
from collections.abc import Container, Iterable, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from itertools import combinations

from aitrade.nomenclature.text import Words
from aitrade.question.exemplars import Exemplar
from aitrade.question.gold import read_gold
from aitrade.question.question import Question

WORDS = range(5, 41)
NEAR = 0.9  # share of words in common, in order, from which two texts read nearly alike


@dataclass(frozen=True)
class Finding:
    """Something wrong with the set: which check, about what, and what was found."""

    check: str
    about: str
    found: str


def check_exemplars(question: Question) -> list[Finding]:
    """Find what is wrong with the exemplars of a question: nothing when they are fit to use."""
    exemplars = question.exemplars.exemplars
    return [*_twins(exemplars, question.words), *_rationales(exemplars), *_gold(question)]


def coverage_advice(question: Question) -> list[Finding]:
    """Find where exemplars are missing, as advice: chapters, levels and categories that have none.

    A chapter that has exemplars of a counted level is where relevant products live: its headings are looked at too.
    """
    exemplars, titles = question.exemplars.exemplars, question.words.titles
    if not exemplars:
        return [Finding("coverage", "exemplars", "there are none: base models read the rubric alone")]
    excluded = question.settings.excluded_chapters
    chapters, headings = {e.code.hs2 for e in exemplars}, {e.code.hs4 for e in exemplars}
    relevant = {e.code.hs2 for e in exemplars if e.relevance in question.labels.counted}
    return [
        *_missing("chapter", (hs for hs in titles if len(hs) == 2 and hs not in excluded), chapters),
        *_missing("heading", (hs for hs in titles if len(hs) == 4 and hs[:2] in relevant), headings),
        *_missing("level", question.labels.levels, {e.relevance for e in exemplars}),
        *_missing("category", question.labels.categories, {e.category for e in exemplars}),
    ]


def near_twins_advice(question: Question) -> list[Finding]:
    """Find exemplars of one heading that read nearly alike and have unlike levels, as advice."""
    by_heading: dict[tuple[str, str], list[tuple[Exemplar, list[str]]]] = defaultdict(list)
    for e in question.exemplars.exemplars:
        by_heading[e.code.flow, e.code.hs4].append((e, _tokens(e, question.words)))
    return [
        Finding(
            "near twins", f"{a.code.hs10}, {b.code.hs10}", f"read nearly alike, labelled {a.relevance}, {b.relevance}"
        )
        for group in by_heading.values()
        for (a, text), (b, other) in combinations(group, 2)
        if a.relevance != b.relevance and text != other and _near(text, other)
    ]


@dataclass(frozen=True)
class TwinPairs:
    """How exemplars of one heading that read nearly alike are labelled.

    Args:
        pairs: how many pairs of them there are.
        unlike: how many of these have unlike levels.
    """

    pairs: int
    unlike: int

    @property
    def error_rate(self) -> float | None:
        """Share of hand labels that are wrong, if one label of each unlike pair is; None without pairs."""
        return self.unlike / (2 * self.pairs) if self.pairs else None


def count_twin_pairs(question: Question) -> TwinPairs:
    """Count the pairs of near twins among the exemplars, as a measure of how often labels by hand err."""
    by_heading: dict[tuple[str, str], list[tuple[str, list[str]]]] = defaultdict(list)
    for e in question.exemplars.exemplars:
        by_heading[e.code.flow, e.code.hs4].append((e.relevance, _tokens(e, question.words)))
    unlike = [
        level != other_level
        for group in by_heading.values()
        for (level, text), (other_level, other) in combinations(group, 2)
        if _near(text, other)
    ]
    return TwinPairs(len(unlike), sum(unlike))


def _near(text: list[str], other: list[str]) -> bool:
    matcher = SequenceMatcher(None, text, other, autojunk=False)
    return matcher.real_quick_ratio() >= NEAR and matcher.quick_ratio() >= NEAR and matcher.ratio() >= NEAR


def _gold(question: Question) -> list[Finding]:
    """Gold labels are no exemplars, or they would measure what was learnt from them."""
    gold = read_gold(question.folder, question.labels)
    return [
        Finding("gold", key[1], f"is an exemplar and gold in {gold[key].name}; take it out of one of them")
        for key in question.exemplars.by_code
        if key in gold
    ]


def _tokens(exemplar: Exemplar, words: Words) -> list[str]:
    return re.findall(r"[a-z0-9.]+", words.expand(exemplar.code.description))


def _missing(kind: str, names: Iterable[str], covered: Container[str]) -> list[Finding]:
    return [Finding("coverage", name, f"no exemplar in this {kind}") for name in names if name not in covered]


def _twins(exemplars: Sequence[Exemplar], words: Words) -> list[Finding]:
    """Codes of one heading whose texts are the same but for case and punctuation have the same relevance."""
    twins: dict[tuple[str, str, str], list[Exemplar]] = defaultdict(list)
    for e in exemplars:
        twins[e.code.flow, e.code.hs4, " ".join(_tokens(e, words))].append(e)
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
