"""The published classification, shipped: every import and export code as the default model judged it."""

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

from aitrade.classification.label_import import LabelsReceipt, import_labels
from aitrade.core.errors import ModelError
from aitrade.core.files import sha256_of
from aitrade.core.paths import shipped
from aitrade.question.question import SHIPPED, load_question

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

CLASSIFICATION = "classification.csv"  # as `aitrade runs export` writes it
SAMPLE = "sample.csv"  # some of its codes as the classifier read them, to check that a machine gives the same
MANIFEST = "manifest.json"


def published_folder() -> Path:
    """Where the published classification ships."""
    return shipped("data/questions/ai-data-centers/published")


def read_manifest() -> dict[str, Any]:
    """What made the published classification: fingerprint, date, settings with every hash, and counts."""
    manifest: dict[str, Any] = json.loads((published_folder() / MANIFEST).read_text("utf-8"))
    return manifest


def import_published(con: "DuckDBPyConnection", name: str, *, replace: bool = False) -> LabelsReceipt:
    """Take the published classification into the workspace as a run of kind ``labels``.

    Raises:
        ModelError: the shipped file was altered.
        BadInputError: the name is taken and ``replace`` is off.
    """
    manifest, path = read_manifest(), published_folder() / CLASSIFICATION
    if sha256_of(path) != manifest["files"][CLASSIFICATION]:
        raise ModelError("the published classification was altered", where=str(path), fix="install aitrade again")
    made_by = {"published": manifest["date"], "run_fingerprint": manifest["fingerprint"], **manifest["settings"]}
    return import_labels(con, path, name, load_question(SHIPPED), replace=replace, made_by=made_by)
