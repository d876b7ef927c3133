"""The codes that are most worth a person's look, to review or to label as exemplars, those that pay most first."""

from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from aitrade.core.errors import BadInputError
from aitrade.core.sql import query
from aitrade.core.table import Table
from aitrade.core.wording import ranges
from aitrade.nomenclature.codes import FLOWS
from aitrade.question.labels import LabelSpace
from aitrade.question.question import Question
from aitrade.review.columns import given_columns, review_columns
from aitrade.trade.tables.macros import install_macros
from aitrade.trade.tables.notes import import_notes
from aitrade.trade.tables.years import available_years, full_year
from aitrade.workspace.questions import question_of_run
from aitrade.workspace.runs import Run, get_run
from aitrade.workspace.stored import read_evidence

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

SQL = Path(__file__).parent / "sql"
_NO_LIMIT = 1_000_000
_NEIGHBOURS = 3


@dataclass(frozen=True)
class Candidates:
    """What is worth a look.

    Attributes:
        table: a row for each code, with empty cells for the reviewer to fill in.
        of: how many codes there were to choose from.
        labels: the label space of the run.
    """

    table: Table
    of: int
    labels: LabelSpace

    @property
    def given(self) -> Table:
        """The same codes without the cells to fill in."""
        columns = given_columns(self.labels)
        return replace(self.table, columns=columns, rows=tuple(row[: len(columns)] for row in self.table.rows))


@dataclass(frozen=True)
class Choice:
    """Which codes are worth a look, and in what order.

    Attributes:
        limit: how many codes; 0: all.
        below: only codes whose largest probability is smaller than this.
        exemplars: whether codes labelled by hand as exemplars are among them.
        codes: only these; empty: any.
        other: name of a run; only codes that it labels differently.
        by_impact: those first that may move the counted dollars most, instead of uncertain ones with much trade.
    """

    limit: int = 0
    below: float | None = None
    exemplars: bool = False
    codes: tuple[str, ...] = ()
    other: str | None = None
    by_impact: bool = False


def candidates(con: "DuckDBPyConnection", run: Run, flows: tuple[str, ...], choice: Choice | None = None) -> Candidates:
    """Choose codes of a run for a person to look at.

    Args:
        con: the workspace.
        run: whose labels are reviewed.
        flows: imports, exports or both.
        choice: which codes, and in what order; uncertain ones with much trade first, without exemplars, by default.

    Raises:
        BadInputError: there is none, or no such other run.
    """
    choice = choice or Choice()
    install_macros(con)
    question = question_of_run(con, run.run)
    excluded = question.settings.excluded_chapters
    years = {flow: _years(con, flow) for flow in FLOWS}
    parameters = {
        "run": run.run,
        "flows": list(flows),
        "import_years": years["imports"],
        "export_years": years["exports"],
        "excluded": list(excluded),
        "below": choice.below,
        "number": choice.limit or _NO_LIMIT,
        "exemplars": choice.exemplars or bool(choice.codes),
        "codes": list(choice.codes),
        "other": None if choice.other is None else get_run(con, choice.other).run,
        "by_impact": choice.by_impact,
        "levels": list(question.labels.levels),
        "counted": list(question.labels.counted),
    }
    rows = query(con, SQL, "candidates", **parameters)
    if not rows:
        surer = "" if choice.below is None else f" with a probability below {choice.below:g}"
        surer += f" that run {choice.other} labels differently" if choice.other else ""
        raise BadInputError(
            f"run {run.run} has no {' or '.join(flows)} code{surer} to review",
            fix="choose another run or flow, or a higher limit of the probability",
        )
    values = [f"{flow} of {ranges(years[flow])}" if years[flow] else f"no {flow} in the workspace" for flow in flows]
    notes = [f"value_B: billion dollars, {', '.join(values)}, {_without(excluded)}"]
    notes += import_notes(con, flows)
    if not run.finished:
        notes.append(f"run {run.run} is not finished; finish it before a review of it is imported")
    number = len(question.labels.levels)
    given = tuple(
        (
            *(*label, *(p or [None] * number), value),
            *_context(question, label[0], evidence, choice.other, other),
            *(None, None, None, run.run),
        )
        for *label, p, value, evidence, other, _ in rows
    )
    title = f"Labels of run {run.run} that are most worth a look"
    return Candidates(
        Table("review", title, review_columns(question.labels), given, tuple(notes)), rows[0][-1], question.labels
    )


def _context(
    question: Question, hs10: str, raw: str | None, run: str | None, other: str | None
) -> tuple[str, str, str]:
    """Title of a code's heading, the exemplars near it with labels and reasons, and the reason of its own label.

    Where the codes are those that another run labels differently, what that one says stands with the reason.
    """
    evidence = read_evidence(raw, f"code {hs10}")
    near = [question.exemplars.by_code.get((one["flow"], one["hs10"])) for one in evidence.get("neighbours") or []]
    listed = [
        f"{one.code.hs10} {one.relevance}, {one.code.description}: {one.rationale}" for one in near if one is not None
    ]
    reasons = [evidence.get("rationale") or "", f"run {run} says {other}" if other else ""]
    return question.words.title(hs10[:4]) or "", "\n".join(listed[:_NEIGHBOURS]), "\n".join(filter(None, reasons))


def _without(chapters: tuple[str, ...]) -> str:
    return f"without HS chapters {', '.join(chapters)}" if chapters else "with every HS chapter"


def _years(con: "DuckDBPyConnection", flow: str) -> list[int]:
    """The latest full year of a flow, else every year that there is."""
    full = full_year(con, (flow,))
    return [full] if full else [year.year for year in available_years(con, flow, ())]
