"""Everything that a report shows, gathered from a workspace: tables, figures, classification, provenance."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from aitrade.core.errors import AitradeError, BadInputError
from aitrade.core.table import Table
from aitrade.nomenclature.codes import FLOWS
from aitrade.question.question import Question
from aitrade.report import partner_figures, trade_figures
from aitrade.report.classification import Classification, classification
from aitrade.report.figure import Figure
from aitrade.report.figures import BUILDERS
from aitrade.report.headlines import INTERVAL, Headline, headlines
from aitrade.report.missing import Missing, gathered, lacking
from aitrade.report.partial import describe, mark_partial, partial_years
from aitrade.report.provenance import Provenance, provenance
from aitrade.report.uncertainty import Uncertainty, uncertainty
from aitrade.trade.tables.catalogue import SPECS
from aitrade.trade.tables.notes import import_notes
from aitrade.trade.tables.options import Options
from aitrade.trade.tables.tables import table
from aitrade.trade.tables.years import Year, available_years, full_years, no_trade
from aitrade.workspace.default_run import default_run
from aitrade.workspace.gold import find_sample, require_sample
from aitrade.workspace.questions import question_of_run
from aitrade.workspace.runs import Run, get_run

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

Key = tuple[str, str, str]  # name, flow, period: ("share", "imports", "year")


@dataclass(frozen=True)
class Contents:
    """What a report shows. Whatever could not be computed is in ``missing``; ``gold`` corrects what it can."""

    run: Run
    question: Question
    headlines: tuple[Headline, ...]
    tables: dict[Key, Table]
    figures: dict[str, Figure]
    uncertainty: Uncertainty | None
    classification: Classification
    provenance: Provenance
    coverage: tuple[str, ...]
    notes: tuple[str, ...]
    excluded_chapters: tuple[str, ...]
    missing: tuple[Missing, ...]
    gold: bool = False


def gather(
    con: "DuckDBPyConnection",
    run: str | None = None,
    reference: str | None = None,
    base_year: int | None = None,
    *,
    gold: bool = False,
) -> Contents:
    """Gather a report.

    Args:
        con: a workspace.
        run: whose labels are shown; None: the default one.
        reference: the run of labels that the run is measured against; None: the latest imported one.
        base_year: where indices, changes and the counterfactual start; None: what the question sets.
        gold: correct the figures that a gold sample can correct, with its intervals.

    Raises:
        BadInputError: the workspace holds no finished run, or not the one that is asked for, or no gold sample.
    """
    chosen = get_run(con, run or default_run(con))
    if gold and not any(find_sample(con, flow) for flow in FLOWS):
        require_sample(con, FLOWS[0])
    options = Options(run=chosen.run, base_year=base_year, gold=gold)
    available = {flow: available_years(con, flow, ()) for flow in FLOWS}
    missing = [lacking(f"every table of {flow}", no_trade(flow, ())) for flow in FLOWS if not available[flow]]
    tables = dict(_tables(con, options, [flow for flow in FLOWS if available[flow]], missing))
    partial = partial_years(available)
    question = question_of_run(con, chosen.run)
    uncertain, lacks = uncertainty(con, chosen.run, reference)
    missing += lacks
    drawn = [mark_partial(figure, partial) for figure in _figures(tables)] + list(
        uncertain.figures if uncertain else ()
    )
    return Contents(
        run=chosen,
        question=question,
        headlines=headlines(tables, available, chosen, base_year or question.settings.base_year),
        tables=tables,
        figures={figure.id: figure for figure in drawn},
        uncertainty=uncertain,
        classification=classification(
            con, chosen.run, question.labels, _latest(available), question.settings.excluded_chapters
        ),
        provenance=provenance(con, chosen, question.rubric, _counted_lists(tables)),
        notes=import_notes(con, FLOWS),
        excluded_chapters=question.settings.excluded_chapters,
        coverage=tuple(describe(flow, years) for flow, years in available.items()),
        missing=gathered(missing),
        gold=gold,
    )


def _requests(options: Options, flows: Sequence[str]) -> Iterator[tuple[Key, str, Options]]:
    """Every table of the report: its key, what it is called where it is missing, its options."""
    for flow in flows:
        of_flow = replace(options, flow=flow)
        for name in ("summary", "top", "share", "index", "countries", "country-categories", "growth"):
            top = 25 if name == "top" else None
            yield (name, flow, "year"), f"{name} of {flow}", replace(of_flow, top=top)
        yield ("share", flow, "month"), f"share of {flow} by month", replace(of_flow, by="month")
    yield ("tariffs", "imports", "year"), "tariffs", options
    yield ("tariffs", "imports", "month"), "tariffs by month", replace(options, by="month")
    yield ("exemptions", "imports", "year"), "exemptions", options
    yield ("counterfactual", "both", "year"), "counterfactual", options
    yield ("counterfactual", "both", "month"), "counterfactual by month", replace(options, by="month")


def _tables(
    con: "DuckDBPyConnection", options: Options, flows: Sequence[str], missing: list[Missing]
) -> Iterator[tuple[Key, Table]]:
    for key, called, asked in _requests(options, flows):
        try:
            computed = table(con, key[0], replace(asked, gold=False))
        except BadInputError as error:
            missing.append(lacking(called, error))
            continue
        if asked.gold and SPECS[key[0]].has_gold:
            further, wanted = "correction by gold of", asked
        elif key[0] == "summary":
            further, wanted = "intervals on", replace(asked, interval=INTERVAL)
        else:
            further, wanted = "", asked
        if further:
            try:
                computed = table(con, key[0], wanted)
            except AitradeError as error:
                missing.append(lacking(f"{further} the {called}", error))
        by_month = key[2] == "month"
        yield key, replace(computed, title=f"{computed.title}, by month") if by_month else computed


def _latest(available: Mapping[str, tuple[Year, ...]]) -> dict[str, int]:
    """The latest year that the data hold in full of each flow, else the latest."""
    return {flow: (full_years(years) or list(years))[-1].year for flow, years in available.items() if years}


def _counted_lists(tables: dict[Key, Table]) -> set[str]:
    """Names of the exemption lists that the report counts by; none where it has no such table."""
    counted = tables.get(("exemptions", "imports", "year"))
    return {str(row["list"]) for row in counted.records()} - {"any"} if counted else set()


def _figures(tables: dict[Key, Table]) -> list[Figure]:
    def flows(name: str, period: str = "year") -> dict[str, Table]:
        return {flow: found for (is_name, flow, by), found in tables.items() if (is_name, by) == (name, period)}

    drawn = [
        trade_figures.index(flows("index"), tables.get(("tariffs", "imports", "month"))),
        trade_figures.share(flows("share"), flows("summary")),
        trade_figures.share(flows("share", "month")),
        trade_figures.summary(flows("summary")),
        trade_figures.top(flows("top")),
        partner_figures.countries(flows("countries"), flows("country-categories")),
        partner_figures.growth(flows("growth")),
        *(BUILDERS[name](flows(name)) for name in ("tariffs", "exemptions", "counterfactual") if flows(name)),
        *(trade_figures.counterfactual(found) for found in [flows("counterfactual", "month")] if found),
    ]
    return [figure for figure in drawn if figure is not None]
