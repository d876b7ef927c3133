"""Add a local Hugging Face folder, or a GGUF file, as a model; no code from it is run."""

import re
import shutil
from collections.abc import Callable, Collection, Mapping
from dataclasses import replace
from pathlib import Path

from aitrade.core.errors import BadInputError, ModelError, UsageError
from aitrade.core.files import writing
from aitrade.core.paths import weights_folder
from aitrade.models.architecture import check_architecture, check_embedder, is_known_family, read_object
from aitrade.models.chat_template import check_chat_template
from aitrade.models.gguf import check_gguf
from aitrade.models.install import convert_gguf, library_versions
from aitrade.models.installed import (
    CHECKED,
    RECORD,
    Installed,
    files_under,
    keep_stamp,
    record_files,
    require_installed,
    write_record,
)
from aitrade.models.manifest import load_manifests
from aitrade.models.source_files import source_files

# Formats that run code when they are opened, and code itself; passed over, never copied.
UNSAFE = (".bin", ".pt", ".pth", ".pkl", ".pickle", ".ckpt", ".h5", ".msgpack", ".py", ".so", ".joblib", ".npy", ".npz")
OTHER_WEIGHTS = (".gguf", ".onnx", ".onnx_data", ".tflite", ".ot", ".mlmodel")  # the same model in another form
NEEDED = ("config.json", "tokenizer_config.json")
MEGABYTE = 1_000_000
OnStep = Callable[[int, int], None]
# Notes of another weights folder too: writing ours through a hard link would overwrite them.
_LEFT_OUT = (".git", ".cache", RECORD, CHECKED)


def add_model(source: Path, name: str, licence: str, on_step: OnStep = lambda *_: None) -> Installed:
    """Add a Hugging Face folder, or convert a GGUF file and add what it gives; see :func:`add_folder`.

    Raises:
        UsageError, BadInputError, ModelError: as :func:`add_folder`; or the file is no GGUF of a known family.
    """
    if source.is_dir() or source.suffix.lower() != ".gguf":
        return add_folder(source, name, licence, on_step)
    _check_name(name)
    check_gguf(source)
    made = weights_folder() / ".work" / f"{name}-gguf"
    shutil.rmtree(made, ignore_errors=True)
    try:
        with writing(made):
            convert_gguf(source, made)
        return add_folder(made, name, licence, on_step)
    finally:
        shutil.rmtree(made, ignore_errors=True)


def add_folder(source: Path, name: str, licence: str, on_step: OnStep = lambda *_: None) -> Installed:
    """Copy (or hard-link, on the same disk) a model folder into the weights folder and record its files.

    Args:
        source: folder with config.json, a tokenizer and ``*.safetensors``.
        name: lower-case name for the command line.
        licence: licence of the weights.
        on_step: told (megabytes hashed, megabytes).

    Raises:
        UsageError: the name has other characters, or is taken.
        BadInputError: the folder is missing or is not a Hugging Face model folder.
        ModelError: the folder needs code of its own (``auto_map``), has a link that leads out of the folder, is of a
            family or a quantisation that cannot be used here, lacks weights, or has a tokenizer or a chat template that
            fails.
    """
    _check_name(name)
    if not source.is_dir():
        raise BadInputError("there is no such folder or GGUF file", where=str(source), fix="give a model folder")
    files = _usable(source, source_files(source, _LEFT_OUT))
    kind = "embedder" if "modules.json" in files else "llm"
    if kind == "embedder":
        check_embedder(source)
    else:
        weights = [path for name, path in files.items() if name.endswith(".safetensors")]
        check_architecture(source, files, count_parameters(weights))
        check_chat_template(source)
    work = weights_folder() / ".work" / name
    shutil.rmtree(work, ignore_errors=True)
    size, read = sum(real.stat().st_size for real in files.values()), 0
    on_step(0, size // MEGABYTE)

    def on_read(count: int) -> None:
        nonlocal read
        read += count
        on_step(read // MEGABYTE, size // MEGABYTE)

    for file, real in files.items():
        with writing(work / file):
            _link_or_copy(real, work / file)
    model = Installed(
        name=name,
        kind=kind,
        parameters=count_parameters(sorted(work.rglob("*.safetensors"))),
        licence=licence,
        source_sha256="",
        files=record_files(work, on_read),
        made_with=library_versions(),
        folder=work,
    )
    model = replace(model, source_sha256=model.sha256)
    write_record(model)
    model = replace(model, folder=work.rename(weights_folder() / name))
    keep_stamp(model)
    return model


def remove_model(name: str) -> int:
    """Delete an installed model and return how many bytes it took; runs and adapters that name it stay.

    Raises:
        ModelError: it is not installed.
    """
    folder = require_installed(name)
    size = sum((folder / file).stat().st_size for file in files_under(folder))
    with writing(folder / RECORD):
        shutil.rmtree(folder)
    return size


def count_parameters(paths: Collection[Path]) -> int:
    """Count the weights in safetensors files from their headers.

    Raises:
        ModelError: a file is damaged or cut off.
    """
    from math import prod

    from safetensors import SafetensorError, safe_open

    total = 0
    for path in paths:
        try:
            with safe_open(path, framework="np") as tensors:
                total += sum(prod(tensors.get_slice(key).get_shape()) for key in tensors.keys())  # noqa: SIM118
        except SafetensorError as error:
            raise ModelError(f"not readable as safetensors: {error}", where=str(path), fix="copy it again") from error
    return total


def _check_name(name: str) -> None:
    if not re.fullmatch(r"[a-z0-9][a-z0-9._-]*", name):
        raise UsageError(f"{name!r} is not a model name", fix="use lower-case letters, digits, '.', '_' and '-'")
    if name in load_manifests() or (weights_folder() / name).exists():
        raise UsageError(f"there is a model {name} already", fix="choose another name")


def _usable(source: Path, files: Mapping[str, Path]) -> dict[str, Path]:
    """The files that belong to the model in the form that is used here; pickles, code and other forms are passed over.

    Raises:
        BadInputError: a needed file is missing.
        ModelError: the weights are pickles alone, or a file names code that the model cannot do without.
    """
    usable = {name: path for name, path in files.items() if not name.lower().endswith((*UNSAFE, *OTHER_WEIGHTS))}
    for name in NEEDED:
        if name not in usable:
            raise BadInputError(
                f"the folder has no {name}", where=str(source), fix="give a complete Hugging Face model folder"
            )
    weights = [name for name in usable if name.endswith(".safetensors")]
    if not weights:
        if pickled := next((name for name in files if name.lower().endswith(UNSAFE)), None):
            raise ModelError(
                "the weights are in a format that can run code when it is opened",
                where=str(source / pickled),
                fix="take the model as *.safetensors or GGUF, or convert it where you trust it",
            )
        raise BadInputError(
            "the folder has no *.safetensors", where=str(source), fix="convert the weights to safetensors"
        )
    own = [name for name in weights if name.startswith("consolidated")]  # Mistral's own form of the same weights
    for name in own if len(own) < len(weights) else ():
        del usable[name]
    for name in (name for name in usable if name.endswith(".json")):
        if "auto_map" in read_object(source / name, of_any_kind=True) and not _is_known(source):
            raise ModelError(
                "the file names code to load (auto_map)",
                where=str(source / name),
                fix="use a model whose architecture transformers knows",
            )
    return usable


def _is_known(source: Path) -> bool:
    """Whether transformers knows the family; a folder's own code is then left over from before it did."""
    return (source / "modules.json").is_file() or is_known_family(read_object(source / "config.json"))


def _link_or_copy(real: Path, target: Path) -> None:
    """Hard-link a file where the disk allows it, so that a 70B model is not stored twice."""
    try:
        target.hardlink_to(real)
    except OSError:
        shutil.copy2(real, target)
