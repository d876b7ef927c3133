"""What a filled review becomes: a run with the reviewed labels replaced, or an error that names row and column."""

import json
import re
import zipfile

import openpyxl
import pytest
from review_files import CHIPS, HEADER, HORSES, PHONES, SERVERS, base_workspace, filled, held

from aitrade.core.errors import BadInputError, UsageError
from aitrade.review.import_review import import_review
from aitrade.workspace.rows import offered
from aitrade.workspace.runs import get_run


@pytest.fixture
def con():
    con = base_workspace()
    yield con
    con.close()


@pytest.mark.parametrize("suffix", [".xlsx", ".csv"])
def test_a_review_replaces_the_reviewed_labels_and_nothing_else(con, tmp_path, suffix):
    file = filled(
        tmp_path / f"r{suffix}",
        (SERVERS, "Medium", "", "mostly office computers"),
        (CHIPS, "High", "Compute_Hardware", "=accelerators" if suffix == ".csv" else "accelerators"),
        (HORSES, "Low"),
        (PHONES, "", "Networking_Telecom"),
    )
    receipt = import_review(con, file, "reviewed")
    assert (receipt.base, receipt.labels, receipt.reviewed, receipt.changed) == ("base", 5, 3, 2)
    assert receipt.unfinished == (5,)
    run = get_run(con, "reviewed")
    assert (run.kind, run.finished, run.predictions, run.settings["base"]) == ("labels", True, 5, "base")
    before, after = held(con, "base"), held(con, "reviewed")
    assert after["imports", SERVERS][:6] == ("Medium", "Compute_Hardware", 0, 1, 0, "human")
    assert after["imports", CHIPS][:6] == ("High", "Compute_Hardware", 1, 0, 0, "human")
    assert after["imports", HORSES][:6] == ("Low", "Not_DC_Related", 0, 0, 1, "human")
    evidence = json.loads(after["imports", SERVERS][6])
    assert evidence["rationale"] == "mostly office computers"
    assert evidence["reviewed"] == {"run": "base", "relevance": "High", "category": "Compute_Hardware"}
    assert evidence["llm"] == [0.5, 0.3, 0.2]
    for untouched in (("imports", PHONES), ("exports", SERVERS)):
        assert after[untouched] == before[untouched]


def test_what_was_said_of_another_label_does_not_stay(con, tmp_path):
    """A Low code has no category, and the reason for the base run's label is none for the reviewer's."""
    con.execute("UPDATE predictions SET evidence = $1 WHERE hs10 = $2", ['{"rationale": "of before"}', CHIPS])
    before = get_run(con, "base").fingerprint
    file = filled(tmp_path / "r.csv", (SERVERS, "Low"), (CHIPS, "Medium", "Cooling_HVAC"), (HORSES, "", "", "why?"))
    receipt = import_review(con, file, "reviewed")
    assert receipt.unfinished == (4,)  # a reason without a label
    after = held(con, "reviewed")
    assert after["imports", SERVERS][:2] == ("Low", "Not_DC_Related")
    assert "rationale" not in json.loads(after["imports", CHIPS][6])
    first = get_run(con, "reviewed").fingerprint
    import_review(con, filled(tmp_path / "r.csv", (SERVERS, "Low")), "reviewed", replace=True)
    assert len({before, first, get_run(con, "reviewed").fingerprint}) == 3


def test_another_category_alone_is_a_change_and_the_same_label_twice_is_none(con, tmp_path):
    rows = [(SERVERS, "High", "Networking_Telecom")] * 2
    receipt = import_review(con, filled(tmp_path / "r.csv", *rows), "reviewed")
    assert (receipt.reviewed, receipt.changed) == (1, 1)
    with pytest.raises(BadInputError, match="reviewed twice, differently"):
        import_review(con, filled(tmp_path / "r.csv", rows[0], (SERVERS, "High", "Cooling_HVAC")), "other")


def test_imports_and_exports_of_one_code_are_reviewed_apart(con, tmp_path):
    file = filled(tmp_path / "r.csv", (SERVERS, "Low"), (SERVERS, "High"))
    lines = file.read_text("utf-8-sig").splitlines()
    file.write_text("\n".join([*lines[:2], lines[2].replace("imports", "exports")]) + "\n", "utf-8")
    assert import_review(con, file, "reviewed").reviewed == 2
    after = held(con, "reviewed")
    assert [after[flow, SERVERS][0] for flow in ("imports", "exports")] == ["Low", "High"]


def test_a_workbook_is_read_wherever_its_sheet_is_and_however_a_program_saved_it(con, tmp_path):
    """Headers in capitals, a code as a number with decimals, another sheet before it."""
    book = openpyxl.Workbook()
    book.active.append(["notes"])
    sheet = book.create_sheet("review")
    sheet.append([name.upper() for name in HEADER])
    sheet.append([float(SERVERS), "imports", *[None] * 10, "Medium", None, None, "base"])
    book.save(tmp_path / "r.xlsx")
    import_review(con, tmp_path / "r.xlsx", "reviewed")
    assert held(con, "reviewed")["imports", SERVERS][0] == "Medium"


def test_a_workbook_that_says_it_is_smaller_than_it_is_is_read_whole(con, tmp_path):
    """Some programs write wrong dimensions: what lies outside of them would be lost unsaid."""
    file, other = filled(tmp_path / "r.xlsx", (HORSES, "Medium", "Cooling_HVAC"), (SERVERS, "Low")), tmp_path / "o.xlsx"
    with zipfile.ZipFile(file) as book, zipfile.ZipFile(other, "w") as copy:
        for name in book.namelist():
            text = book.read(name)
            if name == "xl/worksheets/sheet1.xml":
                text, count = re.subn(rb'<dimension ref="[^"]*"', b'<dimension ref="A1:P2"', text)
                assert count == 1
            copy.writestr(name, text)
    assert import_review(con, other, "reviewed").reviewed == 2


@pytest.mark.parametrize(
    ("row", "column", "what"),
    [
        ((CHIPS, "high"), "new_relevance", "relevance 'high'"),
        ((CHIPS, "High"), "new_category", "needs a category"),
        ((CHIPS, "High", "Computers"), "new_category", "category 'Computers'"),
        ((CHIPS, "High", "Not_DC_Related"), "new_category", "does not go with"),
        ((SERVERS, "Low", "Compute_Hardware"), "new_category", "does not go with"),
        (("471500150", "Low"), "hs10", "9 digits"),
        (("8542319999", "Low"), "hs10", "has no label for imports code 8542319999"),
        ((HORSES, "Medium", "Cooling_HVAC"), "hs10", "reviewed twice, differently (first in row 2)"),
    ],
)
@pytest.mark.parametrize("suffix", [".xlsx", ".csv"])
def test_what_is_wrong_is_named_by_row_and_column_and_nothing_is_kept(con, tmp_path, suffix, row, column, what):
    file = filled(tmp_path / f"r{suffix}", (HORSES, "Low"), row)
    with pytest.raises(BadInputError) as caught:
        import_review(con, file, "reviewed")
    assert what in caught.value.what
    sheet = ", sheet Sheet" if suffix == ".xlsx" else ""
    assert caught.value.where == f"{file}{sheet}, line 3, column {column}"
    assert [run for (run,) in con.execute("SELECT run FROM runs").fetchall()] == ["base"]
    assert held(con, "reviewed") == {}


def test_the_file_has_to_be_of_one_run_that_is_here_and_finished(con, tmp_path):
    def refused(file):
        with pytest.raises(BadInputError) as caught:
            import_review(con, file, "reviewed")
        return str(caught.value)

    assert "no run bas" in refused(filled(tmp_path / "a.csv", (HORSES, "Low"), run="bas"))
    assert "line 2, column run: the row names no run" in refused(filled(tmp_path / "b.csv", (HORSES, "Low"), run=""))
    assert "no row has a new relevance" in refused(filled(tmp_path / "c.csv", (HORSES,)))
    good = filled(tmp_path / "d.csv", (HORSES, "Low"))
    (tmp_path / "e.csv").write_text(
        good.read_text("utf-8-sig") + good.read_text("utf-8-sig").splitlines()[1].replace("base", "other")
    )
    assert "line 3, column run: the row is of run other" in refused(tmp_path / "e.csv")
    con.execute("UPDATE runs SET finished_at = NULL")
    assert "not finished" in refused(good)
    (tmp_path / "f.xlsx").write_bytes(b"PK\x03\x04 cut off")
    assert "damaged" in refused(tmp_path / "f.xlsx")
    book = openpyxl.Workbook()
    book.active.append(HEADER)
    book.active.append([HORSES, "imports", *[None] * 10, '="Low"', None, None, "base"])
    book.save(tmp_path / "g.xlsx")
    assert "line 2, column new_relevance: the cell holds the formula" in refused(tmp_path / "g.xlsx")


def test_names_are_those_of_labels(con, tmp_path):
    file = filled(tmp_path / "r.csv", (HORSES, "Low"))
    import_review(con, file, "reviewed")
    assert import_review(con, file, "reviewed").replaced == 5  # the same, perhaps after a kill
    other = filled(tmp_path / "o.csv", (HORSES, "Low", "", "another reason"))
    with pytest.raises(BadInputError, match="replace these labels"):
        import_review(con, other, "reviewed")
    assert import_review(con, other, "reviewed", replace=True).replaced == 5
    with pytest.raises(UsageError):
        import_review(con, file, "base", replace=True)
    with pytest.raises(UsageError):
        import_review(con, file, "a run")
    assert len(held(con, "base")) == 5


def test_a_stop_in_the_middle_leaves_the_run_that_had_the_name(con, tmp_path, monkeypatch):
    file = filled(tmp_path / "r.csv", (HORSES, "Low", "", "first"))
    import_review(con, file, "reviewed")
    before = held(con, "reviewed")

    def stop(*_):
        raise KeyboardInterrupt

    monkeypatch.setattr(
        "aitrade.review.import_review.offered",
        lambda con, name, columns: stop() if name == "offered_reviews" else offered(con, name, columns),
    )
    with pytest.raises(KeyboardInterrupt):
        import_review(con, filled(tmp_path / "r.csv", (CHIPS, "Medium", "Cooling_HVAC")), "reviewed", replace=True)
    assert held(con, "reviewed") == before


def test_codes_that_a_spreadsheet_made_numbers_are_read_with_pad(con, tmp_path):
    file = filled(tmp_path / "r.xlsx", (101210010, "Medium", "Cooling_HVAC"))
    import_review(con, file, "reviewed", pad=True)
    assert held(con, "reviewed")["imports", HORSES][0] == "Medium"
