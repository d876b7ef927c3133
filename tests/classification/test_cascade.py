"""The cascade: the LLM is asked about no code that is Low beyond doubt without it."""

import csv
import dataclasses
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import questions
import toys
from conftest import MODEL, Outcome
from questions import METHOD, on_exemplars

from aitrade.classification.decision import baseline_probabilities
from aitrade.classification.loading import load_classifier
from aitrade.demo import DEMO_EMBEDDER
from aitrade.nomenclature.codes import Code
from aitrade.question.exemplars import ExemplarSet


def test_the_cascade_spares_the_llm_what_is_low_beyond_doubt(calibrated: Path, exemplars: ExemplarSet) -> None:
    whole = load_classifier(on_exemplars(exemplars), MODEL, "cpu", calibrated, method=METHOD)
    assert whole.calibration is not None
    codes = [c for c in toys.toy_codes() if whole.exemplar_prediction(c) is None]
    mostly_low = dataclasses.replace(whole.calibration.baseline, bias=[-9.0, -9.0, 9.0])
    calibration = dataclasses.replace(whole.calibration, baseline=mostly_low)
    baseline = baseline_probabilities(calibration, whole.retrieve(codes), whole.method)
    sure = float(np.median(baseline[:, 2]))
    calibration = dataclasses.replace(calibration, cascade_threshold=sure)
    cascade = dataclasses.replace(whole, calibration=calibration, cascade=True)
    asked: list[Code] = []

    class Listening(type(whole.scorer)):  # type: ignore[misc]
        def relevance(self, codes: Any, neighbours: Any) -> Any:
            asked.extend(codes)
            return super().relevance(codes, neighbours)

    cascade = dataclasses.replace(cascade, scorer=Listening(*questions.scorer_parts(whole.scorer)))
    found = cascade.predict(codes)
    spared = [p for p, row in zip(found, baseline, strict=True) if row[2] >= sure]
    assert 0 < len(spared) < len(codes)
    assert asked == [c for c, row in zip(codes, baseline, strict=True) if row[2] < sure]
    assert [p.hs10 for p in found] == [c.hs10 for c in codes]
    for p, row in zip(found, baseline, strict=True):
        assert p.source == ("cascade" if row[2] >= sure else "llm")
        if p.source == "cascade":
            assert (p.relevance, p.category) == ("Low", "Not_DC_Related")
            assert p.p == pytest.approx(tuple(row))
    retrieved = whole.retrieve(codes)
    rows = [place for place, row in enumerate(baseline) if row[2] < sure]
    assert rows != list(range(len(rows)))
    assert [found[row] for row in rows] == cascade.ask([codes[r] for r in rows], retrieved.rows(rows))
    for p, ns in zip(found, retrieved.neighbours, strict=True):
        assert [n["hs10"] for n in p.evidence["neighbours"]] == [n.exemplar.code.hs10 for n in ns[:8]]
    off = dataclasses.replace(cascade, cascade=False)
    assert {p.source for p in off.predict(codes)} == {"llm"}


def test_cascade_on_the_command_line(aitrade: Callable[..., Outcome], models: Path, workspace: Path) -> None:
    aitrade("calibrate", "--model", MODEL, "--device", "cpu")
    path = workspace / "calibration" / DEMO_EMBEDDER / f"{MODEL}.json"
    raw = json.loads(path.read_text("utf-8"))
    raw["baseline"]["bias"] = [-9.0, -9.0, 9.0]
    path.write_text(json.dumps(raw | {"cascade_threshold": 0.5}), "utf-8")
    found = aitrade("classify", "--model", MODEL, "--device", "cpu")
    run = found.err.strip().split()[-1]  # it ends with the next command
    assert sources(aitrade, run, workspace) == {"exemplar", "cascade"}
    aitrade("classify", "--model", MODEL, "--device", "cpu", "--cascade", "off")
    other = next(r["run"] for r in json.loads(aitrade("runs", "list", "--json").out) if r["run"] != run)
    assert sources(aitrade, other, workspace) == {"exemplar", "llm"}


def sources(aitrade: Callable[..., Outcome], run: str, workspace: Path) -> set[str]:
    assert aitrade("runs", "export", run, "-o", workspace / "out.csv").code == 0
    with (workspace / "out.csv").open(encoding="utf-8", newline="") as file:
        return {row["source"] for row in csv.DictReader(file)}
