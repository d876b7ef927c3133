"""What is compared: the reference, the runs, and the codes and the trade that count."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from aitrade.core.errors import BadInputError, UsageError
from aitrade.question.question import Question
from aitrade.trade.tables.notes import import_notes
from aitrade.trade.tables.years import (
    available_years,
    comparable_partners,
    full_year,
    partner_countries,
    years_in_data,
)
from aitrade.workspace.questions import question_of_run
from aitrade.workspace.runs import Run, get_run

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

HAND = "SELECT DISTINCT flow, hs10 FROM predictions WHERE list_contains($1, run) AND source = 'exemplar'"

_DECIDED = "SELECT DISTINCT flow, hs10 FROM predictions WHERE list_contains($1, run) AND source <> $2"


@dataclass(frozen=True)
class ComparisonSpec:
    """What is compared.

    Attributes:
        reference: the run that the others are compared with.
        question: that of the reference.
        runs: the others.
        flows: imports, exports or both.
        year: whose trade weighs codes; None: it does not.
        left_out: codes that do not count, as (flow, hs10).
        same_codes: whether all runs are compared over the codes that every one of them labels.
        exemplars_left_out: whether ``left_out`` holds the exemplars.
        notes: what has to be known of the trade that weighs codes.
        only: what decided the codes that count in every run compared, such as llm; None: anything.
    """

    reference: Run
    question: Question
    runs: tuple[Run, ...]
    flows: tuple[str, ...] = ("imports",)
    year: int | None = None
    left_out: frozenset[tuple[str, str]] = frozenset()
    same_codes: bool = False
    exemplars_left_out: bool = False
    notes: tuple[str, ...] = ()
    only: str | None = None

    @property
    def without_value(self) -> str | None:
        """Why there are no figures by trade value; None where there are."""
        if self.year is not None:
            return None
        return f"no figures by trade value: the workspace holds no full calendar year of {' and '.join(self.flows)}"

    @property
    def group(self) -> str:
        """What the levels that count are called together."""
        return "+".join(self.question.labels.counted)

    @property
    def parameters(self) -> dict[str, Any]:
        """The named parameters of the SQL."""
        return {
            "reference": self.reference.run,
            "runs": [run.run for run in self.runs],
            "flows": list(self.flows),
            "left_out": sorted(flow + hs10 for flow, hs10 in self.left_out),
            "same_codes": self.same_codes,
            "years": [] if self.year is None else [self.year],
            "excluded": list(self.question.settings.excluded_chapters),
        }


def ask(
    con: "DuckDBPyConnection",
    reference: str,
    runs: Sequence[str],
    flows: tuple[str, ...] = ("imports",),
    year: int | None = None,
    *,
    exclude_exemplars: bool = False,
    same_codes: bool = False,
    only: str | None = None,
) -> ComparisonSpec:
    """Resolve what is asked against the workspace.

    Args:
        con: the workspace.
        reference: name of the run to compare with.
        runs: names of the runs that are compared with it.
        flows: imports, exports or both.
        year: whose trade weighs codes; the latest full calendar year of these flows by default.
        exclude_exemplars: leave out the codes that are exemplars of the question of any of the runs, and those that
            any of the runs took from an exemplar.
        same_codes: compare all runs over the codes that every one of them labels.
        only: leave out the codes that anything else decided in one of the compared runs, such as llm.

    Raises:
        UsageError: a run is named twice.
        BadInputError: there is no such run, no trade of the year that is asked for, or runs have unlike labels.
    """
    first, *others = found = [get_run(con, name) for name in (reference, *runs)]
    names = [run.run for run in found]
    for name in names:
        if names.count(name) > 1:
            raise UsageError(f"run {name} is named twice", fix="name each run once: aitrade runs list")
    question, *theirs = asked = [question_of_run(con, name) for name in names]
    for run, levels in zip(others, (other.labels for other in theirs), strict=True):
        if levels != question.labels:
            raise BadInputError(
                f"run {run.run} has the levels {', '.join(levels.levels)}, run {first.run} "
                f"{', '.join(question.labels.levels)}",
                fix="compare runs of one question: aitrade runs list",
            )
    left_out: set[tuple[str, str]] = set()
    if exclude_exemplars:
        left_out = {key for one in asked for key in one.exemplars.by_code}
        left_out |= set(con.execute(HAND, [names]).fetchall())
    if only is not None:
        decided_otherwise = con.execute(_DECIDED, [names[1:], only]).fetchall()
        left_out |= {(flow, hs10) for flow, hs10 in decided_otherwise}
    if year is None:
        year = full_year(con, flows)
    else:
        _require_year(con, flows, year)
    said = () if year is None else _notes(con, flows, year)
    return ComparisonSpec(
        first, question, tuple(others), flows, year, frozenset(left_out), same_codes, exclude_exemplars, said, only
    )


def _require_year(con: "DuckDBPyConnection", flows: tuple[str, ...], year: int) -> None:
    for flow in flows:
        if year not in {found.year for found in years_in_data(con, flow, ())}:
            raise BadInputError(f"the workspace holds no {flow} of {year}", fix="import them, or choose another year")


def _notes(con: "DuckDBPyConnection", flows: tuple[str, ...], year: int) -> tuple[str, ...]:
    notes: list[str] = [*import_notes(con, flows)]
    for flow in flows:
        available = available_years(con, flow, ())
        weighing, most = (next(y for y in available if y.year == year), max(available, key=lambda y: y.countries))
        if not weighing.complete:
            notes.append(f"{year} holds {weighing.coverage} of {flow}")
        if not comparable_partners(weighing.countries, most.countries):
            notes.append(
                f"{year} holds {partner_countries(weighing.countries)} of {flow}, {most.year} {most.countries}"
            )
    if "exports" in flows:
        notes.append("exports reported under import codes weigh nothing: the label of an export code counts alone")
    return tuple(notes)
