"""Open a workspace, bringing its schema up to date by append-only migrations."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from aitrade.core.errors import BadInputError
from aitrade.core.files import require_writable
from aitrade.workspace.questions import adopt_runs

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

DATABASE = "aitrade.duckdb"


def migrations() -> list[tuple[int, str, str]]:
    """Every migration as (version, name, SQL), in order; versions are 1, 2, 3, ..."""
    files = sorted((Path(__file__).parent / "migrations").glob("*.sql"))
    return [(int(file.stem[:3]), file.stem, file.read_text("utf-8")) for file in files]


@contextmanager
def open_workspace(folder: Path, *, create: bool = True) -> Iterator["DuckDBPyConnection"]:
    """Connect to the workspace in a folder, alone, and migrate it to this version's schema.

    Args:
        folder: the workspace; its database is ``aitrade.duckdb``.
        create: make the folder and the database where they are missing.

    Raises:
        BadInputError: the workspace is missing and may not be made, may not be written to, is held by another
            process, was written by a newer version, or is not a DuckDB database.
    """
    path = folder / DATABASE
    if not create:
        _require(path)
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise BadInputError(f"no workspace can be made here: {error.strerror}", where=str(folder)) from error
    require_writable(path)
    with _connected(path, read_only=False) as con:
        migrate(con, path)
        yield con


@contextmanager
def read_workspace(folder: Path) -> Iterator["DuckDBPyConnection"]:
    """Connect to the workspace in a folder, beside others that read it; the folder may be one to read from only.

    Raises:
        BadInputError: the workspace is missing, is held by a process that writes to it, was written by a newer
            version, or is not a DuckDB database.
    """
    path = folder / DATABASE
    _require(path)
    with _connected(path, read_only=True) as con:
        if not _lacks(con, path):
            yield con
            return
    with open_workspace(folder):
        pass
    with _connected(path, read_only=True) as con:
        yield con


def _require(path: Path) -> None:
    if not path.exists():
        raise BadInputError(
            "there is no workspace here",
            where=str(path.parent),
            fix="import something into it first: aitrade codes import FILE, or choose one with --workspace DIR",
        )


@contextmanager
def _connected(path: Path, *, read_only: bool) -> Iterator["DuckDBPyConnection"]:
    import duckdb

    try:
        con = duckdb.connect(str(path), read_only=read_only)
    except duckdb.Error as error:
        held = "could not set lock" in str(error).lower()
        what = "another aitrade process holds this workspace" if held else f"not a usable DuckDB database: {error}"
        fix = (
            "wait for it to end, or use another --workspace" if held else "move the file away, or restore a copy of it"
        )
        raise BadInputError(what, where=str(path), fix=fix) from error
    try:
        with _ctrl_c():
            yield con
    finally:
        con.close()


def migrate(con: "DuckDBPyConnection", path: Path) -> None:
    """Apply the migrations that the database lacks, each in a transaction of its own."""
    con.execute(
        "CREATE TABLE IF NOT EXISTS migrations (version INTEGER PRIMARY KEY, name VARCHAR, applied_at TIMESTAMP)"
    )
    for version, name, sql in _lacks(con, path):
        with transaction(con):
            con.execute(sql)
            if name.endswith("_questions"):
                adopt_runs(con)
            con.execute("INSERT INTO migrations VALUES (?, ?, now()::TIMESTAMP)", [version, name])


def _lacks(con: "DuckDBPyConnection", path: Path) -> list[tuple[int, str, str]]:
    """The migrations that the database lacks; a newer one is refused."""
    row = con.execute("SELECT count(*) FROM duckdb_tables() WHERE table_name = 'migrations'").fetchone()
    if row == (0,):
        return migrations()
    row = con.execute("SELECT coalesce(max(version), 0) FROM migrations").fetchone()
    present = row[0] if row else 0
    known = migrations()
    if present > known[-1][0]:
        raise BadInputError(
            f"the workspace has schema version {present}, this aitrade knows versions up to {known[-1][0]}",
            where=str(path),
            fix="upgrade aitrade, or use another --workspace",
        )
    return known[present:]


@contextmanager
def transaction(con: "DuckDBPyConnection") -> Iterator[None]:
    """Commit what the block did, or nothing of it."""
    con.execute("BEGIN")
    try:
        with _ctrl_c():
            yield
    except BaseException:
        con.execute("ROLLBACK")
        raise
    with _ctrl_c():
        con.execute("COMMIT")


@contextmanager
def _ctrl_c() -> Iterator[None]:
    """Let Ctrl-C be a KeyboardInterrupt where it meets DuckDB at work, which makes a RuntimeError of it."""
    try:
        yield
    except RuntimeError as error:
        if str(error) != "Query interrupted":
            raise
        raise KeyboardInterrupt from error
