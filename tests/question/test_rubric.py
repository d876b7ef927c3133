"""The rubric as shipped, and what is said of one that is damaged."""

from pathlib import Path

import pytest

from aitrade.core.errors import BadInputError
from aitrade.core.paths import shipped
from aitrade.question.rubric import RELEVANCES, check_label, load_rubric

GOOD = """
subject = "s"
question = "q"
[[relevance]]
name = "High"
definition = "h"
[[relevance]]
name = "Medium"
definition = "m"
[[relevance]]
name = "Low"
definition = "l"
[[category]]
name = "Cooling_HVAC"
definition = "c"
[[category]]
name = "Not_DC_Related"
definition = "n"
[[rule]]
topic = "t"
text = "x"
"""

DESIGN = (
    "Compute_Hardware", "Networking_Telecom", "Cooling_HVAC", "Electrical_Power", "Building_Structure",
    "Fire_Safety_Security", "Specialty_Materials", "Maintenance_Operations", "Not_DC_Related",
)  # fmt: skip


def test_the_shipped_rubric_has_the_designs_levels_and_categories() -> None:
    rubric = load_rubric()
    assert tuple(term.name for term in rubric.relevances) == RELEVANCES == ("High", "Medium", "Low")
    assert rubric.category_names == DESIGN
    assert load_rubric(shipped("data/questions/ai-data-centers/question.toml")) == rubric


def test_a_good_rubric_is_read(tmp_path: Path) -> None:
    path = tmp_path / "rubric.toml"
    path.write_text(GOOD, "utf-8")
    assert [rule.text for rule in load_rubric(path).rules] == ["x"]


@pytest.mark.parametrize(
    ("before", "after", "message"),
    [
        ('definition = "m"', "definition = m", r"rubric\.toml: not valid TOML.*line 9"),
        ('subject = "s"', "", r"rubric\.toml: there is no subject"),
        ('definition = "l"', "", r"rubric\.toml, relevance 3: there is no definition"),
        ('definition = "c"', 'definition = " "', r"rubric\.toml, category 1: there is no definition, or it is empty"),
        ('text = "x"', "text = 5", r"rubric\.toml, rule 1: there is no text"),
        ('[[rule]]\ntopic = "t"\ntext = "x"', 'rule = "x"', r"rubric\.toml: the rubric has no rule"),
        ('name = "Medium"', 'name = "Middle"', "levels must be High, Medium, Low"),
        ('name = "Not_DC_Related"', 'name = "Other"', "must hold Not_DC_Related"),
        ('name = "Not_DC_Related"', 'name = "Cooling_HVAC"', "Not_DC_Related"),
        ("[[rule]]", '[[rule]]\ntopic = "t"\ntext = "y"\n[[rule]]', "rule 't' is there twice"),
        ("[[category]]", '[[category]]\nname = "Cooling_HVAC"\ndefinition = "d"\n[[category]]', "there twice"),
    ],
)
def test_a_damaged_rubric_is_refused_with_its_place(tmp_path: Path, before: str, after: str, message: str) -> None:
    path = tmp_path / "rubric.toml"
    assert before in GOOD
    path.write_text(GOOD.replace(before, after, 1), "utf-8")
    with pytest.raises(BadInputError, match=message) as caught:
        load_rubric(path)
    assert str(path) in str(caught.value)


def test_a_missing_rubric_is_bad_input(tmp_path: Path) -> None:
    with pytest.raises(BadInputError, match="cannot be read"):
        load_rubric(tmp_path / "rubric.toml")


@pytest.mark.parametrize(
    ("relevance", "category", "wrong"),
    [
        ("High", "Cooling_HVAC", None),
        ("Low", "Not_DC_Related", None),
        ("Low", "Cooling_HVAC", "does not go with"),
        ("Medium", "Not_DC_Related", "does not go with"),
        ("high", "Cooling_HVAC", "relevance 'high' is not one of High, Medium, Low"),
        ("High", "Cooling", "category 'Cooling' is not one of"),
    ],
)
def test_labels_are_checked(relevance: str, category: str, wrong: str | None) -> None:
    found = check_label(relevance, category, load_rubric())
    assert found is None if wrong is None else wrong in str(found)
