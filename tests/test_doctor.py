"""Doctor: whatever stands in the way of a run is a line with the fix, and the rest is said all the same."""

import json
import shutil
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from conftest import MODEL, Outcome

from aitrade.models.installed import RECORD
from aitrade.workspace import DATABASE

Doctor = Callable[[], dict[str, dict[str, str | None]]]


@pytest.fixture
def weights(toy_weights: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The toy models, to be harmed."""
    folder = shutil.copytree(toy_weights, tmp_path / "own")
    monkeypatch.setenv("AITRADE_MODELS", str(folder))
    return folder


@pytest.fixture
def doctor(aitrade: Callable[..., Outcome], weights: Path) -> Doctor:
    """What doctor says, by what it is about."""

    def say() -> dict[str, dict[str, str | None]]:
        found = aitrade("doctor", "--json")
        assert found.code == 0, found.err
        return {line["about"]: line for line in json.loads(found.out)}

    return say


def test_what_is_there_is_said(doctor: Doctor, workspace: Path) -> None:
    said = doctor()
    assert str(said[MODEL]["found"]).startswith("installed, ")
    assert said[MODEL]["fix"] is None
    assert str(said[MODEL]["found"]).endswith(", tree engine")
    assert str(said["workspace"]["found"]).startswith(f"{workspace}: ")
    assert said["smollm2-135m-instruct"]["fix"] == "aitrade models install smollm2-135m-instruct"
    assert "qwen2.5-coder-1.5b-instruct" in str(said["default model"]["fix"])  # its base is not among the toys


def test_a_model_with_a_torn_record_is_a_line(doctor: Doctor, weights: Path) -> None:
    (weights / MODEL / RECORD).write_text("{", "utf-8")
    said = doctor()
    assert "record cannot be read" in str(said[MODEL]["found"])
    assert said[MODEL]["fix"] == f"aitrade models install {MODEL}"
    assert said["all-minilm-l6-v2"]["fix"] is None
    assert "workspace" in said


def test_a_workspace_that_cannot_be_opened_is_a_line(doctor: Doctor, workspace: Path) -> None:
    (workspace / DATABASE).write_text("no database", "utf-8")
    said = doctor()
    assert "not a usable DuckDB database" in str(said["workspace"]["found"])
    assert said[MODEL]["fix"] is None


def test_a_missing_extra_is_a_line(doctor: Doctor, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "openpyxl", None)
    said = doctor()
    assert "openpyxl" in str(said["extra excel"]["found"])
    assert said["extra excel"]["fix"] == "pip install 'aitrade[excel]'"
    assert said["extra report"] == {"about": "extra report", "found": "installed", "fix": None}
