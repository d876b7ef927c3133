"""The second question that ships is fit to use, and its gold measures what its exemplars do not hold."""

from collections import Counter

import pytest

from aitrade.question.exemplar_checks import check_exemplars, coverage_advice
from aitrade.question.exemplars import ExemplarSet, read_exemplars
from aitrade.question.question import Question, load_question


@pytest.fixture(scope="module")
def question() -> Question:
    return load_question("clean-energy")


@pytest.fixture(scope="module")
def gold(question) -> ExemplarSet:
    return read_exemplars(question.folder / "gold" / "labels.csv", question.labels)


def test_no_exemplar_contradicts_another_and_each_has_its_reason(question) -> None:
    assert check_exemplars(question) == []


def test_exemplars_cover_chapters_levels_and_categories_and_crowd_no_heading(question) -> None:
    exemplars = question.exemplars.exemplars
    assert len(exemplars) >= 250
    missing = {finding.about for finding in coverage_advice(question) if len(finding.about) != 4}  # headings apart
    assert missing == set()
    headings = Counter(exemplar.code.hs4 for exemplar in exemplars)
    assert max(headings.values()) <= 15
    assert len(headings) > len(exemplars) / 2


def test_the_gold_holds_no_exemplar_and_enough_of_each_level(question, gold) -> None:
    assert not set(gold.by_code) & set(question.exemplars.by_code)
    levels = Counter(label.relevance for label in gold.exemplars)
    assert len(gold) >= 100
    assert min(levels[level] for level in question.labels.levels) >= 15


def test_labels_have_names_of_their_own(question) -> None:
    """Whatever still expects the levels of the question that ships first fails on this one."""
    other = load_question("ai-data-centers").labels
    assert not set(question.labels.names) & set(other.names)
    assert {exemplar.category for exemplar in question.exemplars.exemplars} == set(question.labels.all_categories)
