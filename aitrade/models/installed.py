"""Installed models: the record of a model's files, finding a model, and checking its files against the record."""

import json
import logging
import re
from collections.abc import Callable, Collection
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path

from aitrade.core.errors import BadInputError, ModelError
from aitrade.core.files import atomic_write, sha256_of
from aitrade.core.paths import weights_folder
from aitrade.core.wording import offer
from aitrade.models.manifest import File, files_sha256, load_manifests

_log = logging.getLogger(__name__)

RECORD = "aitrade.json"
CHECKED = ".checked.json"  # sizes and times of change at the last complete check
_TEMPORARY = re.compile(r"^\.[0-9]+-")  # prefix of a file that aitrade.core.files.atomic_write has not renamed yet


@dataclass(frozen=True)
class Installed:
    """An installed model.

    Attributes:
        name: the model's name on the command line.
        kind: ``llm`` or ``embedder``.
        parameters: number of weights.
        licence: as in the manifest, or as the user gave it for a model that was added.
        source_sha256: hash of the published files (see :class:`aitrade.models.manifest.Manifest`), the same whatever
            library versions converted them; of all files for an added model.
        files: every file that loading may read.
        made_with: versions of the libraries that converted the model.
        folder: path of the model; not part of the record.
    """

    name: str
    kind: str
    parameters: int
    licence: str
    source_sha256: str
    files: tuple[File, ...]
    made_with: dict[str, str]
    folder: Path

    @property
    def size(self) -> int:
        """Bytes on disk."""
        return sum(file.size for file in self.files)

    @property
    def sha256(self) -> str:
        """Hash of all files, part of a run's fingerprint."""
        return files_sha256(self.files)


def write_record(model: Installed) -> None:
    """Write the record of a model beside its files."""
    raw = asdict(model)
    del raw["folder"]
    with atomic_write(model.folder / RECORD) as partial:
        partial.write_text(json.dumps(raw, indent=1) + "\n", "utf-8")


def read_record(folder: Path) -> Installed:
    """Read the record of a model folder.

    Raises:
        ModelError: the record is missing or unreadable.
    """
    path = folder / RECORD
    try:
        raw = json.loads(path.read_text("utf-8"))
        files = tuple(File(**file) for file in raw.pop("files"))
        return Installed(**raw, files=files, folder=folder)
    except (OSError, ValueError, TypeError, KeyError, AttributeError, RecursionError) as error:
        raise ModelError(
            f"the model's record cannot be read: {error}", where=str(path), fix=how_to_install(folder.name)
        ) from error


def record_files(folder: Path, on_read: Callable[[int], None] = lambda _: None) -> tuple[File, ...]:
    """List the files under a folder with size and hash, without aitrade's own notes.

    Args:
        folder: the folder.
        on_read: told how many more bytes were hashed.
    """
    paths = ((name, folder / name) for name in files_under(folder))
    return tuple(File(name, path.stat().st_size, sha256_of(path, on_read)) for name, path in paths)


def files_under(folder: Path) -> list[str]:
    """List the relative paths of files under a folder, sorted, without aitrade's notes and file managers' files."""
    paths = (path for path in folder.rglob("*") if path.is_file() and not _is_ignored(path.name))
    return sorted(path.relative_to(folder).as_posix() for path in paths)


def refuse_unrecorded(folder: Path, recorded: Collection[str], record: str, fix: str) -> None:
    """Refuse a folder with a file that is not recorded, because a library might read it with the model.

    Args:
        folder: the folder.
        recorded: relative paths of the recorded files.
        record: name of the record, for the error.
        fix: for the error.

    Raises:
        ModelError: a file is not recorded.
    """
    for name in files_under(folder):
        if name not in recorded:
            raise ModelError(
                f"the file is not in the {record}, and might be read with it", where=str(folder / name), fix=fix
            )


def _is_ignored(name: str) -> bool:
    """Check for aitrade's own notes, also half-written ones, and for file managers' files."""
    final_name = _TEMPORARY.sub("", name)
    return final_name in (RECORD, CHECKED, ".DS_Store", "Thumbs.db", "desktop.ini") or name.startswith(("._", ".nfs"))


def how_to_install(name: str) -> str:
    """Return the command that installs a model again."""
    return f"aitrade models install {name}"


def _how_to_get(name: str) -> str:
    """Say what to do about a model that is not installed; a misspelt name is not to be installed."""
    manifests = load_manifests()
    if name in manifests:
        return how_to_install(name)
    there = sorted({*manifests, *installed_names()})
    return offer(name, there, otherwise="see: aitrade models list; a model of your own: aitrade models add FOLDER")


def list_installed() -> dict[str, Installed]:
    """Read the record of every installed model, by name."""
    return {name: read_record(weights_folder() / name) for name in installed_names()}


def installed_names() -> list[str]:
    """List the names of installed models without reading their records."""
    return sorted(path.parent.name for path in weights_folder().glob(f"*/{RECORD}"))


def locate(name: str) -> Installed:
    """Find an installed model and check its files.

    Files are only hashed where size, inode or times of change differ from the last complete check; :func:`verify`
    hashes all. The time of an inode's change (ctime) is set by the system alone, so that resetting a file's date does
    not hide a change.

    Raises:
        ModelError: the model is not installed, or a file is missing, altered or not in the record.
    """
    folder = require_installed(name)
    model = read_record(folder)
    stamp = json.dumps(_stamp(model))
    _refuse_unrecorded(model)
    checked = folder / CHECKED
    if not checked.is_file() or checked.read_bytes() != stamp.encode():
        verify(model)
    return model


def require_installed(name: str) -> Path:
    """Return the folder of an installed model.

    Raises:
        ModelError: the model is not installed.
    """
    folder = weights_folder() / name
    if not (folder / RECORD).is_file():
        raise ModelError(f"model {name} is not installed", where=str(folder), fix=_how_to_get(name))
    return folder


def verify(model: Installed, on_read: Callable[[int], None] = lambda _: None) -> None:
    """Hash every file of a model and compare it with the record.

    Args:
        model: as its record has it.
        on_read: told how many more bytes were hashed.

    Raises:
        ModelError: a file is missing, altered or not in the record.
    """
    _log.info("hashing the %d files of %s", len(model.files), model.name)
    _refuse_unrecorded(model)
    for file in model.files:
        path = model.folder / file.name
        if not path.is_file():
            raise ModelError("the file is missing", where=str(path), fix=how_to_install(model.name))
        if sha256_of(path, on_read) != file.sha256:
            raise ModelError(
                "the file was altered: its SHA-256 is not the recorded one",
                where=str(path),
                fix=how_to_install(model.name),
            )
    keep_stamp(model)


def keep_stamp(model: Installed) -> None:
    """Note that a model's files were just hashed, so that they are not hashed again while nothing changes.

    In a folder that is read-only nothing is noted, and they are hashed each time.
    """
    with suppress(BadInputError), atomic_write(model.folder / CHECKED) as partial:
        partial.write_text(json.dumps(_stamp(model)), "utf-8")


def _refuse_unrecorded(model: Installed) -> None:
    fix = f"remove it, or install the model again: {how_to_install(model.name)}"
    refuse_unrecorded(model.folder, {file.name for file in model.files}, "model's record", fix)


def _stamp(model: Installed) -> list[list[str | int]]:
    """List size, inode and times of change of each file, to see between complete checks whether a file changed."""
    stamp: list[list[str | int]] = []
    for file in model.files:
        path = model.folder / file.name
        if not path.is_file():
            raise ModelError("the file is missing", where=str(path), fix=how_to_install(model.name))
        status = path.stat()
        times = status.st_ino, status.st_mtime_ns, status.st_ctime_ns
        stamp.append([file.name, status.st_size, *times, file.sha256])
    return stamp
