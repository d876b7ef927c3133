"""The ablation: figures of every variant, exemplars judged out of fold, and runs that cannot be ablated."""

import itertools
import json
from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import toys
from conftest import MODEL, Outcome
from questions import LABELS, METHOD

from aitrade.classification.classifier import Classifier
from aitrade.classification.features import relevance_features
from aitrade.classification.fitting.evidence import fit_evidence_model, training_features
from aitrade.classification.fitting.gather import gather
from aitrade.classification.fitting.probe import fit_probe
from aitrade.evaluation import ablation as ablation_module
from aitrade.evaluation.ablation import Ablated
from aitrade.evaluation.ablation_tables import figure_names, reading_tables
from aitrade.evaluation.metrics import FIGURES, Interval, Said, bootstrap, scores
from aitrade.evaluation.variants import BASELINE, VARIANTS
from aitrade.question.exemplars import ExemplarSet
from aitrade.workspace import open_workspace

Load = Callable[..., Classifier]
IMPORTS = [code for code in toys.toy_codes() if code.flow == "imports"]


def label(hs10: str) -> str:
    return "High" if hs10 < "85" else "Low"


@pytest.fixture
def run(aitrade: Callable[..., Outcome], models: Path) -> str:
    """A run over the toy codes."""
    aitrade("classify", "--model", MODEL, "--device", "cpu")
    found: str = json.loads(aitrade("runs", "list", "--json").out)[0]["run"]
    return found


@pytest.fixture
def ablate(
    aitrade: Callable[..., Outcome], run: str, workspace: Path, monkeypatch: pytest.MonkeyPatch
) -> Callable[..., Outcome]:
    """Ablate the run against labels of all import codes, or of some."""
    monkeypatch.setattr(ablation_module, "REPLICATES", 20)

    def ablated(*options: str, labelled: Any = IMPORTS) -> Outcome:
        truth = workspace / "truth.csv"
        category = {"High": "Compute_Hardware", "Low": "Not_DC_Related"}
        rows = [f"{c.hs10},{label(c.hs10)},{category[label(c.hs10)]}" for c in labelled]
        truth.write_text("hs10,relevance,category\n" + "\n".join(rows) + "\n", "utf-8")
        aitrade("labels", "import", truth, "--name", "truth", "--flow", "imports", "--replace")
        return aitrade("bench", "ablation", run, "--reference", "truth", "--device", "cpu", *options)

    return ablated


def test_every_variant_is_measured_on_each_population(
    ablate: Callable[..., Outcome],
    run: str,
    opened: Callable[[], AbstractContextManager[Any]],
    exemplars: ExemplarSet,
    toy_classifier: Load,
    tmp_path: Path,
) -> None:
    found = ablate("--format", "json")
    assert found.code == 0, found.err
    rows = {(row["codes"], row["against"], row["variant"]): row for row in json.loads(found.out)}
    assert set(rows) == set(itertools.product(("all", "unlabelled", "by hand"), (None, BASELINE), VARIANTS))
    for variant in VARIANTS:
        row, baseline = rows["all", None, variant], rows["all", None, BASELINE]
        assert row["accuracy_low"] <= row["accuracy"] <= row["accuracy_high"]
        assert rows["all", BASELINE, variant]["kappa"] == pytest.approx(row["kappa"] - baseline["kappa"])
    with opened() as con:
        kept = {hs10: json.loads(raw) for hs10, raw in con.execute(
            "SELECT hs10, evidence FROM predictions WHERE run = ? AND flow = 'imports' AND source = 'llm'", [run]
        ).fetchall()}  # fmt: skip
    classifier = toy_classifier()
    training = gather(classifier, IMPORTS, tmp_path, None, lambda *_: None)
    fitted = fit_evidence_model(training, training_features(training, fit_probe(training)), ("neighbours",))
    right = (fitted.out_of_fold.argmax(1) == training.targets).mean()
    assert rows["by hand", None, "neighbours"]["accuracy"] == pytest.approx(right)
    by_hand = {(e.code.flow, e.code.hs10) for e in exemplars.exemplars}
    others = [c for c in IMPORTS if (c.flow, c.hs10) not in by_hand]
    retrieved = classifier.retrieve(others)
    vectors, near = retrieved.vectors, retrieved.neighbours
    probe = fit_probe(training)
    features = relevance_features(
        np.array([kept[c.hs10]["llm"] for c in others]),
        np.array([kept[c.hs10]["llm_votes"] for c in others]),
        vectors @ probe.weights + probe.bias,
        near,
        LABELS,
        METHOD,
    )
    targets = np.array([LABELS.position(label(c.hs10)) for c in others])
    known = [row for row, e in enumerate(training.asked) if e.code.flow == "imports"]
    both = np.array([LABELS.position(label(training.asked[row].code.hs10)) for row in known] + targets.tolist())
    for variant, kinds in VARIANTS.items():
        fitted = fit_evidence_model(training, training_features(training, probe), kinds)
        said = fitted.model.probabilities(features)
        together = np.concatenate([fitted.out_of_fold[known], said])  # those by hand by a fit without their subheading
        for population, p, places in (("unlabelled", said, targets), ("all", together, both)):
            figures = scores(Said(p, places, LABELS), np.ones(len(places), int))
            found_figures = [rows[population, None, variant][name] for name in figure_names(LABELS)]
            assert found_figures == pytest.approx(figures.tolist(), abs=1e-4), (population, variant)
    text = ablate().out
    high = sum(label(c.hs10) == "High" for c in IMPORTS)
    title = f"All codes of the reference, exemplars judged out of fold ({len(IMPORTS)}, {high} of them High)"
    assert title in text


def test_replicates_draw_whole_headings(
    ablate: Callable[..., Outcome], exemplars: ExemplarSet, monkeypatch: pytest.MonkeyPatch
) -> None:
    drawn: list[list[str]] = []
    monkeypatch.setattr(
        ablation_module,
        "bootstrap",
        lambda headings, *rest: drawn.append(sorted(headings)) or bootstrap(headings, *rest),
    )
    assert ablate().code == 0
    by_hand = {e.code.key for e in exemplars.exemplars}
    others = [c.hs10 for c in IMPORTS if c.key not in by_hand]
    populations = [c.hs10 for c in IMPORTS], others, [hs10 for _, hs10 in by_hand]
    assert drawn == [sorted(hs10[:4] for hs10 in codes) for codes in populations]


def test_exports_and_excluded_chapters_are_no_part_of_it(
    ablate: Callable[..., Outcome],
    aitrade: Callable[..., Outcome],
    run: str,
    opened: Callable[[], AbstractContextManager[Any]],
) -> None:
    before = ablate("--format", "json")
    with opened() as con:
        con.execute("INSERT INTO codes VALUES ('imports', '9801001010', 'RETURNED GOODS', NULL, NULL)")
        for name in (run, "truth"):
            for flow, hs10 in (("imports", "9801001010"), ("exports", "0102290000")):
                con.execute("DELETE FROM predictions WHERE run = ? AND flow = ? AND hs10 = ?", [name, flow, hs10])
                con.execute(
                    "INSERT INTO predictions SELECT * REPLACE (? AS run, ? AS flow, ? AS hs10, 'High' AS relevance) "
                    "FROM predictions WHERE run = ? AND flow = 'imports' AND source = 'llm' LIMIT 1",
                    [name, flow, hs10, run],
                )
    again = aitrade("bench", "ablation", run, "--reference", "truth", "--device", "cpu", "--format", "json")
    assert json.loads(again.out) == json.loads(before.out)


def test_a_reference_of_exemplars_alone_says_nothing_of_the_llm(
    ablate: Callable[..., Outcome], exemplars: ExemplarSet
) -> None:
    found = ablate(labelled=[e.code for e in exemplars.exemplars if e.code.flow == "imports"])
    assert found.code == 3
    assert "no import code in common that the LLM was asked about" in found.err


@pytest.mark.parametrize("setting", ["model_sha256", "embedder_sha256", "exemplars_sha256", "prompt_sha256", "method"])
def test_a_run_made_with_something_else_is_refused(
    ablate: Callable[..., Outcome], run: str, workspace: Path, setting: str
) -> None:
    """Its evidence and that on the exemplars would not be of the same kind, or it would be known to the probe."""
    with open_workspace(workspace) as con:
        patch = json.dumps({setting: "another"})
        con.execute("UPDATE runs SET settings = json_merge_patch(settings, ?) WHERE run = ?", [patch, run])
    found = ablate()
    assert found.code == 3
    assert f"was made by {MODEL} with another {setting.removesuffix('_sha256')}" in found.err


def test_imported_labels_are_no_run_to_ablate(ablate: Callable[..., Outcome], aitrade: Callable[..., Outcome]) -> None:
    ablate()
    found = aitrade("bench", "ablation", "truth", "--reference", "truth", "--device", "cpu")
    assert found.code == 3
    assert "holds no scores of an LLM" in found.err


def test_exemplars_that_the_llm_was_not_asked_about_are_counted() -> None:
    figures = {BASELINE: [Interval(0.5, 0.4, 0.6)] * len(FIGURES)}
    found = {"all": Ablated(codes=2, counted=1, figures=figures, differences=figures)}
    assert not any("left out" in note for one in reading_tables(found, LABELS) for note in one.notes)
    left_out = "1,234 exemplars that the LLM was not asked about are left out"
    assert all(left_out in one.notes for one in reading_tables(found, LABELS, 1234))
