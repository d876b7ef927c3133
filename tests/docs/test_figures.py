"""README and model card show the figures of docs/figures.json, and no others in their measured tables."""

import json
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
FIGURES = json.loads((ROOT / "docs" / "figures.json").read_text("utf-8"))["figures"]
PAGES = ("README.md", "docs/model-card.md")
NUMBER = re.compile(r"[+-]?\d[\d,]*\.\d+|\d+ min \d+ s")  # figures; whole numbers say years and counts


def measured_table(page: str) -> str:
    section = re.search(r"^## Measured\n(.*?)(?=^## |\Z)", (ROOT / page).read_text("utf-8"), re.M | re.S)
    assert section, f"{page} has no section Measured"
    return "\n".join(line for line in section[1].splitlines() if line.startswith("|"))


def shown(figure: dict[str, str]) -> str:
    return f"{figure['value']} [{figure['interval']}]" if "interval" in figure else figure["value"]


@pytest.mark.parametrize("page", PAGES)
def test_no_measured_table_holds_a_number_that_is_not_a_figure(page: str) -> None:
    of_the_figures = {number for figure in FIGURES.values() for number in NUMBER.findall(shown(figure))}
    numbers = NUMBER.findall(measured_table(page))
    assert numbers
    assert set(numbers) <= of_the_figures


@pytest.mark.parametrize("name", FIGURES)
def test_every_figure_is_shown(name: str) -> None:
    assert any(shown(FIGURES[name]) in measured_table(page) for page in PAGES)


@pytest.mark.parametrize("name", FIGURES)
def test_every_figure_says_where_it_comes_from(name: str) -> None:
    figure = FIGURES[name]
    assert {"value", "command", "date", "source", "carried_over"} <= set(figure)
    assert figure["source"]
    assert figure["carried_over"] or (figure["command"] and figure["date"])
