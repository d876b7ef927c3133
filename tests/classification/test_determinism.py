"""Other batches, order and threads, and a stop on the way, give the same labels and nearly the same probabilities."""

import dataclasses
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import numpy as np
import pytest
import torch
from conftest import MODEL, fill
from questions import LABELS, SMALL, on_exemplars
from reliability_figures import record

from aitrade.classification.classifier import Classifier
from aitrade.classification.loading import load_classifier
from aitrade.classification.run import classify
from aitrade.core.errors import StoppedError
from aitrade.nomenclature.codes import Code
from aitrade.question.exemplars import ExemplarSet
from aitrade.workspace import open_workspace
from aitrade.workspace.codes import read_codes
from aitrade.workspace.predictions import NEAR, near_ties

BOUNDS = {"float32": 1e-6, "bfloat16": 2e-3}
Said = dict[tuple[str, str], tuple[str, list[float]]]


@pytest.fixture(scope="module", params=BOUNDS)
def loaded(
    request: pytest.FixtureRequest, toy_weights: Path, exemplars: ExemplarSet, tmp_path_factory: pytest.TempPathFactory
) -> tuple[str, Classifier]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("AITRADE_MODELS", str(toy_weights))
        place = tmp_path_factory.mktemp("kept")
        made = load_classifier(
            on_exemplars(exemplars), MODEL, "cpu", place, method=SMALL, arithmetic=request.param, calibrated=False
        )
    return request.param, made


@pytest.fixture
def threads() -> Iterator[Callable[[int], None]]:
    before = torch.get_num_threads()
    yield torch.set_num_threads
    torch.set_num_threads(before)


def said(
    folder: Path,
    classifier: Classifier,
    batch: int = 6,
    order: Callable[[list[Code]], Sequence[Code]] = list,
    stop: int = 0,
) -> Said:
    """What a run says of each code; a run that is stopped after some batches goes on."""

    def on_batch(done: int, _: int) -> None:
        if stop and done >= stop * batch:
            raise KeyboardInterrupt

    cut = dataclasses.replace(classifier, method=dataclasses.replace(classifier.method, codes_per_batch=batch))
    with open_workspace(fill(folder)) as con:
        codes = order(read_codes(con, ("imports", "exports")))
        if stop:
            with pytest.raises(StoppedError):
                classify(con, [cut], codes, on_batch)
        run = classify(con, [cut], codes, lambda *_: None)
        rows = con.execute("SELECT flow, hs10, relevance, p FROM predictions WHERE run = ?", [run.run]).fetchall()
        ties = near_ties(con, run.run)
    alike = {(flow, hs10) for flow, hs10, _, p in rows if p and -np.subtract(*np.sort(p)[-2:]) < NEAR}
    assert set(ties) == alike  # the run marks them
    return {(flow, hs10): (relevance, p) for flow, hs10, relevance, p in rows}


def test_labels_do_not_depend_on_what_is_computed_beside(
    loaded: tuple[str, Classifier], threads: Callable[[int], None], tmp_path: Path
) -> None:
    arithmetic, classifier = loaded
    usual = said(tmp_path / "usual", classifier)
    others = {
        "batches of 3": said(tmp_path / "small", classifier, 3),
        "one batch": said(tmp_path / "one", classifier, 100),
        "the other way round": said(tmp_path / "order", classifier, order=lambda codes: codes[::-1]),
        "with a stop": said(tmp_path / "stop", classifier, stop=3),
    }
    threads(3)
    others["three threads"] = said(tmp_path / "threads", classifier)
    largest = 0.0
    for what, other in others.items():
        assert other.keys() == usual.keys()
        for key, (relevance, p) in usual.items():
            if not p:
                assert other[key] == (relevance, p), what
                continue
            difference = float(np.abs(np.subtract(p, other[key][1])).max())
            assert difference <= BOUNDS[arithmetic], (what, key)
            largest = max(largest, difference)
            near = sorted(p)[-1] - sorted(p)[-2] < NEAR
            assert other[key][0] == relevance or near, (what, key)
    assert {relevance for relevance, _ in usual.values()} <= set(LABELS.levels)
    record("determinism", f"{arithmetic}: largest difference of a probability in {len(others)} ways", f"{largest:.1e}")
