"""The bundled sample: real codes, hand labels, and trade whose yearly totals are the published ones."""

import csv
import json
import subprocess
import sys
from collections import defaultdict
from decimal import Decimal
from functools import cache
from pathlib import Path

import pytest
from conftest import loaded_script
from hypothesis import given, settings
from hypothesis import strategies as st

from aitrade.nomenclature.codes import parse_hs10
from aitrade.question.question import SHIPPED, load_question
from aitrade.trade.countries import shipped_countries

ROOT = Path(__file__).resolve().parents[2]
SAMPLE = ROOT / "data" / "sample"
SCRIPT = ROOT / "scripts" / "make_sample_trade.py"
SHARED = ROOT.parent / "shared"
PUBLISHED_CATEGORIES = {
    "Compute_Hardware", "Electrical_Power", "Networking_Telecom", "Cooling_HVAC", "Building_Structure",
    "Fire_Safety_Security", "Specialty_Materials",
}  # fmt: skip
# Import codes that are exemplars too, which the demo holds out: every network and most fire and server codes are.
HELD_OUT = 73


def rows_of(name: str) -> list[dict[str, str]]:
    with (SAMPLE / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


@pytest.fixture(scope="module")
def codes() -> list[dict[str, str]]:
    return rows_of("codes.csv")


@pytest.fixture(scope="module")
def labels() -> dict[tuple[str, str], dict[str, str]]:
    return {(row["flow"], row["hs10"]): row for row in rows_of("labels.csv")}


@pytest.fixture(scope="module")
def totals(labels) -> dict[tuple[str, str, int], int]:
    """Dollars by flow, line (total, relevance, category of High) and year: plain Python over the files."""
    found: dict[tuple[str, str, int], int] = defaultdict(int)
    for flow, column in (("imports", "con_val_mo"), ("exports", "all_val_mo")):
        for row in rows_of(f"trade_{flow}.csv"):
            label = labels[flow, row["hs10"]]
            lines = ["total", label["relevance"].lower()]
            if label["relevance"] == "High":
                lines.append(label["category"].lower())
            for line in lines:
                found[flow, line, int(row["year"])] += int(row[column])
    return found


def test_codes_are_valid_and_enough(codes):
    keys = [(row["flow"], row["hs10"]) for row in codes]
    assert len(set(keys)) == len(keys) >= 150
    assert {flow for flow, _ in keys} == {"imports", "exports"}
    excluded = load_question(SHIPPED).settings.excluded_chapters
    for row in codes:
        assert parse_hs10(row["hs10"]) == row["hs10"]
        assert row["hs10"][:2] not in excluded
        assert row["description"] == " ".join(row["description"].split()) != ""
    assert len({hs10[:2] for _, hs10 in keys}) > 40


@pytest.mark.skipif(not SHARED.is_dir(), reason="../shared is not there")
def test_descriptions_are_the_nomenclatures(codes):
    for flow in ("imports", "exports"):
        with (SHARED / "nomenclature" / f"{flow}_hs10.csv").open(encoding="utf-8", newline="") as file:
            official = {row["hs10"]: " ".join(row["description"].split()) for row in csv.DictReader(file)}
        ours = {row["hs10"]: row["description"] for row in codes if row["flow"] == flow}
        assert ours == {hs10: official[hs10] for hs10 in ours}


def test_labels_follow_the_rubric_and_cover_the_codes(codes, labels):
    label_space = load_question(SHIPPED).labels
    assert set(labels) == {(row["flow"], row["hs10"]) for row in codes}
    for row in labels.values():
        assert label_space.wrong(row["relevance"], row["category"]) is None
        assert row["rationale"].endswith(".")
        assert len(row["rationale"].split()) > 2
    for flow, least in (("imports", 3), ("exports", 2)):
        high = [row["category"] for (f, _), row in labels.items() if f == flow and row["relevance"] == "High"]
        assert all(high.count(category) >= least for category in PUBLISHED_CATEGORIES)
    assert not any(row["category"] == "Maintenance_Operations" and row["relevance"] == "High"
                   for (flow, _), row in labels.items() if flow == "imports")  # fmt: skip


def test_few_codes_are_exemplars_and_those_have_the_exemplars_label(labels):
    exemplars = load_question(SHIPPED).exemplars.by_code
    both = [key for key in labels if key in exemplars]
    assert len(both) == HELD_OUT
    for key in both:
        exemplar, label = exemplars[key], labels[key]
        assert (label["relevance"], label["category"]) == (exemplar.relevance, exemplar.category)


def test_the_readme_says_what_is_there(codes):
    readme = (SAMPLE / "README.txt").read_text("utf-8")
    imports = sum(row["flow"] == "imports" for row in codes)
    assert f"{len(codes)} HS10 codes ({imports} import codes of the HTS, {len(codes) - imports} export codes" in readme
    assert "Every single row" in readme
    assert "Seventy-three codes of codes.csv" in readme


def test_the_script_makes_these_very_files(tmp_path):
    done = subprocess.run(
        [sys.executable, SCRIPT, "--output", tmp_path], capture_output=True, text=True, check=False, env={}
    )
    assert done.returncode == 0, done.stderr
    for name in ("trade_imports.csv", "trade_exports.csv"):
        assert (tmp_path / name).read_bytes() == (SAMPLE / name).read_bytes()
        assert (SAMPLE / name).stat().st_size < 1_500_000


def test_totals_are_the_published_ones(totals):
    compared = 0
    for figure in json.loads((ROOT / "data" / "reference" / "paper_figures.json").read_text("utf-8"))["figures"]:
        flow, line, *year = figure["id"].split(".")
        if figure["table"] != "summary" or figure["unit"] != "billion dollars" or len(year) != 1:
            continue
        computed = Decimal(totals[flow, line, int(year[0])]) / 10**9
        assert abs(computed - Decimal(str(figure["published"]))) < Decimal(5).scaleb(-figure["decimals"] - 1)
        compared += 1
    assert compared == 30 + 21


@pytest.mark.skipif(not SHARED.is_dir(), reason="../shared is not there")
def test_totals_are_those_of_the_paper_itself(totals):
    paper = json.loads((SHARED / "reference" / "paper_figures.json").read_text("utf-8"))
    for flow, margin in (("imports", 0.005), ("exports", 0.05)):
        for line, years in paper[f"{flow}_B"].items():
            for year, published in years.items():
                allowed = 0.05 if line == "total" else margin
                assert abs(totals[flow, line, int(year)] / 1e9 - published) < allowed, (flow, line, year)
    for flow, name in (("imports", "import"), ("exports", "export")):
        for year, share in paper["headline"][f"{name}_share_high_pct"].items():
            assert round(100 * totals[flow, "high", int(year)] / totals[flow, "total", int(year)], 2) == share
    excess = paper["counterfactual_B"]
    for year in (2023, 2024, 2025):
        for flow in ("imports", "exports"):
            base = totals[flow, "high", 2023] * totals[flow, "low", year] / totals[flow, "low", 2023]
            assert round((totals[flow, "high", year] - base) / 1e9) == excess[str(year)][f"excess_ai_{flow}"]


def test_trade_is_monthly_by_country_with_plausible_duties():
    countries = {country.cty_code for country in shipped_countries() if country.kind == "country"}
    for flow, column in (("imports", "con_val_mo"), ("exports", "all_val_mo")):
        rows = rows_of(f"trade_{flow}.csv")
        keys = [(row["hs10"], row["cty_code"], row["year"], row["month"]) for row in rows]
        assert len(set(keys)) == len(keys)
        assert {(int(row["year"]), int(row["month"])) for row in rows} == {
            (year, month) for year in (2023, 2024, 2025) for month in range(1, 13)
        }
        assert {row["cty_code"] for row in rows} <= countries
        assert all(int(row[column]) > 0 for row in rows)
        partners = defaultdict(set)
        for row in rows:
            partners[row["hs10"]].add(row["cty_code"])
        assert all(8 <= len(of_code) <= 15 for of_code in partners.values())
    assert all(0 <= int(row["cal_dut_mo"]) < int(row["con_val_mo"]) for row in rows_of("trade_imports.csv"))


@cache
def load_script():
    with loaded_script("make_sample_trade") as module:
        return module


@settings(max_examples=60)
@given(
    total=st.integers(0, 3 * 10**12),
    weights=st.lists(st.floats(1e-3, 1e3, allow_nan=False), min_size=1, max_size=40),
)
def test_sharing_out_is_exact_and_fair(total, weights):
    parts = load_script().share_out(total, weights)
    units = [round(weight * 1_000_000) for weight in weights]
    assert sum(parts) == total
    assert all(abs(part - total * unit / sum(units)) < 1.001 for part, unit in zip(parts, units, strict=True))
