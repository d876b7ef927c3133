"""Scores of exemplars by models that have not seen their subheadings, kept beside an adapter for its calibration."""

import csv
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from aitrade.question.exemplars import Exemplar

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray


def write_out_of_fold(
    path: Path, exemplars: Sequence[Exemplar], scores: "NDArray[np.float64]", names: Sequence[str]
) -> None:
    """Write scores (n, names) beside the n codes that they are of; names are the levels, then the categories."""
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(["flow", "hs10", *names])
        for exemplar, row in zip(exemplars, scores, strict=True):
            writer.writerow([exemplar.code.flow, exemplar.code.hs10, *(f"{value:.4f}" for value in row)])


def read_out_of_fold(path: Path) -> dict[tuple[str, str], list[float]]:
    """Scores by (flow, hs10): logits of the levels, then log-probabilities of the categories."""
    with path.open(encoding="utf-8", newline="") as file:
        rows = csv.reader(file)
        next(rows)
        return {(row[0], row[1]): [float(value) for value in row[2:]] for row in rows}
