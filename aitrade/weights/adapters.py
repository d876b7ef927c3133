"""Which adapters there are: those that ship, and those of a workspace, which come before them."""

import json
from dataclasses import dataclass
from pathlib import Path

from aitrade.errors import ModelError
from aitrade.paths import shipped

MANIFEST = "aitrade.json"


@dataclass(frozen=True)
class ListedAdapter:
    """An adapter by its manifest; its files are not read.

    Attributes:
        name: as on the command line, BASE+NAME.
        base: name of the model that it was tuned on.
        folder: where it lies.
        size: bytes of its files.
        is_shipped: whether it came with aitrade.
    """

    name: str
    base: str
    folder: Path
    size: int
    is_shipped: bool


def adapters_folder() -> Path:
    """Where adapters ship."""
    return shipped("models/adapters")


def list_adapters(workspace: Path | None = None) -> dict[str, ListedAdapter]:
    """Every adapter by name; one in the workspace's folder of adapters hides the shipped one of its name.

    Raises:
        ModelError: a manifest cannot be read.
    """
    found = {}
    for folder in (adapters_folder(), workspace):
        paths = sorted(folder.glob(f"*+*/{MANIFEST}")) if folder else []
        for path in paths:
            if not path.parent.name.startswith("."):  # where tuning is at work
                found[path.parent.name] = _read(path, is_shipped=folder != workspace)
    return found


def _read(path: Path, *, is_shipped: bool) -> ListedAdapter:
    folder = path.parent
    try:
        manifest = json.loads(path.read_text("utf-8"))
        size = sum((folder / name).stat().st_size for name in manifest["files"])
        return ListedAdapter(folder.name, manifest["base"], folder, size, is_shipped)
    except (OSError, ValueError, TypeError, KeyError) as error:
        raise ModelError(
            f"the adapter cannot be read: {error}",
            where=str(path),
            mend="restore it, or remove its folder and tune it again: aitrade models tune",
        ) from error
