"""What a table is computed from: its options resolved against question, run and data, with parameters and notes."""

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from aitrade.core.errors import BadInputError, UsageError
from aitrade.core.sql import query
from aitrade.core.table import EVERYTHING, Levels, Note
from aitrade.core.wording import slug
from aitrade.nomenclature.codes import FLOWS
from aitrade.question.question import Question
from aitrade.trade.tables.both_flows import Available, comparable_years
from aitrade.trade.tables.catalogue import Spec
from aitrade.trade.tables.exemptions import choose_lists
from aitrade.trade.tables.gaps import Gap, find_gaps, gap_notes
from aitrade.trade.tables.macros import SQL
from aitrade.trade.tables.notes import import_notes, table_notes, years_used
from aitrade.trade.tables.options import Options
from aitrade.trade.tables.parameters import Parameters
from aitrade.trade.tables.partners import paper_countries, resolve_countries
from aitrade.trade.tables.run import ChosenRun, choose_run
from aitrade.trade.tables.trade_notes import trade_notes, unheld_notes
from aitrade.trade.tables.years import (
    FEW,
    YearSelection,
    available_years,
    no_trade,
    partner_countries,
    require_base_year,
    select_years,
)

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

_NO_LIMIT = 1_000_000


@dataclass(frozen=True)
class QueryContext:
    """A table's options resolved.

    Args:
        options: what was asked for, filled up from the question's settings.
        question: the question that the run answers.
        selection: the years.
        parameters: of the SQL.
        notes: what a reader has to know.
        partners: how many partner countries the years used hold, of the flow that has most.
    """

    options: Options
    question: Question
    selection: YearSelection
    parameters: Parameters
    notes: tuple[Note, ...]
    partners: int

    @property
    def levels(self) -> Levels:
        """The levels as the table shows them."""
        labels, counted = self.question.labels, self.options.relevances
        between = tuple(level for level in labels.levels if level not in (*counted, labels.reference))
        return Levels(self.options.group, labels.reference, between)

    @property
    def words(self) -> dict[str, object]:
        """What titles and names of columns may hold."""
        options, selection, reference = self.options, self.selection, self.question.labels.reference
        return {
            "flow": options.flow,
            "group": options.group,
            "group_slug": slug(options.group),
            "reference": reference,
            "reference_slug": slug(reference),
            "base_year": options.base_year,
            "rank_year": selection.rank,
            "changes": f" {selection.first}-{selection.last}" if selection.first else "",
            "growth": " and growth over the year before" if selection.comparable else "",
            "real_growth": ", real growth over the year before" if selection.comparable else "",
            "first_year": selection.years[0],
            "partners": self._denominator,
        }

    @property
    def _denominator(self) -> str:
        """What shares of countries are shares of, in words."""
        if self.options.denominator == "paper":
            paper = len(paper_countries())
            held = "" if self.partners >= paper else f"{self.partners} of "
            return f"{held}the paper's {paper} countries"
        return "the world" if self.partners >= FEW else f"the {partner_countries(self.partners)} in the data"


def resolve(con: "DuckDBPyConnection", spec: Spec, options: Options) -> QueryContext:
    """Resolve a table's options against run, question and data.

    Raises:
        UsageError: an option does not go with the table.
        BadInputError: the data lack what the table needs.
    """
    _check(spec, options)
    options = replace(options, countries=resolve_countries(con, options.countries))
    trade_with = paper_countries() if options.denominator == "paper" else ()
    trade_with = trade_with if spec.rows_by_country else options.countries
    by_month = (options.by or spec.by[0]) == "month"
    available = {
        flow: available_years(con, flow, trade_with) for flow in (FLOWS if spec.both_flows else (options.flow,))
    }
    options, missing = _with_flows(con, spec, options, available)
    run = choose_run(con, options.run, options.flow)
    options = options.of_question(run.question)
    _check_levels(spec, options, run.question)
    if not any(available.values()):
        raise no_trade(options.flow, trade_with)
    if spec.from_base:
        all_years = tuple(year for years in available.values() for year in years)
        require_base_year(all_years, options, trade_with, by_month=by_month)
    data = comparable_years(available, options, by_month=by_month) if spec.both_flows else available[options.flow]
    selection = select_years(data, options, trade_with, by_month=by_month, latest_only=spec.latest_only)
    lists = choose_lists(con, options.lists) if spec.has_lists else ()
    gaps = find_gaps(con, tuple(available), trade_with, options.excluded_chapters or (), by_month=selection.by_month)
    used = years_used(spec, options, selection)
    gaps = tuple(gap for gap in gaps if gap.year in used)
    countries = max(year.countries for years in available.values() for year in years if year.year in used)
    parameters = _parameters(spec, options, run, selection, trade_with, lists, gaps, countries)
    if spec.has_denominator and gaps:
        parameters = replace(parameters, world_years=_world_years(con, parameters))
    notes = table_notes(spec, options, run, available, data, selection, trade_with)
    return QueryContext(
        options,
        run.question,
        selection,
        parameters,
        (
            *import_notes(con, tuple(available)),
            *missing,
            *gap_notes(gaps, used, spec.of_gap),
            *unheld_notes(parameters),
            *trade_notes(con, spec, parameters, tuple(flow for flow, years in available.items() if years)),
            *notes,
        ),
        countries,
    )


def _world_years(con: "DuckDBPyConnection", parameters: Parameters) -> list[int]:
    """The years shown that hold the partner countries with at least half of the ranking year's value."""
    lacking: dict[int, float] = dict(query(con, SQL, "world_years", **parameters.by_name))
    return [year for year in parameters.years if lacking.get(year, 0.0) <= 1 / 2]


def _parameters(
    spec: Spec,
    options: Options,
    run: ChosenRun,
    selection: YearSelection,
    partners: tuple[str, ...],
    lists: tuple[str, ...],
    gaps: tuple[Gap, ...],
    countries: int,
) -> Parameters:
    labels, years = run.question.labels, selection.years
    others = [level for level in labels.levels if level not in options.relevances]
    base = [] if options.base_year is None else [options.base_year]
    top = spec.top if options.top is None else options.top
    return Parameters(
        flow=options.flow,
        run=run.run,
        counted=list(options.relevances),
        group=options.group,
        reference=labels.reference,
        relevances=[options.group, *others, "Unlabelled", EVERYTHING],
        without=[list(without.categories) for without in run.question.settings.without],
        excluded=list(options.excluded_chapters or ()),
        partners=list(partners),
        shown=list(options.countries) if spec.rows_by_country else [],
        everyone="World" if countries >= FEW else "All in the data",
        years=list(years),
        years_and_before=sorted({*years, *(year - 1 for year in years)}),
        years_and_base=sorted({*years, *base}) if spec.from_base else list(years),
        comparable=list(selection.comparable),
        linked=list(selection.linked),
        world_years=list(years),
        years_used=sorted(years_used(spec, options, selection)),
        gap_countries=sorted({gap.country for gap in gaps if gap.country}),
        gap_chapters=sorted({gap.chapter for gap in gaps if gap.chapter}),
        periods=[
            year.year * 100 + month
            for year in selection.shown
            for month in (year.months if selection.by_month else (0,))
        ],
        base_year=options.base_year,
        from_year=selection.first,
        to_year=selection.last,
        rank_year=selection.rank,
        by_month=selection.by_month,
        top=top or _NO_LIMIT,
        lists=list(lists),
    )


def _with_flows(
    con: "DuckDBPyConnection", spec: Spec, options: Options, available: Available
) -> tuple[Options, list[Note]]:
    """The options with the flow whose labels have to be there, and a note on a flow that is missing."""
    if spec.needs_duty:
        known = con.execute("FROM flows WHERE flow = $1 AND duty IS NOT NULL LIMIT 1", [options.flow]).fetchone()
        if known is None:
            raise BadInputError(
                f"the workspace holds no calculated duty on {options.flow}", fix="import files with a duty column"
            )
    if not spec.both_flows:
        return options, []
    missing = [flow for flow, years in available.items() if not years]
    options = replace(options, flow="exports" if missing == ["imports"] else "imports")
    return options, [
        Note(f"the workspace holds no {flow}: their figures and the balance are empty", "gaps") for flow in missing
    ]


def _check(spec: Spec, options: Options) -> None:
    goes_with = {
        f"by {options.by}": options.by is None or options.by in spec.by,
        "top": options.top is None or spec.top is not None,
        "denominator paper": options.denominator == "world" or spec.has_denominator,
        "label error without an interval": options.label_error is None or options.interval is not None,
        "interval": options.interval is None or spec.has_interval or options.gold,
        "gold": not options.gold or spec.has_gold,
        "lists": not options.lists or spec.has_lists,
        "seasonal adjustment": not options.sa or spec.has_seasonal,
        "seasonal adjustment by year": not options.sa or options.by != "year",
        "seasonal adjustment with intervals": not (options.sa and (options.interval is not None or options.gold)),
        "flow exports": options.flow == "imports" or not (spec.needs_duty or spec.both_flows),
    }
    for option, goes in goes_with.items():
        if not goes:
            raise UsageError(f"{option} does not go with table {spec.name}", fix="leave it out, or take another table")


def _check_levels(spec: Spec, options: Options, question: Question) -> None:
    reference = question.labels.reference
    if spec.compares_reference and reference in options.relevances:
        raise UsageError(
            f"relevance {reference.lower()} does not go with table {spec.name}, which compares with {reference}",
            fix="leave it out, or choose another table",
        )
    if spec.from_base and options.base_year is None:
        raise BadInputError(f"question {question.name} sets no base year", fix="choose a base year, such as 2023")
