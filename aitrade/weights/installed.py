"""Installed models: the record that installing leaves, and checking the files against it."""

import json
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path

from aitrade.errors import ModelError
from aitrade.hashing import sha256_of
from aitrade.paths import weights_folder
from aitrade.weights.manifest import File, files_sha256

RECORD = "aitrade.json"
CHECKED = ".checked.json"


@dataclass(frozen=True)
class Installed:
    """A model as it lies on disk.

    Attributes:
        name: the model's name on the command line.
        kind: ``llm`` or ``embedder``.
        parameters: number of weights.
        licence: as the manifest says, or what the user gave for a model of his own.
        source_sha256: hash of what is published (see :class:`aitrade.weights.manifest.Manifest`), which libraries that
            convert it don't change; of all files for a local folder.
        files: every file that loading may read.
        made_with: versions of the libraries that converted it.
        folder: where it lies; not part of the record.
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
        """One hash over all files: what a run's fingerprint holds."""
        return files_sha256(self.files)


def write_record(model: Installed) -> None:
    """Write the record beside the files."""
    raw = asdict(model)
    del raw["folder"]
    (model.folder / RECORD).write_text(json.dumps(raw, indent=1) + "\n", "utf-8")


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
    except (OSError, ValueError, TypeError, KeyError) as error:
        raise ModelError(
            f"the model's record cannot be read: {error}", where=str(path), mend=_mend(folder.name)
        ) from error


def list_installed() -> dict[str, Installed]:
    """Every installed model by name."""
    return {name: read_record(weights_folder() / name) for name in installed_names()}


def installed_names() -> list[str]:
    """Names of the installed models, whatever state they are in."""
    return sorted(path.parent.name for path in weights_folder().glob(f"*/{RECORD}"))


def locate(name: str) -> Installed:
    """Find an installed model and check its files.

    Files whose size and time of change are those of the last full check are not read again; ``verify`` reads all.

    Raises:
        ModelError: it is not installed, or a file is missing, altered or not in the record.
    """
    folder = require_installed(name)
    model = read_record(folder)
    stamp = json.dumps(_stamp(model))
    _refuse_unrecorded(model)
    checked = folder / CHECKED
    if not checked.is_file() or checked.read_text("utf-8") != stamp:
        verify(model)
    return model


def require_installed(name: str) -> Path:
    """Folder of an installed model.

    Raises:
        ModelError: it is not installed.
    """
    folder = weights_folder() / name
    if not (folder / RECORD).is_file():
        raise ModelError(f"model {name} is not installed", where=str(folder), mend=_mend(name))
    return folder


def verify(model: Installed, on_file: Callable[[str], None] = lambda _: None) -> None:
    """Hash every file and compare with the record.

    Raises:
        ModelError: a file is missing, altered or not in the record.
    """
    _refuse_unrecorded(model)
    for file in model.files:
        on_file(file.name)
        path = model.folder / file.name
        if not path.is_file():
            raise ModelError("the file is missing", where=str(path), mend=_mend(model.name))
        if sha256_of(path) != file.sha256:
            raise ModelError(
                "the file was altered: its SHA-256 is not the recorded one", where=str(path), mend=_mend(model.name)
            )
    (model.folder / CHECKED).write_text(json.dumps(_stamp(model)), "utf-8")


def record_files(folder: Path) -> tuple[File, ...]:
    """Every file under a folder but our own notes, with size and hash."""
    paths = ((name, folder / name) for name in files_under(folder))
    return tuple(File(name, path.stat().st_size, sha256_of(path)) for name, path in paths)


def files_under(folder: Path) -> list[str]:
    """Name of every file under a folder but our own notes, sorted, with slashes."""
    paths = (path for path in folder.rglob("*") if path.is_file() and path.name not in (RECORD, CHECKED))
    return sorted(path.relative_to(folder).as_posix() for path in paths)


def _refuse_unrecorded(model: Installed) -> None:
    """Libraries read whatever lies in a model's folder under a name that they know: nothing may lie there unseen."""
    recorded = {file.name for file in model.files}
    for name in files_under(model.folder):
        if name not in recorded:
            raise ModelError(
                "the file is not in the model's record, and might be read with it",
                where=str(model.folder / name),
                mend=f"take it away, or install the model again: {_mend(model.name)}",
            )


def _stamp(model: Installed) -> list[list[str | int]]:
    """Size and time of change of each file, which stand for its content between full checks."""
    stamp: list[list[str | int]] = []
    for file in model.files:
        path = model.folder / file.name
        if not path.is_file():
            raise ModelError("the file is missing", where=str(path), mend=_mend(model.name))
        status = path.stat()
        stamp.append([file.name, status.st_size, status.st_mtime_ns, file.sha256])
    return stamp


def _mend(name: str) -> str:
    return f"aitrade models install {name}"
