"""The demo's logic, with a stub in the model's place."""

import copy
import csv
import re
from contextlib import nullcontext
from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pytest
import questions
from conftest import MODEL
from hypothesis import given, settings
from hypothesis import strategies as st
from questions import METHOD, QUESTION, on_exemplars
from typer.testing import CliRunner

from aitrade.classification.loading import load_classifier
from aitrade.classification.method import Method
from aitrade.classification.prediction import Prediction
from aitrade.cli.app import app
from aitrade.cli.demo import print_results
from aitrade.core.errors import BadInputError, ModelError, StoppedError
from aitrade.demo.agreement import Judged, agreement, missed, read_judged
from aitrade.demo.classification import classify_sample, hold_out, require_models
from aitrade.demo.published import beside_published
from aitrade.demo.sample import HAND_LABELS, import_sample, sample_codes, sample_folder
from aitrade.llm.code_vectors import FULL, CodeVectors
from aitrade.nomenclature.code_text import describe
from aitrade.nomenclature.codes import Code
from aitrade.question.exemplars import ExemplarSet
from aitrade.question.question import SHIPPED, load_question
from aitrade.trade.ingest.importing import import_trade
from aitrade.trade.readers.source import ImportOptions
from aitrade.workspace import open_workspace
from aitrade.workspace.runs import list_runs

FOLDER = sample_folder()
LOW = ("Low", "Not_DC_Related")
# What the stub gets wrong: the largest code missed, a car called High, and a switch put into another category.
MISTAKES = {
    ("imports", "8471500150"): ("Medium", "Compute_Hardware"),
    ("imports", "8703220110"): ("High", "Electrical_Power"),
    ("imports", "8517620020"): ("High", "Compute_Hardware"),
}


def hand_labels():
    with (FOLDER / "labels.csv").open(encoding="utf-8", newline="") as file:
        return {(r["flow"], r["hs10"]): (r["relevance"], r["category"]) for r in csv.DictReader(file)}


class Stub:
    """Says the hand labels but for its mistakes; counts how often it is asked, and may be stopped."""

    model = "stub"
    question = load_question(SHIPPED)
    method = Method()
    runtime = SimpleNamespace(device="cpu", arithmetic="nothing")
    scorer = SimpleNamespace(telling=lambda on_step: nullcontext())
    calibration = "none is needed"

    def __init__(self, mistakes=MISTAKES, stop=False):
        self.says = hand_labels() | mistakes
        self.settings = {"model": "stub", "mistakes": sorted(map(str, mistakes))}
        self.stop, self.asked = stop, 0

    def knowing(self, nomenclature):
        return self

    def embed_ahead(self, codes):
        pass

    def exemplar_prediction(self, code):
        return None

    def predict(self, codes):
        if self.stop:
            raise KeyboardInterrupt
        self.asked += len(codes)
        return [
            Prediction(c.flow, c.hs10, c.description, *self.says[c.flow, c.hs10], (0.2, 0.3, 0.5), "llm", {})
            for c in codes
        ]


@pytest.fixture(scope="module")
def filled(tmp_path_factory):
    """A workspace with the sample and the stub's run: folder and run."""
    folder = tmp_path_factory.mktemp("demo")
    with open_workspace(folder, reads=[FOLDER]) as con:
        import_sample(con, FOLDER)
        run = classify_sample(con, Stub(), sample_codes(FOLDER), lambda done, total: None)
    return folder, run.run


def cells(table):
    return {record["line"].strip(): record for record in table.records()}


def test_hand_labels_give_the_published_figures(filled):
    with open_workspace(filled[0]) as con:
        for flow in ("imports", "exports"):
            rows = beside_published(con, HAND_LABELS, flow).records()
            differences = [
                v for row in rows for name, v in row.items() if name.startswith("difference") and v is not None
            ]
            assert len(differences) == (33 if flow == "imports" else 24)
            assert max(map(abs, differences)) < 0.005
    assert rows[0]["published_2024"] is None
    assert rows[0]["difference_2024"] is None
    assert round(rows[0]["computed_2024"], 2) == 256.96


def test_mistakes_move_the_summary_by_the_codes_values(filled):
    value = {}
    with (FOLDER / "trade_imports.csv").open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            if row["year"] == "2025":
                value[row["hs10"]] = value.get(row["hs10"], 0) + int(row["con_val_mo"]) / 1e9
    server, car, switch = value["8471500150"], value["8703220110"], value["8517620020"]
    with open_workspace(filled[0]) as con:
        rows = cells(beside_published(con, filled[1], "imports"))
    expected = {
        "High": car - server,
        "Compute_Hardware": switch - server,
        "Networking_Telecom": -switch,
        "Electrical_Power": car,
        "Low": -car,
        "All": 0,
    }
    for line, difference in expected.items():
        assert rows[line]["difference_2025"] == pytest.approx(difference, abs=0.005)
    share = rows["High, percent of all"]
    assert share["computed_2025"] == pytest.approx(100 * rows["High"]["computed_2025"] / rows["All"]["computed_2025"])


def test_agreement_and_largest_misses(filled):
    with open_workspace(filled[0]) as con:
        judged = read_judged(con, filled[1], HAND_LABELS)
    codes, high = len(hand_labels()), sum(label[0] == "High" for label in hand_labels().values())
    right, found = 100 * 239 / codes, 100 * (high - 1) / high
    assert agreement(judged) == (
        f"The model got the relevance of 239 of {codes} hand-labelled codes right ({right:.1f}%), "
        "and relevance and category of 238.\n"
        f"Of {high} codes that it called High, {high - 1} are (precision {found:.1f}%); "
        f"of {high} that are, it found {high - 1} (recall {found:.1f}%)."
    )
    largest = missed(judged, 2)
    every = missed(judged, 5).rows
    assert {row[0] for row in every} == {hs10 for _, hs10 in MISTAKES}
    assert [row[3] for row in every] == sorted((row[3] for row in every), reverse=True)
    assert largest.rows == every[:2]
    assert "2 largest of 3" in largest.title


labels_said = st.sampled_from([LOW, ("Medium", "Cooling_HVAC"), ("High", "Cooling_HVAC"), ("High", "Compute_Hardware")])


@settings(max_examples=50)
@given(st.lists(st.tuples(labels_said, labels_said, st.floats(0, 100)), max_size=12))
def test_agreement_counts_like_a_confusion_matrix(pairs):
    judged = [Judged("imports", f"{i:010}", "X", *true, *said, v) for i, (true, said, v) in enumerate(pairs)]
    matrix = {(t, s): 0 for t in ("High", "Medium", "Low") for s in ("High", "Medium", "Low")}
    for true, said, _ in pairs:
        matrix[true[0], said[0]] += 1
    right = sum(matrix[level, level] for level in ("High", "Medium", "Low"))
    both_high = matrix["High", "High"]
    said_high = sum(n for (_, said), n in matrix.items() if said == "High")
    high = sum(n for (true, _), n in matrix.items() if true == "High")
    whole = sum(true == said for true, said, _ in pairs)
    told = agreement(judged)
    assert [int(n) for n in re.findall(r"(?<![.\d])\d+(?![.\d]*%)(?!\d)", told)] == [
        right, len(pairs), whole, said_high, both_high, high, both_high
    ]  # fmt: skip
    shares = [(right, len(pairs)), (both_high, said_high), (both_high, high)]
    assert re.findall(r"[\d.]+%|none", told) == [f"{100 * part / of:.1f}%" if of else "none" for part, of in shares]
    assert missed(judged, 3).rows == missed(judged, 12).rows[:3]


def test_importing_again_changes_nothing_and_labels_stay_the_older_run(filled):
    with open_workspace(filled[0]) as con:
        before = con.execute("SELECT count(*), sum(value) FROM flows").fetchone()
        said = []
        import_sample(con, FOLDER, said.append)
        assert con.execute("SELECT count(*), sum(value) FROM flows").fetchone() == before
        assert con.execute("SELECT count(*) FROM trade_imports").fetchone() == (2,)
        assert [run.run for run in list_runs(con)] == [HAND_LABELS, filled[1]]
    assert len(said) == 2
    assert all("as before" in line for line in said)


def test_the_same_demo_again_asks_nothing_and_a_stopped_one_goes_on(tmp_path):
    codes = sample_codes(FOLDER)
    with open_workspace(tmp_path, reads=[FOLDER]) as con:
        import_sample(con, FOLDER)
        con.execute("INSERT INTO codes VALUES ('imports', '0101210010', 'HORSES', NULL, NULL)")
        with pytest.raises(StoppedError) as stopped:
            classify_sample(con, Stub(stop=True), codes, lambda *_: None, "aitrade demo --model stub")
        assert stopped.value.fix == "aitrade demo --model stub"
        first, second = Stub(), Stub()
        run = classify_sample(con, first, codes, lambda *_: None)
        assert classify_sample(con, second, codes, lambda *_: None).run == run.run
    assert run.finished
    assert (run.predictions, first.asked, second.asked) == (len(codes), len(codes), 0)


def test_real_trade_and_the_sample_do_not_mix(tmp_path):
    real = tmp_path / "real.csv"
    real.write_text("hs10,cty_code,year,month,con_val_mo\n0101210010,1220,2024,1,5\n", "utf-8")
    with open_workspace(tmp_path / "workspace", reads=[real, FOLDER]) as con:
        import_trade(con, [real], ImportOptions())
        with pytest.raises(BadInputError, match=r"real\.csv") as refused:
            import_sample(con, FOLDER)
        assert "--workspace" in refused.value.fix
        assert con.execute("SELECT count(*) FROM codes").fetchone() == (0,)


def test_held_out_codes_are_never_retrieved(toy_classifier):
    whole = toy_classifier()
    codes = [Code("8471500150", "imports", "PROCESSING UNITS NESOI", None, "COMPUTERS")]
    classifier = hold_out(whole, codes)
    assert len(classifier.index.exemplars) == len(whole.index.exemplars) - 2  # it is an import and an export exemplar
    assert classifier.exemplar_prediction(codes[0]) is None
    vectors = classifier.embedder.embed(["PROCESSING UNITS NESOI"])
    near = questions.near(classifier.index, codes, vectors, len(whole.index.exemplars))[0]
    assert {n.exemplar.code.hs10 for n in near} == {
        e.code.hs10 for e in whole.index.exemplars.exemplars if e.code.hs10 != "8471500150"
    }
    smoke = next(e.code for e in whole.index.exemplars.exemplars if e.code.hs10 == "8531100015")
    own = classifier.embedder.embed([describe(smoke, QUESTION.words)])
    assert (
        questions.near(classifier.index, [replace(smoke, hs10="8531100099")], own, 1)[0][0].exemplar.code.hs10
        == "8531100015"
    )
    assert classifier.settings["exemplars_sha256"] != whole.settings["exemplars_sha256"]


def test_the_probe_is_fitted_without_held_out_codes(calibrated, exemplars):
    """Whatever their labels are, it says the same."""
    own = load_classifier(on_exemplars(exemplars), MODEL, "cpu", calibrated, method=METHOD)
    held_out = exemplars.exemplars[0]
    probe = hold_out(own, [held_out.code]).calibration.probe
    assert probe != own.calibration.probe
    assert np.array_equal(probe["weights"], np.round(probe["weights"], 6))  # the same hash on every machine
    other = replace(held_out, relevance="Low" if held_out.relevance == "High" else "High")
    relabelled = ExemplarSet((other, *exemplars.exemplars[1:]))
    lying = replace(own, index=replace(own.index, exemplars=relabelled))
    assert hold_out(lying, [held_out.code]).calibration.probe == probe
    assert replace(hold_out(own, [held_out.code]).calibration, probe=own.calibration.probe) == own.calibration


def test_held_out_codes_are_not_among_the_llms_neighbours_either(toy_classifier):
    plain = toy_classifier()
    whole = replace(plain, scorer=copy.copy(plain.scorer))  # which tests share
    exemplars = whole.index.exemplars.exemplars
    keys = [(e.code.flow, e.code.hs10) for e in exemplars]
    whole.scorer.vectors = CodeVectors(keys, np.eye(4, dtype=np.float32), {FULL: np.eye(len(keys), dtype=np.float32)})
    assert len(whole.llm_index.exemplars) == len(exemplars)
    held_out = hold_out(whole, [exemplars[0].code])
    assert {e.code.hs10 for e in held_out.llm_index.exemplars.exemplars} == {
        e.code.hs10 for e in exemplars if e.code.hs10 != exemplars[0].code.hs10
    }


def test_missing_models_are_named_with_the_line_that_installs_them(no_models):
    with pytest.raises(ModelError) as error:
        require_models("smollm2-135m-instruct+tuned")
    assert error.value.fix == "aitrade models install all-minilm-l6-v2 smollm2-135m-instruct"


def test_command_works_in_its_own_folder(filled, tmp_path, monkeypatch):

    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("aitrade.classification.loading.load_classifier", lambda *_, **__: Stub())
    monkeypatch.setattr("aitrade.demo.classification.hold_out", lambda classifier, codes: classifier)
    monkeypatch.setattr("aitrade.demo.classification.require_models", lambda model: None)
    done = CliRunner(env={"AITRADE_WORKSPACE": str(tmp_path / "own")}).invoke(app, ["demo", "--model", "stub"])
    assert done.exit_code == 0, done.output
    assert (tmp_path / "demo" / "aitrade.duckdb").is_file()
    assert not (tmp_path / "own").exists()
    assert "are made up" in done.stdout
    assert "239 of 241 hand-labelled codes right (99.2%)" in done.stdout
    assert "8471500150" in done.stdout
    assert "made-up" not in done.stderr
    assert "demo/aitrade.duckdb" in done.stderr
    elsewhere = CliRunner().invoke(app, ["--workspace", str(filled[0]), "demo"])
    assert elsewhere.exit_code == 0, elsewhere.output
    assert str(filled[0]) in elsewhere.stderr


def test_perfect_labels_are_said_to_be_so(filled, capsys):
    with open_workspace(filled[0]) as con:
        print_results(con, HAND_LABELS)
    assert "Every code stands in its line" in capsys.readouterr().out


def test_whatever_shows_the_samples_trade_says_that_it_is_made_up(tmp_path):
    from aitrade.report.contents import gather
    from aitrade.report.page import page
    from aitrade.trade.tables.catalogue import SPECS
    from aitrade.trade.tables.options import Options
    from aitrade.trade.tables.tables import table

    with open_workspace(tmp_path, reads=[FOLDER]) as con:
        import_sample(con, FOLDER)
        for name in SPECS:
            notes = table(con, name, Options(run=HAND_LABELS)).notes
            assert any("are made up" in note for note in notes), name
        contents = gather(con, HAND_LABELS)
        assert "are made up" in page(contents, "2026-01-01").split("<nav")[0]
        con.execute("UPDATE trade_imports SET receipt = json_merge_patch(receipt, '{\"remark\": null}')")
        assert not any("made up" in note for note in table(con, "summary", Options(run=HAND_LABELS)).notes)
