"""Add a local Hugging Face folder as a model; no code from the folder is run."""

import json
import re
import shutil
from collections.abc import Collection, Mapping
from dataclasses import replace
from pathlib import Path

from aitrade.core.bounds import LARGEST_MODEL_JSON
from aitrade.core.errors import BadInputError, ModelError, UsageError
from aitrade.core.files import read_bounded, writing
from aitrade.core.paths import weights_folder
from aitrade.models.chat_template import check_chat_template
from aitrade.models.install import library_versions
from aitrade.models.installed import CHECKED, RECORD, Installed, record_files, verify, write_record
from aitrade.models.manifest import load_manifests
from aitrade.models.source_files import source_files

# Formats that run code when they are opened, and code itself.
UNSAFE = (".bin", ".pt", ".pth", ".pkl", ".pickle", ".ckpt", ".h5", ".msgpack", ".py", ".so", ".joblib", ".npy", ".npz")
NEEDED = ("config.json", "tokenizer_config.json")
# Notes of another weights folder too: writing ours through a hard link would overwrite them.
_LEFT_OUT = (".git", ".cache", RECORD, CHECKED)


def add_folder(source: Path, name: str, licence: str) -> Installed:
    """Copy (or hard-link, on the same disk) a model folder into the weights folder and record its files.

    Args:
        source: folder with config.json, a tokenizer and ``*.safetensors``.
        name: lower-case name for the command line.
        licence: licence of the weights.

    Raises:
        UsageError: the name has other characters, or is taken.
        BadInputError: the folder is missing or is not a Hugging Face model folder.
        ModelError: the folder holds pickles or code, names code to load (``auto_map``), has a link that leads out of
            the folder, or a chat template that fails or does not end.
    """
    if not re.fullmatch(r"[a-z0-9][a-z0-9._-]*", name):
        raise UsageError(f"{name!r} is not a model name", fix="use lower-case letters, digits, '.', '_' and '-'")
    if name in load_manifests() or (weights_folder() / name).exists():
        raise UsageError(f"there is a model {name} already", fix="choose another name")
    if not source.is_dir():
        raise BadInputError("there is no such folder", where=str(source), fix="give a Hugging Face model folder")
    files = source_files(source, _LEFT_OUT)
    _refuse_unsafe({name: source / name for name in files})
    _require(source, files)
    check_chat_template(source)
    work = weights_folder() / ".work" / name
    shutil.rmtree(work, ignore_errors=True)
    for file, real in files.items():
        with writing(work / file):
            _link_or_copy(real, work / file)
    model = Installed(
        name=name,
        kind="embedder" if (source / "modules.json").is_file() else "llm",
        parameters=count_parameters(work),
        licence=licence,
        source_sha256="",
        files=record_files(work),
        made_with=library_versions(),
        folder=work,
    )
    model = replace(model, source_sha256=model.sha256)
    write_record(model)
    model = replace(model, folder=work.rename(weights_folder() / name))
    verify(model)
    return model


def count_parameters(folder: Path) -> int:
    """Count the weights in a folder's safetensors files from their headers.

    Raises:
        ModelError: a file is damaged or cut off.
    """
    from math import prod

    from safetensors import SafetensorError, safe_open

    total = 0
    for path in sorted(folder.rglob("*.safetensors")):
        try:
            with safe_open(path, framework="np") as tensors:
                total += sum(prod(tensors.get_slice(key).get_shape()) for key in tensors.keys())  # noqa: SIM118
        except SafetensorError as error:
            raise ModelError(f"not readable as safetensors: {error}", where=str(path), fix="copy it again") from error
    return total


def _refuse_unsafe(files: Mapping[str, Path]) -> None:
    for path in files.values():
        if path.suffix.lower() in UNSAFE:
            raise ModelError(
                "the folder holds a file that could run code",
                where=str(path),
                fix="keep only *.safetensors weights, and json or text files",
            )
        if path.suffix == ".json" and _names_code(path):
            raise ModelError(
                "the file names code to load (auto_map)",
                where=str(path),
                fix="use a model whose architecture transformers knows",
            )


def _names_code(path: Path) -> bool:
    try:
        raw = json.loads(read_bounded(path, LARGEST_MODEL_JSON))
    except (ValueError, RecursionError) as error:
        raise ModelError(f"not valid JSON: {error}", where=str(path), fix="download the file again") from error
    return isinstance(raw, dict) and "auto_map" in raw


def _require(source: Path, files: Collection[str]) -> None:
    for name in NEEDED:
        if name not in files:
            raise BadInputError(
                f"the folder has no {name}", where=str(source), fix="give a complete Hugging Face model folder"
            )
    if not any(name.endswith(".safetensors") for name in files):
        raise BadInputError(
            "the folder has no *.safetensors", where=str(source), fix="convert the weights to safetensors"
        )


def _link_or_copy(real: Path, target: Path) -> None:
    """Hard-link a file where the disk allows it, so that a 70B model is not stored twice."""
    try:
        target.hardlink_to(real)
    except OSError:
        shutil.copy2(real, target)
