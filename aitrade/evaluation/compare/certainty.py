"""How sure a comparison is: intervals of kappa, paired differences to the best run, groups that cannot be told apart.

Whole headings are drawn again (see ``metrics.bootstrap``); runs are compared over the same draws, of the codes that the
reference and every run label.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from aitrade.core.sql import query
from aitrade.core.table import Column, Note, Table, Value
from aitrade.evaluation.benchmark.statistics import LEVEL, holm, interval_of, p_value
from aitrade.evaluation.compare.comparison import SQL, Comparison
from aitrade.evaluation.compare.spec import ComparisonSpec
from aitrade.evaluation.metrics import Interval, bootstrap
from aitrade.trade.tables.macros import install_macros

if TYPE_CHECKING:
    import numpy as np
    from duckdb import DuckDBPyConnection
    from numpy.typing import NDArray

REPLICATES, SEED = 1000, 2026
_COLUMNS = (
    Column("kappa_low", "Kappa, from", "ratio"),
    Column("kappa_high", "Kappa, to", "ratio"),
    Column("to_best", "Less the best", "ratio"),
    Column("to_best_low", "Less the best, from", "ratio"),
    Column("to_best_high", "Less the best, to", "ratio"),
    Column("p_best", "p, Holm", "ratio"),
    Column("with_best", "Not told from the best"),
)


@dataclass(frozen=True)
class Certainty:
    """How sure the kappa of a run is.

    Attributes:
        kappa: with its 95% interval.
        to_best: the run's less the best one's, paired; None for the best.
        p_best: probability of such a difference by chance, after Holm's correction; None likewise.
        codes: over how many codes.
    """

    kappa: Interval
    to_best: Interval | None
    p_best: float | None
    codes: int

    @property
    def with_best(self) -> bool:
        """Whether the run cannot be told from the best."""
        return self.p_best is None or self.p_best >= LEVEL


def certainties(con: "DuckDBPyConnection", spec: ComparisonSpec) -> dict[str, Certainty]:
    """Draw headings again, and compare every run with the best; empty where no code has a label of all.

    Args:
        con: the workspace.
        spec: what is compared.
    """
    import numpy as np

    install_macros(con)
    query(con, SQL, "pairs")
    rows = query(con, SQL, "headings", **spec.parameters, number_of_runs=len(spec.runs))
    if not rows:
        return {}
    levels = spec.question.labels.levels
    names = sorted({row[0] for row in rows})
    place = {name: number for number, name in enumerate(names)}
    cells = {run.run: np.zeros((len(names), len(levels), len(levels))) for run in spec.runs}
    for heading, run, true, said, codes in rows:
        cells[run][place[heading], levels.index(true), levels.index(said)] += codes
    times = np.vstack([np.ones((1, len(names)), np.int64), bootstrap(names, REPLICATES, SEED)])
    kappas = {run: _kappa(np.tensordot(times, of_run, 1)) for run, of_run in cells.items()}
    best = max(kappas, key=lambda run: (kappas[run][0], run))
    raw = {run: p_value(kappas[best][1:] - drawn[1:]) for run, drawn in kappas.items() if run != best}
    corrected = holm(raw)
    codes = int(next(iter(cells.values())).sum())
    return {
        run: Certainty(
            interval_of(drawn), None if run == best else interval_of(drawn - kappas[best]), corrected.get(run), codes
        )
        for run, drawn in kappas.items()
    }


def _kappa(cells: "NDArray[np.float64]") -> "NDArray[np.float64]":
    """Cohen's kappa of each of n tables (n, k, k); 0 where chance explains everything."""
    import numpy as np

    total = cells.sum((1, 2))
    chance = (cells.sum(1) * cells.sum(2)).sum(1)
    alike = np.trace(cells, axis1=1, axis2=2)
    possible = total**2 - chance
    return np.asarray(np.where(possible > 0, (total * alike - chance) / np.where(possible > 0, possible, 1), 0.0))


def with_certainty(table: Table, sure: dict[str, Certainty]) -> Table:
    """The table of agreement with intervals and tests beside each run."""
    rows = []
    for row in table.rows:
        one = sure[str(row[0])]
        ends: tuple[Value, ...] = (None,) * 3
        if one.to_best:
            ends = (one.to_best.figure, one.to_best.low, one.to_best.high)
        rows.append((*row, one.kappa.low, one.kappa.high, *ends, one.p_best, "yes" if one.with_best else "no"))
    return Table(table.name, table.title, (*table.columns, *_COLUMNS), tuple(rows), table.notes)


def certainty_table(found: Sequence[Comparison], sure: dict[str, Certainty]) -> Table:
    """The same for people: runs marked ``=`` cannot be told from the best."""
    columns = (
        Column("run", "Run"),
        Column("best", "Best"),
        Column("kappa", "Kappa", "ratio"),
        Column("interval", "95%"),
        Column("to_best", "Less the best"),
        Column("p", "p, Holm", "ratio"),
    )
    rows = []
    for name in sorted((one.run for one in found), key=lambda run: (-sure[run].kappa.figure, run)):
        one, apart = sure[name], sure[name].to_best
        rows.append(
            (
                name,
                "=" if one.with_best else "",
                one.kappa.figure,
                f"{one.kappa.low:.3f} to {one.kappa.high:.3f}",
                f"{apart.figure:+.3f} [{apart.low:+.3f}, {apart.high:+.3f}]" if apart else "",
                one.p_best,
            )
        )
    codes = next(iter(sure.values())).codes
    notes = (
        f"{codes:,} codes that the reference and every run label; {REPLICATES:,} draws of whole headings again, paired",
        "= cannot be told from the best: Holm's correction, 5%",
    )
    return Table("compare-sure", "How sure the ranking is", columns, tuple(rows), notes)


def decided_table(con: "DuckDBPyConnection", spec: ComparisonSpec) -> Table:
    """What decided the codes of each run: the LLM, the cascade before it, exemplars, or people; and how well."""
    install_macros(con)
    query(con, SQL, "pairs")
    rows = query(con, SQL, "decided", **spec.parameters)
    columns = [
        Column("run", "Run"),
        Column("decided_by", "Decided by"),
        Column("codes", "Codes", "count"),
        Column("share", "Share of codes", "ratio"),
        Column("accuracy", "Accuracy", "ratio"),
    ]
    if spec.year is not None:
        columns.append(Column(f"value_{spec.year}", f"Value {spec.year}", "billions", "value", spec.year))
    cells = tuple(row[: len(columns)] for row in rows)
    text = "runs that share exemplars and cascade agree there by construction"
    notes = () if spec.only else (Note(text, "method", hint="--only llm"),)
    return Table("decided", "What decided the labels", tuple(columns), cells, notes)
