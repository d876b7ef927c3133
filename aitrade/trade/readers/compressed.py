"""Files compressed by gzip or zstd: read by way of a copy."""

import gzip
import zlib
from pathlib import Path

from aitrade.core.archive import refuse_ratio
from aitrade.core.errors import BadInputError
from aitrade.trade.readers.session import ImportSession
from aitrade.trade.readers.source import literal, this_file

_GZIP, _ZSTD = b"\x1f\x8b", b"\x28\xb5\x2f\xfd"
_SUFFIXES = {".gz": "gzip", ".gzip": "gzip", ".zst": "zstd"}


def decompressed(session: ImportSession, path: Path) -> Path:
    """The file itself, or a copy of what it holds where it is compressed; its content tells, not its name.

    Raises:
        BadInputError: the file cannot be read, is damaged or cut off, or its name says that it is compressed and it is
            not.
    """
    import duckdb

    try:
        with path.open("rb") as file:
            head = file.read(4)
    except OSError as error:
        raise BadInputError(f"the file cannot be read: {error.strerror}", where=str(path)) from error
    copy = session.folder / (path.stem if path.suffix.lower() in _SUFFIXES else path.name)
    try:
        if head.startswith(_GZIP):
            with gzip.open(path) as source, copy.open("wb") as target:
                while block := source.read(1 << 20):
                    refuse_ratio(target.tell() + len(block), path.stat().st_size, str(path))
                    target.write(block)
            return copy
        if head == _ZSTD:
            # Python has no zstd: DuckDB reads the lines, each as one column, and writes them as they are.
            lines = (
                f"FROM read_csv({this_file(path)}, compression = 'zstd', columns = {{line: 'VARCHAR'}}, "
                "delim = '\x01', quote = '', escape = '', header = false, auto_detect = false)"
            )
            ((size,),) = session.con.execute(f"{lines} SELECT coalesce(sum(strlen(line) + 1), 0)").fetchall()
            refuse_ratio(size, path.stat().st_size, str(path))
            written = "FORMAT csv, HEADER false, DELIMITER '\x01', QUOTE '', ESCAPE ''"
            session.con.execute(f"COPY ({lines}) TO {literal(str(copy))} ({written})")
            return copy
    except (OSError, EOFError, zlib.error, duckdb.Error) as error:
        what = f"the file is damaged or cut off: {str(error).splitlines()[0]}"
        raise BadInputError(what, where=str(path), fix="download it again") from error
    if format_of_name := _SUFFIXES.get(path.suffix.lower()):
        raise BadInputError(
            f"the file is named as {format_of_name}, and holds none",
            where=str(path),
            fix=f"download it again, or name it {path.stem} if that is what it holds",
        )
    return path
