"""The record of a model's files, which installing leaves beside them."""

import json
import re
from collections.abc import Collection
from dataclasses import asdict, dataclass
from pathlib import Path

from aitrade.core.errors import ModelError
from aitrade.core.files import atomic_write, sha256_of
from aitrade.models.manifest import File, files_sha256

RECORD = "aitrade.json"
CHECKED = ".checked.json"
_HALF_WRITTEN = re.compile(r"^\.[0-9]+-")  # see aitrade.core.files.whole


@dataclass(frozen=True)
class Installed:
    """A model as it lies on disk.

    Attributes:
        name: the model's name on the command line.
        kind: ``llm`` or ``embedder``.
        parameters: number of weights.
        licence: as the manifest says, or what the user gave for a model of his own.
        source_sha256: hash of what is published (see :class:`aitrade.models.manifest.Manifest`), which libraries that
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
    except (OSError, ValueError, TypeError, KeyError) as error:
        raise ModelError(
            f"the model's record cannot be read: {error}", where=str(path), fix=how_to_install(folder.name)
        ) from error


def record_files(folder: Path) -> tuple[File, ...]:
    """Every file under a folder but our own notes, with size and hash."""
    paths = ((name, folder / name) for name in files_under(folder))
    return tuple(File(name, path.stat().st_size, sha256_of(path)) for name, path in paths)


def files_under(folder: Path) -> list[str]:
    """Name of every file under a folder, sorted, with slashes; but our own notes and what file managers leave there."""
    paths = (path for path in folder.rglob("*") if path.is_file() and not _of_no_model(path.name))
    return sorted(path.relative_to(folder).as_posix() for path in paths)


def refuse_unrecorded(folder: Path, recorded: Collection[str], record: str, fix: str) -> None:
    """Libraries read whatever lies in a folder under a name that they know: nothing may lie there unseen.

    Raises:
        ModelError: a file is not among the recorded ones.
    """
    for name in files_under(folder):
        if name not in recorded:
            raise ModelError(
                f"the file is not in the {record}, and might be read with it", where=str(folder / name), fix=fix
            )


def _of_no_model(name: str) -> bool:
    """Our own notes, also one that a stop left under the name that it has while it is written; file managers' files."""
    note = _HALF_WRITTEN.sub("", name)
    return note in (RECORD, CHECKED, ".DS_Store", "Thumbs.db", "desktop.ini") or name.startswith(("._", ".nfs"))


def how_to_install(name: str) -> str:
    """The command line that makes a model whole again."""
    return f"aitrade models install {name}"
