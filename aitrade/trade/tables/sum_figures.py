"""Figures of a table computed from sums of dollars that differ from one way of labelling to another.

Each sum is an array of labellings × places; a place is a period (year * 100 + month), or a country and a year. So one
expression gives a figure for the labels as they are, for those corrected by gold, and for every draw.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from aitrade.core.table import Column, Table, Value
from aitrade.trade.tables.context import QueryContext

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Sums = Mapping[tuple[str, str | None], NDArray[np.float64]]
    Figures = dict[tuple[str, int | None, str], NDArray[np.float64]]  # by measure, year and series of a column
    Place = tuple[str, int]

WORLD = ""
"""The country of sums over all partners."""


@dataclass(frozen=True)
class PlacedSums:
    """Sums by (level or group, category or None), and where in them each place stands.

    Attributes:
        sums: arrays of labellings × places; ``("All", None)`` holds every code.
        places: each (country, period); the country is :data:`WORLD` for all partners together.
    """

    sums: "Sums"
    places: "Sequence[Place]"

    def of(self, relevance: str, category: str | None, place: "Place") -> "NDArray[np.float64]":
        """Dollars of a label at a place, in every labelling; zeros where the label or the place has none."""
        import numpy as np

        everything = self.sums["All", None]
        if place not in self.places or (relevance, category) not in self.sums:
            return np.zeros(len(everything))
        return self.sums[relevance, category][:, self.places.index(place)]


def figures_of(table: Table, context: QueryContext, placed: PlacedSums) -> "list[Figures]":
    """The figures of each row of a table in every labelling, by what the columns measure.

    Args:
        table: one of summary, share, index, countries and growth, computed.
        context: what it was computed from.
        placed: the sums.
    """
    return _FIGURES[table.name](table, context, placed)


def column_key(column: Column) -> tuple[str, int | None, str]:
    """What tells the columns of a table apart: measure, year and series."""
    return column.measure, column.year, column.series


def _ratio(part: "NDArray[np.float64]", whole: "NDArray[np.float64]") -> "NDArray[np.float64]":
    import numpy as np

    with np.errstate(divide="ignore", invalid="ignore"):
        return np.asarray(100 * part / whole)


def _summary(table: Table, context: QueryContext, placed: PlacedSums) -> "list[Figures]":
    first, last = context.selection.first, context.selection.last

    def of_row(relevance: Value, category: Value) -> "Figures":
        named = str(relevance), None if category is None else str(category)
        figures: Figures = {
            ("value", year, ""): placed.of(*named, (WORLD, year * 100)) / 1e9 for year in context.selection.years
        }
        if first is not None and last is not None:
            before, after = (placed.of(*named, (WORLD, year * 100)) for year in (first, last))
            figures["change", last, ""] = _ratio(after, before) - 100
        return figures

    return [of_row(row[0], row[1]) for row in table.rows]


def _share(table: Table, context: QueryContext, placed: PlacedSums) -> "list[Figures]":
    del table
    group = context.options.group
    rows: list[Figures] = []
    for place in _shown(context, placed):
        counted, everything = (placed.of(name, None, place) for name in (group, "All"))
        rows.append({("value", None, group): counted / 1e9, ("share", None, ""): _ratio(counted, everything)})
    return rows


def _index(table: Table, context: QueryContext, placed: PlacedSums) -> "list[Figures]":
    import numpy as np

    del table
    group, reference, base_year = context.options.group, context.question.labels.reference, context.options.base_year
    base = [place for place in placed.places if place[1] // 100 == base_year]
    without = {f"{group} without {one.name}": one.categories for one in context.question.settings.without}

    def of_series(name: str, place: "Place") -> "NDArray[np.float64]":
        if name not in without:
            return placed.of(name, None, place)
        left_out = [placed.of(group, category, place) for category in without[name]]
        return np.asarray(placed.of(group, None, place) - np.sum(left_out, axis=0))

    averages = {
        name: np.sum([of_series(name, place) for place in base], axis=0) / len(base)
        for name in (group, reference, *without)
    }
    return [
        {
            key: figure
            for name, average in averages.items()
            for key, figure in (
                (("index", None, name), _ratio(of_series(name, place), average)),
                (("value", None, name), of_series(name, place) / 1e9),
            )
        }
        for place in _shown(context, placed)
    ]


def _countries(table: Table, context: QueryContext, placed: PlacedSums) -> "list[Figures]":
    group, years = context.options.group, context.selection.years
    code = [column.name for column in table.columns].index("cty_code")
    world = {year: placed.of(group, None, (WORLD, year * 100)) for year in years}
    rows = []
    for row in table.rows:
        of_country = {year: placed.of(group, None, (str(row[code]), year * 100)) for year in years}
        figures: Figures = {("value", year, ""): dollars / 1e9 for year, dollars in of_country.items()}
        figures |= {("share", year, ""): _ratio(dollars, world[year]) for year, dollars in of_country.items()}
        figures["share", None, ""] = _ratio(sum(of_country.values()), sum(world.values()))  # type: ignore[arg-type]
        rows.append(figures)
    return rows


def _growth(table: Table, context: QueryContext, placed: PlacedSums) -> "list[Figures]":
    names = [column.name for column in table.columns]
    rows = []
    for row in table.rows:
        country = WORLD if row[names.index("cty_code")] is None else str(row[names.index("cty_code")])
        level = str(row[names.index("relevance")])
        figures: Figures = {
            ("value", year, ""): placed.of(level, None, (country, year * 100)) / 1e9 for year in context.selection.years
        }
        for year in context.selection.comparable:
            after, before = (placed.of(level, None, (country, one * 100)) for one in (year, year - 1))
            figures["growth", year, ""] = _ratio(after, before) - 100
        rows.append(figures)
    return rows


def _shown(context: QueryContext, placed: PlacedSums) -> "list[Place]":
    """The places that are rows of a table by time."""
    return [place for place in placed.places if place[1] // 100 in context.selection.years]


_FIGURES: "dict[str, Callable[[Table, QueryContext, PlacedSums], list[Figures]]]" = {
    "summary": _summary,
    "share": _share,
    "index": _index,
    "countries": _countries,
    "growth": _growth,
}
