"""The named parameters of the tables' SQL."""

from dataclasses import dataclass, fields
from typing import Any


@dataclass(frozen=True)
class Parameters:
    """The named parameters of the tables' SQL; a query takes those that it names.

    Args:
        flow: imports or exports.
        run: the run whose labels are used.
        counted: the levels that count as one, and ``group``, what they are called together.
        reference: the level that they are compared with.
        relevances: the rows of tables by level, in order.
        without: categories that columns beside the counted levels leave out, a list for each such column.
        excluded: HS2 chapters that are dropped.
        partners: the countries that trade is limited to; none: all.
        shown: the countries that rows are limited to; none: all.
        everyone: what all the countries in the data are called together.
        years: those shown; also with the year before each, and with the base year where the table needs it.
        comparable: the years shown that compare with the year before; ``linked``, also those between them.
        world_years: the years shown whose partner countries make most of the world's trade, so that shares are of it.
        years_used: all the years that figures rest on.
        gap_countries: countries that some of these years lack; also ``gap_chapters``.
        periods: year * 100 + month of what is shown; month 0 is a year.
        base_year, from_year, to_year, rank_year: see :class:`YearSelection`.
        by_month: whether months are summed, not years.
        top: how many rows.
        lists: names of exemption lists.
    """

    flow: str
    run: str
    counted: list[str]
    group: str
    reference: str
    relevances: list[str]
    without: list[list[str]]
    excluded: list[str]
    partners: list[str]
    shown: list[str]
    everyone: str
    years: list[int]
    years_and_before: list[int]
    years_and_base: list[int]
    comparable: list[int]
    linked: list[int]
    world_years: list[int]
    years_used: list[int]
    gap_countries: list[str]
    gap_chapters: list[str]
    periods: list[int]
    base_year: int | None
    from_year: int | None
    to_year: int | None
    rank_year: int
    by_month: bool
    top: int
    lists: list[str]

    @property
    def by_name(self) -> dict[str, Any]:
        """The values by name."""
        return {field.name: getattr(self, field.name) for field in fields(self)}
