"""A run's fingerprint: changed by everything that determines predictions, and by nothing else."""

import dataclasses
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import pytest
import questions
import toys
from questions import FEATURES, LABELS, METHOD, SMALL, on_exemplars

from aitrade.classification import classifier as classifier_module
from aitrade.classification.calibration import Calibration, EvidenceModel
from aitrade.classification.classifier import Classifier
from aitrade.classification.loading import load_classifier
from aitrade.classification.run import Plan
from aitrade.core.device import Runtime
from aitrade.llm.engine import Engine
from aitrade.llm.engine_loading import load_engine
from aitrade.llm.plain_engine import PlainEngine
from aitrade.llm.prompt_scorer import PromptScorer
from aitrade.nomenclature.codes import Code
from aitrade.nomenclature.text import Words
from aitrade.question.exemplars import ExemplarSet

Load = Callable[..., Classifier]
CODES = toys.toy_codes()
JOINT = EvidenceModel([0.0] * len(FEATURES), [1.0] * len(FEATURES), [[0.0] * 3] * len(FEATURES), [0.0, 0.0, 1.0])
CALIBRATION = Calibration(
    model="toy-llama",
    labels=LABELS,
    inputs={},
    probe={"weights": [[0.0] * 3] * 16, "bias": [0.0] * 3},
    evidence_model=JOINT,
    baseline=JOINT,
    cascade_threshold=0.99,
    category_weights=[1.0, 0.0],
    figures={},
)


def of(classifier: Classifier) -> str:
    return Plan(tuple(CODES), classifier.settings, 128).fingerprint


def other_exemplars(c: Classifier) -> Classifier:
    return dataclasses.replace(c, index=dataclasses.replace(c.index, exemplars=fewer(c.index.exemplars)))


def fewer(exemplars: ExemplarSet) -> ExemplarSet:
    return ExemplarSet(exemplars.exemplars[1:])


def other_weights(c: Classifier) -> Classifier:
    scorer: Any = type(c.scorer)(*questions.scorer_parts(c.scorer, sha256="f" * 64))
    return dataclasses.replace(c, scorer=scorer)


CHANGES: dict[str, Callable[[Classifier], Classifier]] = {
    "model": lambda c: dataclasses.replace(c, model="another"),
    "model weights": other_weights,
    "embedder weights": lambda c: dataclasses.replace(c, embedder=dataclasses.replace(c.embedder, sha256="f" * 64)),
    "embedder": lambda c: dataclasses.replace(c, embedder=dataclasses.replace(c.embedder, name="another")),
    "exemplars": other_exemplars,
    "calibration": lambda c: dataclasses.replace(c, calibration=CALIBRATION),
    "calibration number": lambda c: dataclasses.replace(
        c, calibration=dataclasses.replace(CALIBRATION, cascade_threshold=0.98)
    ),
    "cascade": lambda c: dataclasses.replace(c, cascade=True),
    "device": lambda c: dataclasses.replace(c, runtime=Runtime("cuda", c.runtime.arithmetic)),
    "arithmetic": lambda c: dataclasses.replace(c, runtime=Runtime("cpu", "another")),
}


def test_every_change_of_the_classifier_changes_the_fingerprint(toy_classifier: Load) -> None:
    found = {name: of(change(toy_classifier())) for name, change in CHANGES.items()}
    assert len({of(toy_classifier()), *found.values()}) == len(CHANGES) + 1


WORDS: dict[str, Callable[[Words], Words]] = {
    "titles": lambda words: dataclasses.replace(words, titles={**words.titles, "8471": "else"}),
    "shorthand": lambda words: dataclasses.replace(words, longs={**words.longs, "ZZZ": "else"}),
}


@pytest.mark.parametrize("table", WORDS)
def test_every_text_that_prompts_are_made_of_changes_the_fingerprint(toy_classifier: Load, table: str) -> None:
    classifier = toy_classifier()
    question = dataclasses.replace(classifier.question, words=WORDS[table](classifier.question.words))
    assert of(dataclasses.replace(classifier, question=question)) != of(classifier)


@pytest.mark.parametrize("name", [field.name for field in dataclasses.fields(METHOD)])
def test_every_number_of_the_method_changes_the_fingerprint(toy_classifier: Load, name: str) -> None:
    number: Any = {name: getattr(METHOD, name) + 1}
    assert of(toy_classifier(method=dataclasses.replace(METHOD, **number))) != of(toy_classifier())


def test_version_and_labels_change_the_fingerprint(toy_classifier: Load, monkeypatch: pytest.MonkeyPatch) -> None:
    before, question = of(toy_classifier()), toy_classifier().question
    labels = dataclasses.replace(LABELS, categories=())
    assert of(toy_classifier(question=dataclasses.replace(question, labels=labels))) != before
    monkeypatch.setattr(classifier_module, "__version__", "9.9")
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
    assert Plan(tuple(codes), settings, 128).fingerprint != Plan(tuple(CODES), settings, 128).fingerprint


def test_nothing_else_does(toy_classifier: Load, models: Path, exemplars: ExemplarSet, tmp_path: Path) -> None:
    """Loaded again, for another workspace, with codes read again: the same fingerprint, so that a run goes on."""
    again = load_classifier(on_exemplars(exemplars), "toy-llama", "cpu", tmp_path, method=SMALL)
    assert Plan(tuple(toys.toy_codes()), again.settings, 128).fingerprint == of(toy_classifier())


def test_settings_can_be_read_by_people(toy_classifier: Load) -> None:
    settings = toy_classifier().settings
    assert settings["model"] == "toy-llama"
    assert settings["calibration_sha256"] is None
    assert settings["labels"][:3] == ["High", "Medium", "Low"]
    assert [k for k, v in settings.items() if k.endswith("_sha256") and v is not None and len(v) != 64] == []


def test_the_engine_and_what_the_template_adds_count(toy_classifier: Load) -> None:
    """Both change what a base model says; a run tells which they were."""
    loaded = toy_classifier()
    tree = loaded.scorer.engine
    engine = PlainEngine(tree.model, tree.tokenizer, tree.runtime, "a test")
    plain = PromptScorer(lambda: engine, tree.tokenizer, loaded.scorer.sha256, loaded.question, 8)
    settings = toy_classifier(scorer=plain).settings
    assert settings["engine"] == "plain: a test"
    assert "engine" not in loaded.settings
    assert settings["shown_sha256"] == loaded.settings["shown_sha256"]
    other = PromptScorer(lambda: tree, tree.tokenizer, loaded.scorer.sha256, loaded.question, 8)
    other.shown_sha256 = "f" * 64
    assert of(toy_classifier(scorer=other)) != of(loaded)
    assert of(toy_classifier(scorer=plain)) != of(loaded)


def identity(engine: Engine | PlainEngine) -> Engine | PlainEngine:
    return engine


def test_the_plain_engine_says_what_the_tree_says(toy_classifier: Load, toy_weights: Path) -> None:
    """Of whole predictions, categories included, which are asked where the levels ended."""
    loaded = toy_classifier()
    model = load_engine(str(toy_weights / "toy-llama"), Runtime("cpu", "float32")).model
    codes = [code for code in CODES if code.hs4 == "8471"]
    neighbours = loaded.retrieve(codes).neighbours
    tokenizer, exact = loaded.scorer.engine.tokenizer, Runtime("cpu", "float32")
    engines = Engine(model, tokenizer, exact), PlainEngine(model, tokenizer, exact, "a test")
    scorers = [PromptScorer(partial(identity, engine), tokenizer, "", loaded.question, 8) for engine in engines]
    levels = [scorer.relevance(codes, neighbours).relevance for scorer in scorers]
    assert abs(levels[0] - levels[1]).max() < 1e-3
    asked = dict.fromkeys(range(len(codes)), "High")
    categories = [scorer.category(codes, neighbours, asked) for scorer in scorers]
    assert abs(categories[0] - categories[1]).max() < 1e-3
