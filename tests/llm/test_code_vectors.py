"""Where a tuned LLM places codes: kept beside its adapter, and evidence of its own."""

from pathlib import Path

import numpy as np
import pytest
import toys
from safetensors.numpy import load_file

from aitrade.llm.code_vectors import FULL, VECTORS, new_projection, project, read_vectors, write_vectors
from aitrade.question.exemplars import Exemplar, ExemplarSet

CODES = toys.toy_codes()
EXEMPLARS = tuple(Exemplar(code, "Low", "Not_DC_Related", "because") for code in CODES)
RANDOM = np.random.default_rng(4)


def unit(count: int, dimensions: int) -> "np.ndarray[tuple[int, ...], np.dtype[np.float32]]":
    drawn = RANDOM.normal(size=(count, dimensions)).astype(np.float32)
    return drawn / np.linalg.norm(drawn, axis=1, keepdims=True)


@pytest.mark.parametrize("width", [32, 896])
def test_projection_keeps_lengths_within_it_and_angles_nearly(width: int) -> None:
    projection = new_projection(width)
    assert projection.T @ projection == pytest.approx(np.eye(min(width, 128)), abs=1e-5)
    hidden = unit(40, width) + np.array([3.0] + [0.0] * (width - 1), np.float32) * RANDOM.normal(size=(40, 1))
    hidden = hidden.astype(np.float32)
    placed = project(hidden, projection)
    assert np.linalg.norm(placed, axis=1) == pytest.approx(np.ones(40), abs=1e-5)
    exact = hidden / np.linalg.norm(hidden, axis=1, keepdims=True)
    assert np.abs(placed @ placed.T - exact @ exact.T).mean() < 0.1


def test_files_say_imports_and_exports_as_the_shipped_ones_do(tmp_path: Path) -> None:
    write_vectors(tmp_path / VECTORS, EXEMPLARS, new_projection(32), {FULL: unit(len(CODES), 20)})
    assert load_file(tmp_path / VECTORS)["flow"].tolist() == [{"imports": 0, "exports": 1}[c.flow] for c in CODES]


def test_vectors_are_read_as_they_were_written(tmp_path: Path) -> None:
    views = {FULL: unit(len(CODES), 20), "fold0": unit(len(CODES), 20)}
    write_vectors(tmp_path / VECTORS, EXEMPLARS, new_projection(32), views)
    kept = read_vectors(tmp_path)
    assert kept is not None
    assert list(kept.codes) == [(code.flow, code.hs10) for code in CODES], "a leading zero or a flow was lost"
    assert np.array_equal(kept.projection, new_projection(32))
    for name, vectors in views.items():
        assert (kept.views[name] * vectors).sum(1) == pytest.approx(np.ones(len(CODES)), abs=1e-3)


def test_an_index_has_todays_labels_of_the_exemplars_that_were_tuned_on(tmp_path: Path) -> None:
    vectors = unit(len(CODES), 20)
    write_vectors(tmp_path / VECTORS, EXEMPLARS, new_projection(32), {FULL: vectors})
    kept = read_vectors(tmp_path)
    assert kept is not None
    newcomer = Exemplar(toys.Code("9999999999", "imports", "NEW"), "High", "Compute_Hardware", "because")
    relabelled = Exemplar(CODES[3], "Medium", "Cooling_HVAC", "because")
    today = ExemplarSet((EXEMPLARS[7], relabelled, newcomer, EXEMPLARS[1]))
    index = kept.index(today)
    assert index.exemplars.exemplars == (EXEMPLARS[7], relabelled, EXEMPLARS[1])
    assert (index.vectors * vectors[[7, 3, 1]]).sum(1) == pytest.approx(np.ones(3), abs=1e-3)


def test_an_adapter_without_vectors_has_none(tmp_path: Path) -> None:
    assert read_vectors(tmp_path) is None
