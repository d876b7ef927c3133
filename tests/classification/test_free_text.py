"""Descriptions without a code: judged by meaning alone, each by itself, with nothing kept."""

import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import toys
from conftest import MODEL, Outcome

from aitrade.classification.classifier import Classifier
from aitrade.classification.free_text import classify_texts
from aitrade.core.errors import BadInputError

TEXTS = ["WATER CHILLER", "BANANAS", "HARD DISK", "T-SHIRTS", "BALL VALVES", "SWITCHES", "GATE VALVES"]


def ignore(done: int, total: int) -> None:
    """Take no notice of progress."""


def judge(classifier: Classifier, *texts: str) -> list[tuple[float, ...]]:
    return [judged.p for judged in classify_texts(classifier, texts, ignore)]


def test_a_description_is_judged_the_same_alone_and_among_others(toy_classifier: Callable[..., Classifier]) -> None:
    together = judge(toy_classifier(), *TEXTS)
    assert len({tuple(np.round(p, 6)) for p in together}) == len(TEXTS)
    for text, p in zip(TEXTS, together, strict=True):
        assert judge(toy_classifier(), text)[0] == p


def test_neighbours_are_the_nearest_in_meaning_from_any_chapter(toy_classifier: Callable[..., Classifier]) -> None:
    classifier = toy_classifier()
    (judged,) = classify_texts(classifier, ["gate valves of steel"], ignore)
    vector = classifier.embedder.embed([judged.description])[0]
    similarities = classifier.index.vectors @ vector
    order = np.argsort(-similarities, kind="stable")[: len(judged.evidence["neighbours"])]
    found = [(n["flow"], n["hs10"]) for n in judged.evidence["neighbours"]]
    nearest = [classifier.index.exemplars.exemplars[place].code.key for place in order]
    assert sorted(found) == sorted(nearest)
    assert [n["similarity"] for n in judged.evidence["neighbours"]] == pytest.approx(similarities[order], abs=1e-4)
    assert not any(n["same_hs4"] or n["same_hs6"] for n in judged.evidence["neighbours"])


@pytest.mark.parametrize("texts", [[], ["servers", " "]])
def test_empty_descriptions_are_refused(toy_classifier: Callable[..., Classifier], texts: list[str]) -> None:
    with pytest.raises(BadInputError, match="description"):
        classify_texts(toy_classifier(), texts, ignore)


def test_the_command_reads_a_file_and_writes_nothing_into_the_workspace(
    aitrade: Callable[..., Outcome], models: Path, workspace: Path, tmp_path: Path
) -> None:
    database = next(workspace.glob("*.duckdb"))
    before = database.read_bytes()
    file = tmp_path / "catalogue.csv"
    file.write_text("number,description\n1,hard disk\n2,bananas\n", "utf-8")
    said = aitrade("classify-text", "--file", file, "--model", MODEL, "--format", "json")
    assert said.code == 0, said.err
    rows = json.loads(said.out)
    assert [row["description"] for row in rows] == ["hard disk", "bananas"]
    assert all(sum(row[name] for name in row if name.startswith("p_")) == pytest.approx(1) for row in rows)
    assert {row["nearest_hs10"] for row in rows} <= {code.hs10 for code in toys.toy_codes()}
    assert database.read_bytes() == before


def test_descriptions_come_from_one_place(aitrade: Callable[..., Outcome], tmp_path: Path) -> None:
    assert aitrade("classify-text").code == 2
    assert aitrade("classify-text", "valves", "--file", tmp_path / "a.csv").code == 2
