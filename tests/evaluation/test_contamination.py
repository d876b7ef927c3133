"""What a row of a benchmark may have learnt of the gold before: said for each row, and true of what is asked."""

import csv
import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import toys
from conftest import MODEL, Outcome
from questions import METHOD, QUESTION

from aitrade.evaluation.benchmark import contest_rows
from aitrade.evaluation.benchmark import gold as gold_module
from aitrade.evaluation.benchmark.contamination import contamination
from aitrade.evaluation.benchmark.contest import Contest
from aitrade.evaluation.benchmark.gold import Gold
from aitrade.evaluation.benchmark.rows import Row
from aitrade.llm.prompt_scorer import PromptScorer
from aitrade.nomenclature.codes import Code

IMPORTS = [row for row in toys.LABELLED + toys.UNLABELLED if row[0] == "imports"]


@pytest.fixture
def bench(aitrade: Callable[..., Outcome], models: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Outcome]:
    monkeypatch.setattr(gold_module, "REPLICATES", 20)

    def run(*options: Any) -> Outcome:
        done = aitrade("bench", "models", "--model", MODEL, "--device", "cpu", *options)
        assert done.code == 0, done.err
        return done

    return run


@pytest.fixture
def truth(tmp_path: Path) -> Path:
    """Labels of all import codes: exemplars, codes beside them and others."""
    file = tmp_path / "truth.csv"
    file.write_text("hs10,relevance\n" + "".join(f"{row[1]},Low\n" for row in IMPORTS), "utf-8")
    return file


def beside(hs10: str) -> str:
    """From the list of toys alone: is the code an exemplar of its flow, or its heading that of one of either flow?"""
    if hs10 in [row[1] for row in toys.LABELLED if row[0] == "imports"]:
        return "exemplar"
    return "heading" if any(row[1].startswith(hs10[:4]) for row in toys.LABELLED) else ""


def test_every_row_says_what_of_the_gold_it_may_have_learnt_before(
    bench: Callable[..., Outcome], aitrade: Callable[..., Outcome], truth: Path
) -> None:
    hosted = truth.with_name("hosted.csv")
    hosted.write_bytes(truth.read_bytes())
    assert aitrade("bench", "add", hosted, "--name", "hosted").code == 0
    done = bench("--gold", truth, "--format", "json")
    rows = {row["row"]: row for row in json.loads(done.out)}
    kinds = [beside(row[1]) for row in IMPORTS]
    assert {"exemplar", "heading", ""} == set(kinds), "the toys show all three"
    for row in rows.values():
        assert row["gold_exemplars"] == kinds.count("exemplar")
        assert row["gold_in_headings"] == kinds.count("heading")
        assert "published labels of Waugh" in row["revised_against"]
    kept = {name: row["kept_from_exemplars"] for name, row in rows.items()}
    assert "counts their labels" in kept["majority"]
    assert "never the code itself" in kept[f"{MODEL} alone"]
    assert "without the code's subheading" in kept[f"{MODEL} joined"]
    assert (kept["hosted"], rows["hosted"]["model_data"]) == ("not known", "not known")
    assert rows["majority"]["model_data"] == "no model"
    assert rows[f"{MODEL} alone"]["model_data"] == "its card is not known"
    assert rows[f"{MODEL} alone"]["model_before_gold"] == "not known"
    assert f"{kinds.count('exemplar')} of {len(kinds)} codes are exemplars" in done.err


def test_a_row_file_says_it_and_of_every_code_and_one_without_it_is_read(
    bench: Callable[..., Outcome], workspace: Path, truth: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = bench("--gold", truth, "--format", "json").out
    files = sorted((workspace / "bench").glob("*.json"))
    for file in files:
        row = json.loads(file.read_text("utf-8"))
        told = row.pop("contamination")
        assert told["codes"] == [beside(code[row["columns"].index("hs10")]) for code in row["codes"]]
        assert told["kept_from_exemplars"]
        file.write_text(json.dumps(row), "utf-8")  # as it was kept before
    monkeypatch.setattr(contest_rows, "load_classifier", lambda *_, **__: pytest.fail("a model was loaded again"))
    assert bench("--gold", truth, "--format", "json").out == first


def test_a_prompt_never_shows_the_code_that_it_asks_about(
    bench: Callable[..., Outcome], truth: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What the rows say of base models: so many exemplars at most, and never the code's own label."""
    asked: list[tuple[Code, list[Code]]] = []
    real = PromptScorer.relevance

    def relevance(self: Any, codes: Any, neighbours: Any) -> Any:
        asked.extend((code, [n.exemplar.code for n in near]) for code, near in zip(codes, neighbours, strict=True))
        return real(self, codes, neighbours)

    monkeypatch.setattr(PromptScorer, "relevance", relevance)
    bench("--gold", truth)
    assert {code.hs10 for code, _ in asked} >= {row[1] for row in IMPORTS}
    assert max(len(shown) for _, shown in asked) > 1
    for code, shown in asked:
        assert code.key not in [other.key for other in shown]
        assert len(shown) <= METHOD.prompt_neighbours


def told(kind: str, model: str = "", made: str = "", *, run_of: str = "", **cards: str) -> Any:
    """What is said of a row, where models came out when ``cards`` say."""
    gold = Gold("g", (Code("8471500150", "imports", "x"),), ("High",), made=made)
    listed = {name: {"published": date, "training_data": f"data of {name}"} for name, date in cards.items()}
    contest = Contest(
        QUESTION, METHOD, gold, (), {}, ("one", "two+x"), "near+x", "cpu", Path("w"), Path("b"), listed
    )  # fmt: skip
    return contamination(Row("r", kind, model, {"made_by": run_of}, {}, np.ones((1, 3))), contest)


@pytest.mark.parametrize(
    ("published", "made", "before"),
    [
        ("2024-11", "2026", "yes"),
        ("2024-11", "2024-12", "yes"),
        ("2024-11", "2024-11", "not known"),
        ("2024-11", "2024", "not known"),
        ("2024", "2024-12", "not known"),
        ("2026-01", "2025-12", "not known"),
        ("2024-11", "", "not known"),
        ("", "2026", "not known"),
    ],
)
def test_a_model_is_older_than_the_gold_only_where_both_dates_say_so(published: str, made: str, before: str) -> None:
    assert told("alone", "one", made, one=published).model_before_gold == before


def test_a_row_is_as_young_as_the_youngest_of_its_models() -> None:
    dates = {"one": "2024-09", "two": "2025", "near": "2021"}
    assert told("baseline", "one", "2025-03", **dates).model_published == "2021"
    assert told("joined", "one", "2025-03", **dates).model_published == "2024-09"
    mean = told("mean", made="2025-03", **dates)  # 2025 may be December
    assert (mean.model_published, mean.model_before_gold) == ("2025", "not known")
    assert told("mean", made="2026", **dates).model_before_gold == "yes"
    of_a_year = told("joined", "one", "2024-12", one="2024-09", near="2024")
    assert (of_a_year.model_published, of_a_year.model_before_gold) == ("2024", "not known")
    unknown = told("joined", "own", "2026", **dates)
    assert (unknown.model_published, unknown.model_before_gold) == ("", "not known")
    assert told("joined", "two+x", "2026", **dates).model_data.startswith("data of two;")


def test_an_exemplar_of_the_other_flow_is_beside_a_code_and_not_the_code() -> None:
    exported = next(
        e.code
        for e in QUESTION.exemplars.exemplars
        if e.code.flow == "exports" and ("imports", e.code.hs10) not in QUESTION.exemplars.by_code
    )
    codes = (exported, Code(exported.hs10, "imports", "x"), Code("0000000000", "imports", "x"))
    gold = Gold("g", codes, ("High",) * 3)
    contest = Contest(QUESTION, METHOD, gold, (), {}, (), "near", "cpu", Path("w"), Path("b"), {})
    assert contest.beside_exemplars == ["exemplar", "heading", ""]


def test_how_a_row_was_kept_from_the_exemplars_goes_by_what_it_is() -> None:
    assert told("alone", "two+x").kept_from_exemplars.startswith("tuned without the code's subheading")
    assert f"up to {METHOD.prompt_neighbours} exemplars" in told("alone", "two").kept_from_exemplars
    assert told("run", run_of="classification").kept_from_exemplars.startswith("no: a run takes the labels")
    for kind in ("run", "rater", "added"):
        assert told(kind, run_of="labels").kept_from_exemplars == "not known"


@pytest.mark.parametrize(
    ("against", "told"),
    [(None, "not recorded"), ((), "no gold"), (("mine", "yours"), "mine; yours")],
)
def test_what_the_question_was_revised_against_is_told_as_it_records_it(
    against: tuple[str, ...] | None, told: str
) -> None:
    gold = Gold("g", (Code("8471500150", "imports", "x"),), ("High",))
    question = replace(QUESTION, revised_against=against)
    contest = Contest(question, METHOD, gold, (), {}, (), "near", "cpu", Path("w"), Path("b"), {})
    assert contamination(Row("majority", "floor", "", {}, {}, np.ones((1, 3))), contest).revised_against == told


def test_the_page_has_a_line_for_each_row(bench: Callable[..., Outcome], truth: Path, tmp_path: Path) -> None:
    bench("--gold", truth, "--gold-made", "2026", "-o", tmp_path / "out")
    page = (tmp_path / "out" / "benchmark.html").read_text("utf-8")
    part = page[page.index('id="contamination"') :].partition("</section>")[0]
    with (tmp_path / "out" / "models.csv").open(encoding="utf-8") as file:
        names = [row["row"] for row in csv.DictReader(file)]
    assert part.count("<tr>") == len(names) + 1
    assert all(f">{name}</td>" in part for name in names)
    assert "cannot have read labels of 2026" in part  # the baseline's: its embedder came out in 2021


def test_a_date_that_is_none_is_refused(aitrade: Callable[..., Outcome], models: Path) -> None:
    done = aitrade("bench", "models", "--model", MODEL, "--gold-made", "spring")
    assert done.code == 2
    assert "'spring' is no year and no month" in done.err
