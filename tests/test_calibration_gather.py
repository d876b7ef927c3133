"""Calibrating a model as it comes, and what becomes of a calibration when something that it was fitted from changes."""

import csv
import dataclasses
import itertools
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import toys
from conftest import MODEL, Outcome

from aitrade.bench import ablation as ablation_module
from aitrade.bench.variants import RIVAL, VARIANTS
from aitrade.calibrate import save_calibration
from aitrade.calibration_fit import evidence_of, fit_calibration, fit_joint, fit_probe
from aitrade.calibration_gather import gather
from aitrade.calibration_training import population_weights
from aitrade.classifier import Classifier
from aitrade.classifier_loading import calibration_inputs, load_classifier
from aitrade.codes import Code
from aitrade.errors import BadInputError, ModelError
from aitrade.evidence import FEATURES, KINDS, NEIGHBOURS
from aitrade.exemplars import ExemplarSet, load_exemplars
from aitrade.llm.prompt import describe, related_categories
from aitrade.retrieval.neighbours import find_neighbours

Load = Callable[..., Classifier]
IMPORTS = [code for code in toys.toy_codes() if code.flow == "imports"]


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
    assert found.llm_category.shape == (6, len(related_categories()))
    assert len(found.exemplars) == len(exemplars)  # the probe learns from all


def test_without_a_nomenclature_there_is_no_base_rate(toy_classifier: Load, tmp_path: Path) -> None:
    with pytest.raises(BadInputError, match=r"whole nomenclature.*codes import"):
        gather(toy_classifier(), [], tmp_path, None, lambda *_: None)


@pytest.fixture
def calibrated(toy_classifier: Load, models: Path, exemplars: ExemplarSet, tmp_path: Path) -> Path:
    """A workspace with a calibration of the toy model."""
    classifier = toy_classifier()
    training = gather(classifier, toys.toy_codes(), tmp_path, None, lambda *_: None)
    made = fit_calibration(training, MODEL, calibration_inputs(classifier))
    save_calibration(made, tmp_path / "calibration" / f"{MODEL}.json")
    return tmp_path


def test_a_workspaces_calibration_is_found_used_and_left_out_on_request(
    calibrated: Path, exemplars: ExemplarSet, toy_classifier: Load
) -> None:
    loaded = load_classifier(MODEL, "cpu", calibrated, exemplars=exemplars)
    assert loaded.calibration is not None
    codes = [c for c in toys.toy_codes() if loaded.exemplar_prediction(c) is None]
    with_it, without = loaded.predict(codes), toy_classifier().predict(codes)
    assert [p.evidence["llm"] for p in with_it] == [p.evidence["llm"] for p in without]
    assert [p.p_low for p in with_it] != [p.p_low for p in without]
    for p in with_it:
        assert p.p_high + p.p_medium + p.p_low == pytest.approx(1.0)
    assert load_classifier(MODEL, "cpu", calibrated, exemplars=exemplars, calibrated=False).calibration is None


def test_a_calibration_of_other_exemplars_is_refused(calibrated: Path, tmp_path: Path) -> None:
    fewer = load_exemplars(toys.write_exemplars(tmp_path / "fewer.csv", toys.LABELLED[1:]))
    with pytest.raises(ModelError, match=rf"fitted with another exemplars.*calibrate --model {MODEL}"):
        load_classifier(MODEL, "cpu", calibrated, exemplars=fewer)


def test_a_calibration_of_another_model_is_refused(
    calibrated: Path, exemplars: ExemplarSet, toy_weights: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from aitrade.weights.add import add_folder

    weights = tmp_path / "weights"
    monkeypatch.setenv("AITRADE_MODELS", str(weights))
    add_folder(toys.save_llm(tmp_path / "qwen", "qwen2"), MODEL, "none")
    (weights / "all-minilm-l6-v2").symlink_to(toy_weights / "all-minilm-l6-v2")
    with pytest.raises(ModelError, match="fitted with another model"):
        load_classifier(MODEL, "cpu", calibrated, exemplars=exemplars)


def test_calibrate_on_the_command_line(aitrade: Callable[..., Outcome], models: Path, workspace: Path) -> None:
    found = aitrade("calibrate", "--model", MODEL, "--device", "cpu")
    assert (found.code, found.out) == (0, "")
    path = workspace / "calibration" / f"{MODEL}.json"
    assert f"wrote {path}" in found.err
    assert "accuracy: " in found.err
    assert "calibrated" not in aitrade("classify", "--model", MODEL, "--device", "cpu", "--limit", "3").err


def test_evidence_that_is_left_out_weighs_nothing(toy_classifier: Load, tmp_path: Path) -> None:
    training = gather(toy_classifier(), toys.toy_codes(), tmp_path, None, lambda *_: None)
    probe = fit_probe(training)
    rival = fit_joint(training, evidence_of(training, probe), ("neighbours", "probe"))
    weights = dict(zip(FEATURES, rival.joint.weights, strict=True))
    assert weights["llm_high"] == weights["llm_medium"] == [0.0] * 3
    assert all(any(weights[name]) for name in KINDS["neighbours"] + KINDS["probe"] if name in weights)
    loud = dataclasses.replace(training, llm=training.llm * 100)
    assert fit_joint(loud, evidence_of(loud, probe), ("neighbours", "probe")).out_of_fold == pytest.approx(
        rival.out_of_fold
    )
    assert fit_joint(loud, evidence_of(loud, probe)).out_of_fold != pytest.approx(rival.out_of_fold)


def test_ablation_on_the_command_line(
    aitrade: Callable[..., Outcome],
    models: Path,
    workspace: Path,
    toy_classifier: Load,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(ablation_module, "REPLICATES", 20)
    aitrade("classify", "--model", MODEL, "--device", "cpu")
    run = json.loads(aitrade("runs", "list", "--json").out)[0]["run"]
    truth = workspace / "truth.csv"
    rows = [f"{c.hs10},{'High,Compute_Hardware' if c.hs10 < '85' else 'Low,Not_DC_Related'}" for c in IMPORTS]
    truth.write_text("hs10,relevance,category\n" + "\n".join(rows) + "\n", "utf-8")
    aitrade("labels", "import", truth, "--name", "truth", "--flow", "imports")
    found = aitrade("bench", "ablation", run, "--reference", "truth", "--device", "cpu", "--format", "json")
    assert found.code == 0, found.err
    rows = {(row["codes"], row["against"], row["variant"]): row for row in json.loads(found.out)}
    assert set(rows) == set(itertools.product(("all", "unlabelled", "by hand"), (None, RIVAL), VARIANTS))
    for variant in VARIANTS:
        row, rival = rows["all", None, variant], rows["all", None, RIVAL]
        assert row["accuracy_low"] <= row["accuracy"] <= row["accuracy_high"]
        assert rows["all", RIVAL, variant]["kappa"] == pytest.approx(row["kappa"] - rival["kappa"])
    training = gather(toy_classifier(), toys.toy_codes(), tmp_path, None, lambda *_: None)
    votes = fit_joint(training, evidence_of(training, fit_probe(training)), ("neighbours",)).out_of_fold
    right = (votes.argmax(1) == training.targets).mean()
    assert rows["by hand", None, "neighbours"]["accuracy"] == pytest.approx(right)
    text = aitrade("bench", "ablation", run, "--reference", "truth", "--device", "cpu").out
    assert f"All codes of the reference, exemplars judged out of fold ({len(IMPORTS)}, " in text


def test_the_cascade_spares_the_llm_what_is_low_beyond_doubt(calibrated: Path, exemplars: ExemplarSet) -> None:
    whole = load_classifier(MODEL, "cpu", calibrated, exemplars=exemplars)
    assert whole.calibration is not None
    codes = [c for c in toys.toy_codes() if whole.exemplar_prediction(c) is None]
    vectors = whole.embedder.embed([describe(c) for c in codes])
    mostly_low = dataclasses.replace(whole.calibration.rival, bias=[-9.0, -9.0, 9.0])
    calibration = dataclasses.replace(whole.calibration, rival=mostly_low)
    rival = calibration.without_llm(vectors, find_neighbours(whole.index, codes, vectors, NEIGHBOURS))
    sure = float(np.median(rival[:, 2]))
    calibration = dataclasses.replace(calibration, sure_low=sure)
    cascade = dataclasses.replace(whole, calibration=calibration, cascade=True)
    asked: list[Code] = []

    class Listening(type(whole.judge)):  # type: ignore[misc]
        def relevance(self, codes: Any, neighbours: Any) -> Any:
            asked.extend(codes)
            return super().relevance(codes, neighbours)

    cascade = dataclasses.replace(cascade, judge=Listening(whole.judge.engine, whole.judge.sha256))
    found = cascade.predict(codes)
    spared = [p for p, row in zip(found, rival, strict=True) if row[2] >= sure]
    assert 0 < len(spared) < len(codes)
    assert asked == [c for c, row in zip(codes, rival, strict=True) if row[2] < sure]
    assert [p.hs10 for p in found] == [c.hs10 for c in codes]
    for p, row in zip(found, rival, strict=True):
        assert p.source == ("cascade" if row[2] >= sure else "llm")
        if p.source == "cascade":
            assert (p.relevance, p.category) == ("Low", "Not_DC_Related")
            assert (p.p_high, p.p_medium, p.p_low) == pytest.approx(tuple(row))
    off = dataclasses.replace(cascade, cascade=False)
    assert {p.source for p in off.predict(codes)} == {"llm"}


def test_cascade_on_the_command_line(aitrade: Callable[..., Outcome], models: Path, workspace: Path) -> None:
    aitrade("calibrate", "--model", MODEL, "--device", "cpu")
    path = workspace / "calibration" / f"{MODEL}.json"
    raw = json.loads(path.read_text("utf-8"))
    raw["rival"]["bias"] = [-9.0, -9.0, 9.0]
    path.write_text(json.dumps(raw | {"sure_low": 0.5}), "utf-8")
    found = aitrade("classify", "--model", MODEL, "--device", "cpu")
    run = found.err.strip().split()[-1]  # it ends with the next command
    assert sources(aitrade, run, workspace) == {"exemplar", "cascade"}
    aitrade("classify", "--model", MODEL, "--device", "cpu", "--cascade", "off")
    other = next(r["run"] for r in json.loads(aitrade("runs", "list", "--json").out) if r["run"] != run)
    assert sources(aitrade, other, workspace) == {"exemplar", "llm"}


def sources(aitrade: Callable[..., Outcome], run: str, workspace: Path) -> set[str]:
    assert aitrade("runs", "export", run, "-o", workspace / "out.csv").code == 0
    with (workspace / "out.csv").open(encoding="utf-8", newline="") as file:
        return {row["source"] for row in csv.DictReader(file)}
