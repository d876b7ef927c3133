"""Seasonally adjusted series of monthly tables: by X-13ARIMA-SEATS where it is installed, else by STL."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from importlib.metadata import version
from math import exp, log
from typing import TYPE_CHECKING

from aitrade.core.errors import BadInputError
from aitrade.core.extras import require_extra
from aitrade.core.sql import query
from aitrade.core.table import Note, Table, Value
from aitrade.trade.tables.context import QueryContext
from aitrade.trade.tables.macros import SQL
from aitrade.trade.tables.x13 import NAME, NotAdjustedError, adjust_by_x13, find_x13
from aitrade.trade.tables.years import MONTHS

if TYPE_CHECKING:
    from pathlib import Path

    from duckdb import DuckDBPyConnection

SHORTEST = 5 * MONTHS
LACKING = 0.05  # of a month's trade: where more is lacking, season and gap can't be told apart
_LEAST_OF_A_MONTH = 3
_DECIMALS = 9
_SEASONAL_YEARS = 13  # span of the smoother of each calendar month: seasons change slowly

Month = tuple[int, int]
_Adjusted = tuple[Sequence[float], str, bool | None]  # values, method with version, whether X-13 finds a season


@dataclass(frozen=True)
class _Adjuster:
    """How series are adjusted: the program, or None for STL."""

    program: "Path | None"

    @staticmethod
    def installed() -> "_Adjuster":
        """The best method that is installed.

        Raises:
            UsageError: none is.
        """
        if (program := find_x13()) is None:
            require_extra("seasonal", "seasonal adjustment")
        return _Adjuster(program)

    def adjust(self, name: str, values: Sequence[float | None], first: Month) -> _Adjusted:
        """The adjusted values of a series, the method with its version, and whether X-13 finds a season (STL: None)."""
        if self.program:
            adjusted = adjust_by_x13(self.program, name, values, first)
            method = f"{NAME} {adjusted.version} (X-11 filter, trading days and Easter where its test finds them)"
            return adjusted.values, method, adjusted.is_seasonal
        method = f"STL (robust, statsmodels {version('statsmodels')}; not for trading days)"
        return adjust_by_stl(values), method, None


def with_adjusted(con: "DuckDBPyConnection", table: Table, context: QueryContext) -> Table:
    """A monthly table with its series seasonally adjusted, each by itself; shares are those of the adjusted values.

    Args:
        con: the workspace, with the gaps of the table's flow still on it.
        table: index or share by month, computed.
        context: what it was computed from.

    Raises:
        BadInputError: there are fewer than five years of months, or no series can be adjusted.
        UsageError: no method is installed.
    """
    months = [_month(row[0]) for row in table.rows]
    in_part = _months_in_part(con, context)
    usable = [month for month in months if month not in in_part]
    _require_span(months, usable)
    adjuster = _Adjuster.installed()
    columns: list[Sequence[Value]] = []
    said = _Said()
    for place, column in enumerate(table.columns):
        values = [row[place] for row in table.rows]
        if column.kind in ("index", "billions"):
            by_month = dict(zip(months, values, strict=True))
            series = {month: float(by_month[month] or 0) for month in usable if by_month[month] is not None}
            adjusted = _adjust(adjuster, column.title, series, said)
            values = [adjusted.get(month) for month in months]
        columns.append(values)
    if said.failed and not said.methods:
        raise said.failed[0]
    for place, column in enumerate(table.columns):
        if column.measure == "share":
            columns[place] = _shares(columns, table)
    return replace(
        table,
        title=f"{table.title}, seasonally adjusted",
        rows=tuple(zip(*columns, strict=True)),
        notes=(*_notes(usable, [month for month in months if month in in_part], said), *table.notes),
    )


def _months_in_part(con: "DuckDBPyConnection", context: QueryContext) -> set[Month]:
    """The months that lack more than a little of their trade, or most partner countries."""
    rows = query(con, SQL, "months_lacking", flow=context.options.flow)
    lacking = {(year, month) for year, month, share in rows if share > LACKING}
    return lacking | {(year.year, month) for year in context.selection.shown for month in year.low_coverage}


def adjust_by_stl(values: Sequence[float | None]) -> list[float]:
    """Adjust a monthly series by STL: its seasonal part is taken out, of logarithms where all values are above 0.

    Args:
        values: at least two years; None where a month is missing: the mean of the same month in the years next to it
            stands in.
    """
    from statsmodels.tsa.seasonal import STL

    multiplicative = all(value is None or value > 0 for value in values)
    known = [None if value is None else log(value) if multiplicative else value for value in values]
    filled = [_bridged(known, place) if value is None else value for place, value in enumerate(known)]
    seasonal = STL(filled, period=MONTHS, seasonal=_SEASONAL_YEARS, robust=True).fit().seasonal
    left = [value - float(season) for value, season in zip(filled, seasonal, strict=True)]
    return [exp(value) for value in left] if multiplicative else left


def _bridged(values: Sequence[float | None], place: int) -> float:
    """What stands in for a missing value: the mean of the same month in the nearest years before and after."""
    before = [value for value in values[place % MONTHS : place : MONTHS] if value is not None][-1:]
    after = [value for value in values[place + MONTHS :: MONTHS] if value is not None][:1]
    near = before + after
    return sum(near) / len(near)


@dataclass
class _Said:
    """What came of the series of a table.

    Args:
        adjusted: the series that are adjusted, by first month and values.
        methods: by which.
        not_seasonal, too_short, failed: titles and errors of those that are special.
    """

    adjusted: dict[tuple[Month, tuple[float | None, ...]], _Adjusted] = field(default_factory=dict)
    methods: set[str] = field(default_factory=set)
    not_seasonal: list[str] = field(default_factory=list)
    too_short: list[str] = field(default_factory=list)
    failed: list[NotAdjustedError] = field(default_factory=list)


def _adjust(adjuster: _Adjuster, title: str, series: dict[Month, float], said: _Said) -> dict[Month, float]:
    """A series adjusted, by month, of the months that it holds; nothing where they are too few."""
    if not _enough(series):
        said.too_short.append(title)
        return {}
    first, last = min(series), max(series)
    span = [
        (place // MONTHS, place % MONTHS + 1)
        for place in range(first[0] * MONTHS + first[1] - 1, last[0] * MONTHS + last[1])
    ]
    # Of mean 100, so that an index and its dollars are one series.
    scale = sum(series.values()) / len(series) / 100
    scaled = tuple(round(series[month] / scale, _DECIMALS) if month in series else None for month in span)
    try:
        if (first, scaled) not in said.adjusted:
            said.adjusted[first, scaled] = adjuster.adjust(title, scaled, first)
    except NotAdjustedError as error:
        said.failed.append(error)
        return {}
    values, method, is_seasonal = said.adjusted[first, scaled]
    said.methods.add(method)
    if is_seasonal is False:
        said.not_seasonal.append(title)
    return {month: value * scale for month, value in zip(span, values, strict=True) if month in series}


def _enough(series: dict[Month, float]) -> bool:
    """Whether a series is long enough, holds every month of the year often enough, and moves at all."""
    of_years = [sum(month == of_year for _, month in series) for of_year in range(1, MONTHS + 1)]
    return len(series) >= SHORTEST and min(of_years) >= _LEAST_OF_A_MONTH and len(set(series.values())) > 1


def _require_span(months: Sequence[Month], usable: Sequence[Month]) -> None:
    if len(usable) >= SHORTEST:
        return
    in_part = f", {len(months) - len(usable)} more are there in part" if len(months) > len(usable) else ""
    span = f", {_name(min(months))} to {_name(max(months))}" if months else ""
    raise BadInputError(
        f"seasonal adjustment needs five years by month ({SHORTEST} months); there are {len(usable)}{span}{in_part}",
        fix="import more months, or choose more --years; leave out --sa for the series as they are",
    )


def _shares(columns: Sequence[Sequence[Value]], table: Table) -> list[Value]:
    """The share of the first value column in the last, of adjusted values."""
    places = [place for place, column in enumerate(table.columns) if column.measure == "value"]
    return [
        100 * part / whole if isinstance(part, float) and isinstance(whole, float) and whole else None
        for part, whole in zip(columns[places[0]], columns[places[-1]], strict=True)
    ]


def _notes(usable: Sequence[Month], left_out: Sequence[Month], said: _Said) -> list[Note]:
    methods = sorted(said.methods)
    notes = []
    if methods:
        text = (
            f"seasonally adjusted by {' and '.join(methods)}, {_name(min(usable))} to {_name(max(usable))} "
            f"({len(usable)} months); each series by itself, so that parts need not add up to all; the base of an "
            "index is the average as it came, not adjusted"
        )
        notes.append(Note(text, "terms", f"seasonally adjusted by {methods[0].split(' (')[0]}"))
    if left_out:
        text = f"{', '.join(map(_name, left_out))} are there in part: they are left out, and empty"
        notes.append(Note(text, "terms"))
    notes += [Note(f"{error.what}: empty", "method") for error in said.failed]
    if said.not_seasonal:
        text = f"{NAME} identifies no seasonality in {', '.join(dict.fromkeys(said.not_seasonal))}"
        notes.append(Note(text, "method"))
    if said.too_short:
        text = f"too few months, or none unlike another, to adjust {', '.join(dict.fromkeys(said.too_short))}: empty"
        notes.append(Note(text, "method"))
    return notes


def _month(text: Value) -> Month:
    year, month = str(text).split("-")
    return int(year), int(month)


def _name(month: Month) -> str:
    return f"{month[0]}-{month[1]:02d}"
