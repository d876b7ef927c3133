"""Rows of a benchmark as files: a JSON manifest each, with everything that made it and what it says of every code."""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from aitrade.core.errors import BadInputError
from aitrade.core.files import write_file
from aitrade.evaluation.benchmark.gold import Gold

if TYPE_CHECKING:
    from numpy.typing import NDArray


@dataclass(frozen=True)
class Row:
    """What one contender says of the gold codes.

    Attributes:
        name: as the table shows it, such as ``smollm2-135m-instruct joined``.
        kind: floor (needs no model), baseline, alone, joined, mean, run, rater or added (a file of predictions).
        model: ``BASE`` or ``BASE+ADAPTER``; empty where there is none.
        made_from: hashes and settings of everything that the probabilities depend on.
        measured: seconds, tokens and so on, where a model was asked.
        probabilities: of the levels, shape (n, k).
    """

    name: str
    kind: str
    model: str
    made_from: dict[str, Any]
    measured: dict[str, Any]
    probabilities: "NDArray[np.float64]"


def row_key(name: str, made_from: dict[str, Any]) -> str:
    """Hash of what determines a row; the file that keeps it is named by it."""
    return hashlib.sha256(json.dumps([name, made_from], sort_keys=True).encode()).hexdigest()[:24]


def save_row(folder: Path, row: Row, gold: Gold, contamination: dict[str, Any], beside: Sequence[str]) -> Path:
    """Write a row's manifest, completely or not at all.

    Args:
        folder: where rows are kept.
        row: the row.
        gold: the codes.
        contamination: what the row may have learnt before, as it was known when the row was made.
        beside: of each code, whether it is an exemplar, or stands in a heading that has exemplars.
    """
    said = [
        [*code.key, level, *p]
        for code, level, p in zip(gold.codes, gold.levels, row.probabilities.tolist(), strict=True)
    ]
    manifest = {
        "name": row.name,
        "kind": row.kind,
        "model": row.model,
        "made_from": row.made_from,
        "measured": row.measured,
        "contamination": {**contamination, "codes": list(beside)},
        "columns": ["flow", "hs10", "gold", "probabilities..."],
        "codes": said,
    }
    path = folder / f"{row_key(row.name, row.made_from)}.json"
    return write_file(path, (json.dumps(manifest, ensure_ascii=False) + "\n").encode())


def load_row(folder: Path, name: str, made_from: dict[str, Any]) -> Row | None:
    """Read the row that was made from the same; None where there is none.

    Raises:
        BadInputError: the file is damaged.
    """
    path = folder / f"{row_key(name, made_from)}.json"
    if not path.is_file():
        return None
    try:
        raw = json.loads(path.read_text("utf-8"))
        said = np.array([row[3:] for row in raw["codes"]], float)
        return Row(raw["name"], raw["kind"], raw["model"], raw["made_from"], raw["measured"], said)
    except (OSError, ValueError, KeyError, TypeError, OverflowError, RecursionError) as error:
        raise BadInputError(f"this row cannot be read: {error}", where=str(path), fix="delete it") from error
