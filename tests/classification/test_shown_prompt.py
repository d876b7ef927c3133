"""``aitrade prompt show``: the very tokens that a run puts to the model."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest
import toys
from conftest import MODEL, Outcome

from aitrade.classification.classifier import Classifier
from aitrade.llm import prompt_scorer
from aitrade.llm.prefix_tree import Tokens


def test_the_prompt_shown_is_the_prompt_scored(
    aitrade: Callable[..., Outcome],
    models: Path,
    toy_classifier: Callable[..., Classifier],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    classifier, scored = toy_classifier(), []
    real = prompt_scorer.score_labels

    def noted(engine: object, prompts: list[Tokens], labels: list[Tokens], *told: object) -> object:
        scored.append((prompts, labels))
        return real(engine, prompts, labels, *told)  # type: ignore[arg-type]

    monkeypatch.setattr(prompt_scorer, "score_labels", noted)
    by_hand = classifier.index.exemplars.by_code
    heading = [c for c in toys.toy_codes() if c.hs4 == "8471" and c.flow == "imports" and c.key not in by_hand]
    classifier.predict(heading)
    prompts, labels = scored[0]
    for code, prompt in zip(heading, prompts, strict=True):
        found = aitrade("prompt", "show", code.hs10, "--model", MODEL, "--json")
        assert found.code == 0, found.err
        shown = json.loads(found.out)
        assert tuple(shown["tokens"]) == prompt
        assert [tuple(tokens) for tokens in shown["labels"].values()] == labels
        assert shown["text"] == classifier.scorer.engine.tokenizer.decode(prompt)
    text = aitrade("prompt", "show", heading[0].hs10, "--model", MODEL)
    assert text.out.startswith("<|im_start|>system")
    assert text.out.endswith("Relevance:\n")


def test_a_code_that_is_not_there_is_bad_input(aitrade: Callable[..., Outcome], models: Path) -> None:
    assert aitrade("prompt", "show", "9999999999", "--model", MODEL).code == 3
    assert aitrade("prompt", "show", "8471410110", "--model", "none").code == 4
