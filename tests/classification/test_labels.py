"""Labels: an existing classification becomes a run, whole or not at all."""

import hashlib
import json

import pytest

from aitrade.classification.label_import import import_labels
from aitrade.core.errors import BadInputError, UsageError
from aitrade.question.question import SHIPPED, load_question
from tests.trade_files import SHARED, text_of, workspace

QUESTION = load_question(SHIPPED)

PLAIN = "hs10,relevance,category\n8471500150,High,Compute_Hardware\n0101210010,Low,Not_DC_Related\n"


@pytest.fixture
def con():
    con = workspace()
    yield con
    con.close()


def predictions(con):
    return con.execute(
        "SELECT flow, hs10, description, relevance, category, p[1], p[3], source FROM predictions ORDER BY ALL"
    ).fetchall()


def test_labels_become_a_run_with_the_files_hash_as_fingerprint(tmp_path, con):
    path = text_of(tmp_path / "labels.csv", PLAIN)
    receipt = import_labels(con, path, "mine", QUESTION, "imports")
    assert (receipt.labels, receipt.by_flow, receipt.by_relevance) == (2, {"imports": 2}, {"High": 1, "Low": 1})
    run, kind, fingerprint, settings, codes, started, finished, _ = con.execute("FROM runs").fetchone()
    assert (run, kind, codes) == ("mine", "labels", 2)
    assert fingerprint == hashlib.sha256(path.read_bytes()).hexdigest() == json.loads(settings)["sha256"]
    assert started is not None
    assert finished is not None
    assert predictions(con) == [
        ("imports", "0101210010", None, "Low", "Not_DC_Related", None, None, "human"),
        ("imports", "8471500150", None, "High", "Compute_Hardware", None, None, "human"),
    ]


def test_an_exported_run_is_read_back(tmp_path, con):
    path = text_of(
        tmp_path / "run.csv",
        "hs10,flow,description,relevance,category,p_high,p_medium,p_low,source\n"
        "8471.50.01.50,export,SERVERS,High,Compute_Hardware,0.9,0.08,0.02,llm\n"
        "8471500150,imports,SERVERS,High,Compute_Hardware,,,,human\n",
    )
    import_labels(con, path, "back", QUESTION)
    assert predictions(con) == [
        ("exports", "8471500150", "SERVERS", "High", "Compute_Hardware", 0.9, 0.02, "llm"),
        ("imports", "8471500150", "SERVERS", "High", "Compute_Hardware", None, None, "human"),
    ]


@pytest.mark.parametrize(
    ("line", "where", "what"),
    [
        ("8471500150,Highest,Compute_Hardware", "line 3", "relevance 'Highest'"),
        ("8471500150,High,Computers", "line 3", "category 'Computers'"),
        ("8471500150,Low,Compute_Hardware", "line 3", "does not go with"),
        ("471500150,High,Compute_Hardware", "line 3, column hs10", "9 digits"),
        ("0101210010,Medium,Cooling_HVAC", "line 3", "labelled twice, differently (first on line 2)"),
        (",High,Compute_Hardware", "line 3, column hs10", "empty"),
    ],
)
def test_bad_labels_are_refused_and_nothing_is_kept(tmp_path, con, line, where, what):
    path = text_of(tmp_path / "l.csv", f"hs10,relevance,category\n0101210010,Low,Not_DC_Related\n{line}\n")
    with pytest.raises(BadInputError) as caught:
        import_labels(con, path, "bad", QUESTION, "imports")
    assert caught.value.where == f"{path}, {where}"
    assert what in caught.value.what
    assert con.execute("FROM runs").fetchall() == predictions(con) == []


@pytest.mark.parametrize(
    ("values", "what"),
    [
        ("0.5,0.2,0.2,llm", "must sum to 1"),
        ("0.5,0.5,,llm", "must sum to 1"),
        ("1.5,0,0,llm", "no probability"),
        ("nan,0,0,llm", "no probability"),
        ("high,0,0,llm", "no probability"),
        ("1,0,0,oracle", "source 'oracle'"),
    ],
)
def test_probabilities_and_sources_are_checked(tmp_path, con, values, what):
    header = "hs10,relevance,category,p_high,p_medium,p_low,source"
    path = text_of(tmp_path / "l.csv", f"{header}\n8471500150,High,Compute_Hardware,{values}\n")
    with pytest.raises(BadInputError, match=what):
        import_labels(con, path, "bad", QUESTION, "imports")


def test_a_file_that_says_no_flow_is_of_imports_and_that_is_said(tmp_path, con):
    path = text_of(tmp_path / "labels.csv", PLAIN)
    receipt = import_labels(con, path, "mine", QUESTION)
    assert set(receipt.by_flow) == {"imports"}
    assert "does not say the flow" in str(receipt)
    assert "does not say the flow" not in str(import_labels(con, path, "theirs", QUESTION, "exports"))


def test_a_taken_name_is_refused_until_replace(tmp_path, con):
    path = text_of(tmp_path / "labels.csv", PLAIN)
    import_labels(con, path, "mine", QUESTION, "imports")
    before = predictions(con)
    assert import_labels(con, path, "mine", QUESTION, "imports").replaced == 2  # the same, perhaps after a kill
    assert predictions(con) == before
    path.write_text("hs10,relevance,category\n8471500150,Medium,Compute_Hardware\n")
    with pytest.raises(BadInputError) as caught:
        import_labels(con, path, "mine", QUESTION, "imports")
    assert "replace these labels" in caught.value.fix
    assert predictions(con) == before
    assert import_labels(con, path, "mine", QUESTION, "imports", replace=True).replaced == 2
    assert [row[3] for row in predictions(con)] == ["Medium"]


def test_a_run_of_the_classifier_is_never_replaced_by_labels(tmp_path, con):
    con.execute("INSERT INTO runs VALUES ('mine', 'classification', 'f', '{}', 0, now()::TIMESTAMP, NULL, NULL)")
    with pytest.raises(BadInputError, match="kind classification"):
        import_labels(con, text_of(tmp_path / "l.csv", PLAIN), "mine", QUESTION, "imports", replace=True)


def test_names_of_runs_are_plain(tmp_path, con):
    with pytest.raises(UsageError):
        import_labels(con, text_of(tmp_path / "l.csv", PLAIN), "a run", QUESTION, "imports")


@pytest.mark.skipif(not SHARED.is_dir(), reason="the shared reference data are not here")
def test_the_papers_labels_are_taken_whole(con):
    receipt = import_labels(con, SHARED / "reference" / "labels_dev.csv", "paper-dev", QUESTION)
    assert receipt.labels == 11_481
    assert receipt.by_flow == {"exports": 2_289, "imports": 9_192}
