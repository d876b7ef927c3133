"""Extras: what a missing library is answered with, and that the extras are those of pyproject.toml."""

import re
import sys
import tomllib
from pathlib import Path

import pytest

from aitrade.core.errors import UsageError
from aitrade.core.extras import EXTRAS, require_extra
from aitrade.core.render.workbook import write_workbook

PROJECT = tomllib.loads((Path(__file__).parents[2] / "pyproject.toml").read_text("utf-8"))["project"]


def distributions(requirements: list[str]) -> set[str]:
    return {re.split("[><=~ ]", requirement)[0] for requirement in requirements}


def test_extras_are_those_of_the_project() -> None:
    declared = PROJECT["optional-dependencies"]
    core = distributions(PROJECT["dependencies"])
    for extra, modules in EXTRAS.items():
        everywhere = [need for need in declared[extra] if ";" not in need]  # others are of some processors only
        names = {name.removesuffix("-python").replace("-", "_") for name in distributions(everywhere)}
        assert names == set(modules)
        assert not core & distributions(declared[extra])
    assert declared["all"] == [f"aitrade[{','.join(EXTRAS)}]"]


def test_what_is_installed_is_accepted() -> None:
    for extra in EXTRAS:
        require_extra(extra, "this test")


def test_what_is_missing_is_named_with_its_extra(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "altair", None)
    with pytest.raises(UsageError) as refused:
        require_extra("report", "drawing a chart")
    assert str(refused.value) == "drawing a chart needs altair, which is not installed (pip install 'aitrade[report]')"
    monkeypatch.setitem(sys.modules, "jinja2", None)
    with pytest.raises(UsageError, match="needs jinja2 and altair, which are not installed"):
        require_extra("report", "drawing a chart")


def test_a_workbook_names_its_extra(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setitem(sys.modules, "openpyxl", None)
    with pytest.raises(UsageError, match=r"aitrade\[excel\]"):
        write_workbook({}, tmp_path / "tables.xlsx")
    assert not list(tmp_path.iterdir())
