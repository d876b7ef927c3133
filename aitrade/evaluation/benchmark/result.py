"""What a benchmark gave: rows, their figures, tables, and what its page draws."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from aitrade.core.table import Table
from aitrade.evaluation.benchmark.contamination import contamination_table
from aitrade.evaluation.benchmark.contest import Contest
from aitrade.evaluation.benchmark.curves import disagreements
from aitrade.evaluation.benchmark.leaderboard import data_table, reading_table
from aitrade.evaluation.benchmark.rows import Row
from aitrade.evaluation.benchmark.statistics import Compared, compare_rows
from aitrade.evaluation.metrics import Said

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray


@dataclass(frozen=True)
class Measured:
    """Rows beside each other.

    Attributes:
        data: every figure, a row each, the best first.
        reading: what people read first.
        disagreements: the codes with the most trade that the best row labels unlike the gold.
        compared: figures of each row, the best first.
        said: what each row says.
        once: how often each code counts.
        contamination: what each row may have learnt before, the best first.
        robustness: how many labels flip when what must not matter is changed; None where that was not asked.
    """

    data: Table
    reading: Table
    disagreements: Table
    compared: dict[str, Compared]
    said: dict[str, Said]
    once: "NDArray[np.int64 | np.float64]"
    contamination: Table
    robustness: Table | None = None

    def best(self, number: int) -> list[str]:
        """Names of the best rows."""
        return list(self.compared)[:number]


def measure(
    contest: Contest,
    rows: Sequence[Row],
    values: "NDArray[np.int64]",
    year: int | None,
    notes: Sequence[str] = (),
) -> Measured:
    """Compare the rows of a contest.

    Args:
        contest: what was compared.
        rows: its rows; each name once.
        values: dollars of each code; where none has any, there are no figures by trade, and a note says why.
        year: of these; None where the workspace holds no full year.
        notes: further notes.
    """
    labels, targets = contest.question.labels, contest.gold.targets(contest.question.labels)
    times = contest.gold.times()
    baseline = next((row.name for row in rows if row.kind == "baseline"), None)
    by_name = {row.name: row for row in rows}
    by_row = {row.name: row.probabilities for row in rows}
    found = compare_rows(by_row, targets, values, times, labels, baseline)
    said = {name: Said(by_row[name], targets, labels) for name in found}
    traded = bool(values.any())
    if not traded:
        why = f"none of these codes has trade in {year}" if year else "the workspace holds no full year of imports"
        notes = (*notes, f"no figures by trade: {why}")
    return Measured(
        data_table(contest, rows, found, notes, traded=traded),
        reading_table(contest, rows, found, notes, traded=traded),
        disagreements(next(iter(found)), said, contest.gold, values, year),
        found,
        said,
        times[0],
        contamination_table(contest, [by_name[name] for name in found]),
    )
