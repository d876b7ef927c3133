"""Open a workspace, bringing its schema up to date by append-only migrations."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from aitrade.errors import BadInputError

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

DATABASE = "aitrade.duckdb"


def migrations() -> list[tuple[int, str, str]]:
    """Every migration as (version, name, SQL), in order; versions are 1, 2, 3, ..."""
    files = sorted((Path(__file__).parent / "migrations").glob("*.sql"))
    return [(int(file.stem[:3]), file.stem, file.read_text("utf-8")) for file in files]


@contextmanager
def open_workspace(folder: Path, *, create: bool = True) -> Iterator["DuckDBPyConnection"]:
    """Connect to the workspace in a folder and migrate it to this version's schema.

    Args:
        folder: the workspace; its database is ``aitrade.duckdb``.
        create: make the folder and the database where they are missing.

    Raises:
        BadInputError: the workspace is missing and may not be made, is held by another process, was written by a
            newer version, or is not a DuckDB database.
    """
    import duckdb

    path = folder / DATABASE
    if not path.exists() and not create:
        raise BadInputError(
            "there is no workspace here",
            where=str(folder),
            mend="import something into it first: aitrade codes import FILE, or choose one with --workspace DIR",
        )
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise BadInputError(f"no workspace can be made here: {error.strerror}", where=str(folder)) from error
    try:
        con = duckdb.connect(str(path))
    except duckdb.Error as error:
        held = "could not set lock" in str(error).lower()
        what = "another aitrade process holds this workspace" if held else f"not a usable DuckDB database: {error}"
        mend = (
            "wait for it to end, or use another --workspace" if held else "move the file away, or restore a copy of it"
        )
        raise BadInputError(what, where=str(path), mend=mend) from error
    try:
        with _ctrl_c():
            migrate(con, path)
            yield con
    finally:
        con.close()


def migrate(con: "DuckDBPyConnection", path: Path) -> None:
    """Apply the migrations that the database lacks, each in a transaction of its own."""
    con.execute(
        "CREATE TABLE IF NOT EXISTS migrations (version INTEGER PRIMARY KEY, name VARCHAR, applied_at TIMESTAMP)"
    )
    row = con.execute("SELECT coalesce(max(version), 0) FROM migrations").fetchone()
    present = row[0] if row else 0
    known = migrations()
    if present > known[-1][0]:
        raise BadInputError(
            f"the workspace has schema version {present}, this aitrade knows versions up to {known[-1][0]}",
            where=str(path),
            mend="upgrade aitrade, or use another --workspace",
        )
    for version, name, sql in known[present:]:
        with transaction(con):
            con.execute(sql)
            con.execute("INSERT INTO migrations VALUES (?, ?, now()::TIMESTAMP)", [version, name])


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
