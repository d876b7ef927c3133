"""What is unlike in two questions."""

from pathlib import Path

from aitrade.question.difference import differences
from aitrade.question.question import load_question
from aitrade.question.skeleton import new_question

HORSES = "hs10,flow,description,relevance,category,rationale\n0101210010,imports,HORSES,{},,They are no machines.\n"


def test_each_thing_that_is_unlike_is_named_with_what_both_say(tmp_path: Path) -> None:
    for name in ("old", "new"):
        new_question(tmp_path / name)
    before = load_question(tmp_path / "old")
    assert differences(before, load_question(tmp_path / "new")) == [], "the name of a question is no difference"
    path = tmp_path / "new" / "question.toml"
    changes = (
        ('name = "Materials"', 'name = "Materiel"'),
        ("base_year = 2023", "base_year = 2022"),
        ('definition = "made for something else"', 'definition = "made for anything else"'),
        ('topic = "parts"', 'topic = "pieces"'),
    )
    text = path.read_text("utf-8")
    for old, new in changes:
        assert old in text
        text = text.replace(old, new)
    path.write_text(text, "utf-8")
    (tmp_path / "new" / "exemplars.csv").write_text(HORSES.format("Unrelated"), "utf-8")
    (tmp_path / "new" / "prompts.toml").write_text('[rubric]\nsystem = "You know."\n', "utf-8")
    found = {(one.part, one.name): (one.before, one.after) for one in differences(before, load_question(path.parent))}
    rule, material = (
        "Parts take the level of the machine they are parts of.",
        "what such machines are made of or use up",
    )
    assert found == {
        ("level", "Unrelated: definition"): ("made for something else", "made for anything else"),
        ("category", "Materials: definition"): (material, None),
        ("category", "Materiel: definition"): (None, material),
        ("rule", "parts: text"): (rule, None),
        ("rule", "pieces: text"): (None, rule),
        ("setting", "base_year"): ("2023", "2022"),
        ("prompt", "system"): ("You are a trade statistician who judges traded products by a rubric.", "You know."),
        ("exemplar", "imports 0101210010"): (None, "Unrelated: HORSES: They are no machines."),
    }
