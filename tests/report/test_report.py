"""The report: self-contained, whole, honest about what is missing, and safe whatever texts it holds."""

import base64
import gzip
import hashlib
import json
import re
import subprocess
import sys
from html.parser import HTMLParser
from pathlib import Path
from xml.etree import ElementTree

import pytest
import report_workspace as made
from trade_fixtures import sum_all_chapters
from typer.testing import CliRunner

import aitrade
from aitrade.core.errors import BadInputError
from aitrade.core.files import sha256_of
from aitrade.question.question import SHIPPED, load_question
from aitrade.report.classification import Classification
from aitrade.report.contents import Contents, gather
from aitrade.report.figure import figure, point
from aitrade.report.page import page
from aitrade.report.sections import sections
from aitrade.report.uncertainty import wilson
from aitrade.report.writing import WORKBOOK, drawings, write_files
from aitrade.trade.tables.exemptions import import_list, shipped_lists
from aitrade.trade.tables.options import Options
from aitrade.trade.tables.tables import table
from aitrade.workspace import open_workspace

LOADING = {
    "src",
    "href",
    "xlink:href",
    "srcset",
    "poster",
    "data",
    "action",
    "formaction",
    "background",
    "manifest",
    "ping",
}


class Page(HTMLParser):
    """What stands in a page: attributes that load something, ids, texts of elements."""

    def __init__(self, text: str) -> None:
        super().__init__(convert_charrefs=True)
        self.loading: list[str] = []
        self.tags: list[str] = []
        self.ids: set[str] = set()
        self.events: list[str] = []
        self.policy = ""
        self.scripts: list[tuple[str | None, str]] = []
        self.styles: list[str] = []
        self.cells: list[str] = []
        self.text = ""
        self._open: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        given = dict(attrs)
        self.tags.append(tag)
        self._open.append(tag)
        self.loading += [value or "" for name, value in attrs if name in LOADING]
        self.styles += [value or "" for name, value in attrs if name == "style"]
        self.events += [name for name, _ in attrs if name.startswith("on")]
        self.ids.add(given.get("id", ""))
        if given.get("http-equiv") == "Content-Security-Policy":
            self.policy = given["content"]
        if tag == "script":
            self.scripts.append((given.get("type"), ""))
        if tag == "td":
            self.cells.append("")

    def handle_endtag(self, tag):
        while self._open and self._open.pop() != tag:
            pass

    def handle_data(self, data):
        inside = self._open[-1] if self._open else ""
        if inside == "script":
            self.scripts[-1] = (self.scripts[-1][0], self.scripts[-1][1] + data)
        elif inside == "style":
            self.styles.append(data)
        else:
            self.text += data
            if inside == "td":
                self.cells[-1] += data


@pytest.fixture(scope="module")
def contents(tmp_path_factory: pytest.TempPathFactory) -> Contents:
    folder = made.fill(tmp_path_factory.mktemp("report") / "workspace")
    with open_workspace(folder) as con:
        return gather(con, made.RUN)


@pytest.fixture(scope="module")
def text(contents: Contents) -> str:
    return page(contents, "2026-04-02")


@pytest.fixture(scope="module")
def parsed(text: str) -> Page:
    return Page(text)


def test_nothing_is_loaded_from_anywhere(parsed: Page) -> None:
    assert all(address.startswith("#") for address in parsed.loading), parsed.loading
    assert {address[1:] for address in parsed.loading} <= parsed.ids
    for style in parsed.styles:
        assert not re.search(r"@import|url\(\s*['\"]?(?!#)", style)
    assert not {"link", "img", "iframe", "object", "embed", "base", "form"} & set(parsed.tags)


def test_the_policy_lets_only_the_pages_own_scripts_run(parsed: Page) -> None:
    own = [text for kind, text in parsed.scripts if kind is None]
    hashes = {base64.b64encode(hashlib.sha256(text.encode()).digest()).decode() for text in own}
    assert set(re.findall(r"'sha256-([^']+)'", parsed.policy)) == hashes
    assert parsed.policy.startswith("default-src 'none'; script-src 'sha256-")
    assert "unsafe-eval" not in parsed.policy
    assert "unsafe-inline" not in parsed.policy.split("style-src")[0]
    assert "http" not in parsed.policy


def test_every_section_is_there_with_its_figures_and_tables(parsed: Page, contents: Contents) -> None:
    assert contents.missing == ()
    assert {section.id for section in sections("High", "Low")} | {"codes", "sure", "sources", "headlines"} <= parsed.ids
    wanted = {id_ for section in sections("High", "Low") for id_ in section.figures} | {"calibration", "risk-coverage"}
    assert set(contents.figures) == wanted
    assert parsed.tags.count("figure") == len(wanted)
    assert "Not in this report" not in parsed.text


def test_figures_are_those_of_the_tables(tmp_path: Path, contents: Contents, parsed: Page) -> None:
    with open_workspace(made.fill(tmp_path / "w")) as con:
        summary = table(con, "summary", Options(run=made.RUN))
    high = summary.records()[0]
    assert high["relevance"] == "High"
    assert f"${high['value_2024']:,.1f} bn" == contents.headlines[0].value  # 2025 holds half a year
    assert all("2025" not in headline.what for headline in contents.headlines)
    assert f"{high['value_2024']:,.2f}" in parsed.cells
    drawn = contents.figures["categories"].shown({"flow": "imports", "relevance": "High", "year": "2024"})
    assert sum(float(p["value"] or 0) for p in drawn) == pytest.approx(high["value_2024"], abs=1e-3)
    assert {p["year"] for p in contents.figures["categories"].points} == {"2023", "2024", "2025, part"}


def test_a_year_is_a_part_only_for_the_flow_that_lacks_months(tmp_path: Path) -> None:
    """Exports stop in September: what is of imports alone goes on to the end of the year."""
    months = [(year, month) for year in (2023, 2024, 2025) for month in range(1, 13)]
    with open_workspace(made.fill(tmp_path / "w", months=months)) as con:
        con.execute("DELETE FROM flows WHERE flow = 'exports' AND year = 2025 AND month > 9")
        sum_all_chapters(con)
        found = gather(con, made.RUN)

    def years(figure: str, flow: str | None = None) -> set[object]:
        points = found.figures[figure].points
        return {p["year"] for p in points if flow in (None, p.get("flow"))}

    whats = [headline.what for headline in found.headlines]
    assert "tariff on High imports in 2025" in whats
    assert "of High imports in 2025 on an exemption list" in whats
    assert [what for what in whats if "deficit" in what and what.endswith("in 2024")]
    assert years("tariffs") == years("categories", "imports") == {"2023", "2024", "2025"}
    assert years("exemptions") == {"2025"}
    assert years("categories", "exports") == {"2023", "2024", "2025, part"}
    shares = {(p["series"], p["x"]) for p in found.figures["share"].points if str(p["x"]).startswith("2025")}
    assert shares == {("Imports", "2025"), ("Exports", "2025, part")}
    # A balance is of what both flows hold: no year of twelve months and nine, and by month up to September.
    assert {p["x"] for p in found.figures["balance"].points} == {"2023", "2024"}
    assert max(str(p["x"]) for p in found.figures["balance-by-month"].points) == "2025-09"


def test_figures_open_on_a_year_of_most_countries_and_never_empty(tmp_path: Path) -> None:
    """Of 2025 the data hold one partner country of five, whose duty is unknown: cards and charts are of 2024."""
    months = [(year, month) for year in (2023, 2024, 2025) for month in range(1, 13)]
    with open_workspace(made.fill(tmp_path / "w", flows=("imports",), months=months)) as con:
        con.execute("DELETE FROM flows WHERE year = 2025 AND cty_code <> '2010'")
        con.execute("UPDATE flows SET duty = NULL WHERE year = 2025")
        sum_all_chapters(con)
        found = gather(con, made.RUN)
    assert "imports of High products in 2024" in [headline.what for headline in found.headlines]
    assert "2025 month by month of 1 partner country" in found.coverage[0]
    for name in ("categories", "top-products", "countries", "tariffs"):
        assert found.figures[name].chosen()["year"] == "2024", name
    dollars = found.figures["countries"].chosen({"measure": "Billion dollars", "year": "2025, part"})
    assert {p["x"] for p in found.figures["countries"].shown(dollars)} == {"Mexico"}
    # Shares of what one country holds are empty, and so is a rate of no known duty.
    assert "2025, part" not in {p["year"] for p in found.figures["countries"].points if p["measure"] == "Share"}
    assert "2025, part" not in {p["year"] for p in found.figures["tariffs"].points}


def test_a_line_keeps_its_gaps_and_a_choice_without_figures_is_not_offered() -> None:
    values = {"2024-01": 9, "2024-02": None, "2024-03": 8}
    points = [point(month, "High", value, measure="Index") for month, value in values.items()]
    points += [point("2024-01", "High", None, measure="Tariff rate")]
    drawn = figure("a", "A", "A.", points, shape="months", x_title="Month", controls=(("measure", "Measure"),))
    assert drawn is not None
    assert [p["value"] for p in drawn.points] == [9, None, 8]
    assert drawn.controls[0].options == ("Index",)
    assert figure("a", "A", "A.", points[1:2], shape="bars", x_title="Month") is None


def test_a_page_of_one_year_has_no_empty_columns(tmp_path: Path) -> None:
    folder = made.fill(tmp_path / "w", flows=("imports",), months=((2024, 0),))
    aitrade.open(folder).report(tmp_path / "report.html", run=made.RUN)
    text = (tmp_path / "report.html").read_text("utf-8")
    headings = {
        name: re.findall('<th scope="col"[^>]*>([^<]*)<', text.split(f'data-table="{name}"')[1].split("</thead>")[0])
        for name in ("summary-imports", "countries-imports")
    }
    assert headings["summary-imports"][:4] == ["Relevance", "Category", "Codes", "2024"]
    assert headings["summary-imports"][-1] == "2024 expected"  # and no change
    assert headings["countries-imports"] == ["#", "Code", "Country", "2024", "% 2024"]  # and not of all years


def test_notes_speak_of_what_the_reader_sees_not_of_a_commands_options(tmp_path: Path) -> None:
    one_year = made.fill(tmp_path / "w", months=((2022, 0), (2023, 0)))
    with open_workspace(one_year) as con:
        found = gather(con, made.RUN)
    notes = [note for table in found.tables.values() for note in table.notes]
    notes += [note for figure in found.figures.values() for note in figure.notes]
    assert "no more than 20 countries" in notes
    assert "also in the data: 2022" in notes
    assert not [note for note in notes if re.search(r"(^|[\s(])--?[a-z]|\baitrade\b", note)]


def test_the_boom_is_not_drawn_of_the_base_year_alone(tmp_path: Path) -> None:
    # No country is there in both flows, so that there is no balance but the excess, which is nothing.
    folder = made.fill(tmp_path / "w", months=((2023, 0),))
    with open_workspace(folder) as con:
        con.execute("DELETE FROM flows WHERE flow = 'exports' AND cty_code <> ?", [made.PARTNERS[0]])
        con.execute("DELETE FROM flows WHERE flow = 'imports' AND cty_code = ?", [made.PARTNERS[0]])
        sum_all_chapters(con)
        assert "balance" not in gather(con, made.RUN).figures
    with open_workspace(made.fill(tmp_path / "two", months=((2023, 0), (2024, 0)))) as con:
        assert "balance" in gather(con, made.RUN).figures


def test_the_note_on_intervals_stands_where_they_are_drawn(contents: Contents) -> None:
    said = {name: [note for note in one.notes if "interval" in note] for name, one in contents.figures.items()}
    assert said["share"]
    assert not said["categories"]
    drawn = {name for name, one in contents.figures.items() if "lower" in one.columns()}
    assert {name for name, notes in said.items() if notes} <= drawn


def test_sources_are_the_files_and_lists_in_use(tmp_path: Path, contents: Contents) -> None:
    """A file that another replaced is no source, and the shipped exemption list is one."""
    listed = tmp_path / "own.csv"
    listed.write_text("hs10\n8471500150\n", "utf-8")
    with open_workspace(made.fill(tmp_path / "w")) as con:
        con.execute("INSERT INTO trade_imports SELECT 7, 'old.csv', 'dead', reader, flow, imported_at, receipt "
                    "FROM trade_imports WHERE import_id = 1")  # fmt: skip
        con.execute("INSERT INTO trade_imports SELECT 8, 'new.csv', 'beef', reader, flow, imported_at, receipt "
                    "FROM trade_imports WHERE import_id = 1")  # fmt: skip
        con.execute("UPDATE flows SET import_id = 8 WHERE flow = 'imports' AND year = 2025")
        dollars = dict(
            con.execute("SELECT year, sum(value) / 1e9 FROM flows WHERE flow = 'imports' GROUP BY 1").fetchall()
        )
        import_list(con, listed, "own")
        found = gather(con, made.RUN).provenance
    rows = len(made.CODES) * len(made.PARTNERS)
    assert [(file.name, file.rows) for file in found.files] == [
        ("imports.parquet", 24 * rows), ("exports.parquet", 30 * rows), ("new.csv", 6 * rows),
    ]  # fmt: skip
    assert found.files[0].years == (("2023", pytest.approx(dollars[2023])), ("2024", pytest.approx(dollars[2024])))
    assert found.files[2].years == (("2025", pytest.approx(dollars[2025])),)
    ((name, path),) = shipped_lists().items()
    assert contents.provenance.lists == ((name, sha256_of(path)),)
    assert found.lists == ((name, sha256_of(path)), ("own", sha256_of(listed)))


def test_the_shares_interval_is_that_of_the_table(tmp_path: Path, contents: Contents) -> None:
    with open_workspace(made.fill(tmp_path / "w")) as con:
        rows = table(con, "share", Options(run=made.RUN, interval=90)).records()
    drawn = [p for p in contents.figures["share"].points if p["series"] == "Imports"]
    for row, found in zip(rows, drawn, strict=True):
        ends = [row["share_pct"], row["share_pct_lower"], row["share_pct_upper"]]
        assert [found["value"], found["lower"], found["upper"]] == pytest.approx(ends, abs=1e-3)


def test_text_from_outside_stays_text(text: str, parsed: Page, contents: Contents) -> None:
    assert made.EVIL in parsed.cells
    assert "img" not in parsed.tags
    assert parsed.events == []
    assert len(parsed.scripts) == 4
    data = next(body for kind, body in parsed.scripts if kind == "application/json")
    rows = json.loads(data)["tables"]["top-imports"]["rows"]
    assert any(made.EVIL in row for row in rows)
    assert "secret" not in text  # nobody's folders


@pytest.mark.parametrize(
    ("change", "what"),
    [
        ("category = 'Weather'", "High, Weather"),
        ("relevance = 'Immense'", "Immense, Compute_Hardware"),
        ("p = [0.5, 0.5]", "2 probabilities for 3 levels"),
    ],
)
def test_labels_that_the_question_does_not_have_are_refused(change: str, what: str, tmp_path: Path) -> None:
    folder = made.fill(tmp_path / "received")
    with open_workspace(folder) as con:
        con.execute(f"UPDATE predictions SET {change} WHERE hs10 = '8471804000'")
    workspace = aitrade.open(folder)
    for read in (
        lambda: workspace.report(tmp_path / "report.html", run=made.RUN),
        lambda: workspace.compare(made.HAND, made.RUN),
        lambda: workspace.table("summary", run=made.RUN),
    ):
        with pytest.raises(BadInputError, match=f"holds labels that its question does not have: {what}"):
            read()
    assert not (tmp_path / "report.html").exists()


def test_the_whole_classification_travels_inside(parsed: Page, contents: Contents) -> None:
    packed = next(body for kind, body in parsed.scripts if kind == "text/plain")
    unpacked = json.loads(gzip.decompress(base64.b64decode(packed)))
    names, columns = unpacked["names"], unpacked["columns"]
    found = [
        (names["flow"][f], code, said, names["relevance"][r], names["category"][c], p / 1000)
        for f, code, said, r, c, p in zip(
            columns["flow"], columns["hs10"], columns["description"], columns["relevance"], columns["category"],
            columns["p_high"], strict=True,
        )
    ]  # fmt: skip
    wanted = [(flow, c[0], c[1], c[2], c[3], c[4]) for flow in ("imports", "exports") for c in made.CODES]
    assert sorted(found) == sorted(wanted)
    levels = [level for _, _, _, level, _, _ in found]
    assert levels == sorted(levels, key=["High", "Medium", "Low"].index)
    traded = {
        level: [m for m, of in zip(columns["millions"], levels, strict=True) if of == level] for level in set(levels)
    }
    assert all(values == sorted(values, reverse=True) for values in traded.values())
    assert contents.classification.packed() == packed


def test_codes_of_chapters_that_no_figure_counts_stand_apart(tmp_path: Path) -> None:
    folder = made.fill(tmp_path / "w", flows=("imports",))
    with open_workspace(folder) as con:
        con.execute("UPDATE predictions SET hs10 = '2716000000' WHERE hs10 = '8471500150'")
        found = gather(con, made.RUN).classification
    assert [row.hs10 for row in found.rows[-2:]] == ["2716000000"] * 2
    assert "2716000000" not in {row.hs10 for row in found.counted}
    assert found.traded.startswith("2024,")  # 2025 is there in part


def test_all_partners_of_few_are_not_called_the_world(contents: Contents) -> None:
    names = {point["x"] for point in contents.figures["growth"].points}
    assert "All in the data" in names
    assert "World" not in names


def test_an_empty_run_is_packed_too() -> None:
    assert Classification((), load_question(SHIPPED).labels).packed()


def test_the_same_workspace_gives_the_same_page(contents: Contents, text: str) -> None:
    assert page(contents, "2026-04-02") == text


@pytest.mark.parametrize(
    ("lacking", "said"),
    [
        (
            {"flows": ("imports",)},
            ["every table of exports: the workspace holds no exports", "aitrade trade import FILE --flow exports"],
        ),
        ({"flows": ("exports",)}, ["the workspace holds no imports", "aitrade trade import FILE --flow imports"]),
        ({"months": ((2024, 0),)}, ["only whole years", "import monthly files", "base year 2023"]),
        ({"duties": False}, ["no calculated duty", "import files with a duty column"]),
        ({"probabilities": False}, ["has no probabilities", "use a run that aitrade classify made"]),
        ({"by_hand": False}, ["no labels by hand", "aitrade labels import FILE --name NAME"]),
        ({"flows": ()}, ["the workspace holds no imports", "the workspace holds no exports"]),
    ],
)
def test_what_is_missing_is_said(lacking: dict, said: list[str], tmp_path: Path) -> None:
    with open_workspace(made.fill(tmp_path / "w", **lacking)) as con:
        found = gather(con, made.RUN)
    parsed = Page(page(found, "2026-04-02"))
    assert found.missing
    assert "missing" in parsed.ids
    for words in said:
        assert words in parsed.text


def test_calibration_and_risk_against_plain_python(contents: Contents) -> None:
    rows = [(c[4], c[5], c[6], c[2], c[7]) for c in made.CODES]
    bins: dict[int, list[tuple[float, bool]]] = {}
    for high, _, _, _, truth in rows:
        bins.setdefault(min(int(10 * high), 9), []).append((high, truth == "High"))
    observed = [p for p in contents.figures["calibration"].points if p["series"] == "Observed"]
    assert [(p["x"], p["value"]) for p in observed] == [
        (
            pytest.approx(sum(p for p, _ in members) / len(members)),
            pytest.approx(sum(hit for _, hit in members) / len(members)),
        )
        for _, members in sorted(bins.items())
    ]
    surest = sorted(made.CODES, key=lambda c: (-max(c[4:7]), c[0]))
    wrong, curve = 0, []
    for kept, code in enumerate(surest, 1):
        wrong += code[2] != code[7]
        curve.append((kept / len(surest), pytest.approx(wrong / kept, abs=1e-4)))
    risk = contents.figures["risk-coverage"].points
    assert [(p["x"], p["value"]) for p in risk if p["series"] == "Observed"] == curve
    assert contents.uncertainty is not None
    assert contents.uncertainty.agreement is not None
    assert contents.uncertainty.agreement.accuracy == pytest.approx(0.7)


def test_wilson() -> None:
    assert wilson(8, 10) == pytest.approx((0.4902, 0.9433), abs=1e-4)  # Newcombe (1998), method 3
    assert wilson(0, 5)[0] == 0.0
    assert wilson(5, 5)[1] == 1.0


def test_a_choice_always_has_points() -> None:
    points = [point("a", "High", 1, flow="exports", year="2024"), point("a", "High", 2, flow="imports", year="2023")]
    drawn = figure("id", "t", "a", points, shape="bars", x_title="x", controls=(("flow", "F"), ("year", "Y")))
    assert drawn is not None
    assert drawn.chosen({"flow": "imports", "year": "2024"}) == {"flow": "imports", "year": "2023"}
    assert figure("id", "t", "a", [], shape="bars", x_title="x") is None


def test_files_for_a_paper(contents: Contents, tmp_path: Path) -> None:
    import openpyxl

    written = write_files(contents, tmp_path / "paper")
    names = {path.name for path in written}
    assert {path.name for path in (tmp_path / "paper").iterdir()} == names
    assert {"summary-imports.tex", "counterfactual.csv", "figure-monthly-imports-tariff-rate.svg"} <= names
    assert all(f"figure-{name}.{end}" in names for name, _, _ in drawings(contents) for end in ("svg", "pdf", "png"))
    assert r"\toprule" in (tmp_path / "paper" / "summary-imports.tex").read_text("utf-8")
    for path in written:
        start = path.read_bytes()[:8]
        if path.suffix == ".svg":
            ElementTree.fromstring(path.read_text("utf-8"))  # noqa: S314  (our own)
        elif path.suffix in (".pdf", ".png"):
            assert start.startswith((b"%PDF", b"\x89PNG"))
    book = openpyxl.load_workbook(tmp_path / "paper" / WORKBOOK)
    sheet = book["top-imports"]
    head = [cell.value for cell in sheet[1]]
    row = list(sheet[2])
    assert sheet.freeze_panes == "A2"
    code = row[head.index("HS10")]
    assert (code.value, code.data_type, code.number_format) == (
        contents.tables["top", "imports", "year"].rows[0][1],
        "s",
        "@",
    )
    assert all(isinstance(cell.value, float) for cell in row[head.index("2024") :])
    cells = [cell for sheet in book for line in sheet.iter_rows() for cell in line]
    assert not [cell.coordinate for cell in cells if cell.data_type == "f"]
    evil = [cell for cell in cells if str(cell.value).startswith("=HYPERLINK")]
    assert evil
    assert all(cell.quotePrefix for cell in evil)


def test_the_command(tmp_path: Path) -> None:
    from aitrade.cli.app import app

    folder = made.fill(tmp_path / "w", months=((2023, 0), (2024, 0)))
    out = tmp_path / "deep" / "r.html"
    done = CliRunner().invoke(app, ["--workspace", str(folder), "report", "-o", str(out), "--run", made.RUN])
    assert done.exit_code == 0, done.output
    assert out.read_text("utf-8").startswith("<!doctype html>")
    assert done.stdout == ""
    assert "import monthly files" in done.stderr


def test_importing_aitrade_is_instant() -> None:
    heavy = "{'duckdb', 'altair', 'torch', 'jinja2', 'aitrade.api.workspace'}"
    code = f"import sys, aitrade; print({heavy} & set(sys.modules))"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout == "set()\n"
