"""What a table is computed from, once its options have met the data: run, years, partners, parameters, notes."""

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from aitrade.core.errors import BadInputError, UsageError
from aitrade.nomenclature.codes import FLOWS
from aitrade.question.rubric import RELEVANCES
from aitrade.trade.paper.paper_figures import load_paper_figures
from aitrade.trade.tables import partners
from aitrade.trade.tables.both_flows import Held, alike
from aitrade.trade.tables.caveats import caveats
from aitrade.trade.tables.chosen_run import choose_run
from aitrade.trade.tables.coverage import held_years, no_trade
from aitrade.trade.tables.exemptions import choose_lists
from aitrade.trade.tables.options import Options
from aitrade.trade.tables.remarks import remarks
from aitrade.trade.tables.span import Span, choose_span, require_base_year
from aitrade.trade.tables.spec import Spec

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

_NO_LIMIT = 1_000_000


@dataclass(frozen=True)
class Setting:
    """Options met by data.

    Args:
        options: what was asked for.
        span: the years.
        parameters: every named parameter of the tables' SQL.
        notes: what a reader has to know.
    """

    options: Options
    span: Span
    parameters: dict[str, Any]
    notes: tuple[str, ...]

    @property
    def words(self) -> dict[str, object]:
        """What titles and column names may hold."""
        options, span = self.options, self.span
        return {
            "flow": options.flow,
            "group": options.group,
            "slug": options.group.lower().replace("+", "_"),
            "base_year": options.base_year,
            "rank_year": span.rank,
            "changes": f" {span.first}-{span.last}" if span.first else "",
            "partners": "the paper's 30 countries" if options.denominator == "paper" else "the world",
        }


def settle(con: "DuckDBPyConnection", spec: Spec, options: Options) -> Setting:
    """Let a table's options meet the data.

    Raises:
        UsageError: an option does not go with the table.
        BadInputError: the data lack what the table needs.
    """
    _check(spec, options)
    options = replace(options, countries=partners.resolve(con, options.countries))
    trade_with = load_paper_figures().thirty_countries if options.denominator == "paper" else ()
    trade_with = trade_with if spec.rows_by_country else options.countries
    by_month = (options.by or spec.by[0]) == "month"
    held = {flow: held_years(con, flow, trade_with) for flow in (FLOWS if spec.both_flows else (options.flow,))}
    options, missing = _with_flows(con, spec, options, held)
    run = choose_run(con, options.run, options.flow)
    if not any(held.values()):
        raise no_trade(options.flow, trade_with)
    if spec.from_base:
        require_base_year(
            tuple(year for years in held.values() for year in years), options, trade_with, by_month=by_month
        )
    data = alike(held, options, by_month=by_month) if spec.both_flows else held[options.flow]
    span = choose_span(data, options, trade_with, by_month=by_month, latest_only=spec.latest_only)
    top = spec.top if options.top is None else options.top
    parameters = {
        "flow": options.flow,
        "run": run.run,
        "chosen": list(options.relevances),
        "group": options.group,
        "relevances": [options.group, *(r for r in RELEVANCES if r not in options.relevances), "Unlabelled", "All"],
        "excluded": list(options.excluded_chapters),
        "partners": list(trade_with),
        "shown": list(options.countries) if spec.rows_by_country else [],
        "years": list(span.years),
        "years_and_before": sorted({*span.years, *(year - 1 for year in span.years)}),
        "years_and_base": sorted({*span.years, options.base_year}) if spec.from_base else list(span.years),
        "comparable": list(span.comparable),
        "sparse": list(span.sparse),
        "periods": [year.year * 100 + month for year in span.shown for month in (year.months if by_month else (0,))],
        "base_year": options.base_year,
        "from_year": span.first,
        "to_year": span.last,
        "rank_year": span.rank,
        "by_month": by_month,
        "top": top or _NO_LIMIT,
        "lists": list(choose_lists(con, options.lists)) if spec.has_lists else [],
    }
    said = remarks(con, tuple(held))
    return Setting(
        options, span, parameters, (*said, *missing, *caveats(spec, options, run, held, data, span, trade_with))
    )


def _with_flows(con: "DuckDBPyConnection", spec: Spec, options: Options, held: Held) -> tuple[Options, list[str]]:
    """The options with the flow whose labels have to be there, and a note on a flow that is missing."""
    if spec.needs_duty:
        known = con.execute("SELECT count(duty) FROM flows WHERE flow = $1", [options.flow]).fetchone()
        if known == (0,):
            raise BadInputError(
                f"the workspace holds no calculated duty on {options.flow}", fix="import files with a duty column"
            )
    if not spec.both_flows:
        return options, []
    missing = [flow for flow, years in held.items() if not years]
    options = replace(options, flow="exports" if missing == ["imports"] else "imports")
    return options, [f"the workspace holds no {flow}: their figures and the balance are empty" for flow in missing]


def _check(spec: Spec, options: Options) -> None:
    goes_with = {
        f"--by {options.by}": options.by is None or options.by in spec.by,
        "-n": options.top is None or spec.top is not None,
        "--denominator paper": options.denominator == "world" or spec.has_denominator,
        "--interval": options.interval is None or spec.has_interval,
        "--list": not options.lists or spec.has_lists,
        "--flow exports": options.flow == "imports" or not (spec.needs_duty or spec.both_flows),
        "--relevance low": not (spec.compares_low and "Low" in options.relevances),
    }
    for option, goes in goes_with.items():
        if not goes:
            raise UsageError(f"{option} does not go with table {spec.name}", fix="aitrade table --help")
