"""A question is read from its folder; what is wrong is said with line and key."""

import dataclasses
import json
import shutil
from pathlib import Path

import pytest

from aitrade.core.errors import BadInputError
from aitrade.core.paths import shipped
from aitrade.question.question import SHIPPED, load_question, question_from_contents

FOLDER = shipped("data/questions") / SHIPPED
TWO_LEVELS = """name = "green"
title = "Trade in green goods"
noun = "clean energy, énergie"
subject = "clean energy"
question = "Is it?"
[settings]
model = "m"
embedder = "e"
[[level]]
name = "Oui, très"
role = "counted"
definition = "yes"
[[level]]
name = "Non"
role = "reference"
definition = "no"
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "question.toml").write_text(TWO_LEVELS, "utf-8")
    shutil.copy(FOLDER / "prompts.toml", tmp_path)
    header = "hs10,flow,description,naics,naics_description,relevance,category,rationale"
    rows = ('0101210010,imports,HORSES,,,Non,,"Horses, of course."', '8541430010,imports,SOLAR,,,"Oui, très",,Sun.')
    (tmp_path / "exemplars.csv").write_text("\n".join((header, *rows)) + "\n", "utf-8")
    return tmp_path


def test_levels_may_be_two_without_categories_and_named_with_commas_and_accents(folder: Path) -> None:
    question = load_question(folder)
    assert question.labels.levels == ("Oui, très", "Non")
    assert question.labels.counted == ("Oui, très",)
    assert question.labels.reference == "Non"
    assert question.labels.categories == ()
    assert [e.relevance for e in question.exemplars.exemplars] == ["Non", "Oui, très"]


@pytest.mark.parametrize("source", ["shipped", "own"])
def test_contents_hold_all_of_a_question(source: str, folder: Path) -> None:
    question = load_question(SHIPPED if source == "shipped" else folder)
    again = question_from_contents(json.loads(json.dumps(question.contents)))
    assert again == dataclasses.replace(question, folder=None)
    assert again.sha256 == question.sha256


def test_the_shipped_question_has_a_place_for_every_label() -> None:
    labels = load_question(SHIPPED).labels
    assert (labels.counted, labels.reference, labels.others) == (("High",), "Low", ("High", "Medium"))
    assert labels.wrong("High", "Cooling_HVAC") is None
    assert labels.wrong("Low", "Not_DC_Related") is None
    assert "does not go with" in (labels.wrong("Low", "Cooling_HVAC") or "")
    assert "does not go with" in (labels.wrong("Medium", "Not_DC_Related") or "")
    assert "is not one of" in (labels.wrong("high", "Cooling_HVAC") or "")


@pytest.mark.parametrize(
    ("old", "new", "where", "what"),
    [
        ('noun = "clean energy, énergie"\n', "", "noun", "there is no noun"),
        ('title = "Trade in green goods"', "title = 5", "line 2, key title", "title is 5, not a text"),
        ('title = "Trade in green goods"', 'title = " "', "line 2, key title", "title is empty"),
        ('subject = "clean energy"', 'subject = "s"\nsubjct = "x"', "line 5, key subjct", "'subjct' is no key"),
        ('definition = "no"', 'definition = "no"\nwhy = "x"', "line 17, key why", "'why' is no key"),
        ('role = "reference"', 'role = "counted"', "line 11, key role", "0 levels have the role reference"),
        ('role = "counted"', 'role = "between"', "line 11, key role", "no level is counted"),
        ('role = "counted"', 'role = "first"', "line 11, key role", "role 'first' is not one of"),
        ('name = "Non"', 'name = "oui, TRÈS"', "line 14, key name", "level 'oui, TRÈS' is there twice"),
        ('embedder = "e"', 'embedder = "e"\nbase_year = "2023"', "line 9, key base_year", "not a year"),
        ('embedder = "e"', 'embedder = "e"\nexcluded_chapters = ["7"]', "excluded_chapters", "not two digits"),
        ("[[level]]", "[[level", "", "not valid TOML"),
    ],
)
def test_what_is_wrong_is_said_with_line_and_key(folder: Path, old: str, new: str, where: str, what: str) -> None:
    assert old in TWO_LEVELS
    (folder / "question.toml").write_text(TWO_LEVELS.replace(old, new, 1), "utf-8")
    with pytest.raises(BadInputError) as refused:
        load_question(folder)
    assert where in str(refused.value.where)
    assert what in refused.value.what


def test_an_exemplar_of_an_unknown_level_is_refused_with_its_line(folder: Path) -> None:
    path = folder / "exemplars.csv"
    path.write_text(path.read_text("utf-8").replace(",Non,", ",Nein,"), "utf-8")
    with pytest.raises(BadInputError, match=r"exemplars.csv, line 2: relevance 'Nein' is not one of Oui, très, Non"):
        load_question(folder)


def test_a_name_that_no_question_has_is_refused_with_those_that_there_are() -> None:
    with pytest.raises(BadInputError, match="ai-data-centers"):
        load_question("ai-datacenters")
