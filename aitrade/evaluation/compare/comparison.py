"""Runs of the workspace beside one that is the reference."""

from dataclasses import dataclass
from itertools import product
from pathlib import Path
from typing import TYPE_CHECKING, Any

from aitrade.core.errors import BadInputError
from aitrade.core.sql import query
from aitrade.evaluation.compare.spec import ComparisonSpec
from aitrade.question.agreement import Agreement, level_pairs
from aitrade.question.labels import LabelSpace
from aitrade.trade.tables.macros import install_macros

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

SQL = Path(__file__).parent / "sql"


@dataclass(frozen=True)
class Comparison:
    """A run against the reference.

    Attributes:
        run: its name.
        codes: codes by what the reference and the run say.
        value: dollars of the year likewise, without the excluded chapters; None where no year is chosen.
        only_reference, only_run: how many codes only one of the two labels.
    """

    run: str
    codes: Agreement
    value: Agreement | None
    only_reference: int
    only_run: int


def compare(con: "DuckDBPyConnection", spec: ComparisonSpec) -> tuple[Comparison, ...]:
    """Compare each run with the reference; the one that agrees most (by kappa, over codes) comes first.

    Raises:
        BadInputError: a run labels no code that the reference labels.
    """
    rows: dict[str, list[tuple[Any, ...]]] = {run.run: [] for run in spec.runs}
    install_macros(con)
    query(con, SQL, "pairs")
    for run, *cells in query(con, SQL, "cells", **spec.parameters):
        rows[run].append(tuple(cells))
    found = [
        _comparison(run, cells, spec.question.labels, weighted=spec.year is not None) for run, cells in rows.items()
    ]
    for one in found:
        if not one.codes.total:
            raise BadInputError(
                f"runs {spec.reference.run} and {one.run} have no code of {' or '.join(spec.flows)} in common",
                fix="choose other runs, or another flow",
            )
    return tuple(sorted(found, key=lambda one: (-(one.codes.kappa or 0.0), -(one.codes.accuracy or 0.0), one.run)))


def _comparison(run: str, rows: list[tuple[Any, ...]], labels: LabelSpace, *, weighted: bool) -> Comparison:
    """Cells are (level in the reference, level in the run, codes, of same category, dollars, of same category)."""
    both = {(true, said): tuple(weights) for true, said, *weights in rows if true and said}
    pairs = level_pairs(labels)
    counted = list(product(labels.counted, labels.counted))
    codes, same_codes, value, same_value = (
        {pair: both.get(pair, (0, 0, 0, 0))[position] for pair in pairs} for position in range(4)
    )
    return Comparison(
        run=run,
        codes=Agreement(labels, codes, sum(same_codes[pair] for pair in counted)),
        value=Agreement(labels, value, sum(same_value[pair] for pair in counted)) if weighted else None,
        only_reference=sum(row[2] for row in rows if row[1] is None),
        only_run=sum(row[2] for row in rows if row[0] is None),
    )
