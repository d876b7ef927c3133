"""What can be installed and what is: models and adapters."""

from pathlib import Path
from typing import Any

from aitrade.models.adapters import ListedAdapter, list_adapters
from aitrade.models.installed import list_installed
from aitrade.models.manifest import Manifest, load_manifests
from aitrade.models.record import Installed


def list_rows(adapters: Path | None = None) -> list[dict[str, Any]]:
    """One row for each model that a manifest names or that the user added, then one for each adapter.

    Args:
        adapters: the workspace's folder of adapters, beside those that ship.

    Returns:
        Rows of name, kind (llm, embedder, llm adapter, embedder adapter), parameters, bytes, licence, installed, notes.
        An adapter is installed where its base is; its parameters and licence are not recorded: None.
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
        "installed": base_installed,
        "notes": "ships with aitrade" if adapter.is_shipped else f"tuned here: {adapter.folder}",
    }
