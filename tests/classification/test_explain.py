"""Why a code got its label: what the run kept of it, told in full, and what a model writes of it."""

import json
from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any

import pytest
import torch
import toys
from conftest import MODEL, Outcome
from questions import QUESTION

from aitrade.classification import explain as explain_module
from aitrade.classification.explain import RATIONALE_TOKENS, Explanation, write_rationale
from aitrade.core.device import Runtime
from aitrade.llm.engine import Engine
from aitrade.llm.prompt import chat_tokens
from aitrade.nomenclature.code_text import describe
from aitrade.nomenclature.codes import Code
from aitrade.question.exemplars import ExemplarSet

SERVERS, SWITCHES = "8471500185", "8517620090"


@pytest.fixture
def explain(
    aitrade: Callable[..., Outcome], models: Any, exemplars: ExemplarSet, monkeypatch: pytest.MonkeyPatch
) -> Callable[..., Outcome]:
    """The command, on a run of the toy model over all toy codes."""
    assert aitrade("classify", "--model", MODEL, "--device", "cpu", "--flow", "all").code == 0
    return lambda *arguments: aitrade("explain", *arguments)


def test_a_code_is_explained_by_what_was_kept_of_it(
    explain: Callable[..., Outcome], opened: Callable[[], AbstractContextManager[Any]], exemplars: ExemplarSet
) -> None:
    with opened() as con:
        rows = con.execute(
            "SELECT hs10, description, run, relevance, category, source, p, evidence FROM predictions "
            "WHERE flow = 'imports' AND source = 'llm' ORDER BY hs10"
        ).fetchall()
    # A code near exemplars of both flows: one flow alone would not tell whether the flow was asked for.
    hs10, text, *label, p, raw = next(row for row in rows if '"imports"' in row[-1] and '"exports"' in row[-1])
    told, kept = json.loads(explain(hs10, "--json").out), json.loads(raw)
    assert (told["hs10"], told["flow"], told["description"]) == (hs10, "imports", text)
    assert [told[name] for name in ("run", "relevance", "category", "source")] == label
    assert told["probabilities"] == dict(zip(QUESTION.labels.levels, p, strict=True))
    assert told["llm"] == dict(zip(QUESTION.labels.levels, kept["llm"], strict=True))
    assert told["label_mass"] == kept["label_mass"]
    assert (told["rationale"], told["written"], told["llm_neighbours"]) == (None, None, [])
    by_code = {row[:2]: row for row in toys.LABELLED}
    assert len(kept["neighbours"]) == len(told["neighbours"]) == 8
    for before, neighbour in zip(kept["neighbours"], told["neighbours"], strict=True):
        _, hs10, text, _, relevance, category = by_code[before["flow"], before["hs10"]]
        expected = {"hs10": hs10, "description": text, "relevance": relevance, "category": category}
        assert neighbour == expected | {"similarity": before["similarity"], "rationale": "Said for the test."}


def test_an_exemplar_is_explained_by_its_rationale_and_a_code_goes_by_its_flow(explain: Callable[..., Outcome]) -> None:
    said = explain("8471.50.01.50", "--flow", "exports").out.splitlines()
    assert said[0] == "8471500150 (exports): PROCESSING UNITS, EXPORTED"
    assert said[1].startswith("High, Compute_Hardware    run toy-llama-")
    assert said[1].endswith("decided by exemplar")
    assert said[2:4] == ["High 100.0%, Medium 0.0%, Low 0.0%", "labelled by hand: Said for the test."]
    assert said[4].startswith("nearest exemplars, found now by ")
    refused = explain(SERVERS, "--flow", "exports")
    assert refused.code == 3
    assert f"there is no exports code {SERVERS}" in refused.err


def test_labels_from_a_file_have_no_probabilities(aitrade: Callable[..., Outcome], tmp_path: Path) -> None:
    file = tmp_path / "labels.csv"
    file.write_text(f"hs10,relevance,category\n{SERVERS},High,Compute_Hardware\n", "utf-8")
    assert aitrade("labels", "import", file, "--flow", "imports", "--name", "mine").code == 0
    assert json.loads(aitrade("explain", SERVERS, "--json").out)["probabilities"] is None
    assert "no probabilities" in aitrade("explain", SERVERS).out


def test_people_read_scores_and_neighbours(explain: Callable[..., Outcome]) -> None:
    told = json.loads(explain(SWITCHES, "--json").out)
    lines = explain(SWITCHES).out.splitlines()
    scores = ", ".join(f"{level} {told['llm'][level]:.2f}" for level in QUESTION.labels.levels)
    assert lines[3] == f"the LLM's scores: {scores}; {told['label_mass']:.0%} of its answer is a label"
    assert lines[4] == "nearest exemplars:"
    first = told["neighbours"][0]
    assert lines[5].split() == [f"{first['similarity']:.2f}", first["hs10"], first["relevance"], first["category"]]
    assert len(lines) == 5 + 3 * len(told["neighbours"]) + (told["contrary"] is not None)


def test_a_model_writes_its_likeliest_words_about_the_label(monkeypatch: pytest.MonkeyPatch) -> None:
    code = Code(SWITCHES, "imports", "TRANSMISSION APPARATUS NESOI")
    judged = Explanation(
        code, "run", QUESTION, "Medium", "Cooling_HVAC", "llm", (0.2, 0.7, 0.1), None, None, (), (), None
    )
    asked: list[str] = []
    monkeypatch.setattr(explain_module, "chat_tokens", lambda t, text: asked.append(text) or chat_tokens(t, text))
    tokenizer = toys.chat_tokenizer()
    written = write_rationale(Engine(toys.toy_model("llama"), tokenizer, Runtime("cpu", "float32")), judged)
    (question,) = asked
    for part in (describe(code, QUESTION.words), "Medium", "Cooling_HVAC", QUESTION.rubric.subject):
        assert part in question
    model, tokens = toys.toy_model("llama"), list(chat_tokens(tokenizer, question))
    start = len(tokens)
    with torch.no_grad():
        while len(tokens) < start + RATIONALE_TOKENS and tokens[-1] != tokenizer.eos_token_id:
            tokens.append(int(model(torch.tensor([tokens])).logits[0, -1].argmax()))
    assert written == tokenizer.decode(tokens[start:], skip_special_tokens=True).strip()
    assert written


def test_an_imported_label_is_explained_by_what_is_near_now(
    explain: Callable[..., Outcome], aitrade: Callable[..., Outcome], tmp_path: Path
) -> None:
    """A run of labels keeps no neighbours: those found now are what a classification of the same code keeps."""
    kept = next(
        told
        for hs10 in (code.hs10 for code in toys.toy_codes() if code.flow == "imports")
        if (told := json.loads(explain(hs10, "--json").out))["source"] == "llm"
    )
    file = tmp_path / "labels.csv"
    file.write_text(
        "hs10,flow,relevance,category,description\n"
        f'{kept["hs10"]},imports,{kept["relevance"]},{kept["category"]},"{kept["description"]}"\n',
        "utf-8",
    )
    assert aitrade("labels", "import", file, "--name", "hand").code == 0
    told = json.loads(explain(kept["hs10"], "--run", "hand", "--json").out)
    assert told["found_by"] is not None
    assert len(told["neighbours"]) == len(kept["neighbours"])
    assert {one["hs10"] for one in told["neighbours"]} & {one["hs10"] for one in kept["neighbours"]}
    other = next((one for one in told["neighbours"] if one["relevance"] != told["relevance"]), None)
    assert told["contrary"] == other
