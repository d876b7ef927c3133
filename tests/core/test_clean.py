"""What a reader cannot see but a terminal, a drawing or a spreadsheet obeys: cleaned where it enters and leaves."""

import csv
import io
import json
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aitrade.core.bounds import LONGEST_CELL
from aitrade.core.clean import clean, clean_values
from aitrade.core.errors import BadInputError
from aitrade.core.render import render
from aitrade.core.table import Column, Table
from aitrade.core.textfile import read_records
from aitrade.workspace import open_workspace

HOSTILE = "a\x1b[2J\x1b]0;owned\x07b\x9b31m\x00\x7f\u202egnp.exe\u2028c\r\nd"


def obeyed(text: str) -> list[str]:
    return [letter for letter in text if not letter.isprintable() and letter not in "\n\t"]


@given(st.text(st.characters()))
def test_nothing_unseen_is_left_and_what_is_seen_stays(text: str) -> None:
    cleaned = clean(text)
    assert clean(cleaned) == cleaned
    assert not [letter for letter in cleaned if ord(letter) < 32 and letter not in "\n\t"]
    assert not [letter for letter in cleaned if 0x7F <= ord(letter) < 0xA0]
    cleaned.encode()
    assert [letter for letter in cleaned if letter.isalnum()] == [letter for letter in text if letter.isalnum()]


def test_a_cell_is_cleaned_where_it_enters(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_bytes(f'a,b\n1,"{HOSTILE}"\n'.replace("\0", "").encode())
    (record,) = read_records(tmp_path / "a.csv", ("a", "b"))[1]
    assert obeyed(record.values["b"]) == []
    assert record.values["b"].endswith("c\nd")


def test_a_cell_of_any_length_is_not_taken(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text("a,b\n1," + "x" * LONGEST_CELL + "\n")
    assert len(read_records(path, ("a",))[1][0].values["b"]) == LONGEST_CELL
    path.write_text("a,b\n1," + "x" * (LONGEST_CELL + 1) + "\n")
    with pytest.raises(BadInputError, match="10,001 characters, more than 10,000") as caught:
        read_records(path, ("a",))
    assert caught.value.where == f"{path}, line 2, column b"


@pytest.mark.parametrize("format_name", ["csv", "json", "text", "markdown", "latex"])
def test_no_format_prints_what_a_terminal_obeys(format_name: str) -> None:
    drawn = render(Table("t", "T", (Column("a", "A"),), ((HOSTILE,),)), format_name)
    assert [letter for letter in drawn if not letter.isprintable() and letter != "\n"] == []


def test_json_keeps_the_text_as_it_is() -> None:
    text = HOSTILE + "\ud800"
    assert json.loads(render(Table("t", "T", (Column("a", "A"),), ((text,),)), "json").encode()) == [{"a": text}]


def put(folder: Path, description: str) -> None:
    with open_workspace(folder) as con:
        con.execute("INSERT INTO codes VALUES ('imports', '0101210010', ?, NULL, NULL)", [description])


@pytest.mark.parametrize("command", [("codes", "list"), ("codes", "show", "0101210010"), ("codes", "show", HOSTILE)])
def test_no_command_prints_what_a_terminal_obeys(command: tuple[str, ...], tmp_path: Path, command_line) -> None:
    put(tmp_path, HOSTILE)  # as an earlier version took it in
    found = command_line(tmp_path, *command)
    assert obeyed(found.out + found.err) == []


def test_lists_of_codes_hold_no_formula(tmp_path: Path, command_line) -> None:
    put(tmp_path, "=HYPERLINK(1)")
    rows = list(csv.DictReader(io.StringIO(command_line(tmp_path, "codes", "list").out)))
    assert [(row["hs10"], row["description"]) for row in rows] == [("0101210010", "'=HYPERLINK(1)")]


def test_a_control_character_does_not_end_the_process_in_the_drawing_library() -> None:
    """In a process of its own: the library aborts it."""
    script = f"""
import altair as alt
from aitrade.report.drawing import specification, to_svg
title = "".join(map(chr, range(1, 32))) + {HOSTILE!r}
points = alt.InlineData(values=[{{"x": title, "y": 1}}])
print(len(to_svg(specification(alt.Chart(points, title=title).mark_bar().encode(x="x:N", y="y:Q")))))
"""
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert int(done.stdout) > 100


def test_cleaning_leaves_numbers_and_shapes() -> None:
    assert clean_values({"a\x00": [1, None, True, 1.5, "b\x1b"]}) == {"a ": [1, None, True, 1.5, "b "]}
