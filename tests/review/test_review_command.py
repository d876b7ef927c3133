"""The command review, and what else takes a reviewed run."""

import csv
import json
from functools import partial

import openpyxl
import pytest
from review_files import BASE, CHIPS, HEADER, HORSES, SERVERS, filled, held, prediction
from trade_fixtures import Row, add_flows, add_run, labels, made_up, workspace

from aitrade.classification.explain import explain
from aitrade.report.uncertainty import uncertainty
from aitrade.review.import_review import import_review
from aitrade.trade.tables.options import Options
from aitrade.trade.tables.tables import table
from aitrade.workspace import open_workspace


def test_tables_explanations_and_reports_take_the_reviewed_run(tmp_path):
    con = workspace(made_up(), [p | {"p_high": 0.2, "p_medium": 0.2, "p_low": 0.6, "source": "llm"} for p in labels()])
    before = {
        row["relevance"]: row for row in table(con, "summary", Options(run="hand")).records() if not row["category"]
    }
    file = filled(tmp_path / "r.csv", (CHIPS, "High", "Compute_Hardware", "accelerators"), run="hand")
    import_review(con, file, "reviewed")
    reviewed = Options(run="reviewed")
    after = {row["relevance"]: row for row in table(con, "summary", reviewed).records() if not row["category"]}
    assert after["High"]["codes"] == before["High"]["codes"] + 1
    assert after["All"] == before["All"]
    assert table(con, "summary", Options(interval=90)).rows
    assert explain(con, CHIPS, "imports", "reviewed").rationale == "accelerators"
    found, _ = uncertainty(con, "hand")
    assert found is not None
    assert found.reference is None  # a copy of its own labels is nothing to measure the run against


@pytest.fixture
def folder(tmp_path):
    with open_workspace(tmp_path / "workspace") as con:
        add_run(con, "base", BASE)
    return tmp_path / "workspace"


@pytest.fixture
def aitrade(folder, command_line):
    return partial(command_line, folder)


def fill_in(file, hs10, **values):
    """Fill in the row of a code in what the export wrote."""
    if file.suffix == ".xlsx":
        book = openpyxl.load_workbook(file)
        (row,) = [
            row for row in book["review"].iter_rows(min_row=2) if row[0].value == hs10 and row[1].value == "imports"
        ]
        for name, value in values.items():
            row[HEADER.index(name)].value = value
        book.save(file)
        return
    with file.open(encoding="utf-8", newline="") as opened:
        rows = list(csv.DictReader(opened))
    for row in rows:
        if (row["hs10"], row["flow"]) == (hs10, "imports"):
            row.update(values)
    with file.open("w", encoding="utf-8-sig", newline="") as opened:
        writer = csv.DictWriter(opened, HEADER)
        writer.writeheader()
        writer.writerows(rows)


def test_exemplars_suggest_is_the_reviews_order(aitrade, folder, tmp_path):
    """2024 is the latest full year: what comes after it, and the chapters that are left out, count nothing."""
    fuel = "2710190600"
    traded = {SERVERS: 10**9, CHIPS: 4 * 10**9, HORSES: 10**9, fuel: 10**12}
    with open_workspace(folder) as con:
        add_run(con, "sure", [prediction(hs10, chances=(0, 0.25, 0.75)) for hs10 in traded])
        add_flows(con, [Row("imports", hs10, "1220", 2024, 0, value, None) for hs10, value in traded.items()])
        add_flows(con, [Row("imports", HORSES, "1220", 2025, 1, 10**11, None)])
    code, out, err = aitrade("exemplars", "suggest", "--run", "sure", "-n", "3", "--json")
    assert code == 0
    assert "imports of 2024, no exports in the workspace, without HS chapters 27, 71, 98, 99" in err
    assert [(row["hs10"], row["value_B"]) for row in json.loads(out)] == [(CHIPS, 4.0), (HORSES, 1.0), (SERVERS, 1.0)]
    aitrade("review", "export", tmp_path / "r.csv", "--run", "sure", "--limit", "3")
    with (tmp_path / "r.csv").open(encoding="utf-8", newline="") as opened:
        assert [row["hs10"] for row in csv.DictReader(opened)] == [row["hs10"] for row in json.loads(out)]
    shown = aitrade("exemplars", "suggest", "--run", "sure").out
    assert all(hs10 in shown for hs10 in traded)


@pytest.mark.parametrize("name", ["review.xlsx", "review.csv"])
def test_out_to_a_spreadsheet_and_back(aitrade, folder, tmp_path, name):
    file = tmp_path / "deep" / name
    code, out, err = aitrade("review", "export", file)
    assert (code, out) == (0, "")
    assert "4 of 4 codes of run base" in err
    fill_in(file, HORSES, new_relevance="Medium", new_category="Cooling_HVAC", reason="a reason")
    code, out, err = aitrade("review", "import", file, "--name", "reviewed", "--json")
    assert code == 0
    assert json.loads(out)["changed"] == 1
    assert "1 labels of run base reviewed" in err
    with open_workspace(folder) as con:
        assert held(con, "reviewed")["imports", HORSES][:2] == ("Medium", "Cooling_HVAC")
    assert "labelled by hand: a reason" in aitrade("explain", HORSES, "--run", "reviewed")[1]


def test_a_file_that_may_be_filled_in_is_not_written_over(aitrade, tmp_path):
    file = tmp_path / "review.csv"
    aitrade("review", "export", file, "--limit", "1", "--flow", "imports")
    assert len(file.read_text("utf-8").splitlines()) == 2
    code, _, err = aitrade("review", "export", file)
    assert code == 2
    assert "perhaps filled in" in err
    assert aitrade("review", "export", file, "--replace")[0] == 0
    assert aitrade("review", "export", tmp_path / "review.txt")[0] == 2


def test_a_wrong_label_ends_with_code_3(aitrade, tmp_path):
    code, out, err = aitrade("review", "import", filled(tmp_path / "r.csv", (CHIPS, "Hihg")), "--name", "reviewed")
    assert (code, out) == (3, "")
    assert "line 2, column new_relevance: relevance 'Hihg'" in err
    assert aitrade("review", "import", tmp_path / "none.xlsx", "--name", "reviewed")[0] == 3
    assert aitrade("review", "export", tmp_path / "none.csv", "--below", "0.05")[0] == 3
    assert SERVERS not in out
