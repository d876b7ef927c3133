"""``aitrade question``: begin, list, check, show and extend a question of one's own."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from conftest import MODEL, Outcome

from aitrade.question.question import load_question
from aitrade.question.skeleton import new_question

HEADER = "hs10,flow,description,relevance,category,rationale\n"
HORSES = "0101210010,imports,HORSES,Unrelated,,Horses are no machines of this kind.\n"


@pytest.fixture
def ask(command_line: Callable[..., Outcome], tmp_path: Path, no_models: Path) -> Callable[..., Outcome]:
    """The command line in an empty workspace, without models."""
    return lambda *arguments: command_line(tmp_path / "workspace", *arguments)


@pytest.fixture
def mine(ask: Callable[..., Outcome], tmp_path: Path) -> Path:
    """A question in the workspace's folder."""
    folder = tmp_path / "workspace" / "questions" / "mine"
    assert ask("question", "new", folder).code == 0
    return folder


def test_a_question_is_begun_checked_and_shown_by_name(ask: Callable[..., Outcome], mine: Path) -> None:
    checked = ask("--question", "mine", "question", "check")
    assert (checked.code, checked.out) == (0, "")
    assert "question mine: 0 exemplars, nothing to fix" in checked.err
    assert "prompts are not measured" in checked.err
    shown = ask("question", "show", "mine")
    assert shown.out.startswith("mine: Trade in products of my kind\n")
    assert "Partly related (between, 0 exemplars): used for this among other uses" in shown.out
    raw = json.loads(ask("question", "show", "mine", "--json").out)
    assert raw["labels"]["levels"] == ["Related", "Partly related", "Unrelated"]
    assert (raw["exemplars"], raw["gold"], raw["folder"]) == (0, 0, str(mine))


def test_questions_are_listed_with_those_of_the_workspace_first(ask: Callable[..., Outcome], mine: Path) -> None:
    found = json.loads(ask("question", "list", "--json").out)
    assert [one["name"] for one in found[:1]] == ["mine"]
    assert {"ai-data-centers"} <= {one["name"] for one in found if one["ships"]}
    assert "ships with aitrade" in ask("question", "list").out


def test_exemplars_are_added_to_ones_own_question_and_to_no_other(
    ask: Callable[..., Outcome], mine: Path, tmp_path: Path
) -> None:
    file = tmp_path / "new.csv"
    file.write_text(HEADER + HORSES, "utf-8")
    done = ask("--question", "mine", "question", "add-exemplars", file)
    assert (done.code, done.out) == (0, "")
    assert "1 added" in done.err
    assert "0101210010" in (mine / "exemplars.csv").read_text("utf-8")
    refused = ask("question", "add-exemplars", file)
    assert refused.code == 2
    assert "fix: copy it: aitrade question new DIR --from ai-data-centers" in refused.err


def test_a_finding_fails_the_check(ask: Callable[..., Outcome], mine: Path) -> None:
    (mine / "exemplars.csv").write_text(HEADER + HORSES.replace("Horses are no machines of this kind", "No"), "utf-8")
    checked = ask("question", "check", mine)
    assert checked.code == 3
    assert checked.out == "rationale: 0101210010: 1 words: No.\n"


def test_a_base_embedder_is_to_be_tuned_from_100_exemplars(ask: Callable[..., Outcome], mine: Path) -> None:
    said = "100 exemplars are enough to tune it on: aitrade --question "
    lines = [HORSES.replace("0101210010", f"0101{number:06}") for number in range(100)]
    for count, expected in ((99, False), (100, True)):
        (mine / "exemplars.csv").write_text(HEADER + "".join(lines[:count]), "utf-8")
        assert (said in ask("question", "check", mine).err) == expected, count
    assert "are enough to tune" not in ask("question", "check", "ai-data-centers").err, "its embedder is tuned"


def test_a_name_that_is_nearly_right_is_offered(ask: Callable[..., Outcome], mine: Path) -> None:
    refused = ask("question", "show", "mines")
    assert refused.code == 3
    assert "did you mean mine?" in refused.err


def test_diff_says_what_a_change_did_in_codes_and_dollars(command_line: Callable[..., Outcome], tmp_path: Path) -> None:
    from trade_fixtures import Row, add_flows, add_run

    from aitrade.workspace import open_workspace
    from aitrade.workspace.questions import keep_question

    workspace = tmp_path / "workspace"
    codes = ("0101210010", "8541430010")
    for name, levels in (("old", ("Unrelated", "Related")), ("new", ("Unrelated", "Very related"))):
        folder = workspace / "questions" / name
        new_question(folder)
        text = (folder / "question.toml").read_text("utf-8").replace('"Related"', f'"{levels[1]}"')
        (folder / "question.toml").write_text(text, "utf-8")
        with open_workspace(workspace) as con:
            if name == "old":
                add_flows(con, [Row("imports", codes[1], "1220", 2024, 0, 3_000_000_000, None)])
            labels = zip(codes, levels, ("", "Equipment"), strict=True)
            rows = [{"flow": "imports", "hs10": c, "relevance": level, "category": k} for c, level, k in labels]
            add_run(con, f"{name}-run", rows)
            sha256 = keep_question(con, load_question(folder))
            con.execute("UPDATE runs SET question = ? WHERE run = ?", [sha256, f"{name}-run"])
    found = command_line(workspace, "question", "diff", "old", "new")
    assert found.code == 0
    assert "unlike: question 1, level 10" in found.err
    text = " ".join(found.out.split())
    assert "Related Very related 1 3.00" in text
    assert "Unrelated Unrelated 1 0.00" in text
    assert command_line(workspace, "question", "diff", "old-run", "new-run").out.count("Very related") >= 2


def test_prompts_are_measured_in_tokens_of_an_installed_model(
    aitrade: Callable[..., Outcome], models: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import os

    from transformers import AutoTokenizer

    from aitrade.llm.prompt import Prompter
    from aitrade.question.question import load_question

    checked = aitrade("question", "check", "--model", MODEL)
    tokenizer = AutoTokenizer.from_pretrained(models / MODEL)
    rubric = len(Prompter(tokenizer, load_question(os.environ["AITRADE_QUESTION"])).preamble)
    assert f"prompt of {MODEL} in tokens: {rubric:,} of the rubric" in checked.err
    assert "the model reads up to 4,096" in checked.err
