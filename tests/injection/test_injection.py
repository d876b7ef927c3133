"""Hostile text in every field of a workspace, through every output, read back by what people read it with."""

import csv
import io
import json
import re
import shutil
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import chromium
import openpyxl
import pyte
import pytest
import report_workspace as made
from conftest import Outcome
from reliability_figures import record

from aitrade.core.clean import clean
from aitrade.workspace import open_workspace
from tests.injection.hostile import ESCAPES, HOSTILE, fill

CODE = "8471500150"
PRINTED = (
    ("codes", "list"),
    ("codes", "show", CODE),
    ("explain", CODE, "--run", made.RUN),
    ("runs", "list"),
    ("runs", "show", made.RUN),
    ("table", "summary", "--run", made.RUN),
    ("table", "top", "--run", made.RUN),
    ("table", "countries", "--run", made.RUN),
    ("table", "top", "--run", made.RUN, "--format", "markdown"),
    ("table", "top", "--run", made.RUN, "--format", "latex"),
    ("table", "top", "--run", made.RUN, "--format", "csv"),
    ("table", "top", "--run", made.RUN, "--format", "json"),
    ("trade", "receipts"),
    ("exemptions", "list"),
    ("question", "show"),
    ("cite", "--run", made.RUN),
    ("compare", made.HAND, made.RUN),
)
TABLES = ("top", "countries", "summary")
LATEX = next((found for name in ("tectonic", "pdflatex", "lualatex") if (found := shutil.which(name))), None)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return fill(tmp_path_factory.mktemp("hostile") / "workspace")


@pytest.fixture(scope="module")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[chromium.Chromium]:
    place = tmp_path_factory.mktemp("chromium")
    (place / "downloads").mkdir()
    opened = chromium.Chromium(place / "profile", place / "downloads")
    yield opened
    opened.close()


def unharmed(text: str) -> None:
    """Print a text to a terminal emulator, and check that it did nothing but show characters."""
    screen = pyte.HistoryScreen(200, 50, history=100_000, ratio=1)
    pyte.Stream(screen).feed("marked\r\n" + text.replace("\n", "\r\n"))
    lines = [*screen.history.top, *screen.buffer.values()]
    assert "".join(lines[0][column].data for column in range(6)) == "marked"  # nothing was cleared or moved
    assert (screen.title, screen.icon_name) == ("", "")
    shown = {(cell.fg, cell.bg, cell.blink, cell.reverse) for line in lines for cell in line.values()}
    assert shown <= {("default", "default", False, False)}
    assert clean(text) == text  # nor what turns the direction of writing


def test_a_terminal_does_nothing_that_a_text_asks_for(folder: Path, command_line: Callable[..., Outcome]) -> None:
    for command in PRINTED:
        said = command_line(folder, *command)
        assert said.code == 0, (command, said.err)
        unharmed(said.out + said.err)
    record("injection", f"{len(HOSTILE)} strings in every field: outputs read by a terminal emulator", len(PRINTED))


@pytest.mark.parametrize(
    "arguments",
    [
        ("table", f"x\u202e{ESCAPES}"),
        (f"x\u202e{ESCAPES}",),
        ("table", "summary", "--format", f"x\u202e{ESCAPES}"),
        ("table", "summary", f"--x\u202e{ESCAPES}"),
        ("codes", "import", f"x\u202e{ESCAPES}"),
        ("runs", "show", f"x\u202e{ESCAPES}"),
        ("--workspace", f"x\u202e{ESCAPES}", "runs", "list"),
    ],
    ids=lambda arguments: arguments[0] if arguments[0].isascii() else "command",
)
def test_what_was_typed_is_repeated_unharmed(
    arguments: tuple[str, ...], folder: Path, command_line: Callable[..., Outcome]
) -> None:
    said = command_line(folder, *arguments)
    assert said.code in (2, 3)
    assert "x" in said.err
    unharmed(said.out + said.err)


def test_a_file_of_a_hostile_name_is_named_unharmed(
    folder: Path, tmp_path: Path, command_line: Callable[..., Outcome]
) -> None:
    file = tmp_path / f"\u202e{ESCAPES.replace('/', '')}.csv"
    file.write_text(f"hs10,description\n{CODE},{ESCAPES}\n", "utf-8")
    place = tmp_path / "workspace"
    said = command_line(place, "codes", "import", file)
    assert said.code == 0
    unharmed(said.out + said.err)
    file.write_text("hs10,description\n8471,x\n")
    said = command_line(place, "codes", "import", file)
    assert said.code == 3
    unharmed(said.out + said.err)


def test_a_spreadsheet_runs_nothing(folder: Path, tmp_path: Path, command_line: Callable[..., Outcome]) -> None:
    run = ("--run", made.RUN)
    commands: list[tuple[str | Path, ...]] = [
        ("review", "export", tmp_path / "review.xlsx", *run),
        ("review", "export", tmp_path / "review.csv", *run),
        ("runs", "export", made.RUN, "-o", tmp_path / "run.csv"),
        ("export", "labels", *run, "-o", tmp_path / "labels.csv"),
        ("report", *run, "-o", tmp_path / "report.html", "--tables", tmp_path / "tables"),
    ]
    commands += [("table", t, *run, "-o", tmp_path / f"{t}{end}") for t in TABLES for end in (".csv", ".xlsx")]
    for command in commands:
        said = command_line(folder, *command)
        assert said.code == 0, (command, said.err)
    books = list(tmp_path.rglob("*.xlsx"))
    for book in books:
        cells = [cell for sheet in openpyxl.load_workbook(book) for row in sheet.iter_rows() for cell in row]
        assert [cell.value for cell in cells if cell.data_type == "f" or cell.hyperlink] == [], book
    texts = list(tmp_path.rglob("*.csv"))
    for text in texts:
        for row in csv.reader(io.StringIO(text.read_text("utf-8-sig"), newline="")):
            for cell in row:
                assert is_number(cell) or not cell.startswith(("=", "+", "-", "@", "\t", "\r")), (text, cell)
                assert clean(cell) == cell
    assert len(books) >= 4
    assert len(texts) >= 7
    record("injection", "files read by openpyxl and csv", len(books) + len(texts))


def is_number(text: str) -> bool:
    """Whether a spreadsheet takes a text for a number."""
    try:
        float(text)
    except ValueError:
        return False
    return True


@pytest.mark.browser
@pytest.mark.skipif(chromium.PROGRAM is None, reason="there is no chromium: apt-get install chromium")
def test_a_browser_runs_nothing(
    folder: Path, browser: chromium.Chromium, tmp_path: Path, command_line: Callable[..., Outcome]
) -> None:
    report, review, table = (tmp_path / f"{name}.html" for name in ("report", "review", "table"))
    for command in (
        ("report", "--run", made.RUN, "-o", report),
        ("review", "export", review, "--run", made.RUN),
        ("table", "top", "--run", made.RUN, "-o", table),
    ):
        said = command_line(folder, *command)
        assert said.code == 0, said.err
    for page in (report, review, table):
        if page is table:  # a part of a page, without scripts
            browser.requests.clear()
            browser.call("Page.navigate", url=page.resolve().as_uri())
            browser.wait("document.readyState === 'complete'")
        else:
            browser.open(page)
        assert browser.run("document.title") != "owned"
        assert browser.run("document.querySelectorAll('img[src=x], a[href^=javascript]').length") == 0
        shown = str(browser.run("document.documentElement.textContent"))
        assert "303527" not in shown  # 917 * 331
        assert browser.complaints == []
        asked = [url for url in browser.requests if not url.startswith(("data:", "blob:"))]
        assert set(asked) <= {page.resolve().as_uri()}
        if page is not report:  # which shows it below a button
            assert "onerror" in str(browser.run("document.body.innerText"))  # shown as the text that it is
    record("injection", "pages read by Chromium", 3)


def test_latex_reads_no_command(folder: Path, tmp_path: Path, command_line: Callable[..., Outcome]) -> None:
    for name in TABLES:
        file = tmp_path / f"{name}.tex"
        assert command_line(folder, "table", name, "--run", made.RUN, "-o", file).code == 0
        source = file.read_text("utf-8")
        assert not [word for word in ("\\input", "\\write18", "\\end{document}") if word in source]
        assert clean(source) == source
        if LATEX:  # pragma: no cover  (where one is installed)
            needed = "".join(re.findall(r"\\usepackage\S*\}", source.partition("\n")[0]))  # as the file says
            whole = f"\\documentclass{{article}}{needed}\\begin{{document}}{source}\\end{{document}}"
            (tmp_path / "whole.tex").write_text(whole, "utf-8")
            subprocess.run([LATEX, "whole.tex"], cwd=tmp_path, check=True, capture_output=True, timeout=120)
    record("injection", f"LaTeX tables {'set' if LATEX else 'read (no LaTeX is installed)'}", len(TABLES))


def test_json_and_sql_take_it_as_text(folder: Path, command_line: Callable[..., Outcome]) -> None:
    said = command_line(folder, "table", "top", "--run", made.RUN, "--format", "json")
    descriptions = {row["description"] for row in json.loads(said.out)}
    assert len(descriptions) == len(made.CODES)
    assert said.out.isascii() or clean(said.out) == said.out
    with open_workspace(folder) as con:
        assert con.execute("SELECT count(*) FROM codes").fetchall() == [(2 * len(made.CODES),)]


@pytest.mark.parametrize("what", HOSTILE)
def test_text_is_cleaned_where_it_enters(what: str, tmp_path: Path, command_line: Callable[..., Outcome]) -> None:
    file = tmp_path / "codes.csv"
    with file.open("w", encoding="utf-8", newline="") as opened:
        csv.writer(opened).writerows([["hs10", "description"], [CODE, HOSTILE[what]]])
    assert command_line(tmp_path / "workspace", "codes", "import", file).code == 0
    with open_workspace(tmp_path / "workspace") as con:
        ((held,),) = con.execute("SELECT description FROM codes").fetchall()
    assert held == clean(held)
    assert held.split() == clean(HOSTILE[what]).split()
    record("injection", "hostile strings cleaned on entry: " + what, 1)


def test_a_text_of_100_000_characters_is_refused(tmp_path: Path, command_line: Callable[..., Outcome]) -> None:
    file = tmp_path / "codes.csv"
    file.write_text(f"hs10,description\n{CODE},{'x' * 100_000}\n")
    said = command_line(tmp_path / "workspace", "codes", "import", file)
    assert said.code == 3
    assert "100,000 characters" in said.err
