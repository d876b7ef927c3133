"""Predictions that were made elsewhere, such as a hosted model's: read from a file, kept, and set beside the rows."""

import json
import re
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from aitrade.core.errors import BadInputError, UsageError, at
from aitrade.core.files import sha256_of, write_file
from aitrade.core.textfile import read_records
from aitrade.nomenclature.codes import parse_flow, parse_hs10
from aitrade.question.labels import LabelSpace
from aitrade.workspace.predictions import probability_columns

if TYPE_CHECKING:
    from numpy.typing import NDArray

Key = tuple[str, str]
_SUM = 0.01  # that probabilities may be off from 1


@dataclass(frozen=True)
class Foreign:
    """Predictions that were added to a benchmark.

    Attributes:
        name: of the row.
        file: name of the file that they were read from.
        sha256: of that file.
        said: probabilities of the k levels by (flow, hs10).
    """

    name: str
    file: str
    sha256: str
    said: "dict[Key, NDArray[np.float64]]"


def read_predictions(path: Path, labels: LabelSpace) -> "dict[Key, NDArray[np.float64]]":
    """Read predictions from a delimited file, as probabilities of the levels by (flow, hs10).

    Args:
        path: a file with the column hs10, and either relevance or a column of probabilities for each level, such as
            p_high; of imports unless a column flow says otherwise.
        labels: the label space.

    Raises:
        BadInputError: a column or value is missing or wrong, or a code stands twice with unlike predictions.
    """
    columns, records = read_records(path, ("hs10",))
    chances = probability_columns(labels)
    with_chances = set(chances) <= set(columns)
    if not with_chances and "relevance" not in columns:
        raise BadInputError(
            "there are neither labels nor probabilities",
            where=at(path, 1),
            fix=f"add the column relevance, or {', '.join(chances)}",
        )
    told: dict[Key, NDArray[np.float64]] = {}
    for record in records:
        values, where = record.values, at(path, record.line)
        flow = parse_flow(values["flow"], where=at(path, record.line, "flow")) if values.get("flow") else "imports"
        key = flow, parse_hs10(values["hs10"], where=at(path, record.line, "hs10"))
        said = _chances([values[name] for name in chances], where) if with_chances else None
        if said is None:
            if values["relevance"] not in labels.levels:
                raise BadInputError(
                    f"{values['relevance']!r} is no level of the question",
                    where=at(path, record.line, "relevance"),
                    fix=f"use {', '.join(labels.levels)}",
                )
            said = np.eye(len(labels.levels))[labels.position(values["relevance"])]
        if key in told and (told[key] != said).any():
            raise BadInputError(f"code {key[1]} stands twice, differently", where=where, fix="delete one row")
        told[key] = said
    return told


def add_foreign(folder: Path, path: Path, name: str, labels: LabelSpace) -> Foreign:
    """Keep predictions under a name, in place of those that it had.

    Args:
        folder: where rows of the benchmark are kept.
        path: see :func:`read_predictions`.
        name: of the row: letters, digits, dots, dashes and underscores.
        labels: the label space.

    Raises:
        UsageError: the name is none.
        BadInputError: the file is wrong.
    """
    if not re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9._-]*", name):
        raise UsageError(f"{name!r} cannot name predictions", fix="use letters, digits, dots, dashes and underscores")
    added = Foreign(name, path.name, sha256_of(path), read_predictions(path, labels))
    rows = [[*key, *said.tolist()] for key, said in sorted(added.said.items())]
    kept = {"name": name, "file": added.file, "sha256": added.sha256, "levels": list(labels.levels), "codes": rows}
    write_file(_folder(folder) / f"{name}.json", (json.dumps(kept) + "\n").encode())
    return added


def list_foreign(folder: Path, labels: LabelSpace) -> list[Foreign]:
    """Read the predictions that were added for these levels."""
    found = []
    for path in sorted(_folder(folder).glob("*.json")):
        raw = json.loads(path.read_text("utf-8"))
        if raw["levels"] == list(labels.levels):
            said = {(row[0], row[1]): np.array(row[2:], float) for row in raw["codes"]}
            found.append(Foreign(raw["name"], raw["file"], raw["sha256"], said))
    return found


def _folder(folder: Path) -> Path:
    return folder / "added"


def _chances(texts: list[str], where: str) -> "NDArray[np.float64]":
    try:
        said = np.array([float(text) for text in texts])
    except ValueError as error:
        raise BadInputError(f"a probability is missing: {error}", where=where, fix="give one for each level") from error
    if (said < 0).any() or abs(said.sum() - 1) > _SUM:
        raise BadInputError(f"probabilities sum to {said.sum():g}", where=where, fix="give some that sum to 1")
    return np.asarray(said / said.sum())
