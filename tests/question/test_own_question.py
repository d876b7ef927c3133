"""A question of one's own: begun, copied, checked, and given exemplars."""

import shutil
from pathlib import Path

import pytest

from aitrade.core.errors import BadInputError, UsageError
from aitrade.question.add_exemplars import prepare_exemplars
from aitrade.question.catalogue import shipped_questions
from aitrade.question.exemplar_checks import check_exemplars, coverage_advice, near_twins_advice
from aitrade.question.exemplars import read_exemplars
from aitrade.question.question import SHIPPED, load_question
from aitrade.question.skeleton import new_question

HEADER = "hs10,flow,description,relevance,category,rationale\n"
HORSES = "0101210010,imports,HORSES,Unrelated,,Horses are no machines of this kind.\n"
PANELS = '8541430010,imports,"SOLAR CELLS, CRYSTALLINE SILICON",Related,Equipment,Panels are what the field installs.\n'


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A question of one's own with one exemplar."""
    new_question(tmp_path / "mine")
    (tmp_path / "mine" / "exemplars.csv").write_text(HEADER + HORSES, "utf-8")
    return tmp_path / "mine"


def added(folder: Path, rows: str, *, replace: bool = False) -> str:
    question = load_question(folder)
    file = folder.parent / "new.csv"
    file.write_text(HEADER + rows, "utf-8")
    return str(prepare_exemplars(question, read_exemplars(file, question.labels), replace=replace).write())


def test_the_skeleton_is_a_question_with_nothing_to_fix(tmp_path: Path) -> None:
    new_question(tmp_path / "clean-energy")
    question = load_question(tmp_path / "clean-energy")
    assert question.name == "clean-energy"
    assert check_exemplars(question) == []
    (advice,) = coverage_advice(question)
    assert "base models read the rubric alone" in advice.found


def test_a_copy_is_the_same_question_under_a_name_of_its_own(tmp_path: Path) -> None:
    new_question(tmp_path / "ai", shipped_questions() / SHIPPED)
    copy, shipped = load_question(tmp_path / "ai"), load_question(SHIPPED)
    assert copy.name == "ai"
    assert copy.contents | {"name": SHIPPED} == shipped.contents
    names = {file.relative_to(tmp_path / "ai") for file in (tmp_path / "ai").rglob("*.json")}
    there = shipped_questions() / SHIPPED
    assert names == {file.relative_to(there) for file in there.glob("calibration/**/*.json")}


def test_a_question_is_not_written_over(folder: Path) -> None:
    with pytest.raises(UsageError, match=r"question.toml is there already"):
        new_question(folder)
    with pytest.raises(UsageError, match="'my question' cannot name a question"):
        new_question(folder.parent / "my question")


def test_exemplars_are_added_and_what_is_there_stays(folder: Path) -> None:
    path = folder / "exemplars.csv"
    path.write_text((HEADER + HORSES).replace("\n", ",who\n", 1).replace("kind.\n", "kind.,Ann\n"), "utf-8")
    assert "1 added, 0 replaced, 0 unchanged; 2 exemplars" in added(folder, PANELS)
    header, horses, panels = path.read_text("utf-8").splitlines()
    assert header.startswith("hs10,flow,description,relevance,category,rationale,who")
    assert horses.startswith(HORSES.strip() + ",Ann")
    assert panels.startswith(PANELS.strip())
    before = path.read_bytes()
    assert "0 added, 0 replaced, 1 unchanged; 2 exemplars" in added(folder, PANELS)
    assert path.read_bytes() == before


def test_an_exemplar_that_says_something_else_is_replaced_only_if_asked(folder: Path) -> None:
    other = HORSES.replace("Unrelated,,", "Partly related,Equipment,")
    with pytest.raises(BadInputError, match="0101210010 has another exemplar already, labelled Unrelated"):
        added(folder, PANELS + other)
    assert len(load_question(folder).exemplars) == 1, "nothing of the file is kept"
    assert "0 added, 1 replaced" in added(folder, other, replace=True)
    (only,) = load_question(folder).exemplars.exemplars
    assert (only.relevance, only.category) == ("Partly related", "Equipment")


def test_nothing_is_added_to_a_question_that_ships() -> None:
    question = load_question(SHIPPED)
    with pytest.raises(UsageError, match="aitrade question new DIR --from ai-data-centers"):
        prepare_exemplars(question, question.exemplars)


def gold(folder: Path, rows: str) -> None:
    (folder / "gold").mkdir()
    (folder / "gold" / "first.csv").write_text("hs10,flow,relevance,category,rater\n" + rows, "utf-8")


def test_gold_is_no_exemplar(folder: Path) -> None:
    gold(folder, "0101210010,imports,Unrelated,,Ann\n8541430010,import,Related,Equipment,Ann\n")
    (finding,) = check_exemplars(load_question(folder))
    assert (finding.check, finding.about) == ("gold", "0101210010")
    assert "first.csv" in finding.found
    with pytest.raises(BadInputError, match="8541430010 is gold"):
        added(folder, PANELS)


def test_gold_has_labels_of_the_question(folder: Path) -> None:
    gold(folder, "0101210010,imports,Related,Equipment,Ann\n8541430010,imports,High,Equipment,Ann\n")
    with pytest.raises(BadInputError, match=r"first.csv, line 3: relevance 'High' is not one of Related"):
        check_exemplars(load_question(folder))


def test_codes_that_read_nearly_alike_and_are_labelled_unlike_are_advice(folder: Path) -> None:
    wafer = "{},imports,{},{},Equipment,Panels are what the field installs.\n"
    texts = ("SOLAR CELLS AND MODULES OF CRYSTALLINE SILICON AND OF ANY SIZE", "SOLAR PANELS")
    near = texts[0].replace("ANY", "NO")
    rows = (
        wafer.format("8541430010", texts[0], "Related")
        + wafer.format("8541430080", near, "Partly related")
        + wafer.format("8541430090", texts[1], "Partly related")
        + wafer.format("8541420090", near, "Related")
    )
    added(folder, rows)
    pairs = {finding.about for finding in near_twins_advice(load_question(folder))}
    assert pairs == {"8541430010, 8541430080"}, "another text, and the same level, are no near twins"


def test_titles_and_shorthand_of_ones_own_are_read(folder: Path) -> None:
    (folder / "titles.csv").write_bytes("hs,title\r\n0101,Équidés\r\n".encode("utf-8-sig"))
    (folder / "shorthand.csv").write_text("short,long\nEQ,equine\n", "utf-8")
    words = load_question(folder).words
    assert words.title("0101") == "Équidés"
    assert words.title("8541") is None
    assert words.expand("EQ") == "equine"
    shutil.copyfile(Path(__file__), folder / "titles.csv")
    with pytest.raises(BadInputError, match=r"titles.csv, line 1: the columns are"):
        load_question(folder)
