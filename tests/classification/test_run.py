"""Classifying into a run: every code predicted once, exemplars by hand, and stops that change nothing."""

import csv
import dataclasses
import json
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import questions
import toys
from conftest import fill
from questions import LABELS, METHOD, QUESTION

from aitrade.classification import run as classify_module
from aitrade.classification.classifier import Classifier
from aitrade.classification.explain import explain
from aitrade.classification.features import near_votes
from aitrade.classification.fitting.fit import fit_calibration
from aitrade.classification.fitting.gather import gather
from aitrade.classification.run import classify, planned_codes
from aitrade.core.errors import BadInputError, ModelError, StoppedError
from aitrade.llm import engine as engine_module
from aitrade.llm.code_vectors import FULL, CodeVectors
from aitrade.llm.prompt_scorer import PromptScorer
from aitrade.llm.scorer import Neighbourhoods, Scores
from aitrade.nomenclature.codes import Code
from aitrade.question.exemplars import ExemplarSet
from aitrade.report.provenance import provenance
from aitrade.retrieval.index import index_of, open_index
from aitrade.retrieval.neighbours import Neighbour
from aitrade.workspace import open_workspace
from aitrade.workspace.codes import read_codes
from aitrade.workspace.predictions import export_columns, export_csv
from aitrade.workspace.runs import Run, get_run, list_runs

Load = Callable[..., Classifier]
BOTH = ("imports", "exports")
BATCH = 6


def run_all(folder: Path, classifier: Classifier, on_batch: Callable[[int, int], None] = lambda *_: None) -> Run:
    small = dataclasses.replace(classifier, method=dataclasses.replace(classifier.method, codes_per_batch=BATCH))
    with open_workspace(folder) as con:
        return classify(con, [small], read_codes(con, BOTH), on_batch)


def rows(folder: Path, sql: str = "SELECT * EXCLUDE run FROM predictions ORDER BY flow, hs10") -> list[tuple[Any, ...]]:
    with open_workspace(folder) as con:
        return con.execute(sql).fetchall()


@contextmanager
def stop_after(batches: int) -> Iterator[Callable[[int, int], None]]:
    """Press Ctrl-C when so many batches are done."""

    def on_batch(done: int, total: int) -> None:
        if done >= min(batches * BATCH, total):
            raise KeyboardInterrupt

    with pytest.raises(StoppedError):
        yield on_batch


@pytest.fixture(scope="module")
def finished(tmp_path_factory: pytest.TempPathFactory, toy_classifier: Load) -> Path:
    """A workspace with a run that nothing stopped."""
    folder = fill(tmp_path_factory.mktemp("whole") / "workspace")
    run_all(folder, toy_classifier())
    return folder


@pytest.fixture
def whole(finished: Path) -> list[tuple[Any, ...]]:
    """Its predictions."""
    return rows(finished)


def test_codes_are_read_imports_first_by_code(workspace: Path) -> None:
    with open_workspace(workspace) as con:
        assert read_codes(con, BOTH) == toys.toy_codes()
        assert {c.flow for c in read_codes(con, ("exports",))} == {"exports"}
        assert [c.hs10 for c in read_codes(con, BOTH, only=["8471500150"])] == ["8471500150"] * 2
        few = read_codes(con, BOTH, limit=5)
        assert few == [toys.toy_codes()[i * len(toys.toy_codes()) // 5] for i in range(5)]
        assert read_codes(con, BOTH, limit=1000) == toys.toy_codes()
        with pytest.raises(BadInputError, match="code 1111111111 is not in the workspace"):
            read_codes(con, BOTH, only=["1111111111", "8471500150"])


def test_an_empty_workspace_says_what_to_import(tmp_path: Path) -> None:
    with open_workspace(tmp_path) as con, pytest.raises(BadInputError, match=r"holds no codes.*codes import"):
        read_codes(con, ("exports",))


def test_every_code_has_one_prediction_that_holds_together(workspace: Path, toy_classifier: Load) -> None:
    told: list[tuple[int, int]] = []
    run = run_all(workspace, toy_classifier(), lambda done, total: told.append((done, total)))
    total = len(toys.toy_codes())
    assert [step for step in told if step[0] % BATCH == 0 or step[0] == total] == [
        (done, total) for done in [*range(0, total, BATCH), total]
    ]
    assert (run.finished, run.predictions, run.codes) == (True, total, total)
    found = rows(workspace)
    assert [(r[0], r[1], r[2]) for r in found] == sorted((c.flow, c.hs10, c.description) for c in toys.toy_codes())
    for _, _, _, relevance, category, p, source, evidence in found:
        assert LABELS.wrong(relevance, category) is None
        assert sum(p) == pytest.approx(1.0)
        assert relevance == LABELS.levels[p.index(max(p))]
        if source == "llm":
            said = json.loads(evidence)
            assert 0 < said["label_mass"] < 1
            assert len(said["neighbours"]) == 8
            assert (said["category_llm"] is None) == (category == LABELS.reference_category)
    assert {r[3] for r in found} == set(LABELS.levels)


def test_exemplars_are_predicted_by_hand_and_only_they(finished: Path) -> None:
    expected = {(flow, hs10): (relevance, category) for flow, hs10, _, _, relevance, category in toys.LABELLED}
    found = rows(finished, "SELECT flow, hs10, relevance, category FROM predictions WHERE source = 'exemplar'")
    assert {(flow, hs10): (relevance, category) for flow, hs10, relevance, category in found} == expected
    sure = rows(finished, "SELECT count(*) FROM predictions WHERE list_max(p) = 1")
    assert sure == [(len(expected),)]


def test_a_batch_leaves_nothing_in_memory_for_the_next(toy_classifier: Load) -> None:
    """Keys and values of every token read would pile up over a whole nomenclature."""
    classifier, codes = toy_classifier(), toys.toy_codes()
    engine, computed = classifier.scorer.engine, []
    for _ in range(3):
        before = engine.tokens_computed
        classifier.predict(codes)
        computed.append(engine.tokens_computed - before)
    assert computed[0] == computed[1] == computed[2] > 0


def test_an_exemplar_of_one_flow_is_none_of_the_other(toy_classifier: Load) -> None:
    """The same ten digits may be another product there."""
    classifier = toy_classifier()
    assert classifier.exemplar_prediction(Code("0803900025", "exports", "BANANAS")) is not None
    assert classifier.exemplar_prediction(Code("0803900025", "imports", "ELSE")) is None


def test_an_exemplar_decides_a_code_only_where_the_descriptions_agree(workspace: Path, toy_classifier: Load) -> None:
    """Editions of the nomenclature give a number to another product."""
    with open_workspace(workspace) as con:
        con.execute("UPDATE codes SET description = 'CARBONATED WATER, BOTTLED' WHERE hs10 = '8471704065'")
        con.execute("UPDATE codes SET description = 'KEYBOARDS FOR ADP MACHINES.' WHERE hs10 = '8471606000'")
    run_all(workspace, toy_classifier())
    found = {
        hs10: (source, json.loads(evidence).get("note"))
        for hs10, source, evidence in rows(
            workspace, "SELECT hs10, source, evidence FROM predictions WHERE flow = 'imports'"
        )
    }
    note = "the exemplar of this number is another product: HARD DISK DRIVE UNITS"
    assert found["8471704065"] == ("llm", note)
    assert found["8471606000"] == ("exemplar", None), "other letters are no other product"
    assert [hs10 for hs10, (_, said) in found.items() if said] == ["8471704065"]
    with open_workspace(workspace) as con:
        ((run,),) = con.execute("SELECT run FROM runs").fetchall()
        assert explain(con, "8471704065", "imports", run).note == note


def test_no_neighbour_of_a_prediction_is_the_code_itself(finished: Path) -> None:
    for flow, hs10, evidence in rows(finished, "SELECT flow, hs10, evidence FROM predictions WHERE source = 'llm'"):
        assert (flow, hs10) not in [(n["flow"], n["hs10"]) for n in json.loads(evidence)["neighbours"]]


def test_two_runs_give_the_same_predictions(workspace: Path, toy_classifier: Load, whole: list[Any]) -> None:
    run_all(workspace, toy_classifier())
    assert rows(workspace) == whole


@pytest.mark.parametrize("batches", [0, 1, 8])
def test_a_stopped_run_goes_on_and_gives_what_a_whole_one_does(
    workspace: Path, toy_classifier: Load, whole: list[Any], batches: int
) -> None:
    with stop_after(batches) as on_batch:
        run_all(workspace, toy_classifier(), on_batch)
    assert len(rows(workspace)) == min(batches * BATCH, len(whole))
    started: list[int] = []
    run = run_all(workspace, toy_classifier(), lambda done, _: started.append(done))
    assert started[0] == min(batches * BATCH, len(whole)), "kept work was done again"
    assert run.finished
    assert rows(workspace) == whole
    assert len(rows(workspace, "SELECT * FROM runs")) == 1


def test_a_run_says_within_a_batch_how_far_it_is(
    workspace: Path, toy_classifier: Load, whole: list[Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A run of a hundred codes is one batch, and would say nothing for a minute; it ends when all of it is kept."""
    monkeypatch.setitem(engine_module.PACK_NODES, "cpu", 64)
    loaded, told = toy_classifier(), list[tuple[int, int]]()
    with open_workspace(workspace) as con:
        codes = read_codes(con, BOTH)
        method = dataclasses.replace(loaded.method, codes_per_batch=len(codes))

        def on_step(done: int, _: int) -> None:
            (kept,) = con.execute("SELECT count(*) FROM predictions").fetchone()
            told.append((done, kept))

        classify(con, [dataclasses.replace(loaded, method=method)], codes, on_step)
    assert (told[0], told[-1]) == ((0, 0), (len(codes), len(codes)))
    shares = [done for done, _ in told[1:-1]]
    assert {kept for _, kept in told[1:-1]} == {0}
    assert shares == sorted(set(shares)), "it goes on, and never back"
    assert len(shares) > len(codes) / 3
    assert shares[-1] == len(codes) - 1
    assert rows(workspace) == whole


def test_a_stop_says_how_to_go_on(workspace: Path, toy_classifier: Load) -> None:
    with open_workspace(workspace) as con, pytest.raises(StoppedError) as caught:

        def on_batch(done: int, total: int) -> None:
            if done >= BATCH:
                raise KeyboardInterrupt

        classify(con, [toy_classifier()], read_codes(con, BOTH), on_batch)
    assert caught.value.exit_code == 5
    assert f"{BATCH} of {len(toys.toy_codes())} codes; they and all embeddings are kept" in str(caught.value)
    (run,) = (r for (r,) in rows(workspace, "SELECT run FROM runs"))
    assert caught.value.fix == f"aitrade runs resume {run}"


def test_a_batch_is_kept_whole_or_not_at_all(
    workspace: Path, toy_classifier: Load, monkeypatch: pytest.MonkeyPatch
) -> None:
    kept = classify_module.insert_predictions

    def torn(con: Any, run: str, predictions: Any) -> None:
        kept(con, run, {name: values[:2] for name, values in predictions.items()})
        raise OSError("disk full")

    monkeypatch.setattr(classify_module, "insert_predictions", torn)
    with pytest.raises(OSError, match="disk full"):
        run_all(workspace, toy_classifier())
    assert rows(workspace) == []


def test_a_finished_run_is_not_done_again(finished: Path, toy_classifier: Load) -> None:
    class Idle:
        sha256 = toy_classifier().scorer.sha256  # and nothing that could judge
        shown_sha256 = toy_classifier().scorer.shown_sha256
        engine_kind = "tree"

    with open_workspace(finished) as con:
        (before,) = list_runs(con)
    assert run_all(finished, toy_classifier(scorer=Idle())) == before  # with the time that it was finished at


def changed_exemplars(loaded: Classifier, exemplars: ExemplarSet, folder: Path) -> Any:
    fewer = ExemplarSet(exemplars.exemplars[1:])
    return open_index(fewer, QUESTION.words, loaded.embedder, folder)


def test_changed_exemplars_refuse_to_resume_and_begin_a_new_run(
    workspace: Path, toy_classifier: Load, exemplars: ExemplarSet, tmp_path: Path
) -> None:
    with stop_after(2) as on_batch:
        run_all(workspace, toy_classifier(), on_batch)
    changed = toy_classifier(index=changed_exemplars(toy_classifier(), exemplars, tmp_path))
    with open_workspace(workspace) as con:
        (stopped,) = list_runs(con)
        with pytest.raises(
            BadInputError, match=r"cannot go on: changed since it began: exemplars_sha256.*aitrade clas"
        ) as caught:
            planned_codes(con, stopped, changed)
        assert "codes" not in caught.value.what, "they are what they were"
    fresh = run_all(workspace, changed)
    assert fresh.run != stopped.run
    with open_workspace(workspace) as con:
        assert not get_run(con, stopped.run).finished
        assert get_run(con, stopped.run).predictions == 2 * BATCH


@pytest.mark.parametrize(
    "change",
    [
        "DELETE FROM codes WHERE hs10 = '8471702000'",
        "UPDATE codes SET description = 'ELSE' WHERE hs10 = '8471702000'",
        "UPDATE codes SET naics_description = 'ELSE' WHERE hs10 = '8471702000'",
    ],
)
def test_changed_codes_refuse_to_resume(workspace: Path, toy_classifier: Load, change: str) -> None:
    with stop_after(1) as on_batch:
        run_all(workspace, toy_classifier(), on_batch)
    with open_workspace(workspace) as con:
        (stopped,) = list_runs(con)
        assert planned_codes(con, stopped, toy_classifier()) == toys.toy_codes()
        con.execute(change)
        with pytest.raises(BadInputError, match="changed since it began: codes"):
            planned_codes(con, stopped, toy_classifier())


def test_resuming_keeps_to_the_codes_that_the_run_was_begun_with(workspace: Path, toy_classifier: Load) -> None:
    """Codes that were imported since are another run's."""
    with stop_after(1) as on_batch:
        run_all(workspace, toy_classifier(), on_batch)
    with open_workspace(workspace) as con:
        con.execute("INSERT INTO codes VALUES ('imports', '0000000001', 'NEW', NULL, NULL)")
        (stopped,) = list_runs(con)
        codes = planned_codes(con, stopped, toy_classifier())
        run = classify(con, [toy_classifier()], codes, lambda *_: None)
    assert (run.run, run.finished, run.predictions) == (stopped.run, True, len(toys.toy_codes()))


def test_export_writes_the_contracts_columns(finished: Path, tmp_path: Path) -> None:
    path = tmp_path / "deep" / "run.csv"
    with open_workspace(finished) as con:
        (run,) = list_runs(con)
        assert export_csv(con, run.run, path) == len(toys.toy_codes())
    with path.open(encoding="utf-8", newline="") as file:
        found = list(csv.DictReader(file))
    assert tuple(found[0]) == export_columns(QUESTION.labels)
    assert [(r["flow"], r["hs10"]) for r in found] == [(c.flow, c.hs10) for c in toys.toy_codes()]
    assert all(sum(float(r[p]) for p in ("p_high", "p_medium", "p_low")) == pytest.approx(1, abs=2e-6) for r in found)
    assert len({r["source"] for r in found}) == 2


def listed(code: Code, near: Sequence[Neighbour]) -> list[dict[str, Any]]:
    """The eight nearest, as evidence tells them."""
    return [
        {
            "flow": n.exemplar.code.flow,
            "hs10": n.exemplar.code.hs10,
            "similarity": pytest.approx(n.similarity, abs=1e-4),
            "same_hs4": n.exemplar.code.hs10[:4] == code.hs10[:4],
            "same_hs6": n.exemplar.code.hs10[:6] == code.hs10[:6],
        }
        for n in near[:8]
    ]


def test_what_is_kept_of_a_code_is_what_was_said_of_it(toy_classifier: Load) -> None:
    class Swayed(PromptScorer):
        """Says Low, High, Medium in turn."""

        def relevance(self, codes: Sequence[Code], neighbours: Neighbourhoods) -> Scores:
            said = super().relevance(codes, neighbours)
            favour = 20 * np.eye(3)[(np.arange(len(codes)) + 2) % 3]
            return dataclasses.replace(said, relevance=said.relevance + favour)

    plain = toy_classifier().scorer
    classifier = toy_classifier(scorer=Swayed(*questions.scorer_parts(plain)))
    codes = [c for c in toys.toy_codes() if classifier.exemplar_prediction(c) is None]
    found = classifier.predict(codes)
    near = classifier.retrieve(codes).neighbours
    shown = classifier.shown(codes, near)
    said = classifier.scorer.relevance(codes, shown)
    assert said.mass is not None
    related = {row: p.relevance for row, p in enumerate(found) if p.relevance != "Low"}
    categories = dict(zip(related, classifier.scorer.category(codes, shown, related), strict=True))
    assert [np.exp(row).sum() for row in categories.values()] == pytest.approx([1.0] * len(related))
    assert [p.relevance for p in found[:6]] == ["Low", "High", "Medium"] * 2
    for row, (code, p) in enumerate(zip(codes, found, strict=True)):
        assert p.evidence["llm"] == pytest.approx(said.relevance[row], abs=1e-4)
        assert p.evidence["label_mass"] == pytest.approx(said.mass[row], abs=1e-5)
        odds = np.exp(said.relevance[row])
        assert p.p == pytest.approx(tuple(odds / odds.sum()))  # there is no calibration
        assert p.evidence["neighbours"] == listed(code, near[row])
        assert p.evidence["category_llm"] == pytest.approx(categories.get(row), abs=1e-4)
        assert p.category == (
            LABELS.categories[categories[row].argmax()] if row in related else LABELS.reference_category
        )


def test_what_a_tuned_model_says_and_where_it_places_a_code_is_kept_of_that_code(
    toy_classifier: Load, exemplars: ExemplarSet
) -> None:
    codes = [c for c in toys.toy_codes() if (c.flow, c.hs10) not in exemplars.by_code]
    random = np.random.default_rng(8)

    def unit(count: int) -> Any:
        drawn = random.normal(size=(count, 6)).astype(np.float32)
        return drawn / np.linalg.norm(drawn, axis=1, keepdims=True)

    said = Scores(
        random.normal(size=(len(codes), 3)), random.normal(size=(len(codes), 8)), None, vectors=unit(len(codes))
    )
    places = unit(len(exemplars))
    keys = [(e.code.flow, e.code.hs10) for e in exemplars.exemplars]

    class Tuned:
        prompt_neighbours = 0
        vectors = CodeVectors(keys, np.eye(6, dtype=np.float32), {FULL: places})

        def relevance(self, *_: Any) -> Scores:
            return said

    found = toy_classifier(scorer=Tuned()).predict(codes)
    near = questions.near(index_of(exemplars, places), codes, said.vectors, 32)
    assert said.category is not None
    assert 0 < sum(p.relevance == "Low" for p in found) < len(codes)
    for row, (code, p) in enumerate(zip(codes, found, strict=True)):
        assert p.relevance == LABELS.levels[said.relevance[row].argmax()]
        assert p.evidence["llm_votes"] == pytest.approx(near_votes([near[row]], LABELS, METHOD)[0], abs=1e-4)
        assert p.evidence["llm_neighbours"] == listed(code, near[row])
        if p.relevance == "Low":
            assert (p.category, p.evidence["category_llm"]) == (LABELS.reference_category, None)
        else:
            assert p.category == LABELS.categories[said.category[row].argmax()]
            assert p.evidence["category_llm"] == pytest.approx(said.category[row], abs=1e-4)


def test_predictions_do_not_hang_on_what_else_is_classified(toy_classifier: Load) -> None:
    """Neighbours are shared within a heading, so a whole heading is judged as it is in a whole run."""
    codes = [c for c in toys.toy_codes() if c.hs4 == "8471" and toy_classifier().exemplar_prediction(c) is None]
    imports = [c for c in codes if c.flow == "imports"]
    alone = toy_classifier().predict(imports)
    others = [Code("0101299999", "imports", "HORSES NESOI"), Code("9999999999", "imports", "THINGS")]
    together = toy_classifier().predict([others[0], *imports, others[1]])[1:-1]
    assert [p.hs10 for p in alone] == [p.hs10 for p in together]
    for one, other in zip(alone, together, strict=True):
        assert one.p[:2] == pytest.approx(other.p[:2], abs=0.05)


def test_a_model_that_hardly_answers_with_a_label_stops_or_leaves_a_warning(
    workspace: Path, toy_classifier: Load
) -> None:
    """Its scores would order labels that it never meant to give: a wrong template, a wrong token."""
    plain = toy_classifier().scorer

    class Elsewhere(PromptScorer):
        def relevance(self, codes: Sequence[Code], neighbours: Neighbourhoods) -> Scores:
            said = super().relevance(codes, neighbours)
            return dataclasses.replace(said, mass=0.01 * np.ones(len(codes)))

    scorer = Elsewhere(*questions.scorer_parts(plain))
    classifier = toy_classifier(scorer=scorer)
    with pytest.raises(ModelError, match=r"with a probability of 0\.01 only.*--allow-low-label-mass") as caught:
        run_all(workspace, classifier)
    with open_workspace(workspace) as con:
        (stopped,) = list_runs(con)
        assert not stopped.finished
        assert stopped.predictions > 0  # nothing is lost by going on
        assert str(caught.value.where) == f"run {stopped.run}"
        with pytest.raises(ModelError, match="--allow-low-label-mass"):
            classify(con, [classifier], toys.toy_codes(), lambda *_: None)
        done = classify(con, [classifier], toys.toy_codes(), lambda *_: None, allow_low_label_mass=True)
    assert done.finished
    assert done.fingerprint == stopped.fingerprint
    uncalibrated, warning = done.settings["warnings"]
    assert "no calibration" in uncalibrated
    assert "with a label with a probability of 0.01 only" in warning


def test_where_the_baseline_decides_the_llm_is_not_named_as_what_did(tmp_path: Path, toy_classifier: Load) -> None:
    training = gather(toy_classifier(), toys.toy_codes(), tmp_path, None, lambda *_: None)
    made = fit_calibration(training, "toy", {})
    other = dataclasses.replace(made.baseline, weights=(2 * np.array(made.baseline.weights)).tolist())
    for name, model, wanted in (("heard", other, None), ("deaf", made.baseline, "baseline")):
        classifier = toy_classifier(calibration=dataclasses.replace(made, evidence_model=model))
        folder = fill(tmp_path / name)
        run = run_all(folder, classifier)
        with open_workspace(folder) as con:
            asked = con.execute("SELECT hs10, flow FROM predictions WHERE source = 'llm'").fetchall()
            assert asked
            found = [explain(con, hs10, flow, run.run) for hs10, flow in asked]
            assert {one.decided_by for one in found} == {wanted}
            assert {one.as_dict()["decided_by"] for one in found} == {wanted or "llm"}
            sources = dict(provenance(con, run, found[0].question.rubric, ()).sources)
            assert ("baseline" in sources) is ("llm" not in sources) is (wanted is not None)
