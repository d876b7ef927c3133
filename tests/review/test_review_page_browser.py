"""The review page in Chromium with the network cut: fifty codes by keyboard alone, and back into the workspace."""

import csv
from pathlib import Path

import chromium
import pytest
from gold_fixtures import Made, made_up_gold

import aitrade

AXE = Path(__file__).parents[1] / "browser" / "node_modules" / "axe-core" / "axe.min.js"
CODES = 50

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(chromium.PROGRAM is None, reason="there is no chromium: apt-get install chromium"),
]


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Made:
    return made_up_gold(tmp_path_factory.mktemp("review") / "workspace")


@pytest.fixture(scope="module")
def page(made: Made) -> Path:
    path = made.folder.parent / "review.html"
    aitrade.open(made.folder).review_export(path, limit=CODES)
    return path


def press(browser: chromium.Chromium, key: str) -> None:
    text = {"text": key} if len(key) == 1 else {"text": "\r"} if key == "Enter" else {}
    browser.call("Input.dispatchKeyEvent", type="keyDown" if text else "rawKeyDown", key=key, **text)
    browser.call("Input.dispatchKeyEvent", type="keyUp", key=key)


def test_fifty_codes_are_labelled_by_keyboard_alone(made: Made, page: Path, browser: chromium.Chromium) -> None:
    browser.open(page)
    press(browser, "3")
    press(browser, "u")  # a slip, taken back
    shown = []
    for number in range(CODES):
        shown.append(str(browser.run("document.getElementById('code').textContent")).split()[0])
        press(browser, "1" if number % 2 else "3")
        if number % 2:
            press(browser, "a")
        if number == 1:
            press(browser, "r")
            for letter in 'so, a "1" it is':
                browser.call("Input.dispatchKeyEvent", type="char", text=letter)
            press(browser, "Escape")
        press(browser, "Enter")
    assert browser.run("document.getElementById('progress').value") == CODES
    press(browser, "s")
    saved = browser.downloaded("review.csv")
    assert browser.complaints == []
    assert [url for url in browser.requests if not url.startswith(("data:", "blob:"))] == [page.resolve().as_uri()]

    with saved.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert [row["hs10"] for row in rows] == shown
    assert rows[1]["reason"] == 'so, a "1" it is'
    workspace = aitrade.open(made.folder)
    receipt = workspace.review_import(saved, "by-keyboard")
    assert receipt.reviewed == CODES
    said = workspace.sql("SELECT hs10, relevance, category FROM predictions WHERE run = 'by-keyboard'")
    labels = {row["hs10"]: (row["relevance"], row["category"]) for row in said}
    for number, hs10 in enumerate(shown):
        assert labels[hs10] == (("High", "Compute_Hardware") if number % 2 else ("Low", "Not_DC_Related"))
    assert {hs10: label for hs10, label in labels.items() if hs10 not in shown} == {
        hs10: label for hs10, label in made.run.items() if hs10 not in shown
    }


@pytest.mark.parametrize("dark", [False, True])
@pytest.mark.parametrize("width", [1280, 390])
def test_axe_finds_nothing(page: Path, browser: chromium.Chromium, width: int, dark: bool) -> None:
    if not AXE.exists():
        pytest.skip("there is no axe-core: npm ci --prefix tests/browser")
    browser.open(page, width=width, dark=dark)
    press(browser, "1")
    browser.run("document.querySelectorAll('details').forEach(d => { d.open = true })")
    assert browser.run("document.documentElement.scrollWidth") <= width
    browser.run(AXE.read_text("utf-8") + "; 0")
    found = browser.run(
        "axe.run(document).then(r => r.violations.map(v => [v.id, v.impact, v.nodes[0].html.slice(0, 200)]))"
    )
    assert found == []
    press(browser, "u")  # a page with something to save asks before it is left
