"""A question is read from its folder; what is wrong is said with line and key."""

import dataclasses
import json
import shutil
from pathlib import Path

import pytest

from aitrade.core.errors import BadInputError
from aitrade.core.paths import shipped
from aitrade.question.labels import LabelSpace
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
    assert again == dataclasses.replace(question, folder=None, revised_against=None)  # no label depends on these
    assert again.sha256 == question.sha256


@pytest.mark.parametrize(
    ("line", "against"),
    [("", None), ("revised_against = []\n", ()), ('revised_against = ["a", "b"]\n', ("a", "b"))],
)
def test_a_question_says_what_gold_it_was_revised_against_and_no_hash_depends_on_it(
    folder: Path, line: str, against: tuple[str, ...] | None
) -> None:
    before = load_question(folder)
    (folder / "question.toml").write_text(line + TWO_LEVELS, "utf-8")
    question = load_question(folder)
    assert question.revised_against == against
    assert question.sha256 == before.sha256
    assert question.contents == before.contents


def test_codes_of_the_reference_level_have_no_category_where_none_is_theirs() -> None:
    labels = LabelSpace(("Yes", "No"), ("Yes",), "No", ("Machines",))
    assert labels.wrong("No", "") is None
    assert labels.wrong("Yes", "Machines") is None
    assert "does not go with no category" in (labels.wrong("Yes", "") or "")
    assert "does not go with category Machines" in (labels.wrong("No", "Machines") or "")


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
        ('definition = "no"', "definition = 3", "line 16, key definition", "definition is 3, not a text"),
        ('role = "reference"\n', "", "line 13, key role", "there is no role"),
        ('name = "Non"', 'name = "Oui - très"', "line 14, key name", "the same as 'Oui, très' in names of columns"),
        ('name = "Non"', 'name = "ALL"', "line 14, key name", "'ALL' is a name that tables use"),
        ('name = "Non"', 'name = "unlabelled"', "line 14, key name", "'unlabelled' is a name that tables use"),
        ('name = "Non"', 'name = " Non"', "line 14, key name", "blanks around it"),
        ('name = "Non"', 'name = "--"', "line 14, key name", "no letter and no digit"),
        ('name = "green"', 'name = "my question"', "line 1, key name", "'my question' cannot name a question"),
        (
            'question = "Is it?"\n[settings]\nmodel = "m"\nembedder = "e"',
            'question = "q"\nsettings = 5',
            "line 6",
            "not a table",
        ),
        ("noun =", 'revised_against = "mine"\nnoun =', "line 3, key revised_against", "not a list of texts"),
        ("noun =", 'revised_against = ["mine", " "]\nnoun =', "line 3, key revised_against", "an empty text"),
        ('definition = "no"', 'definition = "no"\nincludes = ["a"]', "line 17, key includes", "not a text"),
    ],
)
def test_what_is_wrong_is_said_with_line_and_key(folder: Path, old: str, new: str, where: str, what: str) -> None:
    assert old in TWO_LEVELS
    (folder / "question.toml").write_text(TWO_LEVELS.replace(old, new, 1), "utf-8")
    with pytest.raises(BadInputError) as refused:
        load_question(folder)
    assert where in str(refused.value.where)
    assert what in refused.value.what


@pytest.mark.parametrize("count", [1, 8])
def test_levels_are_two_to_seven(folder: Path, count: int) -> None:
    roles = ["counted", "reference", *["between"] * 6]
    level = '[[level]]\nname = "Level {}"\nrole = "{}"\ndefinition = "d"\n'
    levels = "".join(level.format(n, roles[n]) for n in range(count))
    (folder / "question.toml").write_text(TWO_LEVELS[: TWO_LEVELS.index("[[level]]")] + levels, "utf-8")
    with pytest.raises(BadInputError, match=f"line 9, key level: there are {count} levels"):
        load_question(folder)


def test_a_question_is_its_rubric_alone_where_the_folder_holds_nothing_else(folder: Path) -> None:
    (folder / "exemplars.csv").unlink()
    (folder / "prompts.toml").unlink()
    question = load_question(folder)
    assert len(question.exemplars) == 0
    assert "{subject}" in question.prompts.user, "the prompts that ship for any question"


def test_a_prompt_of_ones_own_takes_the_place_of_one_that_ships(folder: Path) -> None:
    (folder / "prompts.toml").write_text('[rubric]\nsystem = "You know energy."\n', "utf-8")
    prompts = load_question(folder).prompts
    assert prompts.system == "You know energy."
    assert "{product}" in prompts.user


@pytest.mark.parametrize(
    ("text", "where", "what"),
    [
        ('[rubric]\nsistem = "x"\n', "line 2, key sistem", "'sistem' is no key"),
        ("[rubric]\nsystem = 5\n", "line 2, key system", "system is 5, not a text"),
        ('[rubric]\n\nlevel = "{title}: {name}"\n', "line 3, key level", "level has no field {title}"),
        ('[rubric]\nuser = "{levels} {product}"\n', "line 2, key user", "user lacks {neighbours}"),
        ('[rubric]\nlevel = "{name"\n', "line 2, key level", "level cannot be filled in"),
        ('[short]\ntext = "{heading}"\n', "line 2, key text", "text lacks {description}"),
        ('[long]\ntext = "{heading}"\n', "line 1, key long", "'long' is no key"),
    ],
)
def test_what_is_wrong_with_a_prompt_is_said_with_line_and_key(folder: Path, text: str, where: str, what: str) -> None:
    (folder / "prompts.toml").write_text(text, "utf-8")
    with pytest.raises(BadInputError) as refused:
        load_question(folder)
    assert where in str(refused.value.where)
    assert what in refused.value.what


def test_an_exemplar_of_an_unknown_level_is_refused_with_its_line(folder: Path) -> None:
    path = folder / "exemplars.csv"
    path.write_text(path.read_text("utf-8").replace(",Non,", ",Nein,"), "utf-8")
    with pytest.raises(BadInputError, match=r"exemplars.csv, line 2: relevance 'Nein' is not one of Oui, très, Non"):
        load_question(folder)


def test_a_question_of_the_workspace_is_found_by_name_before_one_that_ships(folder: Path, tmp_path: Path) -> None:
    workspace = tmp_path / "workspace"
    for name in ("green", SHIPPED):
        shutil.copytree(folder, workspace / "questions" / name, ignore=shutil.ignore_patterns("workspace"))
    assert load_question("green", workspace).folder == workspace / "questions" / "green"
    assert load_question(SHIPPED, workspace).folder == workspace / "questions" / SHIPPED
    assert load_question(SHIPPED).folder == FOLDER


def test_a_name_that_no_question_has_is_refused_with_the_nearest(tmp_path: Path) -> None:
    with pytest.raises(BadInputError, match=r"did you mean ai-data-centers\?"):
        load_question("ai-datacenters")
    with pytest.raises(BadInputError, match=r"holds no question.toml \(write one there: aitrade question new"):
        load_question(tmp_path)
