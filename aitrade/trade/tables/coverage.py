"""Which years the data hold, and how much of each."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from aitrade.core.errors import BadInputError
from aitrade.core.wording import ranges
from aitrade.trade.tables.query import fetch

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

FEW = 100  # partner countries; the United States trades with some 230


@dataclass(frozen=True)
class Year:
    """What the data hold of a year, of one partner country or another.

    Args:
        year: the year.
        whole: whether of any country as a whole.
        months: the months (1 to 12) that are there of any.
        alone: the months of countries that are not there as a whole.
        countries: how many partner countries.
        complete: whether figures of the year compare with those of another complete year; where some countries are
            there as a whole and others by month, it is as complete as the months of those others.
        thin: the months with fewer than half the partner countries of the month that has most.
    """

    year: int
    whole: bool
    months: tuple[int, ...]
    alone: tuple[int, ...]
    countries: int
    complete: bool
    thin: tuple[int, ...] = ()

    @property
    def extent(self) -> str:
        """What there is of the year: ``the whole year``, ``only months 1 to 3``."""
        if self.complete:
            return "the whole year"
        months = f"only {'months' if len(self.alone) > 1 else 'month'} {ranges(self.alone)}"
        return f"the whole year of some partner countries and {months} of others" if self.whole else months


def held_years(con: "DuckDBPyConnection", flow: str, partners: tuple[str, ...]) -> tuple[Year, ...]:
    """The years of a flow, in order; with partners, only their trade counts. None where there is no such trade."""
    rows = fetch(con, "years", {"flow": flow, "partners": list(partners)})
    return tuple(
        Year(year, whole, tuple(months), tuple(alone), countries, complete, tuple(thin))
        for year, whole, months, alone, countries, complete, thin in rows
    )


def years_in_data(con: "DuckDBPyConnection", flow: str, partners: tuple[str, ...]) -> tuple[Year, ...]:
    """The years of a flow, in order; with partners, only their trade counts.

    Raises:
        BadInputError: there is no such trade.
    """
    held = held_years(con, flow, partners)
    if not held:
        raise no_trade(flow, partners)
    return held


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


def alike_in_partners(one: int, other: int) -> bool:
    """Whether sums over two numbers of partner countries compare: neither is less than half the other."""
    return 2 * min(one, other) >= max(one, other)


def sparse_years(years: Sequence[Year]) -> list[Year]:
    """Those of some years that hold fewer than half the partner countries of another of them."""
    most = max((year.countries for year in years), default=0)
    return [year for year in years if not alike_in_partners(year.countries, most)]


def full_years(years: Iterable[Year]) -> list[Year]:
    """Years that figures can start from, end with and be ranked by.

    They are complete, and hold no less than half of the partner countries of the complete one that has most.
    """
    complete = [year for year in years if year.complete]
    sparse = sparse_years(complete)
    return [year for year in complete if year not in sparse]
