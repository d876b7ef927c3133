"""List models and adapters, installed or installable."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from aitrade.models.adapter_files import MANIFEST, adapters_folder, read_manifest
from aitrade.models.installed import Installed, files_under, list_installed
from aitrade.models.manifest import Manifest, load_manifests


@dataclass(frozen=True)
class ListedAdapter:
    """An adapter as its manifest describes it; its other files are not read.

    Attributes:
        name: BASE+NAME, as on the command line.
        base: name of the base model.
        folder: path of the adapter.
        size: bytes of its files.
        is_shipped: whether the adapter ships with aitrade.
    """

    name: str
    base: str
    folder: Path
    size: int
    is_shipped: bool


def list_adapters(workspace: Path | None = None) -> dict[str, ListedAdapter]:
    """Find every adapter, by name; one in the workspace's adapters folder replaces a shipped one of the same name.

    Raises:
        ModelError: a manifest cannot be read.
    """
    adapters = {}
    for parent in (adapters_folder(), workspace):
        for path in sorted(parent.glob(f"*+*/{MANIFEST}")) if parent else []:
            folder = path.parent
            if not folder.name.startswith("."):  # where tuning writes
                size = sum((folder / name).stat().st_size for name in files_under(folder))
                base = read_manifest(folder).base
                adapters[folder.name] = ListedAdapter(folder.name, base, folder, size, is_shipped=parent != workspace)
    return adapters


def list_rows(adapters: Path | None = None) -> list[dict[str, Any]]:
    """List one row for each model in a manifest, then for each model that the user added, then for each adapter.

    Args:
        adapters: the workspace's adapters folder, read besides the shipped ones.

    Returns:
        Rows of name, kind (llm, embedder, llm adapter, embedder adapter), parameters, bytes, licence, published,
        training_data, installed, notes. An adapter counts as installed where its base model is; its parameters and
        licence are None. What a card tells is None of added models and of adapters.
    """
    installed, manifests = list_installed(), load_manifests()
    kinds = {name: model.kind for name, model in (manifests | installed).items()}
    return [
        *(_installable(manifest, installed.get(manifest.name)) for manifest in manifests.values()),
        *(_added(model) for model in installed.values() if model.name not in manifests),
        *(_adapter(one, kinds.get(one.base, ""), one.base in installed) for one in list_adapters(adapters).values()),
    ]


def _installable(manifest: Manifest, installed: Installed | None) -> dict[str, Any]:
    return {
        "name": manifest.name,
        "kind": manifest.kind,
        "parameters": manifest.parameters,
        "bytes": installed.size if installed else manifest.download_size,
        "licence": manifest.licence,
        "published": manifest.card.published,
        "training_data": manifest.card.training_data,
        "installed": installed is not None,
        "notes": manifest.notes,
    }


def _added(model: Installed) -> dict[str, Any]:
    return {
        "name": model.name,
        "kind": model.kind,
        "parameters": model.parameters,
        "bytes": model.size,
        "licence": model.licence,
        "published": None,
        "training_data": None,
        "installed": True,
        "notes": "added from a local folder",
    }


def _adapter(adapter: ListedAdapter, kind: str, base_installed: bool) -> dict[str, Any]:
    return {
        "name": adapter.name,
        "kind": f"{kind} adapter".lstrip(),
        "parameters": None,
        "bytes": adapter.size,
        "licence": None,
        "published": None,
        "training_data": None,
        "installed": base_installed,
        "notes": "ships with aitrade" if adapter.is_shipped else f"tuned here: {adapter.folder}",
    }
