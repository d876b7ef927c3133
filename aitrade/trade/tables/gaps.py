"""Find what the data lack of a country or a chapter in a period that holds others, so that only like is compared."""

from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from aitrade.core.sql import query
from aitrade.core.table import Note
from aitrade.core.wording import ranges
from aitrade.trade.tables.macros import SQL

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

_NAMED = 4


@dataclass(frozen=True)
class Gap:
    """What the data lack of a country, a chapter or a chapter of a country in a year.

    Args:
        flow: imports or exports.
        country: Census code; None where a chapter is lacking of all of them.
        name: of the country.
        chapter: HS2; None where a country is lacking altogether.
        year: the year.
        months: the months that are lacking; 0 stands for a whole year.
        whole_year: whether nothing of the year is there.
    """

    flow: str
    country: str | None
    name: str | None
    chapter: str | None
    year: int
    months: tuple[int, ...]
    whole_year: bool

    @property
    def of(self) -> str:
        """What is lacking, in words."""
        country = f"{self.name} ({self.country})" if self.name else self.country
        return " of ".join(filter(None, (self.chapter and f"chapter {self.chapter}", country)))

    @property
    def when(self) -> str:
        """When it is lacking, in words."""
        months = [month for month in self.months if month]
        if self.whole_year:
            return str(self.year)
        if not months:
            return f"part of {self.year}"
        return f"{self.year} month{'s' if len(months) > 1 else ''} {ranges(months)}"


def find_gaps(
    con: "DuckDBPyConnection",
    flows: Sequence[str],
    partners: Sequence[str] = (),
    excluded: Sequence[str] = (),
    *,
    by_month: bool,
) -> tuple[Gap, ...]:
    """Find the gaps of flows, and keep them on the connection for the tables' SQL (``gaps.sql``).

    Args:
        con: a workspace.
        flows: imports, exports or both; of both, a country that one flow lacks altogether is a gap too.
        partners: the countries that trade is limited to; none for all.
        excluded: HS2 chapters that are dropped.
        by_month: whether months are compared, not years.
    """
    rows = query(
        con, SQL, "gaps", flows=list(flows), partners=list(partners), excluded=list(excluded), by_month=by_month
    )
    return tuple(
        Gap(flow, country, name, chapter, year, tuple(months), whole)
        for flow, country, name, chapter, year, months, whole in rows
    )


def gap_notes(gaps: Collection[Gap], years: Collection[int], of_gap: str) -> list[Note]:
    """Note what the years of a table lack, a flow at a time.

    Args:
        gaps: of the flows of the table.
        years: that its figures rest on.
        of_gap: what its figures make of a gap.
    """
    notes = []
    for flow in dict.fromkeys(gap.flow for gap in gaps):
        lacking: dict[tuple[str, int | None], list[str]] = defaultdict(list)
        for gap in gaps:
            if gap.flow == flow and gap.year in years:
                lacking[gap.when, gap.year if gap.whole_year else None].append(gap.of)
        if lacking:
            text = "; ".join(f"{_few(names)} in {when}" for names, when in _by_names(lacking))
            notes.append(Note(f"the data lack {flow} of {text}: {of_gap}", "gaps", f"lacking {flow}: {text}"))
    return notes


def _by_names(lacking: "dict[tuple[str, int | None], list[str]]") -> list[tuple[Sequence[str], str]]:
    """What is lacking and when; whole years that lack the same are told once, as ``2023 to 2025``.

    Args:
        lacking: names by when, in words, and the year where it is lacking whole.
    """
    years: dict[tuple[str, ...], list[int]] = defaultdict(list)
    for (_, year), names in lacking.items():
        if year is not None:
            years[tuple(names)].append(year)
    told: list[tuple[Sequence[str], str]] = []
    for (when, year), names in lacking.items():
        if year is None:
            told.append((names, when))
        elif alike := years.pop(tuple(names), []):
            told.append((names, ranges(alike)))
    return told


def _few(names: Sequence[str]) -> str:
    if len(names) <= _NAMED:
        return ", ".join(names)
    return f"{', '.join(names[: _NAMED - 1])} and {len(names) - _NAMED + 1} others"
