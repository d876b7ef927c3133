"""Find the periods that both imports and exports cover; a trade balance is only computed for these."""

from collections.abc import Mapping

from aitrade.core.errors import BadInputError
from aitrade.core.table import Note
from aitrade.trade.tables.options import Options
from aitrade.trade.tables.years import Year, comparable_partners, partner_countries

# The years that the workspace holds of each flow.
Available = Mapping[str, tuple[Year, ...]]


def comparable_years(available: Available, options: Options, *, by_month: bool) -> tuple[Year, ...]:
    """The years that both flows hold alike: the same extent or both complete, or by month the months that both hold.

    Args:
        available: the years by flow; a flow without any leaves the other's as they are.
        options: what was asked for.
        by_month: whether months are compared one by one.

    Raises:
        BadInputError: a year that was asked for is not held alike, or no year is.
    """
    flows = {flow: {year.year: year for year in years} for flow, years in available.items() if years}
    if len(flows) == 1:
        return next(years for years in available.values() if years)
    imports, exports = flows["imports"], flows["exports"]
    both = [_both(imports[year], exports[year], by_month=by_month) for year in sorted(imports.keys() & exports.keys())]
    found = {year.year: year for year in both if year}
    lacking = [year for year in options.years if year not in found] or ([] if found else sorted(imports.keys()))
    if lacking:
        said = ", ".join(_unlike(year, available, by_month=by_month) for year in lacking)
        raise BadInputError(
            f"imports and exports are not held alike: {said}",
            fix="import what one of them lacks" + ("" if by_month else ", or compare their months (by month)"),
        )
    return tuple(found.values())


def incomparable_notes(available: Available, options: Options, data: tuple[Year, ...], *, by_month: bool) -> list[Note]:
    """Notes on what the flows do not hold alike.

    Args:
        available: the years by flow.
        options: what was asked for.
        data: the years that both hold alike.
        by_month: whether months are compared one by one.
    """
    if not all(available.values()):
        return []
    wanted = sorted({year.year for years in available.values() for year in years})
    wanted = [
        year for year in wanted if year in options.years or (not options.years and year >= (options.base_year or 0))
    ]
    whole = {year.year for year in data if not by_month or _months_alike(year.year, available)}
    left_out = [_unlike(year, available, by_month=by_month) for year in wanted if year not in whole]
    text = f"left out where imports and exports are not held alike: {', '.join(left_out)}"
    notes = [Note(text, "gaps")] if left_out else []
    for year in data:
        partners = [found.countries for years in available.values() for found in years if found.year == year.year]
        if year.year in wanted and not comparable_partners(*partners):
            each = " and ".join(
                f"{partner_countries(number)} of {flow}" for flow, number in zip(available, partners, strict=True)
            )
            notes.append(Note(f"{year.year} holds {each}: their difference is no trade balance", "partners"))
    return notes


def _both(imports: Year, exports: Year, *, by_month: bool) -> Year | None:
    countries = min(imports.countries, exports.countries)
    if by_month:
        months = tuple(month for month in imports.months if month in exports.months)
        whole = imports.whole or exports.whole
        return Year(imports.year, whole, months, months, countries, len(months) == 12) if months else None
    # The months of countries that are there whole as well are part of that; complete follows from those of the others.
    same = (imports.whole, imports.monthly_only) == (exports.whole, exports.monthly_only)
    complete = imports.complete and exports.complete
    if same or complete:
        whole, months = imports.whole or exports.whole, imports.months or exports.months
        return Year(imports.year, whole, months, imports.monthly_only or exports.monthly_only, countries, complete)
    return None


def _months_alike(year: int, available: Available) -> bool:
    return len({found.months for years in available.values() for found in years if found.year == year}) == 1


def _unlike(year: int, available: Available, *, by_month: bool) -> str:
    coverages = []
    for flow, years in available.items():
        found = next((found for found in years if found.year == year), None)
        there = found is not None and (found.months or not by_month)
        coverages.append(f"{flow} {found.coverage if found and there else 'none'}")
    return f"{year} ({', '.join(coverages)})"
