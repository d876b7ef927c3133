"""Which of the years in the data a table shows."""

from collections.abc import Sequence
from dataclasses import dataclass

from aitrade.core.errors import BadInputError
from aitrade.core.wording import ranges
from aitrade.trade.tables.coverage import Year, alike_in_partners, full_years, sparse_years, with_partners
from aitrade.trade.tables.options import Options


@dataclass(frozen=True)
class Span:
    """The years of a table.

    Args:
        shown: the years shown.
        comparable: those of them that compare with the year before: both are complete, and neither holds less than
            half of the other's partner countries.
        sparse: those of them with fewer than half the partner countries of another of them.
        first: first of the ``full_years`` shown, where changes start; None where there are
            fewer than two.
        last: last full year shown, where changes end; None likewise.
        rank: the year that orders rows: the last full one shown, else the last one.
        by_month: whether rows or columns are months.
    """

    shown: tuple[Year, ...]
    comparable: tuple[int, ...]
    sparse: tuple[int, ...]
    first: int | None
    last: int | None
    rank: int
    by_month: bool

    @property
    def years(self) -> tuple[int, ...]:
        """The years shown, as numbers."""
        return tuple(year.year for year in self.shown)


def choose_span(
    data: tuple[Year, ...], options: Options, partners: Sequence[str], *, by_month: bool, latest_only: bool
) -> Span:
    """The years that a table shows: those asked for, else those from the base year on, else all.

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
    held = {year.year: year.countries for year in data if year.complete}
    comparable = tuple(
        year.year
        for year in shown
        if {year.year, year.year - 1} <= held.keys() and alike_in_partners(held[year.year], held[year.year - 1])
    )
    sparse = tuple(year.year for year in sparse_years(shown))
    first, last = (full[0], full[-1]) if len(full) > 1 else (None, None)
    return Span(shown, comparable, sparse, first, last, rank, by_month)


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
    return tuple(year for year in there.values() if year.year >= options.base_year) or tuple(there.values())


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
            fix=f"import them, or choose another: --base-year; there are {ranges(there) or 'none'}",
        )
    return there[options.base_year]
