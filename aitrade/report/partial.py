"""Years that the data hold only in part, of months or of countries: said so, and never what is shown first."""

from collections.abc import Mapping, Set
from dataclasses import replace

from aitrade.report.figure import BOTH, Control, Figure, Point
from aitrade.trade.tables.years import Year, full_years, low_coverage_years, partner_countries

Partial = Mapping[str, frozenset[str]]


def partial_years(years: Mapping[str, tuple[Year, ...]]) -> Partial:
    """The years of each flow that are not full, such as ``2026``; of both, where figures need the two together."""
    partial: dict[str, frozenset[str]] = {}
    for flow, of_flow in years.items():
        full = full_years(of_flow)
        partial[flow] = frozenset(str(year.year) for year in of_flow if year not in full)
    return {**partial, BOTH: frozenset[str]().union(*partial.values())}


def describe(flow: str, available: tuple[Year, ...]) -> str:
    """What the data hold of a flow: ``Imports: 2024 as a whole; 237 partner countries``."""
    if not available:
        return f"{flow.capitalize()}: none"

    few = low_coverage_years(available)

    def coverage(year: Year) -> str:
        whole = "as a whole" if year.whole else "month by month"
        of = f" of {partner_countries(year.countries)}" if year in few else ""
        return (whole if year.complete else year.coverage) + of

    years = [f"{year.year} {coverage(year)}" for year in available]
    most = max(year.countries for year in available)
    return f"{flow.capitalize()}: {', '.join(years)}; {partner_countries(most)}"


def mark_partial(figure: Figure, partial: Partial) -> Figure:
    """The figure with its partial years called ``2026, part`` and put behind the others where years are chosen.

    A year is partial for the flow that a point shows: where exports stop in September, imports may be whole.
    """

    def marked(point: Point) -> Point:
        named = "year" if "year" in point else "x" if figure.shape == "years" else None
        if named is None or str(point[named]) not in partial[figure.flow_of(point)]:
            return point
        return point | {named: f"{point[named]}, part"}

    points = tuple(marked(point) for point in figure.points)
    whole = {str(point["year"]) for point in figure.points if "year" in point}
    controls = tuple(_with_part_last(control, points, whole) for control in figure.controls)
    return replace(figure, points=points, controls=controls)


def _with_part_last(control: Control, points: tuple[Point, ...], whole: Set[str]) -> Control:
    if control.name != "year":
        return control
    years = {str(point["year"]) for point in points}
    return replace(control, options=tuple(sorted(years, key=lambda year: (year in whole, year), reverse=True)))
