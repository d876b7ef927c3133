"""The commands table, exemptions and replicate, from the command line."""

import csv
import io
import json
import re

import pytest
from trade_fixtures import made_up_workspace

from aitrade import open as open_folder
from aitrade.core.render import FORMATS
from aitrade.trade.tables.catalogue import SPECS


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return made_up_workspace(tmp_path_factory.mktemp("workspace"))


@pytest.fixture
def aitrade(folder, command_line):
    return lambda *arguments, workspace=folder: command_line(workspace, *arguments)


@pytest.mark.parametrize("name", SPECS)
def test_every_table_in_json(aitrade, name):
    code, out, err = aitrade("table", name, "--format", "json")
    assert code == 0
    assert json.loads(out)
    assert "run hand, the default" in err


@pytest.mark.parametrize("format_name", FORMATS)
def test_every_format_to_a_file(aitrade, tmp_path, format_name):
    file = tmp_path / "out" / "table"
    code, out, _ = aitrade("table", "summary", "--run", "hand", "--format", format_name, "-o", file)
    assert (code, out) == (0, "")
    assert "Compute" in file.read_text("utf-8")


def test_the_summary_keeps_its_contract(aitrade):
    _, out, _ = aitrade("table", "summary", "--run", "hand", "--years", "2023,2025", "--format", "json")
    rows = json.loads(out)
    assert list(rows[0]) == ["relevance", "category", "codes", "value_2023", "value_2025", "change_pct"]
    whole = [row["relevance"] for row in rows if row["category"] is None]
    assert whole == ["High", "Medium", "Low", "Unlabelled", "All"]
    assert sum(row["value_2025"] for row in rows if row["category"] is None) == pytest.approx(
        2 * rows[-1]["value_2025"]
    )


def test_the_screen_names_the_option_behind_a_note_and_a_file_does_not(aitrade, folder, tmp_path):
    asked = ("table", "growth", "--run", "hand")
    _, out, _ = aitrade(*asked)
    assert "- no more than 10 countries (-n 0 for all)" in out
    assert re.search(r"- also in the data: .* \(--years\)", out)
    _, out, err = aitrade(*asked, "--format", "csv")
    assert "note: no more than 10 countries (-n 0 for all)" in err
    assert "no more than" not in out
    aitrade(*asked, "-o", tmp_path / "growth.txt")
    _, on_screen, _ = aitrade(*asked, "--format", "latex")
    for text in ((tmp_path / "growth.txt").read_text("utf-8"), on_screen.replace("\\", "")):
        assert re.search("[Nn]o more than 10 countries", text)
        assert "-n 0" not in text
    assert "no more than 10 countries" in open_folder(folder).table("growth", run="hand").notes


@pytest.mark.parametrize("years", ["2023-2025", "2025, 2023-2024", "2023-2024,2024-2025"])
def test_years_are_listed_or_given_by_the_first_and_the_last(aitrade, years):
    _, out, _ = aitrade("table", "summary", "--run", "hand", "--years", years, "--format", "json")
    assert [key for key in json.loads(out)[0] if key.startswith("value_")] == ["value_2023", "value_2024", "value_2025"]


def test_options_reach_the_table(aitrade):
    options = [
        "--relevance",
        "high, medium",
        "--exclude-chapters",
        "",
        "--countries",
        "mexico, 5830, korea, south",
        "--flow",
        "exports",
    ]
    _, out, err = aitrade("table", "summary", *options, "--run", "hand", "--format", "json")
    assert json.loads(out)[0]["relevance"] == "High+Medium"
    assert "only trade with 2010, 5830, 5800" in err
    assert "with every HS chapter" in err
    _, out, _ = aitrade("table", "countries", "--denominator", "paper", "-n", "2", "--run", "hand", "--format", "csv")
    assert len(list(csv.reader(io.StringIO(out)))) == 3
    _, out, _ = aitrade("table", "index", "--base-year", "2024", "--run", "hand", "--format", "json")
    assert json.loads(out)[0]["month"] == "2024-01"


def test_help_lists_every_table_on_a_line(aitrade):
    _, out, _ = aitrade("table", "--help")
    for spec in SPECS.values():
        assert any(line.split()[:1] == [spec.name] and spec.about in line for line in out.splitlines()), spec.name


@pytest.mark.parametrize(
    ("arguments", "code", "says"),
    [
        (["table", "nothing"], 2, "'nothing' is not one of its values"),
        (["table", "summary", "--years", "23"], 2, "'23' is not a year"),
        (["table", "summary", "--years", "2025-2023"], 2, "years 2025-2023 ends before it starts"),
        (["table", "summary", "--years", "2023-2031"], 3, "2026"),
        (["table", "summary", "--interval", "90"], 3, "label probabilities"),
        (["table", "summary", "--run", "nobody"], 3, "no run nobody"),
        (["table", "tariffs", "--flow", "exports"], 2, "does not go with table tariffs"),
        (["table", "counterfactual", "--flow", "exports"], 2, "does not go with table counterfactual"),
        (["table", "summary", "--countries", ""], 2, "--countries is empty"),
        (["table", "summary", "--years", " , "], 2, "--years is empty"),
        (["exemptions", "import", "nowhere.csv", "--name", "x"], 3, "nowhere.csv"),
        (["replicate", "--run", "nobody"], 3, "no run nobody"),
    ],
)
def test_what_is_refused_says_why_on_standard_error(aitrade, arguments, code, says):
    ended, out, err = aitrade(*arguments)
    assert (ended, out) == (code, "")
    assert says in err


def test_without_a_workspace_nothing_is_made(aitrade, tmp_path):
    code, _, err = aitrade("table", "summary", workspace=tmp_path / "none")
    assert code == 3
    assert "no workspace" in err
    assert not (tmp_path / "none").exists()


def test_exemption_lists_are_shown_without_a_workspace(aitrade, tmp_path):
    code, out, err = aitrade("exemptions", "list", "--json", workspace=tmp_path / "none")
    assert code == 0
    assert [each["name"] for each in json.loads(out)] == ["consumer_electronics_2025-04-11"]
    assert "there is no workspace" in err
    assert not (tmp_path / "none").exists()


def test_exemption_lists_are_imported_listed_and_counted(aitrade, tmp_path):
    file = tmp_path / "list.csv"
    file.write_text("HTSUS\n8471\n", "utf-8")
    assert "list mine: 1 entries" in aitrade("exemptions", "import", file, "--name", "mine")[2]
    assert "replacing" in aitrade("exemptions", "import", file, "--name", "mine")[2]
    _, out, _ = aitrade("exemptions", "list", "--json")
    assert [each["name"] for each in json.loads(out)] == ["consumer_electronics_2025-04-11", "mine"]
    _, out, _ = aitrade("table", "exemptions", "--list", "mine", "--format", "json", "--run", "hand")
    assert {row["list"] for row in json.loads(out)} == {"mine", "any"}


def test_replicate_compares_line_by_line(aitrade):
    code, out, err = aitrade("replicate", "--format", "csv")
    assert code == 0
    assert "figures can be computed" in err
    lines = list(csv.DictReader(io.StringIO(out)))
    total = next(line for line in lines if line["figure"] == "imports.total.2024")
    assert (total["published"], total["computed"], total["agrees"]) == ("2792.2", "", "")
    assert total["why"] == "cannot be computed: of 2024 the data hold 6 of 233 countries"
