"""Figures of a comparison against those of an independent program, on real labels and trade."""

import csv
import json
import random
import subprocess
import sys
from dataclasses import replace

import pytest
from label_sets import LEVELS, RELATED, labelled
from trade_fixtures import SHARED, add_run, sum_all_chapters, workspace

from aitrade.evaluation.compare.comparison import compare
from aitrade.evaluation.compare.comparison_tables import agreement_table
from aitrade.evaluation.compare.spec import ask


def perturbed(rows, seed=20260301):
    """Labels as a bad classifier would give them: some codes left out, some levels and categories drawn anew."""
    source, found = random.Random(seed), []  # noqa: S311
    for row in rows:
        if row["flow"] != "import" or source.random() < 0.04:
            continue
        relevance = source.choice(LEVELS) if source.random() < 0.15 else row["relevance"]
        kept = row["category"] if row["category"] != "Not_DC_Related" else "Compute_Hardware"
        category = source.choice(RELATED) if source.random() < 0.2 else kept
        found.append((row["hs10"], *labelled(relevance, category)))
    return found


@pytest.mark.skipif(not SHARED.is_dir(), reason="the shared reference data are not here")
def test_the_figures_are_those_of_the_agreement_program(tmp_path):
    reference = SHARED / "reference" / "labels_dev.csv"
    with reference.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    said = perturbed(rows)
    with (tmp_path / "said.csv").open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([("hs10", "relevance", "category"), *said])
    exemplars = [row["hs10"] for row in rows if row["flow"] == "import"][::4]
    with (tmp_path / "exemplars.csv").open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([("hs10",), *((hs10,) for hs10 in exemplars)])
    program = [sys.executable, SHARED / "tools" / "agreement.py", tmp_path / "said.csv", "--json"]
    done = subprocess.run(
        [*program, "--exclude", tmp_path / "exemplars.csv"], capture_output=True, text=True, check=True
    )
    theirs = json.loads(done.stdout)

    con = workspace([], [{**row, "flow": row["flow"] + "s"} for row in rows])
    con.execute(
        "INSERT INTO flows SELECT 'imports', hs10, cty_code, year, 0, con_val_yr, NULL, 1 FROM read_parquet($1)",
        [str(SHARED / "trade" / "imports_2024_hs10_country.parquet")],
    )
    sum_all_chapters(con)
    add_run(con, "said", [{"flow": "imports", "hs10": c, "relevance": r, "category": k} for c, r, k in said])
    question = replace(ask(con, "hand", ["said"]), left_out=frozenset(("imports", hs10) for hs10 in exemplars))
    (ours,) = agreement_table(question, compare(con, question)).records()
    names = {
        "labels_without_prediction": "only_reference",
        "category_accuracy": "high_same_category",
        "high_imports_2024_B_labels": "reference_high_2024",
        "high_imports_2024_B_predicted": "run_high_2024",
    }
    high = {side: sum(ours[cell] for cell in cells) for side, cells in {
        "high_actual": [f"high_as_{level.lower()}" for level in LEVELS],
        "high_predicted": [f"{level.lower()}_as_high" for level in LEVELS],
    }.items()}  # fmt: skip
    assert {name: (ours | high)[names.get(name, name)] for name in theirs} == pytest.approx(theirs, rel=1e-12)
    assert 0.5 < ours["kappa"] < 0.95
