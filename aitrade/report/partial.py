"""Years that the data hold only in part: said wherever they stand, and never what is shown first."""

from collections.abc import Mapping, Set
from dataclasses import replace

from aitrade.report.figure import BOTH, Control, Figure, Point
from aitrade.trade.tables.years import Year

Partial = Mapping[str, frozenset[str]]


def partial_years(years: Mapping[str, tuple[Year, ...]]) -> Partial:
    """The incomplete years of each flow, such as ``2026``; of both, where figures need the two together."""
    partial = {
        flow: frozenset(str(year.year) for year in of_flow if not year.complete) for flow, of_flow in years.items()
    }
    return {**partial, BOTH: frozenset[str]().union(*partial.values())}


def describe(flow: str, available: tuple[Year, ...]) -> str:
    """What the data hold of a flow: ``Imports: 2024 as a whole; 237 partner countries``."""
    if not available:
        return f"{flow.capitalize()}: none"

    def coverage(year: Year) -> str:
        if year.complete:
            return "as a whole" if year.whole else "month by month"
        return year.coverage

    years = [f"{year.year} {coverage(year)}" for year in available]
    most = max(year.countries for year in available)
    return f"{flow.capitalize()}: {', '.join(years)}; {most} partner {'country' if most == 1 else 'countries'}"


def mark_partial(figure: Figure, partial: Partial) -> Figure:
    """The figure with its incomplete years called ``2026, part`` and put behind the others where years are chosen.

    A year is incomplete for the flow that a point shows: where exports stop in September, imports may be whole.
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
