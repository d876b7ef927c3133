"""The page of a benchmark in Chromium with the network cut: light and dark, wide and narrow."""

from collections.abc import Iterator
from pathlib import Path

import chromium
import numpy as np
import pytest
from questions import LABELS, METHOD, QUESTION

from aitrade.evaluation.benchmark.contest import Contest
from aitrade.evaluation.benchmark.gold import Gold
from aitrade.evaluation.benchmark.result import measure
from aitrade.evaluation.benchmark.rows import Row
from aitrade.nomenclature.codes import Code
from aitrade.report.benchmark_page import PAGE, write_benchmark

AXE = Path(__file__).parents[1] / "browser" / "node_modules" / "axe-core" / "axe.min.js"

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(chromium.PROGRAM is None, reason="there is no chromium: apt-get install chromium"),
]


@pytest.fixture(scope="module")
def page(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("benchmark")
    generator = np.random.default_rng(4)
    levels = tuple(LABELS.levels[n] for n in generator.integers(0, 3, 60))
    codes = tuple(Code(f"{8400 + n // 4}{n:06}", "imports", '<b>WIDGETS</b> & "PARTS"') for n in range(60))
    gold = Gold("made up", codes, levels)
    contest = Contest(QUESTION, METHOD, gold, (), {}, (), "embedder", "cpu", folder, folder, {})
    kinds = [("baseline", "baseline", ""), *((f"model-{n} alone", "alone", f"model-{n}") for n in range(6))]
    rows = [
        Row(name, kind, model, {}, {"asked": 60, "seconds": 7.0 + n}, generator.dirichlet([1, 1, 1], 60))
        for n, (name, kind, model) in enumerate(kinds)
    ]
    write_benchmark(measure(contest, rows, generator.integers(1, 10**9, 60), 2024), folder)
    return folder / PAGE


@pytest.fixture(scope="module")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[chromium.Chromium]:
    folder = tmp_path_factory.mktemp("chromium")
    (folder / "downloads").mkdir()
    opened = chromium.Chromium(folder / "profile", folder / "downloads")
    yield opened
    opened.close()


@pytest.mark.parametrize("dark", [False, True])
@pytest.mark.parametrize("width", [1280, 390])
def test_the_page_is_whole_asks_nothing_and_axe_finds_nothing(
    page: Path, browser: chromium.Chromium, width: int, dark: bool
) -> None:
    browser.open(page, width=width, dark=dark)
    browser.wait("document.readyState === 'complete'")
    assert browser.run("document.documentElement.scrollWidth") <= width
    widths = browser.run("[...document.querySelectorAll('figure.chart .drawing > svg')].map(s => s.clientWidth)")
    assert [width > 100 for width in widths] == [True] * 4, widths
    assert browser.run("document.querySelectorAll('#disagreements tbody tr').length") > 10
    assert browser.run("document.querySelector('#disagreements tbody b')") is None
    if not AXE.exists():
        pytest.skip("there is no axe-core: npm ci --prefix tests/browser")
    browser.run(AXE.read_text("utf-8") + "; 0")
    found = browser.run(
        "axe.run(document).then(r => r.violations.map(v => [v.id, v.impact, v.nodes[0].html.slice(0, 200)]))"
    )
    assert found == []
    assert browser.complaints == []
    assert {url for url in browser.requests if not url.startswith("data:")} == {page.resolve().as_uri()}
