"""The workspace: migrations once and in order, and what is said of one that cannot be used."""

import os
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

import duckdb
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from aitrade.core.errors import BadInputError
from aitrade.question.question import SHIPPED, load_question
from aitrade.workspace import DATABASE, open_workspace, read_workspace, transaction
from aitrade.workspace import database as workspace_module
from aitrade.workspace.database import migrations
from aitrade.workspace.rows import offered
from aitrade.workspace.runs import create_run, finish_run, get_run, list_runs, planned_rows

HS10 = st.from_regex(r"[0-9]{10}", fullmatch=True)

QUESTION = load_question(SHIPPED)


def applied(folder: Path) -> list[tuple[int, str, object]]:
    with open_workspace(folder) as con:
        return con.execute("SELECT * FROM migrations ORDER BY version").fetchall()


def test_migrations_are_numbered_without_a_gap_and_applied_once(tmp_path: Path) -> None:
    known = migrations()
    assert [version for version, _, _ in known] == list(range(1, len(known) + 1))
    first = applied(tmp_path)
    assert [(version, name) for version, name, _ in first] == [(version, name) for version, name, _ in known]
    assert applied(tmp_path) == first  # the times too: nothing was applied again


def test_a_new_migration_is_applied_to_an_old_workspace_and_keeps_what_it_holds(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with open_workspace(tmp_path) as con:
        con.execute("INSERT INTO codes VALUES ('imports', '0101210010', 'HORSES', NULL, NULL)")
    more = [
        *migrations(),
        (len(migrations()) + 1, "999_more", "CREATE TABLE more (a INTEGER); INSERT INTO more VALUES (1)"),
    ]
    monkeypatch.setattr(workspace_module, "migrations", lambda: more)
    for _ in range(2):
        with open_workspace(tmp_path) as con:
            assert con.execute("SELECT a FROM more").fetchall() == [(1,)]
            assert con.execute("SELECT hs10 FROM codes").fetchall() == [("0101210010",)]


def test_a_migration_that_fails_leaves_nothing_half_done(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    before = applied(tmp_path)
    bad = (len(before) + 1, "999_bad", "CREATE TABLE half (a INTEGER); SELECT nonsense")
    with monkeypatch.context() as patch:
        patch.setattr(workspace_module, "migrations", lambda: [*migrations(), bad])
        with pytest.raises(duckdb.Error, match="nonsense"), open_workspace(tmp_path):
            pass
    assert applied(tmp_path) == before
    with open_workspace(tmp_path) as con:
        assert con.execute("SELECT count(*) FROM duckdb_tables() WHERE table_name = 'half'").fetchone() == (0,)


@pytest.mark.parametrize("opened", [open_workspace, read_workspace])
def test_a_newer_workspace_is_refused_and_left_alone(
    tmp_path: Path, opened: Callable[[Path], AbstractContextManager[object]]
) -> None:
    with open_workspace(tmp_path) as con:
        con.execute("INSERT INTO migrations VALUES (1000, '1000_future', now()::TIMESTAMP)")
    with pytest.raises(BadInputError, match=r"schema version 1000, this aitrade knows.*upgrade aitrade") as caught:
        opened(tmp_path).__enter__()
    assert caught.value.where == str(tmp_path / DATABASE)
    with duckdb.connect(str(tmp_path / DATABASE)) as con:
        assert con.execute("SELECT max(version) FROM migrations").fetchone() == (1000,)


HOLD = """
import sys
from pathlib import Path
from aitrade import workspace as store
with getattr(store, sys.argv[1])(Path(sys.argv[2])):
    print("held", flush=True)
    sys.stdin.read()
"""


@contextmanager
def held(folder: Path, by: str) -> Iterator[None]:
    with subprocess.Popen(
        [sys.executable, "-c", HOLD, by, str(folder)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as holder:
        assert holder.stdout
        assert holder.stdout.readline() == "held\n"
        yield
        holder.communicate("")


@pytest.mark.parametrize(
    ("ours", "theirs"),
    [(open_workspace, "open_workspace"), (open_workspace, "read_workspace"), (read_workspace, "open_workspace")],
)
def test_a_workspace_that_another_process_holds_says_so(
    tmp_path: Path, ours: Callable[[Path], AbstractContextManager[object]], theirs: str
) -> None:
    before = applied(tmp_path)
    with (
        held(tmp_path, theirs),
        pytest.raises(BadInputError, match=r"another aitrade process holds this workspace.*wait for it"),
    ):
        ours(tmp_path).__enter__()
    assert applied(tmp_path) == before


def test_readers_read_side_by_side_and_change_nothing(tmp_path: Path) -> None:
    before = applied(tmp_path)
    with held(tmp_path, "read_workspace"), read_workspace(tmp_path) as con:
        assert con.execute("SELECT * FROM migrations ORDER BY version").fetchall() == before
        con.execute("CREATE TEMP TABLE own AS SELECT 1")  # what tables are computed with
        with pytest.raises(duckdb.InvalidInputException, match="read-only"):
            con.execute("DELETE FROM codes")


def test_a_reader_brings_an_old_workspace_up_to_date(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    applied(tmp_path)
    more = [*migrations(), (len(migrations()) + 1, "999_more", "CREATE TABLE more AS SELECT 1 AS a")]
    monkeypatch.setattr(workspace_module, "migrations", lambda: more)
    with read_workspace(tmp_path) as con:
        assert con.execute("SELECT a FROM more").fetchall() == [(1,)]


def test_a_reader_sees_what_a_killed_process_had_committed(tmp_path: Path) -> None:
    applied(tmp_path)
    kill = "import sys, os, duckdb; con = duckdb.connect(sys.argv[1]); con.execute(sys.argv[2]); os._exit(9)"
    insert = "INSERT INTO codes VALUES ('imports', '0101210010', 'HORSES', NULL, NULL)"
    killed = subprocess.run([sys.executable, "-c", kill, str(tmp_path / DATABASE), insert], check=False)
    assert killed.returncode == 9
    assert [file.name for file in tmp_path.glob("*.wal")] == [DATABASE + ".wal"]  # not yet in the database itself
    with read_workspace(tmp_path) as con:
        assert con.execute("SELECT hs10 FROM codes").fetchall() == [("0101210010",)]


def test_a_file_that_is_no_database_is_refused_whatever_its_folder_is_called(tmp_path: Path) -> None:
    folder = tmp_path / "block"  # DuckDB's message names the path: "lock" in it means nothing
    folder.mkdir()
    (folder / DATABASE).write_bytes(b"not a database" * 500)
    with pytest.raises(BadInputError, match="not a usable DuckDB database"):
        open_workspace(folder).__enter__()
    assert (folder / DATABASE).read_bytes().startswith(b"not a")


def test_a_missing_workspace_is_not_made_by_reading(tmp_path: Path) -> None:
    folder = tmp_path / "nowhere"
    with pytest.raises(BadInputError, match="no workspace here"):
        read_workspace(folder).__enter__()
    with pytest.raises(BadInputError, match="no workspace here"):
        open_workspace(folder, create=False).__enter__()
    assert not folder.exists()


def test_a_workspace_cannot_be_where_a_file_is(tmp_path: Path) -> None:
    path = tmp_path / "codes.csv"
    path.write_text("hs10\n")
    with pytest.raises(BadInputError, match="no workspace can be made here"):
        open_workspace(path).__enter__()


def test_a_workspace_that_may_only_be_read_is_read_and_not_called_broken(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = applied(tmp_path)
    monkeypatch.setattr("os.access", lambda path, mode: False)  # root may write anywhere
    with pytest.raises(BadInputError, match="this cannot be written: Permission denied"):
        open_workspace(tmp_path).__enter__()
    with read_workspace(tmp_path) as con:
        assert con.execute("SELECT * FROM migrations ORDER BY version").fetchall() == before


@pytest.mark.parametrize("hs10", ["847150015", "84715001500", "84715001A0", "8471.50.01", " 471500150", ""])
def test_the_schema_itself_refuses_what_is_no_hs10_code(tmp_path: Path, hs10: str) -> None:
    with open_workspace(tmp_path) as con, pytest.raises(duckdb.ConstraintException):
        con.execute("INSERT INTO codes VALUES ('imports', ?, 'X', NULL, NULL)", [hs10])


def test_a_transaction_keeps_all_or_nothing(tmp_path: Path) -> None:
    with open_workspace(tmp_path) as con:
        insert = "INSERT INTO codes VALUES ('imports', '0101210010', 'HORSES', NULL, NULL)"
        with pytest.raises(ZeroDivisionError), transaction(con):
            con.execute(insert)
            _ = 1 / 0
        assert con.execute("SELECT count(*) FROM codes").fetchone() == (0,)
        with transaction(con):
            con.execute(insert)
        assert con.execute("SELECT count(*) FROM codes").fetchone() == (1,)


def test_ctrl_c_while_duckdb_works_is_a_keyboard_interrupt_and_rolls_back(tmp_path: Path) -> None:
    """DuckDB makes a RuntimeError of it, which would look like a bug and lose the exit code."""
    with open_workspace(tmp_path) as con:
        stop = threading.Timer(0.05, os.kill, (os.getpid(), signal.SIGINT))
        with pytest.raises(KeyboardInterrupt), transaction(con):
            con.execute("CREATE TABLE half (a INTEGER)")
            stop.start()
            con.execute("SELECT count(*) FROM range(100_000_000) t(i) WHERE i % 7 = 3")
        assert con.execute("SELECT count(*) FROM duckdb_tables() WHERE table_name = 'half'").fetchone() == (0,)


def test_runs_are_found_by_name_or_by_the_only_beginning(tmp_path: Path) -> None:
    with open_workspace(tmp_path) as con:
        for name in ("a-1", "a-12", "b-1"):
            create_run(con, name, name, {"model": name}, [("imports", "0101210010")], QUESTION)
        assert get_run(con, "b").run == "b-1"
        assert get_run(con, "a-1").run == "a-1"  # a whole name, though another begins with it
        with pytest.raises(BadInputError, match="several runs begin with a"):
            get_run(con, "a")
        with pytest.raises(BadInputError, match=r"no run c.*runs list"):
            get_run(con, "c")
        assert [run.run for run in list_runs(con)] == ["a-1", "a-12", "b-1"]


@settings(max_examples=20, deadline=None)
@given(st.lists(st.tuples(st.sampled_from(["imports", "exports"]), HS10), min_size=1, max_size=20, unique=True))
def test_a_run_keeps_its_codes_in_their_order(codes: list[tuple[str, str]]) -> None:
    with duckdb.connect() as con:
        workspace_module.migrate(con, Path("memory"))
        run = create_run(con, "r", "f" * 64, {"batch": 2}, codes, QUESTION)
        assert (run.codes, run.predictions, run.finished, run.settings) == (len(codes), 0, False, {"batch": 2})
        assert [(flow, hs10) for hs10, flow, *_ in planned_rows(con, "r")] == codes


def test_a_run_is_finished_once(tmp_path: Path) -> None:
    with open_workspace(tmp_path) as con:
        create_run(con, "r", "f", {}, [("imports", "0101210010")], QUESTION)
        finish_run(con, "r")
        first = get_run(con, "r").finished_at
        finish_run(con, "r")
        assert get_run(con, "r").finished_at == first


def test_offered_rows_keep_text_numbers_and_nothing_apart() -> None:
    with duckdb.connect() as con:
        with offered(con, "given_rows", {"code": ["0101", "8471"], "number": [1, None], "text": [None, "x"]}):
            assert con.execute("SELECT * FROM given_rows").fetchall() == [("0101", 1, None), ("8471", None, "x")]
        with pytest.raises(duckdb.CatalogException):
            con.execute("SELECT * FROM given_rows")
