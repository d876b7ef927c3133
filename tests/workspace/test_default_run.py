"""Which run tables use, and runs made from others: nothing that is imported moves a figure by itself."""

import csv
from pathlib import Path

import pytest
from gold_fixtures import Made, made_up_gold
from trade_fixtures import add_run

import aitrade
from aitrade.core.errors import BadInputError, UsageError
from aitrade.workspace import open_workspace
from aitrade.workspace.default_run import coverage


@pytest.fixture
def made(tmp_path: Path) -> Made:
    return made_up_gold(tmp_path / "workspace")


def write_labels(path: Path, labels: dict[str, tuple[str, str]]) -> Path:
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(("hs10", "relevance", "category", "flow"))
        writer.writerows((hs10, *label, "imports") for hs10, label in labels.items())
    return path


def half(made: Made) -> dict[str, tuple[str, str]]:
    return dict(list(made.truth.items())[::2])


def test_a_half_reference_three_codes_and_a_review_leave_default_and_figures(
    made: Made, tmp_path: Path, command_line
) -> None:
    workspace = aitrade.open(made.folder)
    before = workspace.table("summary").records()
    assert workspace.default_run() == "model"

    said = command_line(
        made.folder, "labels", "import", write_labels(tmp_path / "half.csv", half(made)), "--name", "half"
    )
    assert "tables go on using run model: run half labels" in said.err
    with open_workspace(made.folder) as con:
        three = [
            {"flow": "imports", "hs10": hs10, "relevance": "High", "category": "Cooling_HVAC", "source": "llm"}
            for hs10 in list(made.run)[:3]
        ]
        add_run(con, "three", three)
    assert "run three labels" in str(workspace.why_not_default("three"))
    review = tmp_path / "review.csv"
    workspace.review_export(review, run="three")
    header, first, *_ = review.read_text("utf-8").splitlines()
    filled = dict(zip(header.split(","), next(csv.reader([first])), strict=True)) | {"new_relevance": "Low"}
    with review.open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, header.split(","))
        writer.writeheader()
        writer.writerow(filled)
    said = command_line(made.folder, "review", "import", review, "--name", "reviewed")
    assert "tables go on using run model: run reviewed is made from another run" in said.err

    assert workspace.default_run() == "model"
    assert workspace.table("summary").records() == before


def test_the_last_run_that_covers_the_trade_is_used(made: Made, tmp_path: Path) -> None:
    workspace = aitrade.open(made.folder)
    workspace.import_labels(write_labels(tmp_path / "all.csv", made.truth), "all")
    assert workspace.default_run() == "all"
    workspace.import_labels(write_labels(tmp_path / "half.csv", half(made)), "half")
    assert workspace.default_run() == "all"
    with open_workspace(made.folder) as con:
        values = {hs10: sum(row.value for row in made.rows if row.hs10 == hs10) for hs10 in made.run}
        assert coverage(con, "half") == pytest.approx(sum(values[h] for h in half(made)) / sum(values.values()))
        assert coverage(con, "all") == 1


def test_the_user_chooses_and_a_reference_never_is_used_by_itself(made: Made, tmp_path: Path, command_line) -> None:
    workspace = aitrade.open(made.folder)
    workspace.import_labels(write_labels(tmp_path / "all.csv", made.truth), "experts", as_reference=True)
    assert workspace.default_run() == "model"
    assert command_line(made.folder, "runs", "default", "experts").out == "experts\n"
    workspace.import_labels(write_labels(tmp_path / "all.csv", made.truth), "later")
    assert workspace.default_run() == "experts"
    said = command_line(made.folder, "runs", "remove", "experts")
    assert "which was the default" in said.err
    assert workspace.default_run() == "later"
    with pytest.raises(BadInputError, match="whole name"):
        workspace.remove_run("late")


def test_a_few_labels_stand_on_a_run_and_the_rest_is_kept(made: Made, tmp_path: Path) -> None:
    workspace = aitrade.open(made.folder)
    changed = {hs10: label for hs10, label in made.truth.items() if label != made.run[hs10]}
    file = write_labels(tmp_path / "few.csv", changed)
    receipt = workspace.import_labels(file, "mended", onto="model")
    assert receipt.labels == len(changed)
    rows = list(workspace.sql("SELECT hs10, relevance, category, evidence FROM predictions WHERE run = 'mended'"))
    assert {row["hs10"]: (row["relevance"], row["category"]) for row in rows} == made.truth
    kept = workspace.sql(
        "SELECT hs10, evidence->>'$.replaced.run' AS run, evidence->>'$.replaced.relevance' AS relevance "
        "FROM predictions WHERE run = 'mended' AND evidence IS NOT NULL"
    )
    assert {row["hs10"]: (row["run"], row["relevance"]) for row in kept} == {
        hs10: ("model", made.run[hs10][0]) for hs10 in changed
    }
    assert workspace.run("mended").codes == len(made.run)
    assert workspace.default_run() == "model"
    with pytest.raises(UsageError, match="cannot stand on itself"):
        workspace.import_labels(file, "mended", onto="mended", replace=True)


def test_two_runs_are_merged(made: Made, tmp_path: Path) -> None:
    workspace = aitrade.open(made.folder)
    workspace.import_labels(write_labels(tmp_path / "half.csv", half(made)), "half")
    merged = workspace.merge_runs("model", "half", "both")
    assert merged.predictions == merged.codes == len(made.run)
    rows = workspace.sql("SELECT hs10, relevance, category FROM predictions WHERE run = 'both'")
    assert {row["hs10"]: (row["relevance"], row["category"]) for row in rows} == made.run | half(made)
    assert workspace.run("half").predictions == len(half(made))


def test_trade_and_lists_are_removed(made: Made, tmp_path: Path) -> None:
    workspace = aitrade.open(made.folder)
    with open_workspace(made.folder) as con:
        con.execute("INSERT INTO trade_imports VALUES (1, 'a.csv', 'x', 'csv', 'imports', now()::TIMESTAMP, '{}')")
        con.execute("INSERT INTO quantities SELECT flow, hs10, cty_code, year, month, 1, 'NO', 1 FROM flows")
    assert workspace.remove_trade(1) == len(made.rows)
    for table in ("flows", "chapter_flows", "quantities"):
        assert len(workspace.sql(f"FROM {table}")) == 0
    with pytest.raises(BadInputError, match="no import 1"):
        workspace.remove_trade(1)
    file = tmp_path / "list.csv"
    file.write_text("hts8\n84710000\n84800000\n", encoding="utf-8")
    workspace.import_exemptions(file, "mine")
    assert workspace.remove_exemptions("mine") == 2
    with pytest.raises(BadInputError, match="no list mine"):
        workspace.remove_exemptions("mine")
