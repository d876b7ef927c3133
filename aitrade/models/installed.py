"""Installed models: which there are, and checking their files against the record."""

import json
from contextlib import suppress
from pathlib import Path

from aitrade.core.errors import BadInputError, ModelError
from aitrade.core.files import atomic_write
from aitrade.core.hashing import sha256_of
from aitrade.core.paths import weights_folder
from aitrade.models.record import CHECKED, RECORD, Installed, how_to_install, read_record, refuse_unrecorded


def list_installed() -> dict[str, Installed]:
    """Every installed model by name."""
    return {name: read_record(weights_folder() / name) for name in installed_names()}


def installed_names() -> list[str]:
    """Names of the installed models, whatever state they are in."""
    return sorted(path.parent.name for path in weights_folder().glob(f"*/{RECORD}"))


def locate(name: str) -> Installed:
    """Find an installed model and check its files.

    Files whose size, inode and times of change are those of the last full check are not read again; ``verify`` reads
    all. Only the system sets the time of an inode's change (ctime), so putting a file's date back is not enough.

    Raises:
        ModelError: it is not installed, or a file is missing, altered or not in the record.
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
    """Folder of an installed model.

    Raises:
        ModelError: it is not installed.
    """
    folder = weights_folder() / name
    if not (folder / RECORD).is_file():
        raise ModelError(f"model {name} is not installed", where=str(folder), fix=how_to_install(name))
    return folder


def verify(model: Installed) -> None:
    """Hash every file and compare with the record.

    Raises:
        ModelError: a file is missing, altered or not in the record.
    """
    _refuse_unrecorded(model)
    for file in model.files:
        path = model.folder / file.name
        if not path.is_file():
            raise ModelError("the file is missing", where=str(path), fix=how_to_install(model.name))
        if sha256_of(path) != file.sha256:
            raise ModelError(
                "the file was altered: its SHA-256 is not the recorded one",
                where=str(path),
                fix=how_to_install(model.name),
            )
    with suppress(BadInputError), atomic_write(model.folder / CHECKED) as partial:  # read-only: hashed each time
        partial.write_text(json.dumps(_stamp(model)), "utf-8")


def _refuse_unrecorded(model: Installed) -> None:
    fix = f"take it away, or install the model again: {how_to_install(model.name)}"
    refuse_unrecorded(model.folder, {file.name for file in model.files}, "model's record", fix)


def _stamp(model: Installed) -> list[list[str | int]]:
    """Size, inode and times of change of each file, which stand for its content between full checks."""
    stamp: list[list[str | int]] = []
    for file in model.files:
        path = model.folder / file.name
        if not path.is_file():
            raise ModelError("the file is missing", where=str(path), fix=how_to_install(model.name))
        status = path.stat()
        times = status.st_ino, status.st_mtime_ns, status.st_ctime_ns
        stamp.append([file.name, status.st_size, *times, file.sha256])
    return stamp
