"""The published classification: whole, of what ships beside it, importable, and what this machine gives too."""

import csv
import json
import os
import shutil
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pytest
from conftest import Outcome
from questions import DEFAULT_MODEL, METHOD

from aitrade.classification import shipped_labels as published
from aitrade.classification.calibration import calibration_file, load_calibration
from aitrade.classification.loading import load_classifier
from aitrade.classification.shipped_labels import CLASSIFICATION, SAMPLE, published_folder, read_manifest
from aitrade.core.files import sha256_of
from aitrade.core.paths import shipped, weights_folder
from aitrade.demo import DEMO_EMBEDDER
from aitrade.llm.prompt import prompt_sha256
from aitrade.nomenclature.codes import Code
from aitrade.question.question import SHIPPED, Question, load_question
from aitrade.workspace.predictions import export_columns, probability_columns

QUESTION = load_question(SHIPPED)
MODEL = DEFAULT_MODEL.partition("+")[0]
ALL = pytest.mark.parametrize("question", [QUESTION, load_question("clean-energy")], ids=lambda q: q.name)


def rows(question: Question, name: str) -> list[dict[str, str]]:
    with (published_folder(question) / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


@ALL
def test_it_is_of_the_exemplars_prompts_and_calibration_that_ship(question: Question) -> None:
    """Else it is out of date; the fix is scripts/publish_classification.py."""
    settings, model, embedder = read_manifest(question)["settings"], question.settings.model, question.settings.embedder
    assert settings["model"] == model
    assert settings["exemplars_sha256"] == question.exemplars.sha256
    assert settings["prompt_sha256"] == prompt_sha256(model, question)
    calibration = shipped(f"data/questions/{question.name}/calibration") / calibration_file(model, embedder)
    assert settings["calibration_sha256"] == load_calibration(calibration).sha256
    assert (settings["arithmetic"], settings["cascade"]) == ("float32", True)


@ALL
def test_it_is_whole(question: Question) -> None:
    manifest, found = read_manifest(question), rows(question, CLASSIFICATION)
    assert {name: sha256_of(published_folder(question) / name) for name in manifest["files"]} == manifest["files"]
    assert tuple(found[0]) == export_columns(question.labels)
    assert Counter(row["flow"] for row in found) == {"imports": 19_424, "exports": 4_693}
    assert len({(row["flow"], row["hs10"]) for row in found}) == len(found)
    assert all(len(row["hs10"]) == 10 for row in found)
    assert sum(row["hs10"].startswith("0") for row in found) > 2_000
    assert dict(Counter(row["source"] for row in found)) == manifest["sources"]
    for row in found:
        assert question.labels.wrong(row["relevance"], row["category"]) is None, row
        columns = zip(question.labels.levels, probability_columns(question.labels), strict=True)
        p = {level: float(row[column]) for level, column in columns}
        assert sum(p.values()) == pytest.approx(1, abs=1e-5)
        assert p[row["relevance"]] == max(p.values())


@ALL
def test_codes_labelled_by_hand_have_their_labels(question: Question) -> None:
    hand = question.exemplars.by_code
    found = {(row["flow"], row["hs10"]): row for row in rows(question, CLASSIFICATION)}
    for key, exemplar in hand.items():
        row = found[key]
        assert (row["relevance"], row["category"], row["source"]) == (
            exemplar.relevance,
            exemplar.category,
            "exemplar",
        )
    assert sum(row["source"] == "exemplar" for row in found.values()) == len(hand)


def test_it_becomes_a_run(aitrade: Callable[..., Outcome]) -> None:
    found = aitrade("labels", "import", "--published")
    assert found.code == 0, found.err
    assert "24,117 labels as run published (4,693 exports, 19,424 imports" in found.err
    run = json.loads(aitrade("runs", "show", "published").out)
    assert run["settings"]["run_fingerprint"] == read_manifest(QUESTION)["fingerprint"]
    assert run["settings"]["model"] == DEFAULT_MODEL
    assert aitrade("labels", "import", "--published").code == 0  # the same labels again change nothing
    assert json.loads(aitrade("runs", "show", "published").out)["predictions"] == 24_117
    assert aitrade("labels", "import").code == 2
    assert aitrade("labels", "import", "--published", "labels.csv").code == 2


def test_it_is_no_measure_of_a_model(aitrade: Callable[..., Outcome], workspace: Path) -> None:
    """The calibration plot of a report needs labels by people, not a model's."""
    from aitrade.report.uncertainty import _latest_labels
    from aitrade.workspace import open_workspace

    aitrade("labels", "import", "--published")
    with open_workspace(workspace) as con:
        assert _latest_labels(con, "another", load_question(SHIPPED).labels) is None


def test_an_altered_file_is_refused(
    aitrade: Callable[..., Outcome], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = shutil.copytree(published_folder(QUESTION), tmp_path / "classification")
    text = (folder / CLASSIFICATION).read_text("utf-8")
    (folder / CLASSIFICATION).write_text(text.replace(",Low,", ",High,", 1), "utf-8")
    monkeypatch.setattr(published, "published_folder", lambda _: folder)
    found = aitrade("labels", "import", "--published")
    assert (found.code, "altered" in found.err) == (4, True)


@pytest.mark.real
@pytest.mark.skipif(
    not all((weights_folder() / name / "aitrade.json").is_file() for name in (MODEL, DEMO_EMBEDDER)),
    reason=f"{MODEL} and {DEMO_EMBEDDER} are not installed: run `make models-test`",
)
def test_this_machine_gives_the_published_probabilities(tmp_path: Path) -> None:
    """Other codes stand beside these than in the published run, and another machine may compute them."""
    import torch

    sample = [Code(r["hs10"], r["flow"], r["description"], r["naics"] or None, r["naics_description"] or None)
              for r in rows(QUESTION, SAMPLE)]  # fmt: skip
    assert len(sample) == 60
    before = torch.get_num_threads()
    torch.set_num_threads(os.cpu_count() or 1)
    classifier = load_classifier(
        QUESTION, DEFAULT_MODEL, "cpu", tmp_path, method=METHOD, arithmetic="float32", cascade=True
    )
    predicted = classifier.predict(sample)
    torch.set_num_threads(before)
    assert {p.source for p in predicted} == {"llm", "cascade"}
    settings = read_manifest(QUESTION)["settings"]
    for name in ("model_sha256", "embedder_sha256", "calibration_sha256"):
        assert classifier.settings[name] == settings[name], name
    expected = {(row["flow"], row["hs10"]): row for row in rows(QUESTION, CLASSIFICATION)}
    for p in predicted:
        row = expected[p.flow, p.hs10]
        assert (p.relevance, p.category, p.source) == (row["relevance"], row["category"], row["source"])
        for name, probability in zip(probability_columns(QUESTION.labels), p.p, strict=True):
            assert probability == pytest.approx(float(row[name]), abs=1e-3), (p.hs10, name)
