"""What can be installed and what is."""

from typing import Any

from aitrade.weights.installed import list_installed
from aitrade.weights.manifest import load_manifests


def list_rows() -> list[dict[str, Any]]:
    """One row for each model that a manifest names or that the user added."""
    installed = list_installed()
    manifests = load_manifests()
    rows = [
        {
            "name": m.name,
            "kind": m.kind,
            "parameters": m.parameters,
            "bytes": installed[m.name].size if m.name in installed else m.download_size,
            "licence": m.licence,
            "installed": m.name in installed,
            "notes": m.notes,
        }
        for m in manifests.values()
    ]
    rows += [
        {
            "name": m.name,
            "kind": m.kind,
            "parameters": m.parameters,
            "bytes": m.size,
            "licence": m.licence,
            "installed": True,
            "notes": "added from a local folder",
        }
        for m in installed.values()
        if m.name not in manifests
    ]
    return rows
