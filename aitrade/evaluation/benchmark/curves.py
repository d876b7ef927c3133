"""What a benchmark's page draws beside figures: reliability, risk and coverage, the costliest disagreements."""

from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np

from aitrade.core.table import Column, Table, Value
from aitrade.evaluation.benchmark.gold import Gold
from aitrade.evaluation.metrics import Said

if TYPE_CHECKING:
    from numpy.typing import NDArray

BINS = 10
STEPS = 20
DISAGREEMENTS = 50


def reliability(said: Said, times: "NDArray[np.int64 | np.float64]") -> list[tuple[float, float]]:
    """Mean probability of the given label and the share of labels that are right, by bins of probability."""
    bins = np.minimum((said.confidence * BINS).astype(int), BINS - 1)
    weight, chance, right = (
        np.bincount(bins, times * one, BINS) for one in (np.ones(len(bins)), said.confidence, said.right)
    )
    return [(float(chance[n] / weight[n]), float(right[n] / weight[n])) for n in range(BINS) if weight[n] > 0]


def risk_and_coverage(said: Said, times: "NDArray[np.int64 | np.float64]") -> list[tuple[float, float]]:
    """Share of codes kept, surest first, and the share of them whose label is wrong; equal confidence goes together."""
    order = np.argsort(-said.confidence, kind="stable")
    kept, wrong = np.cumsum(times[order]), np.cumsum((times * ~said.right)[order])
    ends = np.flatnonzero(np.append(np.diff(said.confidence[order]) != 0, True) & (kept > 0))
    wanted = np.linspace(0, kept[-1], STEPS + 1)[1:]
    places = ends[np.unique(np.searchsorted(kept[ends], wanted).clip(0, len(ends) - 1))]
    return [(float(kept[n] / kept[-1]), float(wrong[n] / kept[n])) for n in places]


def disagreements(
    best: str, rows: Mapping[str, Said], gold: Gold, values: "NDArray[np.int64]", year: int | None
) -> Table:
    """The codes with the most trade that the best row labels unlike the gold.

    Args:
        best: name of the best row.
        rows: what each row says.
        gold: the codes.
        values: dollars of each.
        year: of these.
    """
    said, levels = rows[best], rows[best].labels.levels
    alike = np.sum([one.right for one in rows.values()], axis=0)
    wrong = sorted(np.flatnonzero(~said.right).tolist(), key=lambda n: (-int(values[n]), gold.codes[n].key))
    columns = [Column("hs10", "Code"), Column("flow", "Flow"), Column("description", "Description", "prose")]
    columns += [Column("gold", "Gold"), Column("said", "Best row says"), Column("probability", "Probability", "ratio")]
    columns += [Column("agree", f"Of {len(rows)} rows as gold", "count")]
    columns += [Column(f"value_{year}", f"Value {year}", "billions", "value", year)] if year else []
    cells: list[tuple[Value, ...]] = []
    for n in wrong[:DISAGREEMENTS]:
        code = gold.codes[n]
        row = (code.hs10, code.flow, code.description, gold.levels[n], levels[said.levels[n]])
        figures = (float(said.confidence[n]), int(alike[n]), *((int(values[n]) / 1e9,) if year else ()))
        cells.append((*row, *figures))
    title = f"{len(cells)} of {len(wrong)} codes that {best} labels unlike the gold, those with the most trade first"
    return Table("disagreements", title, tuple(columns), tuple(cells))
