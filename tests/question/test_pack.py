"""A question as one file: the same bytes every time, unpacked whole elsewhere and found by name."""

import zipfile
from pathlib import Path

import pytest

from aitrade.core.errors import BadInputError, UsageError
from aitrade.question.catalogue import workspace_questions
from aitrade.question.pack import pack_question, unpack_question
from aitrade.question.question import load_question
from aitrade.question.skeleton import new_question


def question_in(folder: Path) -> Path:
    new_question(folder)
    (folder / "gold").mkdir()
    (folder / "gold" / "first.csv").write_text("hs10,flow,relevance,category\n", "utf-8")
    (folder / "calibration" / "embedder").mkdir(parents=True)
    (folder / "calibration" / "embedder" / "model.json").write_text("{}", "utf-8")
    (folder / "notes.txt").write_text("mine", "utf-8")
    (folder / "gold" / ".hidden").write_text("x", "utf-8")
    return folder


def test_the_same_question_gives_the_same_bytes_and_is_found_elsewhere(tmp_path: Path) -> None:
    folder = question_in(tmp_path / "here" / "mine")
    assert pack_question(load_question(folder), tmp_path / "a.zip") == 4
    (folder / "question.toml").touch()
    other = question_in(tmp_path / "there" / "mine")
    pack_question(load_question(other), tmp_path / "b.zip")
    assert (tmp_path / "a.zip").read_bytes() == (tmp_path / "b.zip").read_bytes()

    workspace = tmp_path / "workspace"
    unpack_question(tmp_path / "a.zip", workspace_questions(workspace))
    assert load_question("mine", workspace).sha256 == load_question(folder).sha256
    names = {str(file.relative_to(workspace)) for file in workspace.rglob("*") if file.is_file()}
    parts = ("question.toml", "exemplars.csv", "gold/first.csv", "calibration/embedder/model.json")
    assert names == {f"questions/mine/{part}" for part in parts}
    with pytest.raises(UsageError, match="is there already"):
        unpack_question(tmp_path / "a.zip", workspace_questions(workspace))


@pytest.mark.parametrize(
    "names",
    [
        ["../question.toml"],
        ["mine/../../question.toml"],
        ["/mine/question.toml"],
        ["mine/question.toml", "other/question.toml"],
        ["mine/question.toml", "mine/run.py"],
        ["mine/exemplars.csv"],
        [],
    ],
)
def test_what_is_no_packed_question_is_refused_and_nothing_is_kept(tmp_path: Path, names: list[str]) -> None:
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as archive:
        for name in names:
            archive.writestr(name, "x")
    with pytest.raises(BadInputError, match="this is no packed question"):
        unpack_question(tmp_path / "a.zip", tmp_path / "workspace" / "questions")
    assert [file.name for file in tmp_path.rglob("*") if file.is_file()] == ["a.zip"]


def test_a_packed_question_that_is_wrong_is_refused_and_nothing_is_kept(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as archive:
        archive.writestr("mine/question.toml", "name = 5")
    with pytest.raises(BadInputError, match="key"):
        unpack_question(tmp_path / "a.zip", tmp_path / "questions")
    assert list((tmp_path / "questions").iterdir()) == []
