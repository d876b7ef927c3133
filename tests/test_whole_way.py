"""Questions of one's own go the whole way: two levels without categories, and five with spaces, commas and accents."""

import csv
import json
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import chromium
import openpyxl
import pytest
import toys
from conftest import MODEL, Outcome, fill
from questions import SMALL
from trade_fixtures import Row, add_flows

from aitrade.demo import DEMO_EMBEDDER
from aitrade.trade.countries import seed_countries
from aitrade.trade.tables.catalogue import SPECS
from aitrade.workspace import open_workspace

LEVEL = '[[level]]\nname = "{}"\nrole = "{}"\ndefinition = "related in degree {}"\nincludes = "things"\n'
CATEGORY = '[[category]]\nname = "{}"\ndefinition = "of one kind"\n'


@dataclass(frozen=True)
class Asked:
    """A question for the test: levels with their roles, categories, and the columns of their probabilities."""

    name: str
    levels: tuple[tuple[str, str], ...]
    categories: tuple[str, ...]
    columns: tuple[str, ...]

    @property
    def reference(self) -> str:
        return next(name for name, role in self.levels if role == "reference")

    @property
    def counted(self) -> list[str]:
        return [name for name, role in self.levels if role == "counted"]

    def label(self, relevance: str, number: int) -> tuple[str, str]:
        """A label for a toy code that the shipped question calls High, Medium or Low."""
        others = [name for name, role in self.levels if role != "reference"]
        if relevance == "Low":
            return self.reference, ""
        return others[number % len(others)], self.categories[number % len(self.categories)] if self.categories else ""


TWO = Asked("deux", (("Oui, très", "counted"), ("Non", "reference")), (), ("p_oui_très", "p_non"))
FIVE = Asked(
    "cinq-degrés",
    (
        ("Wholly, by design", "counted"),
        ("Mostly", "counted"),
        ("À moitié", "between"),
        ("A little (if at all)", "between"),
        ("Not at all", "reference"),
    ),
    ("Énergie, éolienne", "Parts & materials"),
    ("p_wholly_by_design", "p_mostly", "p_à_moitié", "p_a_little_if_at_all", "p_not_at_all"),
)


def written(asked: Asked, folder: Path) -> Path:
    """The question's folder, with the toy exemplars under its labels."""
    folder.mkdir(parents=True)
    texts = f'name = "{asked.name}"\ntitle = "Commerce, à part"\nnoun = "énergie propre"\n'
    texts += 'subject = "clean energy"\nquestion = "How related is it?"\n'
    texts += f'[settings]\nmodel = "{MODEL}"\nembedder = "{DEMO_EMBEDDER}"\nbase_year = 2023\n'
    if asked.categories:
        texts += f'[[settings.without]]\nname = "éolienne, mer"\ncategories = ["{asked.categories[0]}"]\n'
    texts += "".join(LEVEL.format(name, role, n) for n, (name, role) in enumerate(asked.levels))
    texts += "".join(CATEGORY.format(name) for name in asked.categories)
    (folder / "question.toml").write_text(texts, "utf-8")
    rows = [(*row[:4], *asked.label(row[4], number)) for number, row in enumerate(toys.LABELLED)]
    toys.write_exemplars(folder / "exemplars.csv", rows)
    lines = (folder / "exemplars.csv").read_text("utf-8").splitlines()
    numbered = (line.replace("for the test.", f"for the sake of test {n}.") for n, line in enumerate(lines))
    (folder / "exemplars.csv").write_text("\n".join(numbered) + "\n", "utf-8")
    return folder


def trade(workspace: Path) -> None:
    """Thirty months of both flows, for every toy code."""
    months = [(year, month) for year in (2023, 2024, 2025) for month in range(1, 13) if (year, month) <= (2025, 6)]
    rows = [
        Row(code.flow, code.hs10, country, year, month, 10**6 * (n + month), 10**4 if code.flow == "imports" else None)
        for n, code in enumerate(toys.toy_codes())
        for country in ("1220", "5700")
        for year, month in months
    ]
    with open_workspace(workspace) as con:
        seed_countries(con)
        add_flows(con, rows)


@pytest.fixture(params=[TWO, FIVE], ids=["two", "five"])
def asked(request: pytest.FixtureRequest) -> Asked:
    return request.param


@pytest.fixture
def ask(
    asked: Asked, models: Path, tmp_path: Path, command_line: Callable[..., Outcome], monkeypatch: pytest.MonkeyPatch
) -> Callable[..., Outcome]:
    """The command line on a workspace whose question is found by its name."""
    monkeypatch.setenv("AITRADE_QUESTION", asked.name)
    monkeypatch.setattr("aitrade.api.data.Method", lambda: SMALL)
    workspace = fill(tmp_path / "workspace")
    written(asked, workspace / "questions" / asked.name)
    trade(workspace)
    return partial(command_line, workspace)


def done(outcome: Outcome) -> str:
    assert outcome.code == 0, outcome.err
    return outcome.out


def review(asked: Asked, sheet: Path) -> str:
    """Fill in one row of an exported review: the code of it."""
    book = openpyxl.load_workbook(sheet)
    rows = book["review"]
    header = [cell.value for cell in rows[1]]
    values = {"new_relevance": asked.levels[0][0], "reason": "It is, by what the text says."}
    if asked.categories:
        values["new_category"] = asked.categories[1]
    for name, value in values.items():
        rows.cell(2, header.index(name) + 1).value = value
    book.save(sheet)
    assert [name for name in header if name.startswith("p_")] == list(asked.columns)
    return str(rows.cell(2, header.index("hs10") + 1).value)


def test_a_question_goes_from_check_to_review(ask: Callable[..., Outcome], asked: Asked, tmp_path: Path) -> None:
    done(ask("question", "check"))
    done(ask("calibrate", "--sample", "100"))
    folder = tmp_path / "workspace" / "questions" / asked.name
    assert (folder / "calibration" / DEMO_EMBEDDER / f"{MODEL}.json").is_file()
    done(ask("classify", "--flow", "all", "--cascade", "off", "--allow-low-label-mass"))
    (run,) = json.loads(done(ask("runs", "list", "--json")))
    assert run["question"] == asked.name

    done(ask("runs", "export", run["run"], "--output", tmp_path / "run.csv"))
    with (tmp_path / "run.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert [name for name in rows[0] if name.startswith("p_")] == list(asked.columns)
    assert {row["relevance"] for row in rows} <= {name for name, _ in asked.levels}
    assert all(abs(sum(float(row[name]) for name in asked.columns) - 1) < 1e-5 for row in rows)
    assert all((row["relevance"] == asked.reference) <= (row["category"] == "") for row in rows)
    by_hand = {row["hs10"]: row for row in rows if row["source"] == "exemplar"}
    assert by_hand["0101210010"]["relevance"] == asked.reference

    for name in SPECS:
        if name != "exemptions" and (asked.categories or name != "country-categories"):
            assert json.loads(done(ask("table", name, "--format", "json"))), name
    levels = {row["relevance"] for row in json.loads(done(ask("table", "summary", "--format", "json")))}
    assert "+".join(asked.counted) in levels
    chosen = json.loads(done(ask("table", "share", "--format", "json", "--relevance", asked.levels[0][0].upper())))
    assert len(chosen) == 3

    explained = done(ask("explain", "0101210010"))
    assert asked.reference in explained
    done(ask("review", "export", tmp_path / "review.xlsx"))
    code = review(asked, tmp_path / "review.xlsx")
    done(ask("review", "import", tmp_path / "review.xlsx", "--name", "reviewed", "--as-exemplars"))
    assert code in (folder / "exemplars.csv").read_text("utf-8")
    compared = json.loads(done(ask("compare", run["run"], "reviewed", "--flow", "all", "--format", "json")))
    assert compared[0]["codes"] == len(rows)
    page = tmp_path / "report.html"
    done(ask("report", "-o", page, "--run", run["run"]))
    text = page.read_text("utf-8")
    assert "énergie propre" in text
    assert "Commerce, à part" in text
    for foreign in ("Compute_Hardware", "Not_DC_Related", "data center"):
        assert foreign not in text


@pytest.mark.browser
@pytest.mark.skipif(chromium.PROGRAM is None, reason="there is no chromium: apt-get install chromium")
def test_its_report_answers_in_the_browser(
    ask: Callable[..., Outcome], asked: Asked, tmp_path: Path, browser: chromium.Chromium
) -> None:
    done(ask("classify", "--flow", "all", "--allow-low-label-mass"))
    page = tmp_path / "report.html"
    done(ask("report", "-o", page))
    browser.open(page)
    figure = "document.querySelector('[data-figure=monthly]')"
    browser.wait(f"{figure}.querySelectorAll('.drawing svg path').length > 3")
    offered = json.loads(browser.run(f"JSON.stringify([...{figure}.querySelectorAll('input')].map(i => i.value))"))
    assert {"+".join(asked.counted), asked.reference} <= set(offered)
    assert "énergie propre" in browser.run("document.body.innerText")
    assert "no calibration checked" in browser.run("document.body.innerText")
    chromium.assert_quiet(browser, page)
