"""Open a workspace, bringing its schema up to date by append-only migrations.

A workspace may come from somebody else, so nothing in it is trusted: see aitrade/workspace/lockdown.py.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING

from aitrade.core.errors import BadInputError, StoppedError, is_interrupt
from aitrade.core.files import require_writable
from aitrade.workspace.holder import describe_holder
from aitrade.workspace.lockdown import SETTINGS, lock, refuse_foreign_file, refuse_macros, refuse_scheme
from aitrade.workspace.questions import adopt_runs
from aitrade.workspace.schema import refuse_other_schema, refuse_unmigrated

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

DATABASE = "aitrade.duckdb"


def migrations() -> list[tuple[int, str, str]]:
    """Every migration as (version, name, SQL), in order; versions are 1, 2, 3, ..."""
    files = sorted((Path(__file__).parent / "migrations").glob("*.sql"))
    return [(int(file.stem[:3]), file.stem, file.read_text("utf-8")) for file in files]


@contextmanager
def open_workspace(folder: Path, *, create: bool = True, reads: Sequence[Path] = ()) -> Iterator["DuckDBPyConnection"]:
    """Connect to the workspace in a folder, alone, and migrate it to this version's schema.

    Args:
        folder: the workspace; its database is ``aitrade.duckdb``.
        create: make the folder and the database where they are missing.
        reads: the files, and folders of files, that SQL may read; no other, and nothing over a network.

    Raises:
        BadInputError: the workspace is missing and may not be made, may not be written to, is held by another
            process, was written by a newer version, is damaged, or is not a DuckDB database.
    """
    refuse_scheme(folder)
    path = folder / DATABASE
    if not create:
        _require(path)
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise BadInputError(f"no workspace can be made here: {error.strerror}", where=str(folder)) from error
    require_writable(path)
    with _connected(path, read_only=False, reads=reads) as con:
        migrate(con, path)
        refuse_other_schema(con, path, migrations())
        yield con


@contextmanager
def read_workspace(folder: Path) -> Iterator["DuckDBPyConnection"]:
    """Connect to the workspace in a folder, beside others that read it; the folder may be one to read from only.

    Raises:
        BadInputError: the workspace is missing, is held by a process that writes to it, was written by a newer
            version, is damaged, or is not a DuckDB database.
    """
    refuse_scheme(folder)
    path = folder / DATABASE
    _require(path)
    with _connected(path, read_only=True) as con:
        if not _lacks(con, path):
            refuse_other_schema(con, path, migrations())
            yield con
            return
    with open_workspace(folder):
        pass
    with _connected(path, read_only=True) as con:
        yield con


def _require(path: Path) -> None:
    try:
        path.lstat()
    except PermissionError as error:
        raise BadInputError(
            f"the workspace cannot be read: {error.strerror}", where=str(path), fix="ask its owner for the permission"
        ) from error
    except OSError as error:
        raise BadInputError(
            "there is no workspace here",
            where=str(path.parent),
            fix="import something into it first: aitrade codes import FILE, or choose one with --workspace DIR",
        ) from error


@contextmanager
def _connected(path: Path, *, read_only: bool, reads: Sequence[Path] = ()) -> Iterator["DuckDBPyConnection"]:
    import duckdb

    refuse_foreign_file(path)
    try:
        con = duckdb.connect(str(path.absolute()), read_only=read_only, config=dict(SETTINGS))
    except duckdb.Error as error:
        held = "could not set lock" in str(error).lower()
        if held:
            what = f"another aitrade process holds this workspace{describe_holder(str(error))}"
            fix = "wait for it to end, or use another --workspace"
        else:
            what, fix = f"not a usable DuckDB database: {error}", "move the file away, or restore a copy of it"
        raise BadInputError(what, where=str(path), fix=fix) from error
    try:
        with _ctrl_c(), _disk_and_damage(path):
            lock(con, reads)
            refuse_macros(con, path)
            yield con
    finally:
        con.close()


@contextmanager
def _disk_and_damage(path: Path) -> Iterator[None]:
    """Say what the disk refuses, such as a full one, and what of the database cannot be read, as bad input."""
    import duckdb

    try:
        yield
    except duckdb.OutOfMemoryException as error:
        raise BadInputError(
            f"there is not enough memory, or disk space to use in its place: {str(error).splitlines()[0]}",
            where=str(path),
            fix="make room on the disk that holds the workspace, or use a machine with more memory",
        ) from error
    except duckdb.Error as error:
        of_the_disk = (
            duckdb.IOException,
            duckdb.TransactionException,  # a commit that the disk refused
            duckdb.FatalException,
            duckdb.InternalException,
            duckdb.SerializationException,
        )
        if not isinstance(error, of_the_disk) and type(error) is not duckdb.Error:  # a damaged block has no class
            raise
        raise BadInputError(
            f"the workspace's database cannot be read or written: {str(error).splitlines()[0]}",
            where=str(path),
            fix="make room on the disk; if it has room, restore a copy of the workspace. Nothing was changed",
        ) from error


def migrate(con: "DuckDBPyConnection", path: Path) -> None:
    """Apply the migrations that the database lacks, each in a transaction of its own.

    Raises:
        BadInputError: the database holds tables but no record of migrations, a damaged one, or that of a newer version.
    """
    lacking = _lacks(con, path)  # refuses what is to be refused before anything is written
    if lacking:
        con.execute(
            "CREATE TABLE IF NOT EXISTS migrations (version INTEGER PRIMARY KEY, name VARCHAR, applied_at TIMESTAMP)"
        )
    for version, name, sql in lacking:
        with transaction(con):
            con.execute(sql)
            if name.endswith("_questions"):
                adopt_runs(con)
            con.execute("INSERT INTO migrations VALUES (?, ?, now()::TIMESTAMP)", [version, name])


def _lacks(con: "DuckDBPyConnection", path: Path) -> list[tuple[int, str, str]]:
    """The migrations that the database lacks; a newer one is refused."""
    import duckdb

    if not con.execute(
        "SELECT 1 FROM duckdb_tables() WHERE table_name = 'migrations' AND schema_name = 'main'"
    ).fetchall():
        refuse_unmigrated(con, path)
        return migrations()
    try:
        ((present,),) = con.execute("SELECT coalesce(max(version), 0)::INTEGER FROM main.migrations").fetchall()
    except (duckdb.ProgrammingError, duckdb.DataError) as error:
        raise BadInputError(
            f"the workspace's record of migrations is damaged: {str(error).splitlines()[0]}",
            where=str(path),
            fix="restore a copy of the workspace",
        ) from error
    if present == 0:
        refuse_unmigrated(con, path)
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
        import duckdb

        with suppress(duckdb.TransactionException, duckdb.FatalException):  # DuckDB may have rolled back by itself
            con.execute("ROLLBACK")
        raise
    with _ctrl_c():
        con.execute("COMMIT")


@contextmanager
def _ctrl_c() -> Iterator[None]:
    """Let Ctrl-C be a KeyboardInterrupt where it meets DuckDB at work, which makes other errors of it."""
    try:
        yield
    except StoppedError:  # somebody knew already, and said what is kept
        raise
    except Exception as error:
        if is_interrupt(error):
            raise KeyboardInterrupt from error
        raise
