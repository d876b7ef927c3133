"""Neighbours: the nearest by meaning and heading, never the code itself; and an index that is kept while it holds."""

import dataclasses
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import toys
from hypothesis import given, settings
from hypothesis import strategies as st
from questions import LABELS, METHOD, QUESTION, near

from aitrade.core.device import Runtime
from aitrade.core.errors import ModelError
from aitrade.demo import DEMO_EMBEDDER
from aitrade.nomenclature.code_text import describe
from aitrade.nomenclature.codes import Code
from aitrade.question.exemplars import Exemplar, ExemplarSet, read_exemplars
from aitrade.retrieval.embedder import Embedder, load_embedder
from aitrade.retrieval.index import index_of, open_index

CPU = Runtime("cpu", "float32")


def unit_vectors(seed: int, count: int) -> np.ndarray:
    vectors = np.random.default_rng(seed).normal(size=(count, 6)).astype(np.float32)
    return vectors / np.linalg.norm(vectors, axis=1, keepdims=True)


def nearest_by_hand(
    exemplars: ExemplarSet, vectors: np.ndarray, code: Code, vector: np.ndarray, count: int
) -> list[tuple[float, Exemplar]]:
    """The oracle: look at every exemplar, add the bonuses, leave the code itself out, sort."""
    scored = []
    for exemplar, other in zip(exemplars.exemplars, vectors, strict=True):
        if (exemplar.code.flow, exemplar.code.hs10) == (code.flow, code.hs10):
            continue
        closeness = float(vector.astype(np.float64) @ other.astype(np.float64))
        closeness += METHOD.same_hs4 if exemplar.code.hs4 == code.hs4 else 0
        closeness += METHOD.same_hs6 if exemplar.code.hs6 == code.hs6 else 0
        scored.append((closeness, exemplar))
    return sorted(scored, key=lambda pair: (-pair[0], pair[1].code.hs10))[:count]


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 10_000), st.integers(1, 30), st.lists(st.sampled_from(toys.toy_codes()), min_size=1, max_size=5))
def test_neighbours_are_the_closest_of_all_exemplars(
    exemplars: ExemplarSet, seed: int, count: int, codes: list[Code]
) -> None:
    """A sibling may read quite unlike: looking at the nearest by meaning alone would miss it."""
    vectors, asked = unit_vectors(seed, len(exemplars)), unit_vectors(seed + 1, len(codes))
    found = near(index_of(exemplars, vectors), codes, asked, count)
    for code, vector, neighbours in zip(codes, asked, found, strict=True):
        expected = nearest_by_hand(exemplars, vectors, code, vector, count)
        assert [n.closeness for n in neighbours] == pytest.approx([closeness for closeness, _ in expected], abs=1e-5)
        assert {n.exemplar for n in neighbours} == {exemplar for _, exemplar in expected}
        for n in neighbours:
            assert n.same_hs4 == (n.exemplar.code.hs4 == code.hs4)
            assert n.same_hs6 == (n.exemplar.code.hs6 == code.hs6)


def test_an_exemplar_never_retrieves_itself_but_its_twin_of_the_other_flow(exemplars: ExemplarSet) -> None:
    same = np.tile(unit_vectors(1, 1), (len(exemplars), 1))  # all equally near: only the rule keeps a code out
    codes = [e.code for e in exemplars.exemplars]
    for code, neighbours in zip(codes, near(index_of(exemplars, same), codes, same, 30), strict=True):
        assert {n.exemplar.code for n in neighbours} == set(codes) - {code}


def test_bonuses_order_equally_similar_exemplars_subheading_heading_rest(exemplars: ExemplarSet) -> None:
    same = np.tile(unit_vectors(1, 1), (len(exemplars), 1))
    code = Code("8471500185", "imports", "anything")
    (neighbours,) = near(index_of(exemplars, same), [code], same[:1], 30)
    digits = [(n.exemplar.code.hs4 == "8471") + (n.exemplar.code.hs6 == "847150") for n in neighbours]
    assert digits == sorted(digits, reverse=True)
    assert digits[:5] == [2, 2, 2, 1, 1]
    for same_digits in (2, 1, 0):
        group = [n.exemplar.code.hs10 for n, shared in zip(neighbours, digits, strict=True) if shared == same_digits]
        assert group == sorted(group), "by code, whatever the order of the set"
    assert neighbours[0].closeness == pytest.approx(neighbours[0].similarity + METHOD.same_hs4 + METHOD.same_hs6)


def test_neighbours_do_not_hang_on_who_else_is_asked_about(exemplars: ExemplarSet) -> None:
    vectors, codes = unit_vectors(3, len(exemplars)), toys.toy_codes()
    asked = unit_vectors(4, len(codes))
    index = index_of(exemplars, vectors)
    together = near(index, codes, asked, 8)
    assert together == [near(index, [c], asked[i : i + 1], 8)[0] for i, c in enumerate(codes)]


class CountingEmbedder(Embedder):
    """Says how often exemplars were embedded."""

    asked: int = 0

    def embed(self, texts: Sequence[str]) -> Any:
        object.__setattr__(self, "asked", self.asked + 1)
        return unit_vectors(len(texts), len(texts))


def counting(sha256: str = "1" * 64, device: str = "cpu", arithmetic: str = "float32") -> CountingEmbedder:
    return CountingEmbedder("toy", sha256, device, arithmetic, None)


def test_the_index_is_reused_while_nothing_changed(exemplars: ExemplarSet, tmp_path: Path) -> None:
    embedder = counting()
    first, second = (open_index(exemplars, QUESTION.words, embedder, tmp_path) for _ in range(2))
    assert embedder.asked == 1
    assert np.array_equal(first.vectors, second.vectors)
    assert [p.suffix for p in tmp_path.iterdir()] == [".faiss"]


def test_an_index_is_read_where_it_is_first_found_and_kept_in_the_last_folder(
    exemplars: ExemplarSet, tmp_path: Path
) -> None:
    installed, own, other = tmp_path / "installed", tmp_path / "own", tmp_path / "other"
    embedder = counting()
    open_index(exemplars, QUESTION.words, embedder, installed, own)
    assert (embedder.asked, installed.exists(), len(list(own.iterdir()))) == (1, False, 1)
    open_index(exemplars, QUESTION.words, embedder, installed)
    found = open_index(exemplars, QUESTION.words, embedder, installed, other)
    assert (embedder.asked, other.exists()) == (2, False)
    assert np.array_equal(found.vectors, open_index(exemplars, QUESTION.words, embedder, own).vectors)


CHANGES: dict[str, Callable[[Exemplar], Exemplar]] = {
    "description": lambda e: dataclasses.replace(e, code=dataclasses.replace(e.code, description="SOMETHING ELSE")),
    "industry": lambda e: dataclasses.replace(e, code=dataclasses.replace(e.code, naics_description="ELSE")),
}


@pytest.mark.parametrize("change", CHANGES)
def test_the_index_is_built_again_when_an_exemplars_text_changes(
    exemplars: ExemplarSet, tmp_path: Path, change: str
) -> None:
    embedder = counting()
    open_index(exemplars, QUESTION.words, embedder, tmp_path)
    changed = ExemplarSet((CHANGES[change](exemplars.exemplars[0]), *exemplars.exemplars[1:]))
    assert open_index(changed, QUESTION.words, embedder, tmp_path).exemplars is changed
    assert embedder.asked == 2


def test_an_exemplar_judged_anew_is_not_embedded_again(exemplars: ExemplarSet, tmp_path: Path) -> None:
    embedder = counting()
    open_index(exemplars, QUESTION.words, embedder, tmp_path)
    first = dataclasses.replace(exemplars.exemplars[0], relevance="Medium", category="Cooling_HVAC")
    changed = ExemplarSet((first, *exemplars.exemplars[1:]))
    found = open_index(changed, QUESTION.words, embedder, tmp_path)
    assert (found.exemplars, embedder.asked) == (changed, 1)


def test_the_index_is_built_again_for_another_embedder_or_machine(exemplars: ExemplarSet, tmp_path: Path) -> None:
    others = (counting("2" * 64), counting("2" * 64, "cuda"), counting("2" * 64, "cuda", "bfloat16"))
    for embedder in (counting("1" * 64), *others):
        open_index(exemplars, QUESTION.words, embedder, tmp_path)
        assert embedder.asked == 1


def test_the_index_is_built_again_when_texts_are_made_otherwise(exemplars: ExemplarSet, tmp_path: Path) -> None:
    embedder = counting()
    open_index(exemplars, QUESTION.words, embedder, tmp_path)
    titles = {hs: title.upper() for hs, title in QUESTION.words.titles.items()}
    open_index(exemplars, dataclasses.replace(QUESTION.words, titles=titles), embedder, tmp_path)
    assert embedder.asked == 2


def test_the_embedder_gives_unit_vectors_that_are_always_the_same(models: Path) -> None:
    embedder = load_embedder(CPU, DEMO_EMBEDDER, QUESTION)
    texts = ["processing units", "bananas, fresh", "a much longer text about processing units and bananas"]
    vectors = embedder.embed(texts)
    assert vectors.dtype == np.float32
    assert np.linalg.norm(vectors, axis=1) == pytest.approx(np.ones(3), abs=1e-6)
    assert np.array_equal(vectors, load_embedder(CPU, DEMO_EMBEDDER, QUESTION).embed(texts))
    assert embedder.embed(texts[1:2])[0] == pytest.approx(vectors[1], abs=1e-5)


def test_an_llm_is_no_embedder_and_a_missing_one_names_the_fix(models: Path) -> None:
    with pytest.raises(ModelError, match="toy-llama is not an embedder"):
        load_embedder(CPU, "toy-llama", QUESTION)
    with pytest.raises(ModelError, match="aitrade models list"):
        load_embedder(CPU, "nothing-here", QUESTION)


def test_an_index_on_real_embeddings_finds_the_text_itself(models: Path, exemplar_file: Path, tmp_path: Path) -> None:
    exemplars, embedder = read_exemplars(exemplar_file, LABELS), load_embedder(CPU, DEMO_EMBEDDER, QUESTION)
    index = open_index(exemplars, QUESTION.words, embedder, tmp_path)
    twins = [dataclasses.replace(e.code, hs10="9999999999") for e in exemplars.exemplars]
    texts = [describe(e.code, QUESTION.words) for e in exemplars.exemplars]
    found = near(index, twins, embedder.embed(texts), 1)
    assert [n[0].similarity for n in found] == pytest.approx([1.0] * len(texts), abs=1e-5)
    assert [describe(n[0].exemplar.code, QUESTION.words) for n in found] == texts


def test_an_index_of_nothing_has_no_neighbours() -> None:
    nothing = index_of(ExemplarSet(()), np.empty((0, 4), np.float32))
    code = Code("8471500150", "imports", "x")
    assert near(nothing, [code], np.ones((1, 4), np.float32), 8) == [()]
