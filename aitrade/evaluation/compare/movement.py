"""What moved between two runs, level by level, in codes and dollars; their questions may have unlike levels."""

from typing import TYPE_CHECKING

from aitrade.core.sql import query
from aitrade.core.table import Column, Table
from aitrade.evaluation.compare.comparison import SQL
from aitrade.trade.tables.macros import install_macros
from aitrade.trade.tables.years import full_year
from aitrade.workspace.questions import question_of_run

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection


def movement_table(con: "DuckDBPyConnection", before: str, after: str, flow: str) -> Table:
    """Count the codes of a flow by their level in two runs, with the trade of the latest full year.

    Args:
        con: the workspace.
        before: name of a run.
        after: name of the other.
        flow: imports or exports.

    Returns:
        A row for each pair of levels, in the order of the levels; a level is empty where the run has no label.
    """
    install_macros(con)
    query(con, SQL, "pairs")
    first, second = (question_of_run(con, run) for run in (before, after))
    year = full_year(con, (flow,))
    excluded = second.settings.excluded_chapters
    cells = query(
        con, SQL, "cells", reference=before, runs=[after], flows=[flow], left_out=[], same_codes=False,
        years=[] if year is None else [year], excluded=list(excluded),
    )  # fmt: skip
    columns = [Column("before", "Before"), Column("after", "After"), Column("codes", "Codes", "count")]
    if year is not None:
        columns.append(Column(f"value_{year}", f"Value {year}, bn", "billions", "value", year))
    rows = [(old, new, codes, *(() if year is None else (value / 1e9,))) for _, old, new, codes, _, value, _ in cells]
    rows.sort(key=lambda row: (_place(row[0], first.labels.levels), _place(row[1], second.labels.levels)))
    chapters = f"; dollars without HS chapters {', '.join(excluded)}" if excluded and year else ""
    changed = sum(row[2] for row in rows if row[0] != row[1])
    note = f"{changed:,} of {sum(row[2] for row in rows):,} codes have another level{chapters}"
    return Table("movement", f"Levels of {flow}: run {before} and run {after}", tuple(columns), tuple(rows), (note,))


def _place(level: str | None, levels: tuple[str, ...]) -> int:
    return len(levels) if level is None else levels.index(level)
