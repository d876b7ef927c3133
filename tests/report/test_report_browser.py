"""The report in Chromium with the network cut: it draws, answers, downloads, and asks nothing of anybody."""

import csv
import io
from pathlib import Path

import chromium
import pytest
import report_workspace as made

import aitrade
from aitrade.question.question import SHIPPED, load_question

QUESTION = load_question(SHIPPED)

AXE = Path(__file__).parents[1] / "browser" / "node_modules" / "axe-core" / "axe.min.js"
SHARED = Path(__file__).parents[3] / "shared"

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(chromium.PROGRAM is None, reason="there is no chromium: apt-get install chromium"),
]


@pytest.fixture(scope="module")
def report(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("browser")
    return aitrade.open(made.fill(folder / "workspace")).report(folder / "report.html", run=made.RUN).files[0]


def test_it_answers_without_a_network(browser: chromium.Chromium, report: Path) -> None:
    browser.open(report)
    figure = "document.querySelector('[data-figure=monthly]')"
    browser.wait(f"{figure}.querySelectorAll('.drawing svg path').length > 3")
    unit = f"{figure}.querySelector('.unit').textContent"
    assert browser.run(unit) == "imports · base year's monthly average = 100"
    lines = f"{figure}.querySelectorAll('.drawing .mark-line path').length"
    assert browser.run(lines) == 4

    box = f"{figure}.querySelector('input[value=Low]')"
    browser.run(f"{box}.click()")
    browser.wait(f"{lines} === 3")
    choose = "const s = %s.querySelector('select[name=measure]'); s.value = '%s'; s.dispatchEvent(new Event('change'))"
    browser.run(f"(() => {{ {choose % (figure, 'Tariff rate')} }})()")
    browser.wait(f"{unit}.includes('duty over customs value')")
    browser.wait(f"{lines} === 2")

    browser.run(f"[...{figure}.querySelectorAll('button')].find(b => b.textContent === 'Data as CSV').click()")
    rows = list(csv.DictReader(io.StringIO(browser.downloaded("monthly.csv").read_text("utf-8"))))
    assert {row["series"] for row in rows} == {"High", "Low", "All", "High without compute"}
    assert {row["measure"] for row in rows} == {"Index", "Billion dollars", "Tariff rate"}
    for kind, start in (("PNG", b"\x89PNG"), ("SVG", b"<svg")):
        browser.run(f"[...{figure}.querySelectorAll('button')].find(b => b.textContent === 'Save {kind}').click()")
        assert browser.downloaded(f"monthly.{kind.lower()}").read_bytes().startswith(start)
    chromium.assert_quiet(browser, report)


def test_tables_sort_and_search(browser: chromium.Chromium, report: Path) -> None:
    browser.open(report)
    table = "document.querySelector('[data-table=summary-imports]')"
    column = f"[...{table}.querySelectorAll('tbody tr')].filter(r => !r.hidden).map(r => r.cells[2].textContent)"
    heading = f"{table}.querySelectorAll('thead button')[2]"
    browser.run(f"{heading}.click()")
    down = [int(text) for text in browser.run(column)]
    browser.run(f"{heading}.click()")
    assert [int(text) for text in browser.run(column)] == down[::-1] == sorted(down)
    assert browser.run(f"{heading}.parentElement.getAttribute('aria-sort')") == "ascending"
    search = f"{table}.querySelector('input')"
    browser.run(f"{search}.value = 'cooling'; {search}.dispatchEvent(new Event('input'))")
    assert browser.run(f"{column}.length") == 1
    button = "document.querySelector('[data-table=top-imports] .tools button')"
    browser.run(f"{button}.click()")
    text = browser.downloaded("top-imports.csv").read_text("utf-8")
    assert any(row[2] == "'" + made.EVIL for row in csv.reader(io.StringIO(text, newline="")))
    chromium.assert_quiet(browser, report)


def test_codes_are_found(browser: chromium.Chromium, report: Path) -> None:
    browser.open(report)
    rows = "document.querySelectorAll('#codes .search tbody tr').length"
    assert browser.run(rows) == 8
    search = (
        "(() => {{ const p = document.querySelector('#codes .search'); p.querySelectorAll('select')[1].value = '';"
        "const i = p.querySelector('input'); i.value = '{}'; i.dispatchEvent(new Event('input')) }})()"
    )
    for words, count in (("8471", 4), ("t-shirts cotton", 2), ("cooling hvac", 2), ("8517.62.0020", 2), ("xyzzy", 0)):
        browser.run(search.format(words))
        assert browser.run(rows) == count, words
    assert browser.run("document.querySelector('#codes .fallback')") is None
    chromium.assert_quiet(browser, report)


def test_without_scripts_everything_is_there(browser: chromium.Chromium, report: Path) -> None:
    browser.open(report, scripts=False)
    drawn = "[...document.querySelectorAll('figure.chart')].every(f => f.querySelector('svg').clientWidth > 300)"
    assert browser.run(drawn)
    assert browser.run("document.querySelectorAll('.fallback tbody tr').length") == 8
    assert browser.run("document.querySelectorAll('button, select, input').length") == 0
    chromium.assert_quiet(browser, report)


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
@pytest.mark.parametrize("width", [1280, 390])
def test_accessibility(browser: chromium.Chromium, report: Path, width: int, dark: bool) -> None:
    if not AXE.exists():
        pytest.skip("there is no axe-core: npm ci --prefix tests/browser")
    browser.open(report, width=width, dark=dark)
    browser.run("document.querySelectorAll('details').forEach(d => { d.open = true })")
    assert browser.run("document.documentElement.scrollWidth") <= width
    browser.run(AXE.read_text("utf-8") + "; 0")
    found = browser.run(
        "axe.run(document).then(r => r.violations.map("
        "v => [v.id, v.impact, v.nodes.length, v.nodes[0].html.slice(0, 200)]))"
    )
    assert [one for one in found if one[1] in ("serious", "critical")] == []
    assert browser.complaints == []


def test_the_keyboard_reaches_everything(browser: chromium.Chromium, report: Path) -> None:
    browser.open(report)
    press = {"key": "Tab", "code": "Tab", "windowsVirtualKeyCode": 9}
    for kind in ("rawKeyDown", "keyUp"):
        browser.call("Input.dispatchKeyEvent", type=kind, **press)
    assert browser.run("document.activeElement.className") == "skip"
    assert browser.run(
        "[...document.querySelectorAll('button, select, input, summary, a')].every(e => e.tabIndex >= 0)"
    )


def test_it_prints_on_a4(browser: chromium.Chromium, report: Path) -> None:
    browser.open(report, dark=True)
    browser.call("Emulation.setEmulatedMedia", media="print")
    assert browser.run("getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)"
    assert browser.run("getComputedStyle(document.querySelector('nav')).display") == "none"
    assert browser.call("Page.printToPDF", paperWidth=8.27, paperHeight=11.69)["data"].startswith("JVBERi")


@pytest.mark.skipif(not SHARED.is_dir(), reason="../shared with the published trade data is not there")
def test_real_trade_and_the_published_classification(browser: chromium.Chromium, tmp_path: Path) -> None:
    from aitrade.classification.label_import import import_labels
    from aitrade.trade.ingest.importing import import_trade
    from aitrade.trade.readers.source import ImportOptions
    from aitrade.workspace import open_workspace
    from aitrade.workspace.code_import import import_codes

    with open_workspace(tmp_path / "w", reads=[SHARED]) as con:
        import_codes(con, SHARED / "nomenclature" / "imports_hs10.csv", "imports")
        import_trade(con, [SHARED / "trade" / "imports_2024_hs10_country.parquet"], ImportOptions(flow="imports"))
        import_labels(con, SHARED / "reference" / "labels_dev.csv", "paper-dev", QUESTION)
    (page,) = aitrade.open(tmp_path / "w").report(tmp_path / "real.html").files
    assert page.stat().st_size < 3_000_000
    assert "$265.0 bn" in page.read_text("utf-8")
    browser.open(page)
    assert browser.run("document.querySelectorAll('#codes .search tbody tr').length") == 100
    chromium.assert_quiet(browser, page)
