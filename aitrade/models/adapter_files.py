"""An adapter's files: where they lie, what made them, and whether they belong to a base model and to today's texts.

An adapter is a LoRA of a base model, tuned on the exemplars. With an LLM's lie its heads (aitrade/llm/heads.py) and
where it places the exemplars (aitrade/llm/code_vectors.py). With an embedder's lies a LoRA for each fold of the
subheadings, tuned without it, by which calibrations see exemplars as if they were new.
"""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from aitrade.core.errors import ModelError
from aitrade.core.files import sha256_of, write_file
from aitrade.core.paths import shipped
from aitrade.core.wording import nearest
from aitrade.models.installed import Installed, how_to_install, installed_names, record_files, refuse_unrecorded
from aitrade.question.question import Question

MANIFEST = "aitrade.json"
HEADS = "heads.safetensors"
LORA_FILES = ("adapter_config.json", "adapter_model.safetensors")
OUT_OF_FOLD = "out_of_fold.csv"


@dataclass(frozen=True)
class AdapterManifest:
    """What made an adapter.

    Attributes:
        name: its name after the ``+`` of ``--model BASE+NAME``.
        base: the base model's name.
        base_sha256: hash of what is published of the base model.
        exemplars_sha256: hash of the exemplars that it was tuned on.
        text_sha256: hash of what the texts that it reads are made of.
        labels: levels and categories, in the order of its heads.
        settings: rank, epochs, learning rate and the like.
        figures: what was measured on held-out subheadings.
        files: hash of each file.
    """

    name: str
    base: str
    base_sha256: str
    exemplars_sha256: str
    text_sha256: str
    labels: list[str]
    settings: dict[str, Any]
    figures: dict[str, float]
    files: dict[str, str]


def base_and_adapter(model: str) -> tuple[str, str]:
    """The two names in ``BASE+ADAPTER``; the adapter's is empty for a base model."""
    base, _, adapter = model.partition("+")
    return base, adapter


def is_tuned(model: str) -> bool:
    """Whether a model is ``BASE+ADAPTER``, and no base model."""
    return base_and_adapter(model)[1] != ""


def adapters_folder() -> Path:
    """Where adapters ship."""
    return shipped("models/adapters")


def find_adapter(model: str, folders: Sequence[Path] = ()) -> Path:
    """Find the folder of the adapter ``BASE+NAME``, in the given folders or shipped; it is called so too.

    Raises:
        ModelError: there is none, or a file of it is missing, altered or not in its manifest.
    """
    for parent in (*folders, adapters_folder()):
        if (parent / model / MANIFEST).is_file():
            _check(parent / model)
            return parent / model
    base, name = base_and_adapter(model)
    files = (file for parent in (*folders, adapters_folder()) for file in parent.glob(f"*/{MANIFEST}"))
    # An adapter of another base is meant only where there is no such base.
    meant = (file.parent.name for file in files if base not in installed_names() or file.match(f"{base}+*/{MANIFEST}"))
    near = nearest(model, meant)
    fix = f"did you mean {near}?" if near else _how_to_tune(base, name)  # a misspelt name is not to be tuned
    raise ModelError(f"{base} has no adapter {name}", fix=fix)


def read_manifest(folder: Path) -> AdapterManifest:
    """Read the manifest of an adapter folder.

    Raises:
        ModelError: it is unreadable, or of a version that wrote other things into it.
    """
    path = folder / MANIFEST
    try:
        return AdapterManifest(**json.loads(path.read_text("utf-8")))
    except (OSError, ValueError, TypeError, RecursionError) as error:
        base, name = base_and_adapter(folder.name)
        raise ModelError(
            f"the adapter's manifest cannot be read: {error}", where=str(path), fix=_how_to_tune(base, name)
        ) from error


def write_manifest(folder: Path, manifest: AdapterManifest) -> None:
    """Write the manifest, with the hashes of the files that lie in the folder now."""
    files = {file.name: file.sha256 for file in record_files(folder)}
    raw = asdict(manifest) | {"files": files}
    write_file(folder / MANIFEST, (json.dumps(raw, indent=1) + "\n").encode())


def own_adapter(model: str, base: Installed, question: Question, folders: Sequence[Path] = ()) -> Path:
    """Find an adapter, checked to have been tuned on this base model, and on the texts and labels of the question.

    Raises:
        ModelError: there is none, a file of it was altered, or it was tuned on another base model, texts or labels.
    """
    found = find_adapter(model, folders)
    manifest = read_manifest(found)
    again = _how_to_tune(manifest.base, manifest.name)
    if manifest.base_sha256 != base.source_sha256:
        fix = f"{how_to_install(base.name)}, or, if that is how it was installed, {again}"
        raise ModelError(
            f"adapter {manifest.name} was tuned on another model than {base.name}",
            where=str(found),
            fix=fix if manifest.base == base.name else f"use {manifest.base}+{manifest.name}",
        )
    if manifest.text_sha256 != question.text_sha256:
        what = "texts with other shorthand, titles or layout"
    elif manifest.labels != question.labels.names:
        what = "other labels, or in another order"
    else:
        return found
    raise ModelError(f"adapter {manifest.name} was tuned on {what}", where=str(found), fix=again)


def with_adapter(base_sha256: str, folder: Path) -> str:
    """One hash of a base model and an adapter's files."""
    files = "".join(f"{name} {sha256}\n" for name, sha256 in sorted(read_manifest(folder).files.items()))
    return hashlib.sha256(f"{base_sha256}\n{files}".encode()).hexdigest()


def _how_to_tune(base: str, name: str) -> str:
    return f"aitrade models tune {base} --name {name}"


def _check(folder: Path) -> None:
    files = read_manifest(folder).files
    refuse_unrecorded(folder, files, "adapter's manifest", "take it away")
    for name, sha256 in files.items():
        if not (folder / name).is_file() or sha256_of(folder / name) != sha256:
            raise ModelError("a file of the adapter is missing or altered", where=str(folder / name), fix="restore it")
