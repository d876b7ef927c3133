"""What a reader has to know to read a table's figures right."""

from collections.abc import Sequence

from aitrade.core.wording import ranges
from aitrade.trade.tables.both_flows import Held, unlike
from aitrade.trade.tables.chosen_run import ChosenRun
from aitrade.trade.tables.coverage import FEW, Year, partner_countries, sparse_years
from aitrade.trade.tables.options import Options
from aitrade.trade.tables.span import Span
from aitrade.trade.tables.spec import Spec


def caveats(
    spec: Spec,
    options: Options,
    run: ChosenRun,
    held: Held,
    data: tuple[Year, ...],
    span: Span,
    partners: Sequence[str],
) -> list[str]:
    """Notes on a table's run, years and filters.

    Args:
        spec: the table.
        options: what was asked for.
        run: the run whose labels are used.
        held: the years in the data of each flow of the table.
        data: the years in the data, of both flows alike where the table needs both.
        span: the years of the table.
        partners: the countries that the data are limited to; none for all.
    """
    notes = run.notes(tuple(held)) + list(spec.notes)
    if spec.has_lists and options.flow == "exports":
        notes.append("the lists hold import codes (HTS), which agree with export codes (Schedule B) only to HS6")
    if spec.from_base:
        notes += [
            note for flow, years in held.items() for note in _on_base(flow, years, options, by_month=span.by_month)
        ]
    if spec.both_flows:
        notes += unlike(held, options, data, by_month=span.by_month)
    notes += _on_months(span) if span.by_month else _on_years(span, held, spec.of_part)
    notes += _on_countries(held, _years_used(spec, options, span), everyone=not partners)
    others = [year.year for year in data if year not in span.shown]
    if others and not options.years:
        notes.append(f"also in the data: {ranges(others)} (--years)")
    if spec.top and options.top is None:
        notes.append(f"no more than {spec.top} {'countries' if spec.rows_by_country else 'codes'} (-n 0 for all)")
    if options.countries and not spec.rows_by_country:
        notes.append(f"only trade with {', '.join(options.countries)}")
    chapters = ", ".join(options.excluded_chapters)
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
    return [f"the base year {options.base_year} holds {base.extent} of {flow}"]


def _on_years(span: Span, held: Held, of_part: str) -> list[str]:
    notes = [
        f"{year.year} holds {year.extent}: its values are not those of a year, and {of_part}"
        for year in span.shown
        if not year.complete
    ]
    # Of one flow: imports that are whole beside exports by month leave no country with both.
    mixed = {year.year for years in held.values() for year in years if year.whole and year.months}
    both = [year for year in span.years if year in mixed]
    if both:
        notes.append(f"{ranges(both)} is there whole and by month: of a country that has both, the whole year counts")
    return notes


def _on_months(span: Span) -> list[str]:
    gaps = [f"{year.year}-{month:02d}" for year in span.shown for month in _gaps(year, span.shown)]
    notes = [f"missing in the data: {', '.join(gaps)}"] if gaps else []
    both = [year.year for year in span.shown if year.whole]
    if both:
        notes.append(f"months of {ranges(both)} leave out the partner countries that are there only as a whole year")
    return notes


def _years_used(spec: Spec, options: Options, span: Span) -> set[int]:
    """The years that figures rest on: those shown, the base year, and those that growth would compare with."""
    grows = any(h.each == "comparable" for h in spec.headings)
    before = {year.year - 1 for year in span.shown if year.complete} if grows else set()
    return {*span.years, *before, *({options.base_year} if spec.from_base else ())}


def _on_countries(held: Held, used: set[int], *, everyone: bool) -> list[str]:
    notes = []
    for flow, years in held.items():
        there = [year for year in years if year.year in used]
        if not there:
            continue
        most = max(there, key=lambda year: year.countries)
        of = f" of {flow}" if len(held) > 1 else ""
        notes += [
            f"{few.year} holds {partner_countries(few.countries)}{of}, {most.year} {most.countries}: "
            "they do not compare"
            for few in sparse_years(there)
        ]
        if everyone and most.countries < FEW:
            notes.append(f"the data hold only {partner_countries(most.countries)}{of}: they are all that is summed")
        notes += [
            f"fewer than half of the partner countries{of} are there in {year.year}, months {ranges(year.thin)}"
            for year in there
            if year.thin
        ]
    return notes


def _gaps(year: Year, shown: tuple[Year, ...]) -> list[int]:
    first = year.months[0] if year == shown[0] else 1
    last = year.months[-1] if year == shown[-1] else 12
    return [month for month in range(first, last + 1) if month not in year.months]
