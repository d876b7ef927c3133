"""Keep a workspace's database to itself: no network, no extension, no file that the user did not name.

DuckDB by itself fetches and loads extensions for names such as ``md:x``, for SQLite files and for addresses in views;
and a macro in a database takes the place of a built-in function. A workspace may come from somebody else.
"""

import glob
import re
import stat
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from aitrade.core.errors import BadInputError

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

SETTINGS = {
    "autoinstall_known_extensions": "false",
    "autoload_known_extensions": "false",
    "allow_community_extensions": "false",
    "allow_persistent_secrets": "false",
    "python_enable_replacements": "false",
}
_STAY_OPEN = ("memory_limit", "preserve_insertion_order")  # what an import of trade sets for its time
_SCHEME = re.compile(r"[A-Za-z][A-Za-z0-9+.-]+:")
_MAGIC = slice(8, 12)  # bytes of a DuckDB file


def refuse_scheme(folder: Path) -> None:
    """Refuse ``md:x``, ``postgres:x``, ``https://x`` and the like in place of a folder.

    Raises:
        BadInputError: as said.
    """
    if _SCHEME.match(str(folder)):
        raise BadInputError(
            "a workspace is a folder on this machine", where=str(folder), fix=f"for a folder of this name: ./{folder}"
        )


def refuse_foreign_file(path: Path) -> None:
    """Refuse what is no DuckDB file before DuckDB looks for an extension that reads it.

    Raises:
        BadInputError: it is a SQLite file, a pipe, a device, a folder or something else.
    """
    try:
        status = path.stat()
        if not stat.S_ISREG(status.st_mode):
            raise _no_database(path, "it is no regular file")
        with path.open("rb") as file:
            head = file.read(12)
    except FileNotFoundError:
        return  # one is to be made
    except OSError as error:
        raise _no_database(path, error.strerror or str(error)) from error
    if head and head[_MAGIC] != b"DUCK":
        raise _no_database(path, "it is a SQLite file" if head.startswith(b"SQLite") else "it has another format")


def lock(con: "DuckDBPyConnection", reads: Sequence[Path] = ()) -> None:
    """Forbid SQL to reach a network, to load an extension, and to read files but those named; for good.

    Args:
        con: a connection that was opened with ``SETTINGS``. Of several to one database the first one's lock holds.
        reads: files and folders that SQL may read; with them goes the folder of temporary files, where copies in UTF-8
            are made of files in other encodings.
    """
    import duckdb

    absolute = [str(path.absolute()) for path in reads]
    files = [form for path in absolute for form in (path, glob.escape(path))]  # SQL names them with [ escaped
    folders = [path for path in absolute if Path(path).is_dir()] + ([tempfile.gettempdir()] if absolute else [])
    try:
        con.execute(f"SET allowed_configs = {_list(_STAY_OPEN)}")
    except duckdb.InvalidInputException as error:
        if "locked" not in str(error):
            raise
        return  # another connection of this process has this database open, and locked it
    con.execute(f"SET allowed_paths = {_list(files)}")
    con.execute(f"SET allowed_directories = {_list(folders)}")
    con.execute("SET enable_external_access = false")
    con.execute("SET lock_configuration = true")


def refuse_macros(con: "DuckDBPyConnection", path: Path) -> None:
    """Refuse a database with macros: aitrade makes none in it, and one can stand in for any function.

    Raises:
        BadInputError: there is one.
    """
    query = "FROM system.main.duckdb_functions() SELECT function_name WHERE NOT internal AND database_name <> 'temp'"
    for (name,) in con.execute(query).fetchall():
        raise BadInputError(
            f"the workspace holds a macro, {name!r:.60}, that aitrade did not make",
            where=str(path),
            fix="use a workspace whose origin you know; this one may have been made to deceive",
        )


def _list(texts: Sequence[str]) -> str:
    return "[" + ", ".join("'" + text.replace("'", "''") + "'" for text in texts) + "]"


def _no_database(path: Path, why: str) -> BadInputError:
    return BadInputError(
        f"not a usable DuckDB database: {why}", where=str(path), fix="move the file away, or restore a copy of it"
    )
