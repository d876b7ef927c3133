"""Nothing is asked twice, and what is kept gives, to the byte, what a run from nothing gives."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import toys
from conftest import MODEL, fill
from questions import SMALL, on_exemplars

from aitrade.api.workspace import Workspace
from aitrade.classification.fitting import gather as gather_module
from aitrade.classification.fitting.fit import fit_calibration
from aitrade.classification.fitting.gather import gather
from aitrade.classification.loading import load_classifier
from aitrade.classification.run import classify
from aitrade.core.errors import StoppedError
from aitrade.llm.prompt_scorer import PromptScorer
from aitrade.nomenclature.codes import Code
from aitrade.question.exemplars import ExemplarSet
from aitrade.question.question import Question
from aitrade.retrieval import embedder as embedder_module
from aitrade.retrieval import kept_embedder as kept_embedder_module
from aitrade.retrieval.embedder import Embedder
from aitrade.workspace import open_workspace
from aitrade.workspace.codes import put_codes, read_codes
from aitrade.workspace.database import transaction
from aitrade.workspace.runs import Run
from aitrade.workspace.scores import ScoreStore

BOTH = ("imports", "exports")
HELD_OUT = 10  # the exemplars that are not given, so that the LLM has codes to judge


def run(folder: Path, question: Question, only: Sequence[str] | None = None, **parts: Any) -> tuple[Run, list[Any]]:
    """Classify the workspace's codes; the run, and its predictions."""
    with open_workspace(folder) as con:
        loaded = load_classifier(question, MODEL, "cpu", folder, method=SMALL, store=ScoreStore(con))
        made = classify(con, [replace(loaded, **parts)], read_codes(con, BOTH, only=only), lambda *_: None)
        kept = con.execute(
            "SELECT * EXCLUDE run FROM predictions WHERE run = ? ORDER BY flow, hs10", [made.run]
        ).fetchall()
    return made, kept


@pytest.fixture
def question(models: Path, exemplars: ExemplarSet) -> Question:
    """The toy question with some of its exemplars."""
    return on_exemplars(ExemplarSet(exemplars.exemplars[HELD_OUT:]))


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[Code]:
    """Every code whose levels the LLM is asked for from now on."""
    codes: list[Code] = []
    real = PromptScorer.relevance

    def listen(self: PromptScorer, some: Sequence[Code], neighbours: Any) -> Any:
        codes.extend(some)
        return real(self, some, neighbours)

    monkeypatch.setattr(PromptScorer, "relevance", listen)
    return codes


def relabelled(question: Question) -> Question:
    """The question with another label of one exemplar."""
    first, *rest = question.exemplars.exemplars
    other = next(e for e in rest if e.relevance != first.relevance)
    changed = replace(first, relevance=other.relevance, category=other.category)
    return replace(question, exemplars=ExemplarSet((changed, *rest)))


def test_a_run_over_codes_that_were_judged_asks_nothing(
    workspace: Path, tmp_path: Path, question: Question, asked: list[Code]
) -> None:
    first, predictions = run(workspace, question)
    count = sum(p[6] == "llm" for p in predictions)
    assert (first.asked, first.reused, len(asked)) == (count, 0, count)
    with open_workspace(workspace) as con:
        for table in ("predictions", "run_codes", "runs", "run_work"):
            con.execute(f"DELETE FROM {table}")
    again, same = run(workspace, question)
    assert (again.asked, again.reused, len(asked)) == (0, count, count)
    assert same == predictions


@pytest.mark.parametrize("change", ["relabelled exemplar", "new code", "another calibration"])
def test_after_a_change_a_run_is_that_from_nothing(
    workspace: Path, tmp_path: Path, question: Question, asked: list[Code], change: str
) -> None:
    run(workspace, question)
    already, fresh, parts = len(asked), fill(tmp_path / "fresh"), dict[str, Any]()
    if change == "relabelled exemplar":
        question = relabelled(question)
    elif change == "new code":
        for folder in (workspace, fresh):
            with open_workspace(folder) as con, transaction(con):
                put_codes(con, [Code("8471702999", "imports", "DRUM DRIVES FOR PROCESSING UNITS")])
    else:
        classifier = load_classifier(question, MODEL, "cpu", tmp_path, method=SMALL)
        training = gather(classifier, toys.toy_codes(), tmp_path, None, lambda *_: None)
        parts, already = {"calibration": fit_calibration(training, MODEL, {})}, len(asked)
    again, predictions = run(workspace, question, **parts)
    new = asked[already:]
    assert predictions == run(fresh, question, **parts)[1]
    assert again.reused == sum(p[6] == "llm" for p in predictions) - len(new)
    if change == "new code":
        assert {(code.flow, code.hs4) for code in new} <= {("imports", "8471")}
        assert "8471702999" in {code.hs10 for code in new}
    if change == "another calibration":
        assert new == []


def test_a_code_is_judged_alike_alone_and_in_the_whole_run(workspace: Path, tmp_path: Path, question: Question) -> None:
    _, whole = run(workspace, question)
    for hs10 in ("8471801000", "8504230040", "0102290050"):
        _, alone = run(fill(tmp_path / hs10), question, only=[hs10])
        assert alone == [p for p in whole if (p[0], p[1]) == ("imports", hs10)]


def test_a_calibration_that_is_stopped_goes_on_and_is_the_same(
    workspace: Path,
    tmp_path: Path,
    question: Question,
    exemplar_file: Path,
    asked: list[Code],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(gather_module, "BATCH", 5)
    given = {"model": MODEL, "device": "cpu"}
    opened, fresh = Workspace(workspace, question), Workspace(fill(tmp_path / "fresh"), question)

    def stop(done: int, total: int) -> None:
        if done >= 10:
            raise KeyboardInterrupt

    told: list[tuple[int, int]] = []
    with pytest.raises(StoppedError):
        opened.calibrate(**given, on_step=stop)
    assert len(asked) == 10
    stopped, _ = opened.calibrate(**given, on_step=lambda *step: told.append(step))
    total = told[0][1]
    assert [step for step in told if step[0] % 5 == 0 or step[0] == total] == [
        (done, total) for done in [*range(0, total, 5), total]
    ]
    assert len(asked) == total
    again, _ = opened.calibrate(**given)
    assert len(asked) == total
    whole, _ = fresh.calibrate(**given)
    assert len(asked) == 2 * total
    assert stopped == again == whole


def test_a_calibration_that_is_stopped_while_it_embeds_goes_on(
    workspace: Path, tmp_path: Path, question: Question, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(kept_embedder_module, "KEPT", 1)
    monkeypatch.setattr(embedder_module, "TOLD", 1)
    embedded, real = list[str](), Embedder.embed_by_length

    def listen(self: Embedder, texts: Sequence[str]) -> Any:
        for some, vectors in real(self, texts):
            embedded.extend(texts[row] for row in some)
            yield some, vectors

    monkeypatch.setattr(Embedder, "embed_by_length", listen)

    def stop(stage: str) -> Any:
        def on_step(done: int, total: int) -> None:
            if stage == "embedding texts" and done > total / 2:
                raise KeyboardInterrupt

        return on_step

    given: dict[str, Any] = {"model": MODEL, "device": "cpu"}
    opened, fresh = Workspace(workspace, question), Workspace(fill(tmp_path / "fresh"), question)
    with pytest.raises(StoppedError, match="what was embedded and asked so far is kept"):
        opened.calibrate(**given, on_stage=stop)
    assert embedded
    stopped, _ = opened.calibrate(**given)
    assert len(embedded) == len(set(embedded)), "a text was embedded twice"
    whole, _ = fresh.calibrate(**given)
    assert stopped == whole


def test_what_one_model_says_is_never_taken_for_what_another_says(workspace: Path, question: Question) -> None:
    with open_workspace(workspace) as con:
        store = ScoreStore(con)
        loaded = load_classifier(question, MODEL, "cpu", workspace, method=SMALL, store=store)
        codes = toys.toy_codes()[:4]
        shown = loaded.shown(codes, loaded.retrieve(codes).neighbours)
        loaded.scorer.relevance(codes, shown)
        assert all(loaded.scorer.kept(codes, shown))
        for change in ({"sha256": "f" * 64}, {"_runtime": replace(loaded.runtime, arithmetic="other")}):
            other = load_classifier(question, MODEL, "cpu", workspace, method=SMALL, store=store).scorer
            vars(other).update(change)
            assert not any(other.kept(codes, shown))
        assert not any(loaded.scorer.kept(codes, [near[1:] for near in shown])), "another prompt"


def test_a_forecast_counts_what_a_run_then_asks(workspace: Path, question: Question, asked: list[Code]) -> None:
    api = Workspace(workspace, question, SMALL)
    before = api.forecast(flow="all", model=MODEL)
    timed = len(asked)
    made, predictions = run(workspace, question)
    by = [p[6] for p in predictions]
    assert (before.exemplars, before.certain, before.codes) == (by.count("exemplar"), by.count("cascade"), len(by))
    assert before.asked == by.count("llm") > 0
    assert before.kept == 0
    assert before.seconds > 0
    assert made.reused == timed, "the codes that the LLM was timed on are not asked about again"
    after = api.forecast(flow="all", model=MODEL)
    assert (after.asked, after.kept, after.seconds) == (0, before.asked, 0)
    assert len(api.runs()) == 1
