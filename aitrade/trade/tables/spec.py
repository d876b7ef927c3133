"""What a table is: its columns, and what can be asked of it."""

from dataclasses import dataclass
from typing import Literal

from aitrade.core.table import Kind


@dataclass(frozen=True)
class Heading:
    """A column of a query, or one column for each year of a list that the query returns.

    Names and titles may hold ``{group}``, ``{slug}`` (the chosen relevances, as a title or in a name), ``{year}``,
    ``{changes}`` (from which year to which), ``{rank_year}`` and ``{base_year}``. ``each`` says which years a list runs
    over: those shown, or those of them that compare with the year before.
    """

    name: str
    title: str
    kind: Kind = "text"
    each: Literal["years", "comparable"] | None = None


@dataclass(frozen=True)
class Spec:
    """A table.

    Args:
        name: on the command line, and of its SQL file.
        about: one line for the help.
        title: of the table; may hold ``{Flow}``, ``{group}``, ``{partners}`` and what headings may hold.
        headings: the columns of its query, in order.
        by: the periods it can go by; the first is its own.
        top: how many codes or countries it shows by itself; None where it is not cut.
        rows_by_country: whether ``countries`` chooses rows; else it restricts the trade to these partners.
        compares_low: whether Low is what the chosen relevances are compared with, and so can't be one of them.
        from_base: whether it needs the base year.
        latest_only: whether it shows only the latest complete year by itself.
        has_denominator: whether ``denominator`` means something.
        has_interval: whether ``interval`` does.
        has_lists: whether ``lists`` does.
        both_flows: whether it needs imports and exports together.
        needs_duty: whether it needs calculated duty, which only imports have.
        of_part: what its figures make of a year that the data hold in part.
        notes: what always has to be said.
    """

    name: str
    about: str
    title: str
    headings: tuple[Heading, ...]
    by: tuple[str, ...] = ("year",)
    top: int | None = None
    rows_by_country: bool = False
    compares_low: bool = False
    from_base: bool = False
    latest_only: bool = False
    has_denominator: bool = False
    has_interval: bool = False
    has_lists: bool = False
    both_flows: bool = False
    needs_duty: bool = False
    of_part: str = "changes and rankings leave it out"
    notes: tuple[str, ...] = ()
