"""A gold sample from draw to corrected tables, on a made-up workspace."""

import csv
import shutil
import subprocess
import tomllib
import zipfile
from dataclasses import replace
from pathlib import Path

import openpyxl
import pytest
from gold_fixtures import LABELS, Made, fill_in, made_up_gold

import aitrade
from aitrade.core.errors import BadInputError, UsageError
from aitrade.evaluation.benchmark.gold import gold_of_sample
from aitrade.models.adapter_files import OUT_OF_FOLD
from aitrade.question.exemplars import ExemplarSet
from aitrade.workspace import open_workspace, read_workspace

SOFFICE = shutil.which("soffice")


@pytest.fixture
def made(tmp_path: Path) -> Made:
    return made_up_gold(tmp_path / "workspace")


def drawn(made: Made, size: int = 60, raters: int = 1) -> tuple[aitrade.Workspace, Path]:
    workspace, path = aitrade.open(made.folder), made.folder / "gold.xlsx"
    workspace.gold_draw(path, size, raters=raters)
    return workspace, path


def test_the_workbook_shows_no_prediction_and_each_rater_has_an_order_of_its_own(made: Made) -> None:
    _, path = drawn(made, raters=2)
    workbook = openpyxl.load_workbook(path)
    assert workbook.sheetnames == ["rater 1", "rater 2", "rubric"]
    orders = []
    for name in ("rater 1", "rater 2"):
        header, *rows = [[cell.value for cell in row] for row in workbook[name].iter_rows()]
        assert header[:4] == ["hs10", "description", "heading", "naics"]
        texts = {str(value) for row in rows for value in row}
        assert not texts & {part for label in LABELS for part in label}
        orders.append([row[0] for row in rows])
    assert orders[0] != orders[1]
    assert sorted(orders[0]) == sorted(orders[1])
    assert orders[0] != sorted(orders[0])


def test_the_design_is_kept(made: Made) -> None:
    _, path = drawn(made)
    design = tomllib.loads((made.folder / "gold" / "design.toml").read_text("utf-8"))
    codes = {str(row[0].value) for row in openpyxl.load_workbook(path)["rater 1"].iter_rows(min_row=2)}
    assert design["inclusion_probability"].keys() == codes
    assert design["run"] == "model"
    assert design["year"] == 2024
    assert sum(stratum["codes"] for stratum in design["stratum"]) == len(made.run)
    assert sum(stratum["drawn"] for stratum in design["stratum"]) == 60


def test_raters_disagree_and_a_decision_ends_it(made: Made) -> None:
    workspace, path = drawn(made, raters=2)
    codes = {str(row[0].value) for row in openpyxl.load_workbook(path)["rater 1"].iter_rows(min_row=2)}
    wrong = frozenset(sorted(hs10 for hs10 in codes if made.truth[hs10] != LABELS[2])[:3])
    fill_in(path, made.truth, wrong=wrong)
    first = workspace.gold_import(path)
    assert first.receipt.undecided == tuple(sorted(wrong))
    agreed = {row["level"]: row for row in first.agreement}
    assert agreed["all"]["agreement"] == pytest.approx(1 - 3 / 60)
    with pytest.raises(BadInputError, match="no final label"):
        workspace.table("summary", gold=True)

    sheet = openpyxl.load_workbook(path)["decisions"]
    assert {str(row[0].value) for row in sheet.iter_rows(min_row=2)} == wrong
    fill_in(path, made.truth, wrong=wrong)
    second = workspace.gold_import(path)
    assert second.receipt.undecided == ()
    with (made.folder / "gold" / "weights.csv").open(encoding="utf-8") as file:
        kept = {row["hs10"]: (row["relevance"], row["category"]) for row in csv.DictReader(file)}
    assert kept == {hs10: made.truth[hs10] for hs10 in codes}
    reasons = workspace.sql("SELECT DISTINCT rater, reason, rated_on FROM gold_labels ORDER BY rater")
    assert [tuple(row.values()) for row in reasons] == [
        (rater, f"{sheet} thinks so", "2026-03-31")
        for rater, sheet in (("decided", "decisions"), ("rater 1", "rater 1"), ("rater 2", "rater 2"))
    ]


@pytest.mark.skipif(SOFFICE is None, reason="there is no LibreOffice")
def test_libreoffice_saves_the_workbook_without_loss(made: Made, tmp_path: Path) -> None:
    workspace, path = drawn(made, raters=2)
    fill_in(path, made.truth)
    saved = tmp_path / "saved"
    subprocess.run([str(SOFFICE), "--headless", "--convert-to", "xlsx", "--outdir", saved, path], check=True)
    taken = workspace.gold_import(saved / path.name)
    assert taken.receipt.final == 60
    assert {(label.hs10, label.relevance, label.category) for label in taken.receipt.labels} == {
        (label.hs10, *made.truth[label.hs10]) for label in taken.receipt.labels
    }


def test_gold_of_every_code_is_the_truth_without_doubt(made: Made) -> None:
    workspace, path = drawn(made, size=len(made.run))
    fill_in(path, made.truth)
    workspace.gold_import(path)
    for row in workspace.table("summary", gold=True, years="2023-2024"):
        if row["category"] is not None or row["relevance"] in ("All", "Unlabelled"):
            continue
        for year in (2023, 2024):
            true, said = (
                sum(r.value for r in made.rows if r.year == year and labels[r.hs10][0] == row["relevance"]) / 1e9
                for labels in (made.truth, made.run)
            )
            ends = [row[f"value_{year}{end}"] for end in ("", "_lower", "_upper", "_gold_only")]
            assert ends == pytest.approx([true] * 4)
            assert row[f"value_{year}_labelled"] == pytest.approx(said)


def corrected_by_hand(made: Made, year: int, country: str | None = None) -> float:
    """The run's High dollars plus (gold less run) over the inclusion probability, summed in plain Python."""
    design = tomllib.loads((made.folder / "gold" / "design.toml").read_text("utf-8"))
    total = 0.0
    for row in made.rows:
        if row.year == year and country in (None, row.cty):
            run, true = (labels[row.hs10][0] == "High" for labels in (made.run, made.truth))
            chance = design["inclusion_probability"].get(row.hs10)
            total += row.value * (run + ((true - run) / chance if chance else 0))
    return total / 1e9


def test_tables_are_corrected_by_design_weights(made: Made) -> None:
    workspace, path = drawn(made)
    fill_in(path, made.truth)
    workspace.gold_import(path)
    both = {year: corrected_by_hand(made, year) for year in (2023, 2024)}
    everything = {year: sum(r.value for r in made.rows if r.year == year) / 1e9 for year in both}

    shares = {row["period"]: row for row in workspace.table("share", gold=True)}
    growth = {row["country"]: row for row in workspace.table("growth", gold=True) if row["relevance"] == "High"}
    countries = {row["cty_code"]: row for row in workspace.table("countries", gold=True)}
    for year, corrected in both.items():
        row = shares[str(year)]
        assert row["value_high"] == pytest.approx(corrected)
        assert row["share_pct"] == pytest.approx(100 * corrected / everything[year])
        assert row["share_pct_lower"] <= row["share_pct"] <= row["share_pct_upper"]
        assert row["share_pct_lower"] < row["share_pct_upper"]
    assert growth["All in the data"]["growth_2024"] == pytest.approx(100 * (both[2024] / both[2023] - 1))
    for code, row in countries.items():
        of_country = corrected_by_hand(made, 2024, code)
        assert row["value_2024"] == pytest.approx(of_country)
        assert row["share_2024"] == pytest.approx(100 * of_country / both[2024])


def test_scores_are_estimates_for_the_frame(made: Made) -> None:
    workspace, path = drawn(made)
    fill_in(path, made.truth)
    workspace.gold_import(path)
    agreement, _, following = workspace.gold_score("model")
    found = {(row["by"], row["figure"]): row for row in agreement}
    design = tomllib.loads((made.folder / "gold" / "design.toml").read_text("utf-8"))
    weights = {hs10: 1 / chance for hs10, chance in design["inclusion_probability"].items()}
    right = sum(weight for hs10, weight in weights.items() if made.run[hs10][0] == made.truth[hs10][0])
    accuracy = found["codes", "accuracy"]
    assert accuracy["estimate"] == pytest.approx(right / sum(weights.values()))
    assert accuracy["lower"] < accuracy["estimate"] <= accuracy["upper"]
    assert sum(row["share_of_next"] for row in following) == pytest.approx(1)
    workspace.gold_score("model")
    assert list(workspace.sql("SELECT scored FROM gold_samples")) == [{"scored": 2}]


def test_a_workbook_of_another_sample_or_with_unknown_labels_is_refused(made: Made) -> None:
    workspace, path = drawn(made)
    fill_in(path, made.truth)
    workbook = openpyxl.load_workbook(path)
    workbook["rater 1"]["E2"] = "high"
    workbook.save(path)
    with pytest.raises(BadInputError, match="'high' is not one of") as refused:
        workspace.gold_import(path)
    assert "line 2" in str(refused.value.where)
    fill_in(path, made.truth)
    workspace.gold_draw(made.folder / "other.xlsx", 40, seed=9, replace=True)
    with pytest.raises(BadInputError, match="another gold sample"):
        workspace.gold_import(path)
    assert list(workspace.sql("SELECT count(*) AS kept FROM gold_labels")) == [{"kept": 0}]


def test_a_second_draw_is_refused_unless_asked_for(made: Made) -> None:
    workspace, path = drawn(made)
    with pytest.raises(UsageError, match="already"):
        workspace.gold_draw(made.folder / "again.xlsx", 40)
    with pytest.raises(UsageError, match="already"):
        workspace.gold_draw(path, 40)
    with pytest.raises(UsageError, match="does not go with table top"):
        workspace.table("top", gold=True)


def test_the_report_shows_corrected_figures_beside_those_as_labelled(made: Made, tmp_path: Path) -> None:
    workspace, path = drawn(made)
    fill_in(path, made.truth)
    workspace.gold_import(path)
    contents = workspace.report(tmp_path / "report.html", gold=True).contents
    (card,) = (one for one in contents.headlines if one.what.startswith("imports of High"))
    labelled = sum(r.value for r in made.rows if r.year == 2024 and made.run[r.hs10][0] == "High") / 1e9
    assert card.value == f"${corrected_by_hand(made, 2024):,.1f} bn"
    assert any(line.startswith("corrected by gold; 95% interval") for line in card.beside)
    assert any(line.startswith(f"as labelled {labelled:,.1f}; gold alone") for line in card.beside)
    (point,) = (p for p in contents.figures["share"].points if p["x"] == "2024")
    assert point["value"] == pytest.approx(workspace.table("share", gold=True, years=2024)["share_pct"][0], abs=1e-3)
    text = (tmp_path / "report.html").read_text("utf-8")
    assert "corrected by a gold sample of 60 codes" in text
    assert "from the model's probabilities" not in text


def test_a_report_by_gold_needs_a_sample(made: Made, tmp_path: Path) -> None:
    with pytest.raises(BadInputError, match="holds no gold sample of imports"):
        aitrade.open(made.folder).report(tmp_path / "report.html", gold=True)
    assert not (tmp_path / "report.html").exists()


def test_the_check_of_a_question_finds_what_learnt_from_gold(made: Made, no_models: Path) -> None:
    aitrade.open(made.folder).gold_draw(made.folder / "gold.xlsx", 60)
    workspace = aitrade.open(made.folder)
    checked = workspace.check_question()
    assert [(one.codes, one.findings) for one in checked.gold] == [(60, ())]
    assert "nothing that retrieves, calibrates or tunes has learnt from it" in str(checked.gold[0])

    design = tomllib.loads((made.folder / "gold" / "design.toml").read_text("utf-8"))
    drawn_code = next(iter(design["inclusion_probability"]))
    other = next(hs10 for hs10 in made.run if hs10 not in design["inclusion_probability"])
    known = workspace.question.exemplars.exemplars[0]
    added = tuple(replace(known, code=replace(known.code, hs10=hs10, flow="imports")) for hs10 in (drawn_code, other))
    learnt = replace(workspace.question, exemplars=ExemplarSet((*workspace.question.exemplars.exemplars, *added)))
    failures = aitrade.open(made.folder, question=learnt).check_question().failures
    assert [(one.about, "became an exemplar" in one.found) for one in failures if one.check == "gold"] == [
        (drawn_code, True)
    ]
    with open_workspace(made.folder) as con:  # of a version that did not keep what codes were as exemplars
        con.execute("UPDATE gold_samples SET design = json_merge_patch(design, '{\"exemplars\": null}')")
    failures = aitrade.open(made.folder, question=learnt).check_question().failures
    assert [one.found.split(";")[0] for one in failures if one.check == "gold"] == [
        f"became an exemplar ({known.relevance}) at an unknown time"
    ]

    scores = made.folder / "adapters" / "toy+relevance" / OUT_OF_FOLD
    scores.parent.mkdir(parents=True)
    scores.write_text(f"flow,hs10,High\nimports,{drawn_code},1\n", "utf-8")
    failures = workspace.check_question().failures
    assert [one.found.split(";")[0] for one in failures if one.check == "gold"] == [
        "adapter toy+relevance was tuned on it"
    ]


def test_a_benchmark_takes_the_sample_with_its_weights_and_each_rater_as_a_row(made: Made) -> None:
    workspace, path = drawn(made, raters=2)
    codes = {str(row[0].value) for row in openpyxl.load_workbook(path)["rater 1"].iter_rows(min_row=2)}
    wrong = frozenset(sorted(hs10 for hs10 in codes if made.truth[hs10] != LABELS[2])[:3])
    for _ in range(2):
        fill_in(path, made.truth, wrong=wrong)
        workspace.gold_import(path)
    with read_workspace(made.folder) as con:
        gold = gold_of_sample(con, workspace.question)
    design = tomllib.loads((made.folder / "gold" / "design.toml").read_text("utf-8"))
    chances = design["inclusion_probability"]
    assert {code.hs10: level for code, level in zip(gold.codes, gold.levels, strict=True)} == {
        hs10: made.truth[hs10][0] for hs10 in chances
    }
    assert gold.weights == tuple(1 / chances[code.hs10] for code in gold.codes)
    assert [place == -1 for place in gold.strata] == [chances[code.hs10] == 1 for code in gold.codes]
    raters = dict(gold.raters)
    differing = {code.hs10 for code, *said in zip(gold.codes, *raters.values(), strict=True) if len(set(said)) > 1}
    assert differing == wrong
    with pytest.raises(UsageError, match="no design weights"):
        workspace.bench_models("toy", gold="sample", limit=50)


def test_labels_of_a_workbook_that_takes_no_decisions_are_not_taken(made: Made) -> None:
    workspace, path = drawn(made, raters=2)
    fill_in(path, made.truth, wrong=frozenset(made.truth))
    with zipfile.ZipFile(path) as whole:
        content = {name: whole.read(name) for name in whole.namelist()}
    content["xl/worksheets/sheet3.xml"] = content["xl/worksheets/sheet3.xml"][:300]  # the rubric
    with zipfile.ZipFile(path, "w") as torn:
        for name, part in content.items():
            torn.writestr(name, part)
    before = path.read_bytes()
    with pytest.raises(BadInputError, match="damaged or cut off"):
        workspace.gold_import(path)
    assert path.read_bytes() == before
    with read_workspace(made.folder) as con:
        assert con.execute("SELECT count(*) FROM gold_labels").fetchall() == [(0,)]
