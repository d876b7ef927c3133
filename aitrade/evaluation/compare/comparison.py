"""Runs of the workspace beside one that is the reference."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from aitrade.core.errors import BadInputError
from aitrade.evaluation.compare.query import fetch
from aitrade.evaluation.compare.spec import Question
from aitrade.question.agreement import Agreement, level_pairs
from aitrade.question.question import SHIPPED, load_question

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection


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


def compare(con: "DuckDBPyConnection", question: Question) -> tuple[Comparison, ...]:
    """Compare each run with the reference; the one that agrees most (by kappa, over codes) comes first.

    Raises:
        BadInputError: a run labels no code that the reference labels.
    """
    rows: dict[str, list[tuple[Any, ...]]] = {run.run: [] for run in question.runs}
    for run, *cells in fetch(con, "cells", question.parameters):
        rows[run].append(tuple(cells))
    found = [_comparison(run, cells, weighted=question.year is not None) for run, cells in rows.items()]
    for one in found:
        if not one.codes.total:
            raise BadInputError(
                f"runs {question.reference.run} and {one.run} have no code of {' or '.join(question.flows)} in common",
                fix="choose other runs, or another --flow",
            )
    return tuple(sorted(found, key=lambda one: (-(one.codes.kappa or 0.0), -(one.codes.accuracy or 0.0), one.run)))


def _comparison(run: str, rows: list[tuple[Any, ...]], *, weighted: bool) -> Comparison:
    """Cells are (level in the reference, level in the run, codes, of same category, dollars, of same category)."""
    labels = load_question(SHIPPED).labels
    both = {(true, said): tuple(weights) for true, said, *weights in rows if true and said}
    codes, same_codes, value, same_value = (
        {pair: both.get(pair, (0, 0, 0, 0))[place] for pair in level_pairs(labels)} for place in range(4)
    )
    high = ("High", "High")
    return Comparison(
        run=run,
        codes=Agreement(labels, codes, same_codes[high]),
        value=Agreement(labels, value, same_value[high]) if weighted else None,
        only_reference=sum(row[2] for row in rows if row[1] is None),
        only_run=sum(row[2] for row in rows if row[0] is None),
    )
