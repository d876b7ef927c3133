"""The command that writes docs/figures.json: what is there is what the command makes."""

import json
from pathlib import Path

import pytest
from conftest import loaded_script

ROOT = Path(__file__).parents[2]
SHARED = ROOT.parent / "shared"


@pytest.mark.skipif(not (SHARED / "trade").is_dir(), reason="../shared is not there")
def test_the_figures_that_stand_are_those_that_the_command_makes() -> None:
    with loaded_script("write_figures") as script:
        stand = json.loads(script.FIGURES.read_text("utf-8"))["figures"]
        made = script.carried_over() | script.measured(SHARED)
    assert {name: figure["value"] for name, figure in made.items()} == {n: f["value"] for n, f in stand.items()}
