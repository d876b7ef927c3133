"""The files of a model folder that somebody else made: those in it, and nothing that a link or a pipe leads to."""

import os
import stat
from collections.abc import Collection, Iterator
from pathlib import Path

from aitrade.core.errors import BadInputError, ModelError


def source_files(folder: Path, left_out: Collection[str] = ()) -> dict[str, Path]:
    """Find every file of a model folder: its name with slashes, and the real file behind it.

    A link counts where it leads to a file of the folder, or, in a snapshot of the Hugging Face cache, to a blob beside.

    Args:
        folder: the model folder.
        left_out: names of files and folders to pass over.

    Raises:
        ModelError: a link leads elsewhere, to nothing, or to a folder; or something is no file, such as a pipe.
        BadInputError: a folder may not be looked into.
    """
    inside = folder.resolve()
    allowed = [inside]
    if inside.parent.name == "snapshots":
        allowed.append(inside.parent.parent / "blobs")
    return {path.relative_to(folder).as_posix(): _real(path, allowed) for path in sorted(_entries(folder, left_out))}


def _entries(folder: Path, left_out: Collection[str]) -> Iterator[Path]:
    try:
        entries = sorted(os.scandir(folder), key=lambda entry: entry.name)
    except OSError as error:
        raise BadInputError(
            f"the folder cannot be read: {error.strerror}", where=str(folder), fix="ask its owner for the permission"
        ) from error
    for entry in entries:
        if entry.name in left_out:
            continue
        if entry.is_dir(follow_symlinks=False):
            yield from _entries(Path(entry.path), left_out)
        else:
            yield Path(entry.path)


def _real(path: Path, allowed: list[Path]) -> Path:
    fix = "keep only files in the folder, copies in place of links"
    try:
        real = path.resolve(strict=True)
        mode = real.stat().st_mode
    except (OSError, RuntimeError) as error:
        raise ModelError("the link leads to nothing that can be read", where=str(path), fix=fix) from error
    if path.is_symlink() and not any(real.is_relative_to(place) for place in allowed):
        raise ModelError(f"the link leads out of the folder, to {real}", where=str(path), fix=fix)
    if not stat.S_ISREG(mode):
        raise ModelError("this is no file but a link to a folder, a pipe or a device", where=str(path), fix=fix)
    return real
