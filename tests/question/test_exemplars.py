"""Exemplars: the shipped set, and what is said of a damaged file."""

import dataclasses
from collections import Counter
from pathlib import Path

import pytest
import toys

from aitrade.core.errors import BadInputError
from aitrade.question.exemplars import COLUMNS, ExemplarSet, read_exemplars
from aitrade.question.labels import LabelSpace
from aitrade.question.question import SHIPPED, load_question

LABELS = load_question(SHIPPED).labels

HEADER = ",".join(COLUMNS)
FIRST = "8471500150,imports,PROCESSING UNITS,334111,COMPUTERS,High,Compute_Hardware,Servers are in it."
SECOND = '0803901000,imports,"BANANAS, FRESH",,,Low,Not_DC_Related,Fruit is eaten.'


def written(path: Path, *lines: str, header: str = HEADER) -> Path:
    path.write_text("\n".join([header, *lines]) + "\n", "utf-8")
    return path


def test_the_shipped_set_is_large_and_covers_every_category() -> None:
    question = load_question(SHIPPED)
    found = question.exemplars
    assert len(found) >= 400
    categories = Counter(e.category for e in found.exemplars)
    assert set(categories) == {c.name for c in question.rubric.categories}
    assert min(categories.values()) >= 5
    for e in found.exemplars:
        assert question.labels.wrong(e.relevance, e.category) is None
        assert 10 <= len(e.rationale) <= 300


def test_exemplars_are_read_in_order_of_flow_and_code(tmp_path: Path) -> None:
    found = read_exemplars(written(tmp_path / "e.csv", FIRST, SECOND), LABELS)
    bananas, units = found.exemplars
    assert bananas.code.hs10 == "0803901000"  # the leading zero is kept
    assert bananas.code.naics is None
    assert units.code.naics_description == "COMPUTERS"
    assert found.by_code["imports", "8471500150"] is units
    assert len(found) == 2


def test_the_same_digits_in_both_flows_are_two_codes_and_exports_come_first(tmp_path: Path) -> None:
    exported = FIRST.replace("imports", "exports")
    later = SECOND.replace("imports", "exports").replace("0803901000", "9000000000")
    found = read_exemplars(written(tmp_path / "e.csv", FIRST, SECOND, exported, later), LABELS).exemplars
    assert [(e.code.flow, e.code.hs10) for e in found] == [
        ("exports", "8471500150"),
        ("exports", "9000000000"),
        ("imports", "0803901000"),
        ("imports", "8471500150"),
    ]


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16"])
def test_a_file_that_a_spreadsheet_saved_is_read(tmp_path: Path, encoding: str) -> None:
    path = tmp_path / "e.csv"
    path.write_text(f"{HEADER}\r\n{FIRST}\r\n", encoding)
    assert len(read_exemplars(path, LABELS)) == 1


@pytest.mark.parametrize(
    ("line", "message"),
    [
        (SECOND.replace("0803901000", "803901000"), "line 3, column hs10: code '803901000' has 9 digits"),
        (SECOND.replace("0803901000", "8.03901E8"), "line 3, column hs10: .*floating-point"),
        (SECOND.replace("imports", "inward"), "line 3, column flow: flow 'inward' is neither"),
        (SECOND.replace("Low", "Lower"), "line 3: relevance 'Lower' is not one of"),
        (SECOND.replace("Low", "High"), "line 3: relevance High does not go with category Not_DC_Related"),
        (SECOND.replace('"BANANAS, FRESH"', ""), "line 3, column description: the value is empty"),
        (SECOND.replace("Fruit is eaten.", " "), "line 3, column rationale: the value is empty"),
        (SECOND.replace('"BANANAS, FRESH"', "BANANAS, FRESH"), "line 3: 9 fields where the header names 8"),
        (FIRST.replace("UNITS", "UNITS NESOI"), "line 3, column hs10: code 8471500150 is there twice, first on line 2"),
    ],
)
def test_a_bad_line_is_named(tmp_path: Path, line: str, message: str) -> None:
    path = written(tmp_path / "e.csv", FIRST, line)
    with pytest.raises(BadInputError, match=message) as caught:
        read_exemplars(path, LABELS)
    assert str(caught.value.where).startswith(str(path))


def test_the_line_named_is_the_one_a_record_starts_on(tmp_path: Path) -> None:
    """A quoted description may hold line breaks."""
    first = FIRST.replace("PROCESSING UNITS", '"PROCESSING\nUNITS"')
    with pytest.raises(BadInputError, match="line 4"):
        read_exemplars(written(tmp_path / "e.csv", first, SECOND.replace("Low", "None")), LABELS)


def test_a_missing_column_and_a_missing_file_are_refused(tmp_path: Path) -> None:
    path = written(tmp_path / "e.csv", header=HEADER.replace(",rationale", ""))
    with pytest.raises(BadInputError, match="no column rationale"):
        read_exemplars(path, LABELS)
    with pytest.raises(BadInputError, match="cannot be read"):
        read_exemplars(tmp_path / "nowhere.csv", LABELS)


def test_a_header_alone_is_a_set_without_exemplars(tmp_path: Path) -> None:
    assert len(read_exemplars(written(tmp_path / "e.csv"), LABELS)) == 0


def test_industry_may_be_missing_and_category_where_the_question_has_none(tmp_path: Path) -> None:
    path = tmp_path / "e.csv"
    path.write_text("hs10,flow,description,relevance,rationale\n0101210010,imports,HORSES,Non,They neigh.\n", "utf-8")
    (only,) = read_exemplars(path, LabelSpace(("Oui", "Non"), ("Oui",), "Non")).exemplars
    assert (only.code.naics, only.code.naics_description, only.category) == (None, None, "")
    with pytest.raises(BadInputError, match="no column category"):
        read_exemplars(path, LABELS)


@pytest.mark.parametrize(
    "change",
    [
        {"relevance": "Medium"},
        {"category": "Networking_Telecom"},
        {"code.description": "ELSE"},
        {"code.hs10": "8471500199"},
        {"code.flow": "exports"},
        {"code.naics_description": "ELSE"},
    ],
    ids=str,
)
def test_the_hash_changes_with_all_that_a_model_sees(exemplars: ExemplarSet, change: dict[str, str]) -> None:
    ((name, value),) = change.items()
    e = exemplars.exemplars[-1]
    if name.startswith("code."):
        other = dataclasses.replace(e, code=dataclasses.replace(e.code, **{name.removeprefix("code."): value}))
    else:
        other = dataclasses.replace(e, **{name: value})
    assert ExemplarSet((*exemplars.exemplars[:-1], other)).sha256 != exemplars.sha256


def test_the_hash_does_not_change_with_the_order_of_lines_or_a_rationale(
    exemplars: ExemplarSet, tmp_path: Path
) -> None:
    path = toys.write_exemplars(tmp_path / "e.csv", toys.LABELLED[::-1])
    path.write_text(path.read_text("utf-8").replace("Said for the test.", "Said better."), "utf-8")
    assert read_exemplars(path, LABELS).sha256 == exemplars.sha256
