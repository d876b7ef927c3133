"""What a reader has to know to read a table's figures right."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from aitrade.core.wording import ranges
from aitrade.trade.tables.both_flows import Available, incomparable_notes
from aitrade.trade.tables.catalogue import Spec
from aitrade.trade.tables.options import Options
from aitrade.trade.tables.run import ChosenRun
from aitrade.trade.tables.years import FEW, Year, YearSelection, low_coverage_years, partner_countries

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection


def table_notes(
    spec: Spec,
    options: Options,
    run: ChosenRun,
    available: Available,
    data: tuple[Year, ...],
    selection: YearSelection,
    partners: Sequence[str],
) -> list[str]:
    """Notes on a table's run, years and filters.

    Args:
        spec: the table.
        options: what was asked for.
        run: the run whose labels are used.
        available: the years in the data of each flow of the table.
        data: the years in the data, of both flows alike where the table needs both.
        selection: the years of the table.
        partners: the countries that the data are limited to; none for all.
    """
    notes = run.notes(tuple(available)) + list(spec.notes)
    if spec.has_lists and options.flow == "exports":
        notes.append("the lists hold import codes (HTS), which agree with export codes (Schedule B) only to HS6")
    if spec.from_base:
        notes += [
            note
            for flow, years in available.items()
            for note in _on_base(flow, years, options, by_month=selection.by_month)
        ]
    if spec.both_flows:
        notes += incomparable_notes(available, options, data, by_month=selection.by_month)
    notes += _on_months(selection) if selection.by_month else _on_years(selection, available, spec.of_part)
    notes += _on_countries(available, _years_used(spec, options, selection), everyone=not partners)
    others = [year.year for year in data if year not in selection.shown]
    if others and not options.years:
        notes.append(f"also in the data: {ranges(others)} (--years)")
    if spec.top and options.top is None:
        notes.append(f"no more than {spec.top} {'countries' if spec.rows_by_country else 'codes'} (-n 0 for all)")
    if options.countries and not spec.rows_by_country:
        notes.append(f"only trade with {', '.join(options.countries)}")
    chapters = ", ".join(options.excluded_chapters or ())
    without = f"without HS chapters {chapters}" if chapters else "with every HS chapter"
    return [*notes, f"{without}; labels of run {run.run}"]


def _on_base(flow: str, years: tuple[Year, ...], options: Options, *, by_month: bool) -> list[str]:
    base = next((year for year in years if year.year == options.base_year), None)
    if years and (base is None or (by_month and not base.months)):
        monthly = " month by month" if by_month else ""
        return [
            f"there are no {flow} of the base year {options.base_year}{monthly}: what grows from it is empty for them"
        ]
    if base is None or base.complete:
        return []
    return [f"the base year {options.base_year} holds {base.coverage} of {flow}"]


def _on_years(selection: YearSelection, available: Available, of_part: str) -> list[str]:
    notes = [
        f"{year.year} holds {year.coverage}: its values are not those of a year, and {of_part}"
        for year in selection.shown
        if not year.complete
    ]
    # Of one flow: imports that are whole beside exports by month leave no country with both.
    mixed = {year.year for years in available.values() for year in years if year.whole and year.months}
    both = [year for year in selection.years if year in mixed]
    if both:
        notes.append(f"{ranges(both)} is there whole and by month: of a country that has both, the whole year counts")
    return notes


def _on_months(selection: YearSelection) -> list[str]:
    gaps = [f"{year.year}-{month:02d}" for year in selection.shown for month in _gaps(year, selection.shown)]
    notes = [f"missing in the data: {', '.join(gaps)}"] if gaps else []
    both = [year.year for year in selection.shown if year.whole]
    if both:
        notes.append(f"months of {ranges(both)} leave out the partner countries that are there only as a whole year")
    return notes


def _years_used(spec: Spec, options: Options, selection: YearSelection) -> set[int]:
    """The years that figures rest on: those shown, the base year, and those that growth would compare with."""
    grows = any(h.over == "comparable" for h in spec.headings)
    before = {year.year - 1 for year in selection.shown if year.complete} if grows else set()
    return {*selection.years, *before, *({options.base_year} if spec.from_base else ())}


def _on_countries(available: Available, used: set[int], *, everyone: bool) -> list[str]:
    notes = []
    for flow, years in available.items():
        there = [year for year in years if year.year in used]
        if not there:
            continue
        most = max(there, key=lambda year: year.countries)
        of = f" of {flow}" if len(available) > 1 else ""
        notes += [
            f"{few.year} holds {partner_countries(few.countries)}{of}, {most.year} {most.countries}: "
            "they do not compare"
            for few in low_coverage_years(there)
        ]
        if everyone and most.countries < FEW:
            notes.append(f"the data hold only {partner_countries(most.countries)}{of}: they are all that is summed")
        notes += [
            f"fewer than half of the partner countries{of} are there in {year.year}, months {ranges(year.low_coverage)}"
            for year in there
            if year.low_coverage
        ]
    return notes


def _gaps(year: Year, shown: tuple[Year, ...]) -> list[int]:
    first = year.months[0] if year == shown[0] else 1
    last = year.months[-1] if year == shown[-1] else 12
    return [month for month in range(first, last + 1) if month not in year.months]


def import_notes(con: "DuckDBPyConnection", flows: Sequence[str]) -> tuple[str, ...]:
    """Notes that trade of these flows was imported with, such as that it is made up; each once."""
    said = con.execute(
        "SELECT import_id, receipt->>'remark' FROM trade_imports "
        "WHERE receipt->>'remark' IS NOT NULL AND list_contains($1, flow)",
        [list(flows)],
    ).fetchall()
    if not said:  # as nearly always: the flows, which may be tens of millions of rows, are not looked at
        return ()
    asked = [import_id for import_id, _ in said]
    rows = con.execute("SELECT DISTINCT import_id FROM flows WHERE list_contains($1, import_id)", [asked]).fetchall()
    held = {import_id for (import_id,) in rows}
    return tuple(sorted({remark for import_id, remark in said if import_id in held}))
