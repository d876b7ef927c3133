"""A workspace may come from somebody else: nothing in it reaches a network, another file, or code."""

import os
import resource
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path

import duckdb
import pytest

from aitrade.core.errors import BadInputError
from aitrade.workspace import DATABASE, open_workspace, read_workspace, transaction

Opened = Callable[[Path], AbstractContextManager[duckdb.DuckDBPyConnection]]
BOTH = pytest.mark.parametrize("opened", [open_workspace, read_workspace])


@pytest.fixture
def made(tmp_path: Path) -> Path:
    folder = tmp_path / "workspace"
    with open_workspace(folder):
        pass
    return folder


@BOTH
@pytest.mark.parametrize("name", ["md:x", "postgres:x", "ducklake:x", "sqlite:x", "https://example.org/x", "s3://b/x"])
def test_an_address_is_no_workspace(name: str, opened: Opened, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(BadInputError, match="a workspace is a folder on this machine"):
        opened(Path(name)).__enter__()
    assert list(tmp_path.iterdir()) == []


def test_a_folder_may_have_such_a_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    with open_workspace(tmp_path / "md:x") as con:
        assert con.execute("SELECT count(*) FROM codes").fetchone() == (0,)
    assert (tmp_path / "md:x" / DATABASE).is_file()


def put_sqlite(path: Path) -> None:
    con = sqlite3.connect(path)
    con.execute("CREATE TABLE migrations (version INTEGER)")
    con.commit()
    con.close()


NO_DATABASES: dict[str, Callable[[Path], None]] = {
    "SQLite": put_sqlite,
    "text": lambda path: path.write_text("hs10,description\n" * 99) and None,
    "a pipe": os.mkfifo,
    "a folder": lambda path: path.mkdir(),
    "a device": lambda path: path.symlink_to("/dev/zero"),
    "cut off": lambda path: path.write_bytes(b"12345678DUCK" + bytes(50)) and None,
}


@BOTH
@pytest.mark.parametrize("what", NO_DATABASES)
def test_what_is_no_duckdb_file_is_refused_without_looking_for_an_extension(
    what: str, opened: Opened, tmp_path: Path
) -> None:
    NO_DATABASES[what](tmp_path / DATABASE)
    with pytest.raises(BadInputError, match=r"not a usable DuckDB database|cannot be written") as caught:
        opened(tmp_path).__enter__()
    assert "xtension" not in str(caught.value)


def test_sql_reaches_no_file_no_extension_and_no_setting(made: Path, tmp_path: Path) -> None:
    secret, given = tmp_path / "secret.csv", tmp_path / "it's [1].csv"
    for file in (secret, given):
        file.write_text("a\n1\n")
    name = str(given).replace("'", "''").replace("[", "[[]")
    with open_workspace(made, reads=[given]) as con:
        assert con.execute(f"FROM read_csv('{name}')").fetchall() == [(1,)]
    for opened in (open_workspace(made), read_workspace(made)):
        with opened as con:
            for statement in (
                f"FROM read_csv('{secret}')",
                f"FROM read_csv('{name}')",
                "FROM read_text('/etc/hostname')",
                "FROM 'https://example.org/x.parquet'",
                f"COPY (SELECT 1) TO '{tmp_path / 'out.csv'}'",
                f"ATTACH '{tmp_path / 'other.duckdb'}'",
                "INSTALL httpfs",
                "LOAD httpfs",
                "SET enable_external_access = true",
                "SET autoload_known_extensions = true",
            ):
                with pytest.raises(duckdb.Error, match=r"disabled|locked|[Cc]annot"):
                    con.execute(statement)
    assert not (tmp_path / "out.csv").exists()


@BOTH
@pytest.mark.parametrize(
    "statement",
    [
        "CREATE MACRO count(a) AS 42",
        "CREATE MACRO duckdb_functions() AS TABLE SELECT 1",
        "CREATE MACRO current_setting(a) AS true",
        "DROP TABLE codes; CREATE VIEW codes AS SELECT 'imports' AS flow",
        "DROP TABLE predictions; CREATE VIEW predictions AS FROM read_text('/etc/hostname')",
        "DROP TABLE codes",
        "ALTER TABLE runs DROP COLUMN settings",
        "ALTER TABLE flows ALTER import_id TYPE VARCHAR",
        "DROP TABLE migrations",
        "DELETE FROM migrations",
        "DROP TABLE migrations; CREATE TABLE migrations (other VARCHAR)",
        "DROP TABLE migrations; CREATE TABLE migrations (version VARCHAR); INSERT INTO migrations VALUES ('x')",
        "DROP TABLE migrations; CREATE VIEW migrations AS SELECT 2 AS version",
    ],
)
def test_a_workspace_that_was_tampered_with_is_refused(statement: str, opened: Opened, made: Path) -> None:
    with duckdb.connect(str(made / DATABASE)) as con:
        con.execute(statement)
    with pytest.raises(BadInputError, match=r"macro|table|migrations") as caught:
        opened(made).__enter__()
    assert caught.value.where == str(made / DATABASE)


@BOTH
def test_damaged_pages_are_said_as_such(opened: Opened, made: Path) -> None:
    with open_workspace(made) as con:
        con.execute(
            "INSERT INTO codes SELECT 'imports', printf('%010d', i), md5(i::VARCHAR), NULL, NULL FROM range(99999) t(i)"
        )
    path = made / DATABASE
    content = bytearray(path.read_bytes())
    content[len(content) // 3 :: 4096] = bytes(len(content[len(content) // 3 :: 4096]))
    path.write_bytes(content)
    with pytest.raises(BadInputError, match=r"not a usable DuckDB|cannot be read"), opened(made) as con:
        con.execute("SELECT max(description), count(*) FROM codes").fetchall()
        con.execute("SELECT * FROM codes").fetchall()


def test_two_connections_of_a_process_are_both_locked(made: Path) -> None:
    with read_workspace(made) as first, read_workspace(made) as second:
        for con in (first, second):
            with pytest.raises(duckdb.Error, match="disabled"):
                con.execute("FROM read_text('/etc/hostname')")


FILL = """
import sys
from pathlib import Path
from aitrade.cli import main
main()
"""


def test_a_full_disk_while_importing_is_bad_input_and_keeps_what_was_there(made: Path, tmp_path: Path) -> None:
    codes = tmp_path / "codes.csv"
    lines = "".join(f"{i:010d},{i * 7919 % 1000003:x} {i * 104729:x}\n" for i in range(60_000))
    codes.write_text("hs10,description\n" + lines)
    with open_workspace(made) as con:
        con.execute("INSERT INTO codes VALUES ('exports', '0101210010', 'HORSES', NULL, NULL)")
    room = (made / DATABASE).stat().st_size + 20_000
    done = subprocess.run(
        [sys.executable, "-c", FILL, "--workspace", made, "codes", "import", codes],
        capture_output=True,
        text=True,
        check=False,
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (room, room)),
    )
    assert done.returncode == 3, done.stderr
    assert "Traceback" not in done.stderr
    assert "make room on the disk" in done.stderr
    with read_workspace(made) as con:
        assert con.execute("SELECT hs10 FROM codes").fetchall() == [("0101210010",)]


def test_a_rollback_that_fails_does_not_hide_what_went_wrong(made: Path) -> None:
    with open_workspace(made) as con, pytest.raises(ZeroDivisionError), transaction(con):
        con.execute("ROLLBACK")
        _ = 1 / 0


RUN_TWICE = """
import os, sys
from aitrade.cli import main
try:
    main()  # as root first, to have every module loaded: nobody may perhaps not read Python's
except SystemExit:
    pass
print("as nobody", file=sys.stderr)
os.setgid(65534)
os.setuid(65534)
main()
"""


@pytest.mark.skipif(os.name == "nt" or os.getuid() != 0, reason="needs root, to become nobody")
@pytest.mark.parametrize(
    "command", [("codes", "list"), ("runs",), ("trade", "receipts"), ("codes", "import", "/x.csv")]
)
def test_a_workspace_without_permission(command: tuple[str, ...], made: Path) -> None:
    place = Path("/var/tmp") / f"aitrade-test-{os.getpid()}"  # noqa: S108  (nobody may not look into pytest's folders)
    shutil.copytree(made, place)
    (place / DATABASE).chmod(0o600)
    try:
        script = RUN_TWICE
        done = subprocess.run(
            [sys.executable, "-c", script, "--workspace", place, *command], capture_output=True, text=True, check=False
        )
    finally:
        shutil.rmtree(place)
    assert done.returncode == 3, done.stderr
    assert "Permission denied" in done.stderr.partition("as nobody")[2]
    assert "Traceback" not in done.stderr
