"""Periods that imports and exports hold alike: without them a balance is of what is there, not of what was traded."""

from collections.abc import Mapping

from aitrade.core.errors import BadInputError
from aitrade.trade.tables.coverage import Year, alike_in_partners, partner_countries
from aitrade.trade.tables.options import Options

# The years that the workspace holds of each flow.
Held = Mapping[str, tuple[Year, ...]]


def alike(held: Held, options: Options, *, by_month: bool) -> tuple[Year, ...]:
    """The years that both flows hold alike: the same extent or both complete, or by month the months that both hold.

    Args:
        held: the years by flow; a flow without any leaves the other's as they are.
        options: what was asked for.
        by_month: whether months are compared one by one.

    Raises:
        BadInputError: a year that was asked for is not held alike, or no year is.
    """
    flows = {flow: {year.year: year for year in years} for flow, years in held.items() if years}
    if len(flows) == 1:
        return next(years for years in held.values() if years)
    imports, exports = flows["imports"], flows["exports"]
    both = [_both(imports[year], exports[year], by_month=by_month) for year in sorted(imports.keys() & exports.keys())]
    found = {year.year: year for year in both if year}
    lacking = [year for year in options.years if year not in found] or ([] if found else sorted(imports.keys()))
    if lacking:
        said = ", ".join(_unlike(year, held, by_month=by_month) for year in lacking)
        raise BadInputError(
            f"imports and exports are not held alike: {said}",
            fix="import what one of them lacks" + ("" if by_month else ", or compare their months: --by month"),
        )
    return tuple(found.values())


def unlike(held: Held, options: Options, data: tuple[Year, ...], *, by_month: bool) -> list[str]:
    """Notes on what the flows do not hold alike.

    Args:
        held: the years by flow.
        options: what was asked for.
        data: the years that both hold alike.
        by_month: whether months are compared one by one.
    """
    if not all(held.values()):
        return []
    wanted = sorted({year.year for years in held.values() for year in years})
    wanted = [year for year in wanted if year in options.years or (not options.years and year >= options.base_year)]
    whole = {year.year for year in data if not by_month or _months_alike(year.year, held)}
    left_out = [_unlike(year, held, by_month=by_month) for year in wanted if year not in whole]
    notes = [f"left out where imports and exports are not held alike: {', '.join(left_out)}"] if left_out else []
    for year in data:
        partners = [found.countries for years in held.values() for found in years if found.year == year.year]
        if year.year in wanted and not alike_in_partners(*partners):
            each = " and ".join(
                f"{partner_countries(number)} of {flow}" for flow, number in zip(held, partners, strict=True)
            )
            notes.append(f"{year.year} holds {each}: their difference is no trade balance")
    return notes


def _both(imports: Year, exports: Year, *, by_month: bool) -> Year | None:
    countries = min(imports.countries, exports.countries)
    if by_month:
        months = tuple(month for month in imports.months if month in exports.months)
        whole = imports.whole or exports.whole
        return Year(imports.year, whole, months, months, countries, len(months) == 12) if months else None
    # The months of countries that are there whole as well are part of that; complete follows from those of the others.
    same = (imports.whole, imports.alone) == (exports.whole, exports.alone)
    complete = imports.complete and exports.complete
    if same or complete:
        whole, months = imports.whole or exports.whole, imports.months or exports.months
        return Year(imports.year, whole, months, imports.alone or exports.alone, countries, complete)
    return None


def _months_alike(year: int, held: Held) -> bool:
    return len({found.months for years in held.values() for found in years if found.year == year}) == 1


def _unlike(year: int, held: Held, *, by_month: bool) -> str:
    extents = []
    for flow, years in held.items():
        found = next((found for found in years if found.year == year), None)
        there = found is not None and (found.months or not by_month)
        extents.append(f"{flow} {found.extent if found and there else 'none'}")
    return f"{year} ({', '.join(extents)})"
