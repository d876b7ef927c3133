"""A figure as data: points, and what can be chosen of them. Drawing is another module's work."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from aitrade.core.table import Column, Kind, Levels, NoteKind, Table, Value

Point = dict[str, str | float | None]
Tables = Mapping[str, Table]  # by flow
Shape = Literal["months", "years", "bars", "curve", "scatter", "forest"]

BOTH = "both"
CODES = "HS10"  # what bars are of where each has a code and a description
FLOW = ("flow", "Flow")
MEASURE = ("measure", "Measure")
YEAR = ("year", "Year")
UNITS: dict[str, str] = {
    "Index": "base year's monthly average = 100",
    "Billion dollars": "billion US dollars",
    "Tariff rate": "duty over customs value, percent",
    "Share": "percent",
    "Growth": "percent over the year before",
    "Change": "percent",
}


@dataclass(frozen=True)
class Control:
    """Something to choose: key in the points, label for people, options in their order."""

    name: str
    label: str
    options: tuple[str, ...]


@dataclass(frozen=True)
class Figure:
    """A figure.

    Args:
        id: file name and anchor.
        title: what it shows.
        about: the same for those who can't see it; says where the figures are.
        shape: ``months`` (lines over time), ``years`` (columns), ``bars`` (by name), ``curve`` (lines over numbers),
            ``scatter`` (named points over numbers), ``forest`` (points with intervals, by name).
        x_title: what x is.
        unit: of the values where ``measure`` is no control.
        controls: what can be chosen; every point has a value for each.
        series: names in their order.
        points: each with x, series, value, lower and upper (None where there is no interval), and the controls; flow
            as well where points differ by it.
        flow: whose trade the points show where they do not say: imports, exports, or both together.
        levels: the levels among the series, which have colours of their own; None where there are none.
        notes: what a reader has to know of its tables, in few words: gaps, unlabelled trade, unknown duty, the run.
    """

    id: str
    title: str
    about: str
    shape: Shape
    x_title: str
    unit: str
    controls: tuple[Control, ...]
    series: tuple[str, ...]
    points: tuple[Point, ...]
    flow: str = BOTH
    levels: Levels | None = None
    notes: tuple[str, ...] = ()

    def flow_of(self, point: Point) -> str:
        """Whose trade a point shows: imports, exports, or both together."""
        return str(point.get("flow", self.flow))

    def chosen(self, wanted: Mapping[str, str] | None = None) -> dict[str, str]:
        """A choice that has points: what is wanted where that can be, else the first option that goes with the rest."""
        choice: dict[str, str] = {}
        for control in self.controls:
            there = [option for option in control.options if self.shown(choice | {control.name: option})]
            option = (wanted or {}).get(control.name)
            choice[control.name] = option if option in there else there[0]
        return choice

    def shown(self, choice: dict[str, str]) -> tuple[Point, ...]:
        """The points of a choice."""
        return tuple(point for point in self.points if all(point[name] == value for name, value in choice.items()))

    def only_series(self, chosen: Sequence[str] = ()) -> tuple[str, ...]:
        """The name of the one series that there is; none where there are several, or where a choice says it."""
        known = {word.lower() for word in (*chosen, self.unit, self.flow)}
        return tuple(name for name in self.series if len(self.series) == 1 and name.lower() not in known)

    @property
    def names_codes(self) -> bool:
        """Whether bars are of codes with their descriptions, which take two lines."""
        return self.shape == "bars" and self.x_title == CODES

    def columns(self) -> tuple[str, ...]:
        """The names of what a point holds, in order."""
        interval = any(point["lower"] is not None for point in self.points)
        return (*(c.name for c in self.controls), "x", "series", "value", *(("lower", "upper") if interval else ()))

    def table(self) -> Table:
        """Its points as a table."""
        kinds: dict[str, Kind] = {"value": "number", "lower": "number", "upper": "number"}
        columns = tuple(Column(name, name.capitalize(), kinds.get(name, "text")) for name in self.columns())
        rows = tuple(tuple(point[column.name] for column in columns) for point in self.points)
        return Table(self.id, self.title, columns, rows)


def figure(
    id_: str,
    title: str,
    about: str,
    points: list[Point],
    *,
    shape: Shape,
    x_title: str,
    unit: str = "",
    controls: tuple[tuple[str, str], ...] = (),
    flow: str = BOTH,
    levels: Levels | None = None,
    notes: tuple[str, ...] = (),
) -> Figure | None:
    """A figure of points, its options and series in the order of their first appearance; None without points.

    Points without a value are left out, so that no choice leads to an empty drawing; a line keeps its gaps.
    """
    kept = [point for point in points if point["value"] is not None]
    if shape in ("months", "curve"):
        told = {_choice(point, controls) for point in kept}
        kept = [point for point in points if _choice(point, controls) in told]
    if not kept:
        return None

    def seen(name: str) -> tuple[str, ...]:
        return tuple(dict.fromkeys(str(point[name]) for point in kept))

    made = tuple(Control(name, label, seen(name)) for name, label in controls)
    return Figure(id_, title, about, shape, x_title, unit, made, seen("series"), tuple(kept), flow, levels, notes)


def _choice(point: Point, controls: tuple[tuple[str, str], ...]) -> tuple[str, ...]:
    return tuple(str(point[name]) for name, _ in controls)


def point(
    x: str | float, series: str, value: object, lower: object = None, upper: object = None, **chosen: str
) -> Point:
    """A point; the figures are rounded to what a reader can use (the tables keep every digit)."""
    return {
        **chosen,
        "x": x,
        "series": series,
        "value": _number(value),
        "lower": _number(lower),
        "upper": _number(upper),
    }


def _number(value: object) -> float | None:
    return round(float(value), 4) if isinstance(value, int | float) else None


def only_table(tables: Tables) -> tuple[str, Table]:
    """The one table of a figure that is not drawn for imports and exports side by side, and its flow."""
    ((flow, table),) = tables.items()
    return flow, table


def notes_of(tables: Tables, *but: NoteKind) -> tuple[str, ...]:
    """What a figure has to say of its tables, in few words and each once; of one flow of two, the flow is named.

    Args:
        tables: what it draws.
        but: kinds of notes that do not concern it.
    """
    said: dict[str, list[str]] = {}
    for flow, table in tables.items():
        for brief in dict.fromkeys(note.brief for note in table.telling(*but)):
            said.setdefault(brief, []).append(flow)
    of_all = [brief for brief, flows in said.items() if len(flows) == len(tables)]
    of_one = [f"{flows[0]}: {brief}" for brief, flows in said.items() if len(flows) < len(tables)]
    return (*of_one, *of_all)


def levels_of(tables: Tables) -> Levels | None:
    """The levels that the tables show; they are the same in all."""
    return next((table.levels for table in tables.values()), None)


def group_of(tables: Tables) -> str:
    """What the levels that count are called together."""
    levels = levels_of(tables)
    return levels.group if levels else ""


def reference_of(tables: Tables) -> str:
    """The level that the counted ones are compared with."""
    levels = levels_of(tables)
    return levels.reference if levels else ""


def years_of(table: Table, measure: str) -> list[tuple[str, str]]:
    """Years and names of the columns of a measure, the latest year first."""
    return [(str(column.year), column.name) for column in reversed(table.measured(measure)) if column.year is not None]


def category_name(value: Value) -> str:
    """A category as people read it."""
    return str(value).replace("_", " ")
