"""The codes that are most worth a person's look, to review or to label as exemplars, those that pay most first."""

from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from aitrade.core.errors import BadInputError
from aitrade.core.table import Table
from aitrade.core.wording import ranges
from aitrade.nomenclature.codes import FLOWS
from aitrade.review.columns import COLUMNS, GIVEN
from aitrade.trade.tables.coverage import held_years
from aitrade.trade.tables.full_year import full_year
from aitrade.trade.tables.options import EXCLUDED_CHAPTERS
from aitrade.trade.tables.query import install_macros, sql
from aitrade.trade.tables.remarks import remarks
from aitrade.workspace.runs import Run

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

_SQL = Path(__file__).parent / "sql" / "candidates.sql"
_NO_LIMIT = 1_000_000


@dataclass(frozen=True)
class Candidates:
    """What is worth a look.

    Attributes:
        table: a row for each code, with empty cells for the reviewer to fill in.
        of: how many codes there were to choose from.
    """

    table: Table
    of: int

    @property
    def given(self) -> Table:
        """The same codes without the cells to fill in."""
        return replace(self.table, columns=GIVEN, rows=tuple(row[: len(GIVEN)] for row in self.table.rows))


def candidates(
    con: "DuckDBPyConnection", run: Run, flows: tuple[str, ...], limit: int = 0, below: float | None = None
) -> Candidates:
    """Choose codes of a run for a person: uncertain ones with much trade first, exemplars not at all.

    Args:
        con: the workspace.
        run: whose labels are reviewed.
        flows: imports, exports or both.
        limit: how many codes; 0: all.
        below: only codes whose largest probability is smaller than this.

    Raises:
        BadInputError: there is none.
    """
    install_macros(con)
    con.execute(sql("traded"))
    years = {flow: _years(con, flow) for flow in FLOWS}
    parameters = {
        "run": run.run,
        "flows": list(flows),
        "import_years": years["imports"],
        "export_years": years["exports"],
        "excluded": list(EXCLUDED_CHAPTERS),
        "below": below,
        "number": limit or _NO_LIMIT,
    }
    rows = con.execute(_SQL.read_text("utf-8"), parameters).fetchall()
    if not rows:
        surer = "" if below is None else f" with a probability below {below:g}"
        raise BadInputError(
            f"run {run.run} has no {' or '.join(flows)} code{surer} to review",
            fix="choose another run or flow, or a higher limit of the probability",
        )
    values = [f"{flow} of {ranges(years[flow])}" if years[flow] else f"no {flow} in the workspace" for flow in flows]
    notes = [f"value_B: billion dollars, {', '.join(values)}, without HS chapters {', '.join(EXCLUDED_CHAPTERS)}"]
    notes += remarks(con, flows)
    if not run.finished:
        notes.append(f"run {run.run} is not finished; finish it before a review of it is imported")
    given = tuple((*row[:-1], None, None, None, run.run) for row in rows)
    title = f"Labels of run {run.run} that are most worth a look"
    return Candidates(Table("review", title, COLUMNS, given, tuple(notes)), of=rows[0][-1])


def _years(con: "DuckDBPyConnection", flow: str) -> list[int]:
    """The latest full year of a flow, else every year that there is."""
    full = full_year(con, (flow,))
    return [full] if full else [year.year for year in held_years(con, flow, ())]
