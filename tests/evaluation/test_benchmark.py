"""The benchmark of models: figures beside scikit-learn, statistics by hand, rows kept and not asked again."""

import csv
import html
import json
import re
import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from conftest import MODEL, Outcome
from hypothesis import given, settings
from hypothesis import strategies as st
from questions import LABELS
from trade_fixtures import sum_all_chapters

from aitrade import open as open_folder
from aitrade.classification.fitting.probe import fit_probe
from aitrade.core.errors import BadInputError
from aitrade.evaluation.benchmark import contest_rows, judging
from aitrade.evaluation.benchmark import gold as gold_module
from aitrade.evaluation.benchmark.curves import reliability, risk_and_coverage
from aitrade.evaluation.benchmark.figures import ALL_FIGURES, figures
from aitrade.evaluation.benchmark.foreign import read_predictions
from aitrade.evaluation.benchmark.gold import Gold, whole_headings
from aitrade.evaluation.benchmark.statistics import compare_rows, holm
from aitrade.evaluation.metrics import Said, bootstrap
from aitrade.llm.prompt_scorer import PromptScorer
from aitrade.llm.scorer import Scores
from aitrade.nomenclature.codes import Code
from aitrade.workspace import open_workspace


@settings(max_examples=30, deadline=None)
@given(st.integers(0, 10_000))
def test_further_figures_are_scikit_learns_on_repeated_rows(seed: int) -> None:
    from sklearn import metrics

    generator = np.random.default_rng(seed)
    p = generator.dirichlet([1, 2, 4], 80)
    targets, times = generator.choice(3, 80, p=[0.2, 0.3, 0.5]), generator.integers(0, 3, 80)
    values = generator.integers(0, 10**10, 80)
    rows = np.repeat(np.arange(80), times)
    found = dict(zip(ALL_FIGURES, figures(Said(p, targets, LABELS), times, values), strict=True))
    t, said = targets[rows], p[rows].argmax(1)
    assert found["weighted_kappa"] == pytest.approx(metrics.cohen_kappa_score(t, said, weights="quadratic"))
    assert found["log_loss"] == pytest.approx(metrics.log_loss(t, p[rows], labels=[0, 1, 2]))
    assert found["brier"] == pytest.approx(((p[rows] - np.eye(3)[t]) ** 2).sum(1).mean())
    by_trade = metrics.f1_score(t == 0, said == 0, sample_weight=values[rows], zero_division=0)
    assert found["trade_f1"] == pytest.approx(by_trade)
    error = (values[rows][said == 0].sum() - values[rows][t == 0].sum()) / 1e9
    assert found["headline_error"] == pytest.approx(error)


def test_what_can_be_coded_automatically_still_agrees_in_95_percent() -> None:
    # Forty sure and right, then one sure and wrong, ten half sure and wrong: 40 of 41 agree, 40 of 51 do not.
    targets = np.array([2] * 40 + [0] * 11)
    p = np.array([[0.01, 0.0, 0.99]] * 40 + [[0.1, 0.0, 0.9]] + [[0.3, 0.1, 0.6]] * 10)
    once, values = np.ones(51, int), np.array([1] * 40 + [60] + [0] * 10)
    found = dict(zip(ALL_FIGURES, figures(Said(p, targets, LABELS), once, values), strict=True))
    assert found["automatic_share"] == pytest.approx(41 / 51)
    assert found["automatic_trade_share"] == pytest.approx(1.0)


def test_holm_by_hand() -> None:
    assert holm({"a": 0.01, "b": 0.04, "c": 0.03}) == pytest.approx({"a": 0.03, "c": 0.06, "b": 0.06})


def test_a_row_as_good_as_the_best_is_told_so_and_a_worse_one_is_not() -> None:
    generator = np.random.default_rng(1)
    targets = generator.integers(0, 3, 600)
    headings = [str(place // 3) for place in range(600)]

    def saying(right: float) -> np.ndarray:
        said = np.where(generator.random(600) < right, targets, (targets + 1) % 3)
        return np.eye(3)[said] * 0.9 + 0.1 / 3

    rows = {"good": saying(0.9), "as good": saying(0.9), "poor": saying(0.6)}
    times = np.vstack([np.ones((1, 600), int), bootstrap(headings, 500, 1)])
    found = compare_rows(rows, targets, np.ones(600, int), times, LABELS, "poor")
    assert list(found)[-1] == "poor"
    assert [found[name].with_best for name in ("good", "as good", "poor")] == [True, True, False]
    assert found["good"].to_baseline is not None
    assert found["good"].to_baseline.low > 0


@given(st.integers(1, 40), st.integers(0, 5))
@settings(max_examples=30, deadline=None)
def test_gold_is_drawn_in_whole_headings(limit: int, seed: int) -> None:
    codes = tuple(Code(f"{heading:04}{n:06}", "imports", "x") for heading in range(1, 12) for n in range(heading))
    gold = Gold("g", codes, ("Low",) * len(codes))
    drawn = whole_headings(gold, limit, seed)
    per_heading = {name: gold.headings.count(name) for name in set(drawn.headings)}
    assert all(drawn.headings.count(name) == count for name, count in per_heading.items())
    assert limit <= len(drawn.codes) < limit + max(per_heading.values())


@pytest.fixture
def bench(aitrade: Callable[..., Outcome], models: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Any]:
    monkeypatch.setattr(gold_module, "REPLICATES", 20)

    def run(*options: Any, model: str = MODEL) -> Any:
        done = aitrade("bench", "models", "--model", model, "--device", "cpu", "--format", "json", *options)
        assert done.code == 0, done.err
        return json.loads(done.out)

    return run


def test_a_row_for_what_needs_no_model_and_two_for_each_model(bench: Callable[..., Any]) -> None:
    rows = {row["row"]: row for row in bench()}
    kinds = [row["kind"] for row in rows.values()]
    assert sorted(kinds) == ["alone", "baseline", "floor", "floor", "joined"]
    assert rows["majority"]["kappa"] == 0
    assert all(row["kappa_low"] <= row["kappa"] <= row["kappa_high"] for row in rows.values())


BY_TRADE = ("trade_f1", "trade_f1_low", "automatic_trade_share", "headline_error")


def test_without_trade_there_are_no_figures_by_trade(
    bench: Callable[..., Any], aitrade: Callable[..., Outcome], workspace: Path
) -> None:
    def read() -> str:
        return aitrade("bench", "models", "--model", MODEL, "--device", "cpu").out

    assert not set(bench()[0]) & set(BY_TRADE)
    assert "F1 by trade" not in read()
    assert "- no figures by trade: the workspace holds no full year of imports" in read()
    add_trade(workspace, ("4407110001",))  # no exemplar
    assert "- no figures by trade: none of these codes has trade in 2024" in read()
    add_trade(workspace, tuple(row[1] for row in toy_exemplars()))
    assert set(BY_TRADE) <= set(bench()[0])
    assert "F1 by trade" in read()


def add_trade(folder: Path, codes: tuple[str, ...]) -> None:
    with open_workspace(folder, create=False) as con:
        for hs10 in codes:
            con.execute("INSERT INTO flows VALUES ('imports', ?, '5700', 2024, 0, 1000000, NULL, 1)", [hs10])
        sum_all_chapters(con)


def test_what_was_asked_is_not_asked_again(bench: Callable[..., Any], monkeypatch: pytest.MonkeyPatch) -> None:
    first = bench()

    def refuse(*_: Any, **__: Any) -> None:
        raise AssertionError("a model was loaded again")

    monkeypatch.setattr(contest_rows, "load_classifier", refuse)
    assert bench() == first


def test_a_run_can_be_a_row_and_the_gold(
    bench: Callable[..., Any], aitrade: Callable[..., Outcome], workspace: Path
) -> None:
    import toys

    lines = [f"{c.hs10},Low,Not_DC_Related" for c in toys.toy_codes() if c.flow == "imports"]
    file = workspace / "truth.csv"
    file.write_text("hs10,relevance,category\n" + "\n".join(lines) + "\n", "utf-8")
    assert aitrade("labels", "import", file, "--name", "truth", "--flow", "imports").code == 0
    rows = {row["row"]: row for row in bench("--gold", "truth", "--run", "truth")}
    assert rows["run truth"]["accuracy"] == 1.0
    assert rows[f"{MODEL} joined"]["accuracy"] <= 1.0


def test_the_plan_asks_nothing(bench: Callable[..., Any], aitrade: Callable[..., Outcome]) -> None:
    asked = aitrade("bench", "models", "--model", MODEL, "--device", "cpu", "--plan")
    assert f"to be asked: {MODEL}" in asked.out
    bench()
    again = aitrade("bench", "models", "--model", MODEL, "--device", "cpu", "--plan")
    assert "every row is kept" in again.out


def test_the_learning_curve_learns_what_can_be_learnt(
    aitrade: Callable[..., Outcome], workspace: Path, models: Path
) -> None:
    """Labels that follow the chapter can be learnt from neighbours; with no label the baseline knows nothing."""
    import toys

    codes = [code for code in toys.toy_codes() if code.flow == "imports"]
    lines = [f"{c.hs10},{'High,Compute_Hardware' if c.hs10 < '85' else 'Low,Not_DC_Related'}" for c in codes]
    file = workspace / "truth.csv"
    file.write_text("hs10,relevance,category\n" + "\n".join(lines) + "\n", "utf-8")
    assert aitrade("labels", "import", file, "--name", "truth", "--flow", "imports").code == 0
    done = aitrade(
        "bench", "learn", "--labels", "truth", "--sizes", "0,1000", "--draws", "2", "--device", "cpu",
        "--model", MODEL, "--tune-embedder", "--tune-model", MODEL, "--format", "json",
    )  # fmt: skip
    assert done.code == 0, done.err
    rows = {(row["labels"], row["contender"]): row for row in json.loads(done.out)}
    most = max(size for size, _ in rows)
    assert rows[0, "baseline"]["kappa"] == 0
    assert rows[most, "baseline"]["accuracy"] > rows[0, "baseline"]["accuracy"]
    tuned = "baseline, embedder tuned"
    assert rows[most, tuned]["accuracy"] > rows[0, "baseline"]["accuracy"]
    llms = {f"{name} {how}" for name in (MODEL, f"{MODEL}, tuned") for how in ("alone", "joined")}
    assert {contender for _, contender in rows} == {"baseline", tuned} | llms
    assert rows[most, f"{MODEL}, tuned alone"]["accuracy"] > rows[most, f"{MODEL} alone"]["accuracy"]
    kept = {path.parent.name.split("+")[0] for path in (workspace / "learning").glob("*+*/aitrade.json")}
    assert kept == {MODEL, "all-minilm-l6-v2"}, "what was tuned is not kept"
    told: list[tuple[int, int]] = []
    open_folder(workspace).learning_curve(
        "truth", sizes=(0, 1000), draws=1, models=(MODEL,), device="cpu", on_step=lambda *step: told.append(step)
    )
    (total,) = {total for _, total in told}
    assert [done for done, _ in told if done >= total] == [total], "it is done with all before the end, or never"
    assert told[-1] == (total, total)
    begun: list[str] = []

    def on_stage(stage: str) -> Callable[[int, int], None]:
        begun.append(stage)
        return lambda *_: None

    open_folder(workspace).learning_curve(
        "truth", sizes=(8,), draws=1, tune_embedder=True, seed=7, device="cpu", on_stage=on_stage
    )
    tuning = [stage for stage in begun if stage.startswith("tuning")]
    assert len(tuning) == len(set(tuning)) > 4, "a stage that is begun again has no time left to tell"


def test_a_tuned_model_cannot_show_how_it_learns(
    aitrade: Callable[..., Outcome], workspace: Path, models: Path
) -> None:
    done = aitrade("bench", "learn", "--labels", "truth", "--model", f"{MODEL}+relevance")
    assert done.code == 2
    assert "has learnt labels already" in done.err


def test_a_model_tuned_before_a_code_was_an_exemplar_is_asked_about_it_unseen(
    toy_classifier: Callable[..., Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import toys

    classifier, gather = toy_classifier(), judging.gather
    exemplars = classifier.index.exemplars.exemplars

    def tuned_earlier(*arguments: Any) -> Any:
        known = gather(*arguments)
        return replace(
            known, **{name: getattr(known, name)[1:] for name in ("rows", "llm", "llm_votes", "llm_category")}
        )

    gold = Gold("g", tuple(e.code for e in exemplars), tuple(e.relevance for e in exemplars))
    asked = judging.judge(classifier, gold, toys.toy_codes(), tmp_path, lambda *_: None)
    monkeypatch.setattr(judging, "gather", tuned_earlier)
    later = judging.judge(classifier, gold, toys.toy_codes(), tmp_path, lambda *_: None)
    for variant in ("alone", "joined", "baseline"):
        assert later.probabilities[variant].sum(1) == pytest.approx(np.ones(len(exemplars)))
    assert later.probabilities["alone"][1:] == pytest.approx(asked.probabilities["alone"][1:])

    training = gather(classifier, toys.toy_codes(), tmp_path, None, lambda *_: None)
    probe = fit_probe(training)
    retrieved, logits = judging._evidence(classifier, training, probe, gold.codes)
    assert all(
        near.exemplar.code != code
        for code, found in zip(gold.codes, retrieved.neighbours, strict=True)
        for near in found
    )
    assert (logits == probe.held_out).all()


def test_predictions_made_elsewhere_are_a_row_without_asking(
    bench: Callable[..., Any], aitrade: Callable[..., Outcome], workspace: Path
) -> None:
    import toys

    file = workspace / "hosted.csv"
    rows = [f"{hs10},imports,{level}" for flow, hs10, _, _, level, *_ in toys.LABELLED if flow == "imports"]
    file.write_text("hs10,flow,relevance\n" + "\n".join(rows) + "\n", "utf-8")
    assert aitrade("bench", "add", file, "--name", "hosted").code == 0
    short = workspace / "short.csv"
    short.write_text(f"hs10,p_high,p_medium,p_low\n{rows[0][:10]},0.2,0.3,0.5\n", "utf-8")
    assert aitrade("bench", "add", short, "--name", "short").code == 0
    truth = workspace / "truth.csv"
    truth.write_text("hs10,relevance\n" + "\n".join(f"{row[:10]},{row.split(',')[2]}" for row in rows) + "\n", "utf-8")
    done = aitrade("bench", "models", "--model", MODEL, "--device", "cpu", "--gold", truth, "--format", "json")
    found = {row["row"]: row for row in json.loads(done.out)}
    assert (found["hosted"]["kind"], found["hosted"]["accuracy"]) == ("added", 1.0)
    assert "short" not in found
    assert f"short lacks {len(rows) - 1} of {len(rows)} codes" in done.err


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("hs10\n8471500150\n", "neither labels nor probabilities"),
        ("hs10,relevance\n8471500150,Huge\n", "no level of the question"),
        ("hs10,relevance\n8471500150,High\n8471500150,Low\n", "stands twice"),
        ("hs10,p_high,p_medium,p_low\n8471500150,0.5,0.5,0.5\n", "sum to 1.5"),
        ("hs10,p_high,p_medium,p_low\n8471500150,0.5,,0.5\n", "probability is missing"),
    ],
)
def test_predictions_that_cannot_be_meant_are_refused(tmp_path: Path, text: str, said: str) -> None:
    file = tmp_path / "p.csv"
    file.write_text(text, "utf-8")
    with pytest.raises(BadInputError, match=said):
        read_predictions(file, LABELS)


def test_figures_of_a_sample_are_estimates_by_design_weights() -> None:
    """Of 90 codes of a small stratum and 10 of a large one, all and none right: weights say how many of all are."""
    targets, said = np.array([2] * 90 + [2] * 10), np.array([2] * 90 + [0] * 10)
    codes = tuple(Code(f"01{n:08}", "imports", "x") for n in range(100))
    gold = Gold("sample", codes, ("Low",) * 100, (1.0,) * 90 + (91.0,) * 10, (-1,) * 90 + (0,) * 10)
    times = gold.times()
    found = dict(
        zip(ALL_FIGURES, figures(Said(np.eye(3)[said], targets, LABELS), times[0], np.ones(100, int)), strict=True)
    )
    assert found["accuracy"] == pytest.approx(90 / 1000)
    assert found["headline_error"] == pytest.approx(910 / 1e9)
    assert (times[:, :90] == 1).all()  # the certain ones stay
    assert times[1:, 90:].sum(1) == pytest.approx(np.full(len(times) - 1, 910))


def test_the_page_holds_table_curves_differences_and_disagreements_and_loads_nothing(
    bench: Callable[..., Any], aitrade: Callable[..., Outcome], tmp_path: Path
) -> None:
    done = aitrade("bench", "models", "--model", MODEL, "--device", "cpu", "-o", tmp_path / "out")
    assert done.code == 0, done.err
    page = (tmp_path / "out" / "benchmark.html").read_text("utf-8")
    assert "default-src 'none'" in html.unescape(page)
    assert not re.search(r"<script|<link|<img|src=|@import", page)
    for part in ('id="cost"', 'id="reliability"', 'id="risk"', 'id="forest"', 'id="disagreements"', 'id="all"'):
        assert part in page
    assert page.count("<svg") == 4
    rows = json.loads((tmp_path / "out" / "models.json").read_text("utf-8"))
    assert {row["row"] for row in rows} == {row["row"] for row in bench()}
    with (tmp_path / "out" / "disagreements.csv").open(encoding="utf-8") as file:
        wrong = list(csv.DictReader(file))
    best = rows[0]
    assert len(wrong) == min(50, round((1 - best["accuracy"]) * len(toy_exemplars())))


def toy_exemplars() -> list[Any]:
    import toys

    return [row for row in toys.LABELLED if row[1][:2] not in ("27", "71", "98", "99")]


def test_curves_by_hand() -> None:
    targets = np.array([0, 0, 1, 2])
    said = Said(np.array([[0.9, 0.1, 0], [0.6, 0.4, 0], [0.9, 0.1, 0], [0.05, 0.0, 0.95]]), targets, LABELS)
    once = np.ones(4, int)
    assert np.array(reliability(said, once)) == pytest.approx(np.array([(0.6, 1.0), (2.75 / 3, 2 / 3)]))
    expected = np.array([(0.25, 0.0), (0.75, 1 / 3), (1.0, 0.25)])
    assert np.array(risk_and_coverage(said, once)) == pytest.approx(expected)


def test_a_stop_in_the_middle_of_a_model_loses_only_what_was_being_asked(
    bench: Callable[..., Any], aitrade: Callable[..., Outcome], workspace: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import toys

    labelled = {row[1] for row in toys.LABELLED}
    codes = [c.hs10 for c in toys.toy_codes() if c.flow == "imports" and c.hs10 not in labelled]
    truth = workspace / "truth.csv"
    truth.write_text("hs10,relevance\n" + "".join(f"{hs10},Low\n" for hs10 in codes), "utf-8")
    monkeypatch.setattr(judging, "BATCH", 1)  # a heading a batch
    asked: list[tuple[str, str]] = []
    real = PromptScorer.relevance

    def stopping(stop_after: int) -> Callable[..., Any]:
        def relevance(self: Any, codes: Any, neighbours: Any) -> Any:
            if len(asked) >= stop_after:
                raise KeyboardInterrupt
            asked.extend(code.key for code in codes)
            return real(self, codes, neighbours)

        return relevance

    monkeypatch.setattr(PromptScorer, "relevance", stopping(len(toys.LABELLED) + 2))
    stopped = aitrade("bench", "models", "--model", MODEL, "--device", "cpu", "--gold", truth)
    assert stopped.code == 5
    monkeypatch.setattr(PromptScorer, "relevance", stopping(10_000))
    rows = bench("--gold", truth)
    assert len(asked) == len(set(asked))  # nothing was asked twice
    shutil.rmtree(workspace / "bench")
    with open_workspace(workspace) as con:
        con.execute("DELETE FROM scores")
    fresh = bench("--gold", truth)
    costs = ("codes_per_second", "tokens", "load_seconds", "peak_memory")
    assert [{k: v for k, v in row.items() if k not in costs} for row in rows] == [
        {k: v for k, v in row.items() if k not in costs} for row in fresh
    ]


def test_labels_that_flip_when_what_must_not_matter_is_changed_are_counted(
    bench: Callable[..., Any], aitrade: Callable[..., Outcome], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A scorer that always says the level named first flips all labels with the order of levels, none otherwise."""
    said: list[int] = []

    def first_level(self: Any, codes: Any, neighbours: Any) -> Scores:
        said.append(len(codes))
        levels = len(self.prompter.relevance_labels)
        return Scores(np.tile(np.arange(levels, 0, -1.0), (len(codes), 1)), None, np.ones(len(codes)))

    monkeypatch.setattr(PromptScorer, "relevance", first_level)
    options = ("bench", "models", "--model", MODEL, "--device", "cpu", "--robustness", "12", "-o", tmp_path / "out")
    done = aitrade(*options)
    assert done.code == 0, done.err
    with (tmp_path / "out" / "robustness.csv").open(encoding="utf-8") as file:
        rows = {row["changed"]: row for row in csv.DictReader(file)}
    assert {name: float(row["share"]) for name, row in rows.items()} == {
        "arithmetic": 0, "batch of 1": 0, "order of levels": 1, "order of neighbours": 0,
    }  # fmt: skip
    assert 1 in said
    asked = len(said)
    assert aitrade(*options).code == 0
    assert len(said) == asked  # kept
    assert 'id="robustness"' in (tmp_path / "out" / "benchmark.html").read_text("utf-8")
