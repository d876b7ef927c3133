"""The readers of trade files by name, and which of them a file needs, by its content."""

import re
from collections.abc import Iterable
from pathlib import Path
from zipfile import ZipFile

from aitrade.core.archive import open_zip
from aitrade.core.errors import BadInputError
from aitrade.core.textfile import encoding_of
from aitrade.trade.readers.reader_api import read_api
from aitrade.trade.readers.reader_bulk import is_detail_file, read_bulk
from aitrade.trade.readers.reader_csv import read_csv
from aitrade.trade.readers.reader_dataweb import read_dataweb
from aitrade.trade.readers.reader_parquet import read_parquet
from aitrade.trade.readers.reader_workbook import read_workbook
from aitrade.trade.readers.source import Reader

READERS: dict[str, Reader] = {
    "census-api": read_api,
    "census-bulk": read_bulk,
    "dataweb": read_dataweb,
    "parquet": read_parquet,
    "csv": read_csv,
    "workbook": read_workbook,
}
SUFFIXES = (".json", ".zip", ".xlsx", ".csv", ".tsv", ".txt", ".parquet", ".gz", ".zst")
# Written so that no text of 4,096 characters takes long.
_DATAWEB = re.compile(r'(?:^|[\n,"])[^\S\n]*Data Type"?,|(?:Imports|Exports)[^\n,|]*\|', re.IGNORECASE)


def detect(path: Path) -> str:
    """Name of the reader that a file needs, by its content.

    Raises:
        BadInputError: the file is missing, empty, or nothing that a reader knows.
    """
    try:
        with path.open("rb") as file:
            head = file.read(4096)
    except OSError as error:
        raise BadInputError(f"the file cannot be read: {error.strerror}", where=str(path)) from error
    if head.startswith(b"PAR1"):
        return "parquet"
    if head.startswith(b"PK"):
        return _of_zip(path)
    if is_detail_file(head):
        return "census-bulk"
    return _of_text(path, head)


def _of_text(path: Path, head: bytes) -> str:
    text = head.decode(encoding_of(head), "replace").lstrip("\ufeff \r\n\t")
    if not text:
        raise BadInputError(
            "the file is empty, as a download that failed is",
            where=str(path),
            fix="download it again; if the API answered that there was no trade (HTTP 204), write [] into it",
        )
    if text.startswith("["):
        return "census-api"
    if text.lower().startswith("error"):
        raise BadInputError(
            f"this is the API's error message, not trade: {text.splitlines()[0]:.200}",
            where=str(path),
            fix="correct the query and download it again",
        )
    if text.startswith(("{", "<")):
        raise BadInputError(
            f"this is an error page or another format, not trade: {text.splitlines()[0]:.200}",
            where=str(path),
            fix="download it again",
        )
    if "\0" in text:
        raise BadInputError("no reader knows this format", where=str(path), fix=f"readers: {', '.join(READERS)}")
    return "dataweb" if _DATAWEB.search(text) else "csv"


def _of_zip(path: Path) -> str:
    with open_zip(path, str(path)) as archive:
        names = archive.namelist()
        if "xl/workbook.xml" not in names:
            return "census-bulk"
        parts = (name for name in names if name.startswith("xl/") and name.endswith(".xml"))
        return "dataweb" if any(_mentions(archive, name, b"Data Type") for name in parts) else "workbook"


def _mentions(archive: ZipFile, name: str, words: bytes) -> bool:
    """Whether a member of an archive holds some words; read in blocks, since a sheet may be large."""
    before = b""
    with archive.open(name) as file:
        while block := file.read(1 << 20):
            if words in before + block:
                return True
            before = block[-len(words) :]
    return False


def expand(paths: Iterable[Path]) -> list[tuple[Path, dict[str, str]]]:
    """Files to import: those named, and for a folder the trade files in it, by name.

    Below a folder that is named, folders such as ``year=2024`` are columns of the files in them.

    Raises:
        BadInputError: a folder holds none.
    """
    files: list[tuple[Path, dict[str, str]]] = []
    for path in paths:
        if not path.is_dir():
            files.append((path, {}))
            continue
        inside = sorted(p for p in path.rglob("*") if p.is_file() and p.suffix.lower() in SUFFIXES)
        if not inside:
            raise BadInputError(
                "the folder holds no trade files", where=str(path), fix=f"files end in {', '.join(SUFFIXES)}"
            )
        files += [(file, _folder_columns(file.relative_to(path))) for file in inside]
    return files


def _folder_columns(file: Path) -> dict[str, str]:
    pairs = (folder.partition("=") for folder in file.parts[:-1])
    return {name: text for name, equals, text in pairs if equals}
