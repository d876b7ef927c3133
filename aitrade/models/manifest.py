"""Read model manifests: the source of each model, and the SHA-256 that each of its files must have."""

import hashlib
import re
import tomllib
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from aitrade.core.errors import ModelError
from aitrade.core.paths import shipped

_MOST_PARTS = 999  # wheels of one model
PERIOD = re.compile(r"[0-9]{4}(-(0[1-9]|1[0-2]))?")  # a year, or a month


@dataclass(frozen=True)
class File:
    """A file of the assembled model."""

    name: str
    size: int
    sha256: str


@dataclass(frozen=True)
class ModelCard:
    """What the publisher's card tells of a model; typed in, since the packages carry no card.

    Attributes:
        name: the card's, at Hugging Face.
        published: year, or year and month, in which the model came out.
        training_data: what the card tells of the data that the model was trained on.
    """

    name: str
    published: str
    training_data: str


@dataclass(frozen=True)
class Manifest:
    """One model that can be installed.

    Attributes:
        name: the model's name on the command line.
        kind: ``llm`` or ``embedder``.
        card: what the publisher tells of the model.
        form: ``gguf`` (each wheel holds a part of one GGUF file) or ``folder`` (one wheel holds all files).
        wheels: pinned pip requirements, in the order of the parts.
        members: path inside each wheel: of its part (``gguf``), or of the folder that holds the files (``folder``).
        files: the assembled files, checked before anything opens them.
    """

    name: str
    kind: str
    parameters: int
    licence: str
    notes: str
    card: ModelCard
    form: str
    wheels: tuple[str, ...]
    members: tuple[str, ...]
    files: tuple[File, ...]

    @property
    def download_size(self) -> int:
        """Bytes of the assembled files."""
        return sum(file.size for file in self.files)

    @property
    def source_sha256(self) -> str:
        """Hash of the published files: of the one GGUF file, or of all files of a folder."""
        return self.files[0].sha256 if self.form == "gguf" else files_sha256(self.files)


def files_sha256(files: Iterable[File]) -> str:
    """Compute one hash of the names and contents of files."""
    lines = "".join(f"{file.sha256}  {file.name}\n" for file in sorted(files, key=lambda f: f.name))
    return hashlib.sha256(lines.encode()).hexdigest()


def load_manifests() -> dict[str, Manifest]:
    """Read every shipped manifest, by model name in alphabetical order."""
    manifests = [read_manifest(path) for path in sorted(shipped("models").glob("*.toml"))]
    return {manifest.name: manifest for manifest in sorted(manifests, key=lambda m: m.name)}


def read_manifest(path: Path) -> Manifest:
    """Read one manifest file.

    Raises:
        ModelError: it is no TOML, a field is missing or wrong, or kind or form is unknown.
    """
    try:
        raw = tomllib.loads(path.read_text("utf-8"))
        source = raw["source"]
        count = source.get("parts", 1)
        if count not in range(1, _MOST_PARTS + 1):
            raise ValueError(f"source.parts is {count!r:.40}, not a number from 1 to {_MOST_PARTS}")
        expand = [str(number) for number in range(1, count + 1)]
        manifest = Manifest(
            name=raw["name"],
            kind=raw["kind"],
            parameters=raw["parameters"],
            licence=raw["licence"],
            notes=raw["notes"],
            card=_card(raw["card"]),
            form=source["form"],
            wheels=tuple(source["wheel"].replace("{part}", part) for part in expand),
            members=tuple(_member(source["member"], int(part)) for part in expand),
            files=tuple(File(f["name"], f["size"], f["sha256"]) for f in raw["file"]),
        )
    except KeyError as error:
        raise ModelError(f"the manifest has no {error}", where=str(path), fix="add the field") from error
    except (ValueError, TypeError, AttributeError, IndexError, RecursionError, MemoryError) as error:
        raise ModelError(f"the manifest cannot be read: {error}", where=str(path), fix="restore the file") from error
    if manifest.kind not in ("llm", "embedder") or manifest.form not in ("gguf", "folder"):
        raise ModelError("kind must be llm or embedder, source.form gguf or folder", where=str(path))
    return manifest


def _card(raw: dict[str, str]) -> ModelCard:
    card = ModelCard(raw["name"], raw["published"], raw["training_data"])
    if not PERIOD.fullmatch(card.published):
        raise ValueError(f"card.published is {card.published!r:.40}, not a year or a month such as 2024-11")
    return card


def _member(template: str, part: int) -> str:
    """Insert the number of a part: ``{part}`` as 1, ``{part:02}`` as 01, ``{index:02}`` as 00."""
    return template.format(part=part, index=part - 1)
