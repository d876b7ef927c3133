"""The learning curve as a table: figures of every contender at every number of labels, over all draws."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np

from aitrade.core.table import Column, Table
from aitrade.evaluation.metrics import FIGURES, Said, bootstrap, scores
from aitrade.question.labels import LabelSpace

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from aitrade.evaluation.benchmark.learning import Halves

SHOWN = ("accuracy", "kappa", "counted_f1", "counted_average_precision", "calibration_error")
REPLICATES = 200
SEED = 2026


def learning_table(
    said: "Mapping[tuple[int, str], Sequence[NDArray[np.float64]]]", parts: "Halves", labels: LabelSpace
) -> Table:
    """A row for each number of labels and contender.

    Args:
        said: probabilities of the measured codes by (number of labels, contender), one array for each draw.
        parts: what was learnt from and measured.
        labels: the label space.

    Returns:
        The mean of each figure over draws, and the middle 95% over bootstrap replicates of whole headings, each with
        one of the draws.
    """
    targets, headings = parts.measured.targets(labels), parts.measured.headings
    times = bootstrap(headings, REPLICATES, SEED)
    once = np.ones(len(targets), np.int64)
    places = [FIGURES.index(name) for name in SHOWN]
    rows = []
    for (size, contender), draws in sorted(said.items()):
        drawn = [Said(p, targets, labels) for p in draws]
        mean = np.mean([scores(one, once)[places] for one in drawn], axis=0)
        again = [scores(drawn[i % len(drawn)], draw)[places] for i, draw in enumerate(times)]
        low, high = np.percentile(again, [2.5, 97.5], axis=0)
        figures = np.stack([mean, low, high], 1).ravel().tolist()
        rows.append((size, contender, len(draws), *figures))
    columns = [Column("labels", "Labels", "count"), Column("contender", "Judged by"), Column("draws", "Draws", "count")]
    counted = "+".join(labels.counted)
    for name in SHOWN:
        title = name.replace("counted_", f"{counted} ").replace("_", " ")
        columns += [
            Column(name + end, title + of, "ratio") for end, of in (("", ""), ("_low", ", from"), ("_high", ", to"))
        ]
    return Table(
        "learning",
        f"Learning from labels of {parts.labelled.name}: {len(targets):,} codes of other subheadings",
        tuple(columns),
        tuple(rows),
        (
            f"exemplars are drawn from {len(parts.labelled.codes):,} codes; draws of one seed are nested",
            f"from and to: 95% of {REPLICATES} bootstrap replicates over whole headings and draws",
        ),
    )
