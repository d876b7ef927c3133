"""Which adapters there are: those that ship, and those of a workspace, which come before them."""

from dataclasses import dataclass
from pathlib import Path

from aitrade.models.adapter_files import MANIFEST, adapters_folder, read_manifest
from aitrade.models.record import files_under


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


def list_adapters(workspace: Path | None = None) -> dict[str, ListedAdapter]:
    """Every adapter by name; one in the workspace's folder of adapters hides the shipped one of its name.

    Raises:
        ModelError: a manifest cannot be read.
    """
    found = {}
    for parent in (adapters_folder(), workspace):
        for path in sorted(parent.glob(f"*+*/{MANIFEST}")) if parent else []:
            folder = path.parent
            if not folder.name.startswith("."):  # where tuning is at work
                size = sum((folder / name).stat().st_size for name in files_under(folder))
                base = read_manifest(folder).base
                found[folder.name] = ListedAdapter(folder.name, base, folder, size, is_shipped=parent != workspace)
    return found
