"""The published classification of a question: every import and export code as its default model judged it."""

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

from aitrade.classification.label_import import LabelsReceipt, import_labels
from aitrade.core.errors import BadInputError, ModelError
from aitrade.core.files import sha256_of
from aitrade.question.question import Question

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

CLASSIFICATION = "classification.csv"  # as `aitrade runs export` writes it
SAMPLE = "sample.csv"  # some of its codes as the classifier read them, to check that a machine gives the same
MANIFEST = "manifest.json"


def published_folder(question: Question) -> Path:
    """Where the published classification of a question lies.

    Raises:
        BadInputError: the question has none.
    """
    if question.folder and (folder := question.folder / "published").is_dir():
        return folder
    raise BadInputError(
        f"question {question.name} has no published classification", fix="make labels: aitrade classify"
    )


def read_manifest(question: Question) -> dict[str, Any]:
    """What made the published classification: fingerprint, date, settings with every hash, and counts."""
    manifest: dict[str, Any] = json.loads((published_folder(question) / MANIFEST).read_text("utf-8"))
    return manifest


def import_published(
    con: "DuckDBPyConnection", name: str, question: Question, *, replace: bool = False
) -> LabelsReceipt:
    """Take the published classification of a question into the workspace as a run of kind ``labels``.

    Raises:
        ModelError: the shipped file was altered.
        BadInputError: the question has none, or the name is taken and ``replace`` is off.
    """
    manifest, path = read_manifest(question), published_folder(question) / CLASSIFICATION
    if sha256_of(path) != manifest["files"][CLASSIFICATION]:
        raise ModelError("the published classification was altered", where=str(path), fix="install aitrade again")
    made_by = {"published": manifest["date"], "run_fingerprint": manifest["fingerprint"], **manifest["settings"]}
    return import_labels(con, path, name, question, replace=replace, made_by=made_by)
