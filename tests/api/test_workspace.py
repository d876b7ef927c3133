"""The API from an empty folder: files in, labels made, a review there and back, and errors that speak of arguments."""

import csv
import sys
from functools import partial
from pathlib import Path
from typing import Any

import pytest
import report_workspace as made
import toys
from conftest import MODEL, fill
from questions import on_exemplars

import aitrade
from aitrade.classification.method import Method
from aitrade.core.errors import AitradeError, BadInputError, StoppedError, UsageError
from aitrade.demo.sample import sample_folder
from aitrade.question.exemplars import ExemplarSet

SAMPLE = sample_folder()


def write(path: Path, *rows: str) -> Path:
    path.write_text("\n".join(rows) + "\n", "utf-8")
    return path


@pytest.fixture(scope="module")
def filled(tmp_path_factory: pytest.TempPathFactory) -> aitrade.Workspace:
    """A workspace with trade, a run and labels by hand."""
    return aitrade.open(made.fill(tmp_path_factory.mktemp("api") / "workspace"))


@pytest.fixture
def empty(tmp_path: Path) -> aitrade.Workspace:
    return aitrade.open(tmp_path / "new", create=True)


@pytest.fixture
def toy(models: Path, tmp_path: Path, exemplars: ExemplarSet, monkeypatch: pytest.MonkeyPatch) -> aitrade.Workspace:
    """A workspace of the toy codes, with the toy exemplars and batches of 6 codes."""
    monkeypatch.setattr("aitrade.api.data.Method", partial(Method, codes_per_batch=6))
    return aitrade.open(fill(tmp_path / "toy"), question=on_exemplars(exemplars))


def test_files_go_in_and_come_back(empty: aitrade.Workspace, tmp_path: Path) -> None:
    imports, exports = empty.import_codes(SAMPLE / "codes.csv")
    assert (imports.flow, imports.codes, exports.flow, exports.codes) == ("imports", 177, "exports", 64)
    assert len(empty.codes()) == 241
    assert empty.codes(flow="imports", under="8471.50.01")["hs10"] == ["8471500150"]
    told: list[str] = []
    (receipt,) = empty.import_trade(
        [SAMPLE / "trade_exports.csv"], flow="exports", on_receipt=lambda one: told.append(one.flow)
    )
    assert (receipt.rows_kept, told) == (12678, ["exports"])
    assert empty.sql("SELECT count(*) AS rows FROM flows WHERE flow = $flow", flow="exports")["rows"] == [12678]
    labels = empty.import_labels(SAMPLE / "labels.csv", "hand")
    assert labels.labels == len(empty.predictions("hand")) == 241
    assert empty.default_run() == "hand"
    exempt = empty.import_exemptions(write(tmp_path / "list.csv", "hts_code", "8471", "8517620020"), "made-up")
    assert exempt.name == "made-up"
    assert "made-up" in str(empty.table("exemptions", flow="exports", lists="made-up").records())


def test_arguments_are_what_a_person_writes(filled: aitrade.Workspace) -> None:
    def years(value: object) -> list[str]:
        columns = filled.table("summary", years=value).columns  # type: ignore[arg-type]
        return [name.removeprefix("value_") for name in columns if name.startswith("value_")]

    assert years(2024) == years("2024") == years([2024]) == ["2024"]
    assert years("2023-2024") == years((2023, "2024")) == ["2023", "2024"]
    mexico = filled.table("summary", countries="mexico", years=2024)
    assert mexico.records() == filled.table("summary", countries=["2010"], years=2024).records()
    assert mexico.records() != filled.table("summary", years=2024).records()
    high = filled.table("top", relevance="high", years=2024)
    assert high.records() == filled.table("top", relevance=["High"], years=2024).records()
    assert "8471500150" in high["hs10"]
    assert "0101210010" not in high["hs10"]


@pytest.mark.parametrize(
    "ask",
    [
        lambda w: w.table("sumary"),
        lambda w: w.table("summary", years="24"),
        lambda w: w.table("summary", years="2025-2023"),
        lambda w: w.table("summary", flow="both"),
        lambda w: w.table("summary", relevance="hihg"),
        lambda w: w.table("summary", by="month"),
        lambda w: w.table("tariffs", flow="exports"),
        lambda w: w.table("top", top=-1),
        lambda w: w.table("summary", interval=100),
        lambda w: w.table("top", exclude_chapters="271"),
        lambda w: w.table("index", base_year=1999),
        lambda w: w.codes(flow="both"),
        lambda w: w.compare(made.HAND, [made.RUN, made.HAND], differences=3),
        lambda w: w.compare(made.HAND, made.RUN, year=1999),
        lambda w: w.explain("0000000000"),
        lambda w: w.import_trade("x.csv", reader="excel"),
        lambda w: w.import_trade("x.csv", pads=True),
        lambda w: w.import_labels(),
        lambda w: w.import_labels("x.csv"),
        lambda w: w.review_export("review.txt"),
        lambda w: w.sql("SELECT nothing"),
    ],
)
def test_errors_speak_of_arguments(filled: aitrade.Workspace, ask: object) -> None:
    with pytest.raises(AitradeError) as refused:
        ask(filled)  # type: ignore[operator]
    assert refused.value.fix
    assert "--" not in str(refused.value)


def test_sql_reads_only_and_takes_parameters(filled: aitrade.Workspace) -> None:
    kinds = filled.sql("SELECT 1 AS one, 0.5 AS half, DATE '2024-01-02' AS day, NULL AS none, ['a'] AS list")
    assert list(kinds) == [{"one": 1, "half": 0.5, "day": "2024-01-02", "none": None, "list": "['a']"}]
    with pytest.raises(UsageError, match="read-only"):
        filled.sql("DELETE FROM runs")


def test_long_work_tells_the_log_where_no_function_is_given(
    toy: aitrade.Workspace, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level("DEBUG", logger="aitrade"):
        toy.classify(model=MODEL, limit=6, device="cpu")
    said = [record.getMessage() for record in caplog.records if record.name == "aitrade"]
    assert "6 codes on cpu in " in "\n".join(said)
    assert "6 of 6" in said


def test_classify_predict_explain(toy: aitrade.Workspace, tmp_path: Path) -> None:
    steps: list[tuple[int, int]] = []
    run = toy.classify(model=MODEL, limit=12, device="cpu", on_step=lambda done, total: steps.append((done, total)))
    assert run.finished
    assert toy.run(run.run[:-2]) == run
    assert steps[-1] == (12, 12)
    predictions = toy.predictions(run.run)
    assert predictions.columns[-4:] == ["p_high", "p_medium", "p_low", "source"]
    assert len(predictions) == run.predictions == 12
    assert toy.resume(run.run) == run
    assert toy.classify(model=MODEL, limit=12, device="cpu").run == run.run
    assert toy.export_run(run.run, tmp_path / "run.csv") == 12
    with (tmp_path / "run.csv").open(encoding="utf-8", newline="") as file:
        assert [row["hs10"] for row in csv.DictReader(file)] == predictions["hs10"]
    explained = toy.explain(str(predictions["hs10"][0]), run=run.run)
    assert (explained.relevance, explained.run) == (predictions["relevance"][0], run.run)
    two = toy.classify(model=MODEL, codes=["8517620020", "0804400000"], device="cpu")
    assert toy.predictions(two.run)["hs10"] == ["0804400000", "8517620020"]


def test_long_work_tells_its_stages(toy: aitrade.Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("aitrade.retrieval.embedder.TOLD", 1)
    told: dict[str, list[tuple[int, int]]] = {}

    def on_stage(stage: str) -> Any:
        return lambda *step: told.setdefault(stage, []).append(step)

    toy.classify(model=MODEL, limit=6, device="cpu", on_stage=on_stage)
    assert f"loading {MODEL}" in told
    assert f"loading {toy.question.settings.embedder}" in told
    steps = told["embedding texts"]
    assert steps[0][0] == 0
    assert any(done == total for done, total in steps)
    told.clear()
    toy.calibrate(model=MODEL, device="cpu", on_stage=on_stage)
    assert {f"preparing {MODEL}", f"loading {MODEL}"} <= set(told)


def test_a_stopped_run_is_resumed(toy: aitrade.Workspace) -> None:
    def stop(done: int, total: int) -> None:
        if done >= 6:
            raise KeyboardInterrupt

    with pytest.raises(StoppedError):
        toy.classify(model=MODEL, limit=18, device="cpu", on_step=stop)
    (begun,) = toy.runs()
    assert not begun.finished
    finished = toy.resume(begun.run)
    assert finished.run == begun.run
    assert finished.predictions == 18


@pytest.mark.parametrize("name", ["review.csv", "review.xlsx"])
def test_a_review_goes_out_and_comes_back(tmp_path: Path, name: str) -> None:
    import openpyxl

    workspace = aitrade.open(made.fill(tmp_path / "workspace"))
    exported = workspace.review_export(tmp_path / name, run=made.RUN, flow="imports", limit=3)
    with pytest.raises(UsageError, match="there already"):
        workspace.review_export(tmp_path / name)
    if name.endswith(".csv"):
        with exported.path.open(encoding="utf-8-sig", newline="") as file:
            rows = list(csv.DictReader(file))
        rows[0] |= {"new_relevance": "Low"}
        with exported.path.open("w", encoding="utf-8", newline="") as file:
            writer = csv.DictWriter(file, list(rows[0]))
            writer.writeheader()
            writer.writerows(rows)
        code = rows[0]["hs10"]
    else:
        book = openpyxl.load_workbook(exported.path)
        sheet = book["review"]
        header = [cell.value for cell in sheet[1]]
        sheet.cell(2, header.index("new_relevance") + 1, "Low")
        code = sheet.cell(2, header.index("hs10") + 1).value
        book.save(exported.path)
    receipt = workspace.review_import(exported.path, "reviewed")
    assert (receipt.base, receipt.reviewed) == (made.RUN, 1)
    after = {(row["flow"], row["hs10"]): row for row in workspace.predictions("reviewed")}
    assert after["imports", code]["relevance"] == "Low"
    assert after["imports", code]["source"] == "human"


def test_report_files(filled: aitrade.Workspace, tmp_path: Path) -> None:
    written = filled.report(tmp_path / "page.html", run=made.RUN, reference=made.HAND, tables=tmp_path / "paper")
    assert written.files[0] == tmp_path / "page.html"
    assert {file.suffix for file in written.files} >= {".html", ".tex", ".csv", ".xlsx", ".svg", ".pdf", ".png"}
    assert all(file.stat().st_size for file in written.files)


@pytest.mark.parametrize(
    ("missing", "ask", "extra"),
    [
        ("altair", lambda w, to: w.table("index").chart(), "report"),
        ("jinja2", lambda w, to: w.report(to / "r.html"), "report"),
        ("openpyxl", lambda w, to: w.report(to / "r.html", tables=to / "paper"), "excel"),
        ("openpyxl", lambda w, to: w.review_export(to / "review.xlsx", run=made.RUN), "excel"),
    ],
)
def test_what_an_extra_brings_is_named(
    filled: aitrade.Workspace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, missing: str, ask: object, extra: str
) -> None:
    monkeypatch.setitem(sys.modules, missing, None)
    with pytest.raises(UsageError, match=rf"pip install 'aitrade\[{extra}\]'"):
        ask(filled, tmp_path)  # type: ignore[operator]
    assert not list(tmp_path.iterdir())


def test_an_empty_folder_is_no_workspace(tmp_path: Path) -> None:
    with pytest.raises(BadInputError, match="no workspace"):
        aitrade.open(tmp_path)
    assert not list(tmp_path.iterdir())
    assert aitrade.open(tmp_path / "w", create=True).runs() == []
    with pytest.raises(BadInputError, match="no codes"):
        aitrade.open(tmp_path / "w").classify(codes=[toys.toy_codes()[0].hs10])
