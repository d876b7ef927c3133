"""The page on replication takes every table of the paper to a command, and README is an economist's first."""

import json
from pathlib import Path

from aitrade.core.paths import shipped
from aitrade.trade.paper.exhibits import EXHIBITS
from aitrade.trade.tables.catalogue import SPECS

ROOT = Path(__file__).parents[2]


def test_every_exhibit_stands_with_its_command() -> None:
    page = (ROOT / "docs" / "replication.md").read_text("utf-8")
    for one in EXHIBITS:
        assert f"| {one.shows} | `{one.command()}` |" in page
    assert {one.table for one in EXHIBITS} == set(SPECS)


def test_every_published_figure_is_of_an_exhibit() -> None:
    figures = json.loads(shipped("data/reference/paper_figures.json").read_text("utf-8"))["figures"]
    asked = {(one.table, one.options.get("flow", "imports"), one.options.get("by")) for one in EXHIBITS}
    lacking = {
        (figure["table"], figure["options"].get("flow", "imports"), figure["options"].get("by")) for figure in figures
    } - asked
    assert not {(table, flow) for table, flow, by in lacking if by is None}


def test_every_page_is_in_the_index() -> None:
    index = (ROOT / "docs" / "index.md").read_text("utf-8")
    pages = {path.name for path in (ROOT / "docs").glob("*.md")} - {"index.md"}
    assert {page for page in pages if f"({page}" not in index} == set()
