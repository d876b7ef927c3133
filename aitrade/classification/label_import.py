"""Take an existing classification from a file into the workspace, as a run of kind ``labels``."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from aitrade.classification.label_files import Label, read_labels
from aitrade.core.files import sha256_of
from aitrade.question.question import Question
from aitrade.workspace.database import transaction
from aitrade.workspace.label_runs import check_name, put_run
from aitrade.workspace.predictions import insert_predictions
from aitrade.workspace.run_changes import base_run, stand_on

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection


@dataclass(frozen=True)
class LabelsReceipt:
    """What an import of labels did; ``assumed`` says that the file names no flow and was taken to be of imports."""

    run: str
    path: str
    labels: int
    by_flow: dict[str, int]
    by_relevance: dict[str, int]
    replaced: int
    onto: str | None = None
    assumed: bool = False

    def __str__(self) -> str:
        flows = ", ".join(f"{count:,} {flow}" for flow, count in self.by_flow.items())
        relevances = ", ".join(f"{name} {count:,}" for name, count in self.by_relevance.items())
        replaced = f"; replaced {self.replaced:,} labels of the run that had this name" if self.replaced else ""
        assumed = "; the file does not say the flow: labels of exports go with --flow exports" if self.assumed else ""
        onto = f", on top of run {self.onto}" if self.onto else ""
        return f"{self.path}: {self.labels:,} labels as run {self.run} ({flows}; {relevances}){onto}{replaced}{assumed}"


def import_labels(
    con: "DuckDBPyConnection",
    path: Path,
    name: str,
    question: Question,
    flow: str | None = None,
    *,
    pad: bool = False,
    replace: bool = False,
    made_by: Mapping[str, Any] | None = None,
    onto: str | None = None,
    reference: bool = False,
) -> LabelsReceipt:
    """Import a classification as the run ``name``, in one transaction; its fingerprint is the file's SHA-256.

    Args:
        con: the workspace.
        path: the file, see ``read_labels``.
        name: of the run.
        question: what the labels answer.
        flow: the flow of a file that has no flow column.
        pad: put back the leading zero of codes of nine digits.
        replace: replace imported labels that have this name.
        made_by: what is known of how the labels were made; kept in the run's settings.
        onto: a run that gives the labels that the file lacks; what it said of the others is kept in their evidence.
        reference: the run is only measured against, and never used by tables unless it is named or chosen.

    Raises:
        UsageError: the name has other characters than letters, digits, dot, hyphen and underscore.
        BadInputError: the name is taken by other labels and ``replace`` is off, or see ``read_labels``; nothing of the
            file is kept.
    """
    check_name(con, name)
    labels, assumed = read_labels(path, question.labels, flow, pad=pad)
    sha256 = sha256_of(path)
    settings = {"file": path.name, "sha256": sha256, "flow": flow, **(made_by or {})}
    if reference:
        settings["reference"] = True
    base, of_base = base_run(con, onto, question, name) if onto else (None, {})
    with transaction(con):
        fingerprint = hashlib.sha256(f"{base.fingerprint}\n{sha256}".encode()).hexdigest() if base else sha256
        replaced = put_run(con, name, fingerprint, settings | of_base, len(labels), question, replace=replace)
        fields = tuple(Label.__dataclass_fields__)
        insert_predictions(con, name, {field: [getattr(label, field) for label in labels] for field in fields})
        if base:
            stand_on(con, name, base)
    return LabelsReceipt(
        run=name,
        path=str(path),
        labels=len(labels),
        by_flow=_count([label.flow for label in labels]),
        by_relevance=_count([label.relevance for label in labels]),
        replaced=replaced,
        onto=base.run if base else None,
        assumed=assumed,
    )


def _count(names: list[str]) -> dict[str, int]:
    return {name: names.count(name) for name in dict.fromkeys(sorted(names))}
