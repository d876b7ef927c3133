"""A run's fingerprint: changed by everything that determines predictions, and by nothing else."""

import dataclasses
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import toys

from aitrade.classification import classifier as classifier_module
from aitrade.classification.calibration import Calibration, EvidenceModel
from aitrade.classification.classifier import Classifier
from aitrade.classification.features import FEATURES
from aitrade.classification.loading import load_classifier
from aitrade.classification.run import Plan
from aitrade.core.device import Runtime
from aitrade.core.paths import shipped
from aitrade.llm import prompt
from aitrade.nomenclature.codes import Code
from aitrade.question.exemplars import ExemplarSet

Load = Callable[..., Classifier]
CODES = toys.toy_codes()
JOINT = EvidenceModel([0.0] * len(FEATURES), [1.0] * len(FEATURES), [[0.0] * 3] * len(FEATURES), [0.0, 0.0, 1.0])
CALIBRATION = Calibration(
    model="toy-llama",
    inputs={},
    probe={"weights": [[0.0] * 3] * 16, "bias": [0.0] * 3},
    joint=JOINT,
    rival=JOINT,
    sure_low=0.99,
    category_weights=[1.0, 0.0],
    figures={},
)


def of(classifier: Classifier) -> str:
    return Plan(tuple(CODES), classifier.settings).fingerprint


def other_exemplars(c: Classifier) -> Classifier:
    return dataclasses.replace(c, index=dataclasses.replace(c.index, exemplars=fewer(c.index.exemplars)))


def fewer(exemplars: ExemplarSet) -> ExemplarSet:
    return ExemplarSet(exemplars.exemplars[1:])


def other_weights(c: Classifier) -> Classifier:
    scorer: Any = type(c.scorer)(c.scorer.engine, "f" * 64)
    return dataclasses.replace(c, scorer=scorer)


CHANGES: dict[str, Callable[[Classifier], Classifier]] = {
    "model": lambda c: dataclasses.replace(c, model="another"),
    "model weights": other_weights,
    "embedder weights": lambda c: dataclasses.replace(c, embedder=dataclasses.replace(c.embedder, sha256="f" * 64)),
    "embedder": lambda c: dataclasses.replace(c, embedder=dataclasses.replace(c.embedder, name="another")),
    "exemplars": other_exemplars,
    "calibration": lambda c: dataclasses.replace(c, calibration=CALIBRATION),
    "calibration number": lambda c: dataclasses.replace(c, calibration=dataclasses.replace(CALIBRATION, sure_low=0.98)),
    "cascade": lambda c: dataclasses.replace(c, cascade=True),
    "device": lambda c: dataclasses.replace(c, runtime=Runtime("cuda", c.runtime.arithmetic)),
    "arithmetic": lambda c: dataclasses.replace(c, runtime=Runtime("cpu", "another")),
}


def test_every_change_of_the_classifier_changes_the_fingerprint(toy_classifier: Load) -> None:
    found = {name: of(change(toy_classifier())) for name, change in CHANGES.items()}
    assert len({of(toy_classifier()), *found.values()}) == len(CHANGES) + 1


@pytest.mark.parametrize(
    "text",
    [
        "data/shorthand.csv",
        "data/titles.csv",
    ],
)
def test_every_text_that_prompts_are_made_of_changes_the_fingerprint(
    toy_classifier: Load, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, text: str
) -> None:
    changed = tmp_path / "changed"
    changed.write_bytes(shipped(text).read_bytes() + b"\n")
    before = of(toy_classifier())
    monkeypatch.setattr(prompt, "shipped", lambda name: changed if name == text else shipped(name))
    prompt._rubric_prompt_sha256.cache_clear()
    after = of(toy_classifier())
    monkeypatch.undo()
    prompt._rubric_prompt_sha256.cache_clear()
    assert after != before
    assert of(toy_classifier()) == before


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("CODES_PER_BATCH", 7),
        ("NEIGHBOURS", 5),
        ("PROMPT_NEIGHBOURS", 5),
        ("SAME_HS4", 0.1),
        ("SAME_HS6", 0.1),
        ("SHARPNESS", 5.0),
        ("DOUBT", 0.1),
        ("NEAR_DOUBT", 0.1),
        ("__version__", "9.9"),
        ("labels", lambda: ["High", "Low"]),
    ],
)
def test_every_constant_changes_the_fingerprint(
    toy_classifier: Load, monkeypatch: pytest.MonkeyPatch, name: str, value: object
) -> None:
    before = of(toy_classifier())
    monkeypatch.setattr(classifier_module, name, value)
    assert of(toy_classifier()) != before


@pytest.mark.parametrize(
    "codes",
    [
        CODES[1:],
        CODES[::-1],
        [dataclasses.replace(CODES[0], description="ELSE"), *CODES[1:]],
        [dataclasses.replace(CODES[0], naics_description="ELSE"), *CODES[1:]],
        [dataclasses.replace(CODES[0], flow="exports"), *CODES[1:]],
        [Code("9999999999", "imports", CODES[0].description), *CODES[1:]],
    ],
    ids=["one fewer", "another order", "description", "industry", "flow", "code"],
)
def test_every_change_of_the_codes_changes_the_fingerprint(toy_classifier: Load, codes: list[Code]) -> None:
    settings = toy_classifier().settings
    assert Plan(tuple(codes), settings).fingerprint != Plan(tuple(CODES), settings).fingerprint


def test_nothing_else_does(toy_classifier: Load, models: Path, exemplars: ExemplarSet, tmp_path: Path) -> None:
    """Loaded again, for another workspace, with codes read again: the same fingerprint, so that a run goes on."""
    again = load_classifier("toy-llama", "cpu", tmp_path, exemplars=exemplars)
    assert Plan(tuple(toys.toy_codes()), again.settings).fingerprint == of(toy_classifier())


def test_settings_can_be_read_by_people(toy_classifier: Load) -> None:
    settings = toy_classifier().settings
    assert settings["model"] == "toy-llama"
    assert settings["calibration_sha256"] is None
    assert settings["labels"][:3] == ["High", "Medium", "Low"]
    assert [k for k, v in settings.items() if k.endswith("_sha256") and v is not None and len(v) != 64] == []
