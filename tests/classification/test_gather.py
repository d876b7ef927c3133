"""Calibrating a base model, and what becomes of a calibration when something that it was fitted from changes."""

import dataclasses
import shutil
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import questions
import toys
from conftest import MODEL, Outcome
from questions import FEATURES, KINDS, METHOD, on_exemplars

from aitrade.classification.classifier import Classifier
from aitrade.classification.fitting.calibration_set import population_weights
from aitrade.classification.fitting.evidence import fit_evidence_model, training_features
from aitrade.classification.fitting.gather import gather
from aitrade.classification.fitting.probe import fit_probe
from aitrade.classification.loading import load_classifier, load_classifiers
from aitrade.core.errors import BadInputError, ModelError
from aitrade.demo import DEMO_EMBEDDER
from aitrade.llm.prefix_tree import Tokens
from aitrade.llm.prompt_scorer import PromptScorer
from aitrade.llm.scorer import Neighbourhoods, Scores
from aitrade.models.installed import locate, read_record, record_files, write_record
from aitrade.nomenclature.codes import Code
from aitrade.question.exemplars import ExemplarSet, read_exemplars
from aitrade.question.question import SHIPPED, load_question
from aitrade.retrieval.neighbours import Neighbour

LABELS = load_question(SHIPPED).labels

Load = Callable[..., Classifier]


def test_exemplars_are_scored_as_codes_that_nobody_labelled(
    toy_classifier: Load, exemplars: ExemplarSet, tmp_path: Path
) -> None:
    steps: list[tuple[int, int]] = []
    found = gather(toy_classifier(), toys.toy_codes(), tmp_path, None, lambda *step: steps.append(step))
    count = len(exemplars)
    assert found.asked == list(exemplars.exemplars)
    assert steps[-1] == (count, count)
    assert found.weights == pytest.approx(population_weights(exemplars.exemplars, toys.toy_codes()))
    for exemplar, neighbours in zip(found.asked, found.neighbours, strict=True):
        assert exemplar not in [n.exemplar for n in neighbours]
    low = np.array([e.relevance == "Low" for e in found.asked])
    assert np.isfinite(found.llm).all()
    assert np.isfinite(found.llm_category[~low]).all()
    assert np.isnan(found.llm_category[low]).all()  # Low has no category to learn from


def test_a_sample_is_spread_over_the_exemplars(toy_classifier: Load, exemplars: ExemplarSet, tmp_path: Path) -> None:
    found = gather(toy_classifier(), toys.toy_codes(), tmp_path, 6, lambda *_: None)
    assert found.rows.tolist() == [0, 4, 8, 12, 16, 20]
    assert found.llm.shape == (6, 3)
    assert found.llm_category.shape == (6, len(LABELS.categories))
    assert len(found.exemplars) == len(exemplars)  # the probe learns from all


@pytest.mark.parametrize("sample", [None, 7, 1000])
def test_whatever_is_asked_at_once_each_exemplar_has_its_own_answers(
    toy_classifier: Load, exemplars: ExemplarSet, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, sample: int | None
) -> None:
    shown: dict[tuple[str, str], set[tuple[str, str]]] = {}

    def told(code: Code, near: Sequence[Neighbour]) -> list[float]:
        shown[code.key] = {n.exemplar.code.key for n in near}
        assert (
            METHOD.prompt_neighbours - 1 <= len(near) <= METHOD.prompt_neighbours
        )  # one that is its heading's goes without itself
        said = sum(int(hs10) for _, hs10 in shown[code.key])
        return [float(int(code.hs10)), float(code.flow == "exports"), float(said)]

    class Echo(PromptScorer):
        prompt_neighbours = METHOD.prompt_neighbours

        def __init__(self) -> None:
            pass

        def relevance(self, codes: Sequence[Code], neighbours: Neighbourhoods) -> Scores:
            assert len(codes) == len(neighbours) <= 5
            return Scores(np.array([told(c, near) for c, near in zip(codes, neighbours, strict=True)]), None, None)

        def category(self, codes: Sequence[Code], neighbours: Neighbourhoods, related: Mapping[int, str]) -> Any:
            rows = [
                [*told(codes[row], neighbours[row]), LABELS.levels.index(level), 0, 0, 0, 0]
                for row, level in related.items()
            ]
            return np.array(rows)

    monkeypatch.setattr("aitrade.classification.fitting.gather.BATCH", 5)
    found = gather(toy_classifier(scorer=Echo()), toys.toy_codes(), tmp_path, sample, lambda *_: None)
    assert len(found.rows) == min(sample or 1000, len(exemplars))
    for row, llm, category in zip(found.rows, found.llm, found.llm_category, strict=True):
        e = exemplars.exemplars[row]
        assert llm.tolist()[:2] == [float(int(e.code.hs10)), float(e.code.flow == "exports")]
        assert e.code.key not in shown[e.code.key]
        assert llm[2] == sum(int(hs10) for _, hs10 in shown[e.code.key])
        if e.relevance != "Low":
            assert category.tolist()[:4] == [*llm, LABELS.levels.index(e.relevance)]


def test_the_prompts_show_what_those_of_a_run_show_where_a_heading_is_asked_whole(
    toy_classifier: Load, exemplars: ExemplarSet, tmp_path: Path
) -> None:
    """A run asks siblings together, which share their neighbours; a calibration on other prompts would not be of it."""
    codes, shown = toys.toy_codes(), dict[tuple[str, str], list[str]]()

    class Recording(PromptScorer):
        def _prompts(self, codes: Sequence[Code], neighbours: Neighbourhoods, rows: Iterable[int]) -> list[Tokens]:
            shown.update({codes[row].key: [n.exemplar.code.hs10 for n in neighbours[row]] for row in rows})
            return super()._prompts(codes, neighbours, rows)

    whole = toy_classifier()
    classifier = dataclasses.replace(whole, scorer=Recording(*questions.scorer_parts(whole.scorer)))
    asked = [e.code for e in exemplars.exemplars if e.code.flow == "imports"]
    for heading in sorted({code.hs4 for code in asked}):
        together = [code for code in codes if (code.flow, code.hs4) == ("imports", heading)]
        classifier.ask(together, classifier.retrieve(together))
    in_a_run = {code.key: shown[code.key] for code in asked}
    shown.clear()
    gather(classifier, codes, tmp_path, None, lambda *_: None)
    assert {key: sorted(near) for key, near in shown.items() if key[0] == "imports"} == {
        key: sorted(near) for key, near in in_a_run.items()
    }


def test_scores_that_tuning_kept_are_taken_for_the_codes_that_they_are_of(
    toy_classifier: Load, exemplars: ExemplarSet, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    width = len(LABELS.levels) + len(LABELS.categories)
    known = {(e.code.flow, e.code.hs10): [place + n / 100 for n in range(width)]
             for place, e in enumerate(exemplars.exemplars) if place % 3}  # fmt: skip
    monkeypatch.setattr("aitrade.classification.fitting.gather._kept_scores", lambda *_: known)
    found = gather(toy_classifier(), toys.toy_codes(), tmp_path, None, lambda *_: None)
    assert found.rows.tolist() == [place for place in range(len(exemplars)) if place % 3]
    assert found.llm == pytest.approx(found.rows[:, None] + np.array([0.0, 0.01, 0.02]))
    assert found.llm_category == pytest.approx(found.rows[:, None] + np.arange(3, width) / 100)


def test_without_a_nomenclature_there_is_no_base_rate(toy_classifier: Load, tmp_path: Path) -> None:
    with pytest.raises(BadInputError, match=r"whole nomenclature.*codes import"):
        gather(toy_classifier(), [], tmp_path, None, lambda *_: None)


def test_a_workspaces_calibration_is_found_used_and_left_out_on_request(
    calibrated: Path, exemplars: ExemplarSet, toy_classifier: Load
) -> None:
    loaded = load_classifier(on_exemplars(exemplars), MODEL, "cpu", calibrated, method=METHOD)
    assert loaded.calibration is not None
    codes = [c for c in toys.toy_codes() if loaded.exemplar_prediction(c) is None]
    with_it, without = loaded.predict(codes), toy_classifier().predict(codes)
    assert [p.evidence["llm"] for p in with_it] == [p.evidence["llm"] for p in without]
    assert [p.p[2] for p in with_it] != [p.p[2] for p in without]
    for p in with_it:
        assert sum(p.p) == pytest.approx(1.0)
    assert (
        load_classifier(on_exemplars(exemplars), MODEL, "cpu", calibrated, method=METHOD, calibrated=False).calibration
        is None
    )


def test_categories_are_joined_as_the_calibration_says(calibrated: Path, exemplars: ExemplarSet) -> None:
    """By one that hears the neighbours alone, each code's category is the one that its own near neighbours vote for."""
    loaded = load_classifier(on_exemplars(exemplars), MODEL, "cpu", calibrated, method=METHOD)
    assert loaded.calibration is not None
    deaf = dataclasses.replace(loaded.calibration, category_weights=[0.0, 1.0])
    codes = [c for c in toys.toy_codes() if loaded.exemplar_prediction(c) is None]
    found = dataclasses.replace(loaded, calibration=deaf).predict(codes)
    near = loaded.retrieve(codes).neighbours
    related = [row for row, p in enumerate(found) if p.relevance != "Low"]
    assert related != list(range(len(related))), "places among all and among those asked about are the same"
    for row in related:
        votes = dict.fromkeys(LABELS.categories, 0.0)
        for n in near[row]:
            if n.exemplar.category in votes:
                votes[n.exemplar.category] += np.exp(10 * n.closeness)
        assert found[row].category == max(votes, key=lambda name: votes[name])


def test_a_calibration_of_other_exemplars_is_refused(calibrated: Path, tmp_path: Path) -> None:
    fewer = read_exemplars(toys.write_exemplars(tmp_path / "fewer.csv", toys.LABELLED[1:]), LABELS)
    with pytest.raises(ModelError, match=rf"fitted with another exemplars.*calibrate --model {MODEL}"):
        load_classifier(on_exemplars(fewer), MODEL, "cpu", calibrated, method=METHOD)


def test_a_calibration_of_another_model_is_refused(
    calibrated: Path, exemplars: ExemplarSet, toy_weights: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from aitrade.models.add import add_folder

    weights = tmp_path / "weights"
    monkeypatch.setenv("AITRADE_MODELS", str(weights))
    add_folder(toys.save_llm(tmp_path / "qwen", "qwen2"), MODEL, "none")
    (weights / "all-minilm-l6-v2").symlink_to(toy_weights / "all-minilm-l6-v2")
    with pytest.raises(ModelError, match="fitted with another model"):
        load_classifier(on_exemplars(exemplars), MODEL, "cpu", calibrated, method=METHOD)


def test_a_calibration_serves_the_same_model_converted_by_other_libraries(
    calibrated: Path, exemplars: ExemplarSet, toy_weights: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What they note in its files is no other model; else the shipped calibrations would be of one version of them."""
    weights = tmp_path / "weights"
    monkeypatch.setenv("AITRADE_MODELS", str(shutil.copytree(toy_weights, weights)))
    config = weights / MODEL / "config.json"
    config.write_text(config.read_text("utf-8").replace('"transformers_version": "', '"transformers_version": "9.'))
    before = read_record(weights / MODEL)
    write_record(dataclasses.replace(before, files=record_files(weights / MODEL)))
    assert locate(MODEL).sha256 != before.sha256
    assert load_classifier(on_exemplars(exemplars), MODEL, "cpu", calibrated, method=METHOD).calibration is not None


@pytest.mark.parametrize("part", ["prompt", "embedder"])
def test_a_calibration_of_other_prompts_or_another_embedder_is_refused(
    calibrated: Path, exemplars: ExemplarSet, models: Path, monkeypatch: pytest.MonkeyPatch, part: str
) -> None:
    monkeypatch.setattr(f"aitrade.classification.loading.{part}_sha256", lambda *_: "another")
    with pytest.raises(ModelError, match=f"fitted with another {part}"):
        load_classifier(on_exemplars(exemplars), MODEL, "cpu", calibrated, method=METHOD)


@pytest.mark.parametrize("arithmetic", ["float32", "bfloat16"])
def test_what_is_loaded_computes_as_it_is_told(
    models: Path, exemplars: ExemplarSet, tmp_path: Path, arithmetic: str
) -> None:
    """And without a calibration there is no cascade, nor another run for asking for one."""
    for load in (load_classifier, lambda *given, **more: load_classifiers(*given, **more)[0]):
        loaded = load(
            on_exemplars(exemplars), MODEL, "cpu", tmp_path, method=METHOD, arithmetic=arithmetic, cascade=True
        )
        assert (loaded.settings["arithmetic"], loaded.settings["cascade"]) == (arithmetic, False)
        for model in (loaded.scorer.engine.model, loaded.embedder.model):
            assert {str(p.dtype) for p in model.parameters()} == {f"torch.{arithmetic}"}


def test_a_calibration_for_other_numbers_of_the_method_is_refused(
    calibrated: Path, exemplars: ExemplarSet, models: Path
) -> None:
    other = dataclasses.replace(METHOD, same_hs4=0.2)
    with pytest.raises(ModelError, match="fitted with another method"):
        load_classifier(on_exemplars(exemplars), MODEL, "cpu", calibrated, method=other)


def test_calibrate_on_the_command_line(aitrade: Callable[..., Outcome], models: Path, workspace: Path) -> None:
    found = aitrade("calibrate", "--model", MODEL, "--device", "cpu")
    assert (found.code, found.out) == (0, "")
    path = workspace / "calibration" / DEMO_EMBEDDER / f"{MODEL}.json"
    assert f"wrote {path}" in found.err
    assert "accuracy: " in found.err
    assert "calibrated" not in aitrade("classify", "--model", MODEL, "--device", "cpu", "--limit", "3").err


def test_evidence_that_is_left_out_weighs_nothing(toy_classifier: Load, tmp_path: Path) -> None:
    training = gather(toy_classifier(), toys.toy_codes(), tmp_path, None, lambda *_: None)
    probe = fit_probe(training)
    baseline = fit_evidence_model(training, training_features(training, probe), ("neighbours", "probe"))
    weights = dict(zip(FEATURES, baseline.model.weights, strict=True))
    assert weights["llm_high"] == weights["llm_medium"] == [0.0] * 3
    assert all(any(weights[name]) for name in KINDS["neighbours"] + KINDS["probe"] if name in weights)
    loud = dataclasses.replace(training, llm=training.llm * 100)
    assert fit_evidence_model(
        loud, training_features(loud, probe), ("neighbours", "probe")
    ).out_of_fold == pytest.approx(baseline.out_of_fold)
    assert fit_evidence_model(loud, training_features(loud, probe)).out_of_fold != pytest.approx(baseline.out_of_fold)
