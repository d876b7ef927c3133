"""What a reader has to know to read a table's figures right."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from aitrade.core.table import Note
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
) -> list[Note]:
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
    notes = [*run.notes(tuple(available)), *(Note(note, "method") for note in spec.notes)]
    if spec.has_lists and options.flow == "exports":
        text = "the lists hold import codes (HTS), which agree with export codes (Schedule B) only to HS6"
        notes.append(Note(text, "method"))
    if spec.from_base:
        notes += [
            note
            for flow, years in available.items()
            for note in _on_base(flow, years, options, by_month=selection.by_month)
        ]
    if spec.both_flows and options.base_year in selection.years:
        text = f"{options.base_year} is the base year: its excess is nothing by construction"
        notes.append(Note(text, "base"))
    if spec.both_flows:
        notes += incomparable_notes(available, options, data, by_month=selection.by_month)
    notes += _on_months(selection) if selection.by_month else _on_years(selection, available, spec.of_part)
    notes += _on_countries(available, years_used(spec, options, selection), everyone=not partners)
    others = [year.year for year in data if year not in selection.shown]
    if others and not options.years:
        notes.append(Note(f"also in the data: {ranges(others)}", "choice", hint="--years"))
    if spec.top and options.top is None:
        what = "countries" if spec.rows_by_country else "codes"
        notes.append(Note(f"no more than {spec.top} {what}", "choice", hint="-n 0 for all"))
    if options.countries and not spec.rows_by_country:
        notes.append(Note(f"only trade with {', '.join(options.countries)}", "choice"))
    chapters = ", ".join(options.excluded_chapters or ())
    without = f"without HS chapters {chapters}" if chapters else "with every HS chapter"
    return [*notes, Note(f"{without}; labels of run {run.run}", "run", f"labels of run {run.run}")]


def _on_base(flow: str, years: tuple[Year, ...], options: Options, *, by_month: bool) -> list[Note]:
    base = next((year for year in years if year.year == options.base_year), None)
    if years and (base is None or (by_month and not base.months)):
        monthly = " month by month" if by_month else ""
        text = (
            f"there are no {flow} of the base year {options.base_year}{monthly}: what grows from it is empty for them"
        )
        return [Note(text, "base")]
    if base is None or base.complete:
        return []
    return [Note(f"the base year {options.base_year} holds {base.coverage} of {flow}", "base")]


def _on_years(selection: YearSelection, available: Available, of_part: str) -> list[Note]:
    notes = [
        Note(f"{year.year} holds {year.coverage}: its values are not those of a year, and {of_part}", "parts")
        for year in selection.shown
        if not year.complete
    ]
    # Of one flow: imports that are whole beside exports by month leave no country with both.
    mixed = {year.year for years in available.values() for year in years if year.whole and year.months}
    both = [year for year in selection.years if year in mixed]
    if both:
        text = f"{ranges(both)} is there whole and by month: of a country that has both, the whole year counts"
        notes.append(Note(text, "parts"))
    return notes


def _on_months(selection: YearSelection) -> list[Note]:
    gaps = [f"{year.year}-{month:02d}" for year in selection.shown for month in _gaps(year, selection.shown)]
    notes = [Note(f"missing in the data: {', '.join(gaps)}", "gaps")] if gaps else []
    both = [year.year for year in selection.shown if year.whole]
    if both:
        text = f"months of {ranges(both)} leave out the partner countries that are there only as a whole year"
        notes.append(Note(text, "parts"))
    return notes


def years_used(spec: Spec, options: Options, selection: YearSelection) -> set[int]:
    """The years that figures rest on: those shown, the base year, and those that growth compares or chains."""
    grows = any(h.over == "comparable" for h in spec.headings)
    compared = selection.linked if options.chained else selection.comparable if grows else ()
    both = {year for end in compared for year in (end - 1, end)}
    return {*selection.years, *both, *({options.base_year} if spec.from_base and options.base_year else ())}


def _on_countries(available: Available, used: set[int], *, everyone: bool) -> list[Note]:
    notes = []
    for flow, years in available.items():
        there = [year for year in years if year.year in used]
        if not there:
            continue
        most = max(there, key=lambda year: year.countries)
        of = f" of {flow}" if len(available) > 1 else ""
        texts = [
            f"{few.year} holds {partner_countries(few.countries)}{of}, {most.year} {most.countries}: "
            "they do not compare"
            for few in low_coverage_years(there)
        ]
        if everyone and most.countries < FEW:
            texts.append(f"the data hold only {partner_countries(most.countries)}{of}: they are all that is summed")
        texts += [
            f"fewer than half of the partner countries{of} are there in {year.year}, months {ranges(year.low_coverage)}"
            for year in there
            if year.low_coverage
        ]
        notes += [Note(text, "partners") for text in texts]
    return notes


def _gaps(year: Year, shown: tuple[Year, ...]) -> list[int]:
    first = year.months[0] if year == shown[0] else 1
    last = year.months[-1] if year == shown[-1] else 12
    return [month for month in range(first, last + 1) if month not in year.months]


def import_notes(con: "DuckDBPyConnection", flows: Sequence[str]) -> tuple[Note, ...]:
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
    return tuple(Note(text, "data") for text in sorted({remark for import_id, remark in said if import_id in held}))
