"""What ships together fits together: calibrations and adapters are of the exemplars, prompts and models beside them."""

import csv
import json
from collections import Counter

import pytest
from questions import DEFAULT_EMBEDDER, DEFAULT_MODEL, NAMES, QUESTION

from aitrade.classification.calibration import calibration_file, load_calibration
from aitrade.classification.shipped_labels import CLASSIFICATION, published_folder
from aitrade.core.paths import shipped
from aitrade.demo import DEMO_EMBEDDER, DEMO_MODEL
from aitrade.llm.prompt import prompt_sha256
from aitrade.models.adapter_files import LORA_FILES, adapters_folder, find_adapter, read_manifest
from aitrade.models.manifest import load_manifests
from aitrade.question.folds import fold_name

CALIBRATIONS = sorted(shipped("data/questions/ai-data-centers/calibration").glob("*/*.json"))
ADAPTERS = sorted(path.parent for path in adapters_folder().glob("*/aitrade.json"))


@pytest.fixture(scope="module")
def base_rate() -> dict[str, float]:
    """Share of each level among import codes, a heading's as among its exemplars, else a chapter's (99 has none)."""
    with (published_folder(QUESTION) / CLASSIFICATION).open(encoding="utf-8", newline="") as file:
        codes = [row["hs10"] for row in csv.DictReader(file) if row["flow"] == "imports"]
    within: dict[str, Counter[str]] = {}
    for exemplar in QUESTION.exemplars.exemplars:
        for family in (exemplar.code.hs4, exemplar.code.hs2):
            within.setdefault(family, Counter())[exemplar.relevance] += 1
    families = [within[hs10[:4]] if hs10[:4] in within else within[hs10[:2]] for hs10 in codes if hs10[:2] in within]
    levels: Counter[str] = Counter()
    for family in families:
        for level, count in family.items():
            levels[level] += count / family.total()
    return {level: count / len(families) for level, count in levels.items()}


@pytest.mark.parametrize("path", CALIBRATIONS, ids=lambda path: f"{path.parent.name}-{path.stem}")
def test_a_shipped_calibration_is_of_the_shipped_exemplars_and_prompts(path, base_rate) -> None:
    """Else every run of the model would be refused; the fix is ``aitrade calibrate``."""
    calibration = load_calibration(path)
    assert calibration.model == path.stem
    assert calibration.inputs["exemplars_sha256"] == QUESTION.exemplars.sha256
    assert calibration.inputs["prompt_sha256"] == prompt_sha256(path.stem, QUESTION)
    assert calibration.figures["accuracy"] > 0.8
    assert calibration.figures["high_share"] == pytest.approx(base_rate["High"], abs=1e-4)
    assert calibration.figures["medium_share"] == pytest.approx(base_rate["Medium"], abs=1e-4)
    base, _, adapter = calibration.model.partition("+")
    assert base in load_manifests()
    assert not adapter or find_adapter(calibration.model).is_dir()


@pytest.mark.parametrize("folder", ADAPTERS, ids=lambda folder: folder.name)
def test_a_shipped_adapter_is_whole_and_of_a_model_that_can_be_installed(folder) -> None:
    manifest = read_manifest(find_adapter(folder.name))  # which checks the hash of every file
    assert f"{manifest.base}+{manifest.name}" == folder.name
    assert manifest.base_sha256 == load_manifests()[manifest.base].source_sha256
    assert (manifest.text_sha256, manifest.labels) == (QUESTION.text_sha256, NAMES)
    config = json.loads((folder / "adapter_config.json").read_text("utf-8"))
    assert config["base_model_name_or_path"] == manifest.base  # a name, not a path of the machine it was made on
    assert not list(folder.glob("*.bin"))


def test_the_shipped_embedder_has_a_fold_for_each_part_that_calibrations_hold_out() -> None:
    folder = find_adapter(DEFAULT_EMBEDDER)
    folds = read_manifest(folder).settings["folds"]
    assert folds > 1
    assert sorted(path.name for path in folder.glob("fold*")) == [fold_name(fold) for fold in range(folds)]
    assert all((folder / fold_name(fold) / name).is_file() for fold in range(folds) for name in LORA_FILES)


@pytest.mark.parametrize(
    ("model", "embedder"),
    [(DEFAULT_MODEL, DEFAULT_EMBEDDER), (DEMO_MODEL, DEFAULT_EMBEDDER), (DEMO_MODEL, DEMO_EMBEDDER)],
)
def test_the_default_models_can_be_installed_and_are_calibrated(model: str, embedder: str) -> None:
    base, _, adapter = model.partition("+")
    assert base in load_manifests()
    assert not adapter or find_adapter(model)
    assert (shipped("data/questions/ai-data-centers/calibration") / calibration_file(model, embedder)).is_file()
