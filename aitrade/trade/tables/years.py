"""Which years the data hold, how much of each, and which of them a table shows."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from aitrade.core.errors import BadInputError
from aitrade.core.sql import query
from aitrade.core.wording import ranges
from aitrade.trade.tables.macros import SQL
from aitrade.trade.tables.options import Options

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

MONTHS = 12
FEW = 100  # partner countries; the United States trades with some 230


@dataclass(frozen=True)
class Year:
    """What the data hold of a year, of one partner country or another.

    Args:
        year: the year.
        whole: whether of any country as a whole.
        months: the months (1 to 12) that are there of any.
        monthly_only: the months of countries that are not there as a whole.
        countries: how many partner countries.
        complete: whether figures of the year compare with those of another complete year; where some countries are
            there as a whole and others by month, it is as complete as the months of those others.
        low_coverage: the months with fewer than half the partner countries of the month that has most.
    """

    year: int
    whole: bool
    months: tuple[int, ...]
    monthly_only: tuple[int, ...]
    countries: int
    complete: bool
    low_coverage: tuple[int, ...] = ()

    @property
    def coverage(self) -> str:
        """How much of the year there is: ``the whole year``, ``only months 1 to 3``."""
        if self.complete:
            return "the whole year"
        months = f"only {'months' if len(self.monthly_only) > 1 else 'month'} {ranges(self.monthly_only)}"
        return f"the whole year of some partner countries and {months} of others" if self.whole else months


def available_years(con: "DuckDBPyConnection", flow: str, partners: tuple[str, ...]) -> tuple[Year, ...]:
    """The years of a flow, in order; with partners, only their trade counts. None where there is no such trade.

    Raises:
        BadInputError: the sums by chapter that this is read from are not those of the flows.
    """
    _require_sums(con)
    rows = query(con, SQL, "years", flow=flow, partners=list(partners))
    return tuple(
        Year(year, whole, tuple(months), tuple(monthly_only), countries, complete, tuple(low_coverage))
        for year, whole, months, monthly_only, countries, complete, low_coverage in rows
    )


def _require_sums(con: "DuckDBPyConnection") -> None:
    ((rows,),) = con.execute("SELECT count(*) FROM flows").fetchall()
    ((summed,),) = con.execute("SELECT coalesce(sum(number), 0)::BIGINT FROM chapter_flows").fetchall()
    if rows != summed:
        raise BadInputError(
            f"the workspace's table chapter_flows sums {summed:,} rows of trade, and there are {rows:,} in flows",
            fix="flows was changed by another program: import the trade again into a new workspace",
        )


def years_in_data(con: "DuckDBPyConnection", flow: str, partners: tuple[str, ...]) -> tuple[Year, ...]:
    """The years of a flow, in order; with partners, only their trade counts.

    Raises:
        BadInputError: there is no such trade.
    """
    available = available_years(con, flow, partners)
    if not available:
        raise no_trade(flow, partners)
    return available


def no_trade(flow: str, partners: tuple[str, ...]) -> BadInputError:
    """The error where a flow, with these partners where there are any, has no year."""
    return BadInputError(
        f"the workspace holds no {flow}{with_partners(partners)}",
        fix=f"import some: aitrade trade import FILE --flow {flow}",
    )


def with_partners(partners: Sequence[str]) -> str:
    """What a message adds where only some partner countries were asked for."""
    return f" with {', '.join(partners)}" if partners else ""


def partner_countries(number: int) -> str:
    """So many partner countries, in words."""
    return f"{number} partner {'country' if number == 1 else 'countries'}"


def comparable_partners(one: int, other: int) -> bool:
    """Whether sums over two numbers of partner countries compare: neither is less than half the other."""
    return 2 * min(one, other) >= max(one, other)


def low_coverage_years(years: Sequence[Year]) -> list[Year]:
    """Those of some years that hold fewer than half the partner countries of another of them."""
    most = max((year.countries for year in years), default=0)
    return [year for year in years if not comparable_partners(year.countries, most)]


def full_years(years: Iterable[Year]) -> list[Year]:
    """Years that figures can start from, end with and be ranked by.

    They are complete, and hold no less than half of the partner countries of the complete one that has most.
    """
    complete = [year for year in years if year.complete]
    few = low_coverage_years(complete)
    return [year for year in complete if year not in few]


def full_year(con: "DuckDBPyConnection", flows: Sequence[str]) -> int | None:
    """The latest calendar year that the workspace holds in full of every flow (:func:`full_years`).

    Args:
        con: the workspace.
        flows: imports, exports or both.

    Returns:
        The year; None where there is none.
    """
    full = [{year.year for year in full_years(available_years(con, flow, ()))} for flow in flows]
    return max(set.intersection(*full), default=None)


@dataclass(frozen=True)
class YearSelection:
    """The years of a table.

    Args:
        shown: the years shown.
        comparable: those of them that compare with the year before: some partner country can hold both in full.
        linked: the years from the first shown to the last, shown or not, that compare with the year before.
        first: first of the ``full_years`` shown, where changes start; None where there are
            fewer than two.
        last: last full year shown, where changes end; None likewise.
        rank: the year that orders rows: the last full one shown, else the last one.
        by_month: whether rows or columns are months.
    """

    shown: tuple[Year, ...]
    comparable: tuple[int, ...]
    linked: tuple[int, ...]
    first: int | None
    last: int | None
    rank: int
    by_month: bool

    @property
    def years(self) -> tuple[int, ...]:
        """The years shown, as numbers."""
        return tuple(year.year for year in self.shown)


def select_years(
    data: tuple[Year, ...], options: Options, partners: Sequence[str], *, by_month: bool, latest_only: bool
) -> YearSelection:
    """The years that a table shows: those asked for, else those from the base year on, else all there are.

    Seasonal adjustment takes all by itself.

    Args:
        data: the years in the data.
        options: what was asked for.
        partners: the countries that the data are limited to; none for all.
        by_month: whether only years that are there month by month count.
        latest_only: whether the last full year is enough where no years were asked for.

    Raises:
        BadInputError: a year that was asked for is not in the data, or not month by month where months are needed.
    """
    shown = _shown(data, options, partners, by_month=by_month)
    full = [year.year for year in full_years(shown)]
    rank = full[-1] if full else shown[-1].year
    if latest_only and not options.years:
        shown = tuple(year for year in shown if year.year == rank)
        full = [year for year in full if year == rank]
    in_full = {year.year for year in data if year.whole or len(year.months) == MONTHS}
    linked = tuple(year for year in range(shown[0].year, shown[-1].year + 1) if {year, year - 1} <= in_full)
    comparable = tuple(year.year for year in shown if year.year in linked)
    first, last = (full[0], full[-1]) if len(full) > 1 else (None, None)
    return YearSelection(shown, comparable, linked, first, last, rank, by_month)


def _shown(data: tuple[Year, ...], options: Options, partners: Sequence[str], *, by_month: bool) -> tuple[Year, ...]:
    there = {year.year: year for year in data if year.months or not by_month}
    monthly, of = " month by month" if by_month else "", with_partners(partners)
    if not there:
        raise BadInputError(
            f"the workspace holds no {options.flow}{monthly}{of}, only whole years", fix="import monthly files"
        )
    for year in options.years:
        if year not in there:
            raise BadInputError(
                f"the workspace holds no {options.flow} of {year}{monthly}{of}",
                fix=f"import them, or choose from the years that are there: {ranges(there)}",
            )
    if options.years:
        return tuple(there[year] for year in options.years)
    if options.sa:
        return tuple(there.values())
    return tuple(year for year in there.values() if year.year >= (options.base_year or 0)) or tuple(there.values())


def require_base_year(data: tuple[Year, ...], options: Options, partners: Sequence[str], *, by_month: bool) -> Year:
    """The base year.

    Raises:
        BadInputError: it is not in the data, or not month by month where months are needed.
    """
    there = {year.year: year for year in data if year.months or not by_month}
    if options.base_year not in there:
        raise BadInputError(
            f"the workspace holds no {options.flow} of the base year {options.base_year}"
            + (" month by month" if by_month else "")
            + with_partners(partners),
            fix=f"import them, or choose another base year; there are {ranges(there)}"
            if there
            else "import monthly files",
        )
    return there[options.base_year]
