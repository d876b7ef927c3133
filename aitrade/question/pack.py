"""A question as one file: a ZIP archive with the same bytes whenever and wherever it is packed."""

import shutil
import zipfile
from collections.abc import Iterator, Sequence
from pathlib import Path, PurePosixPath
from tempfile import mkdtemp

from aitrade.core.archive import DAMAGED_ZIP
from aitrade.core.bounds import LARGEST_TEXT
from aitrade.core.errors import BadInputError, UsageError
from aitrade.core.files import atomic_write, require_writable, writing
from aitrade.question.catalogue import QUESTION_FILE
from aitrade.question.question import Question, load_question
from aitrade.question.question_file import QUESTION_NAME
from aitrade.question.skeleton import PARTS

_TIME = (1980, 1, 1, 0, 0, 0)  # the earliest that an archive can hold
_MODE = 0o644 << 16


def pack_question(question: Question, path: Path) -> int:
    """Write a question's folder as one file, NAME/question.toml and so on; returns how many files it holds.

    Files are stored as they are, in order of name, without times: the same folder gives the same bytes. Only what
    belongs to a question is packed.

    Raises:
        UsageError: the question has no folder, or the file is not called .zip.
        BadInputError: the file cannot be written.
    """
    if question.folder is None:
        raise UsageError(f"question {question.name} has no folder to pack", fix="name the folder of a question")
    if path.suffix.lower() != ".zip":
        raise UsageError(f"{path} does not end in .zip", fix=f"write such as {question.name}.zip")
    require_writable(path)
    files = sorted(_files(question.folder), key=lambda file: file.relative_to(question.folder or file).parts)
    with atomic_write(path) as partial, zipfile.ZipFile(partial, "w", zipfile.ZIP_STORED) as archive:
        for file in files:
            name = PurePosixPath(question.name, *file.relative_to(question.folder).parts)
            entry = zipfile.ZipInfo(str(name), _TIME)
            entry.external_attr, entry.create_system = _MODE, 3
            archive.writestr(entry, file.read_bytes())
    return len(files)


def unpack_question(path: Path, parent: Path) -> Question:
    """Unpack a question into a folder of its name below ``parent``: all of it, or nothing.

    Raises:
        UsageError: there is a question of this name already.
        BadInputError: the file is no packed question, or it cannot be written.
    """
    name, files = _contents(path)
    target = parent / name
    if target.exists():
        raise UsageError(f"{target} is there already", fix="rename or remove it, or unpack into another workspace")
    with writing(target):
        partial = Path(mkdtemp(prefix=f".{name}-", dir=parent))
        try:
            for member, content in files.items():
                file = partial.joinpath(*PurePosixPath(member).parts)
                file.parent.mkdir(parents=True, exist_ok=True)
                file.write_bytes(content)
            load_question(partial / name)
            (partial / name).rename(target)
        finally:
            shutil.rmtree(partial)
    return load_question(target)


def _files(folder: Path) -> Iterator[Path]:
    for part in (QUESTION_FILE, *PARTS):
        path = folder / part
        for file in path.rglob("*") if path.is_dir() else (path,):
            if file.is_file() and not any(name.startswith(".") for name in file.relative_to(folder).parts):
                yield file


def _contents(path: Path) -> tuple[str, dict[str, bytes]]:
    """The question's name, and the files of an archive that holds one question and nothing else."""
    try:
        with zipfile.ZipFile(path) as archive:
            name = _name_of(path, entries := [entry for entry in archive.infolist() if not entry.is_dir()])
            return name, {entry.filename: archive.read(entry) for entry in entries}
    except DAMAGED_ZIP as error:
        raise _no_question(path, str(error)) from error


def _name_of(path: Path, entries: Sequence[zipfile.ZipInfo]) -> str:
    names = {(*PurePosixPath(entry.filename).parts, "")[0] for entry in entries}
    for entry in entries:
        parts = PurePosixPath(entry.filename).parts
        known = (
            len(parts) > 1 and parts[1] in (QUESTION_FILE, *PARTS) and ".." not in parts and "\\" not in entry.filename
        )
        if len(names) > 1 or not known or not QUESTION_NAME.fullmatch(parts[0]):
            raise _no_question(path, f"it holds {entry.filename!r:.80}")
    if sum(entry.file_size for entry in entries) > LARGEST_TEXT:
        raise _no_question(path, f"it holds more than {LARGEST_TEXT / 2**20:,.0f} MiB")
    name = next(iter(names), "")
    if f"{name}/{QUESTION_FILE}" not in {entry.filename for entry in entries}:
        raise _no_question(path, f"it holds no {QUESTION_FILE}")
    return name


def _no_question(path: Path, why: str) -> BadInputError:
    return BadInputError(
        f"this is no packed question: {why}", where=str(path), fix="make one: aitrade question pack FILE.zip"
    )
