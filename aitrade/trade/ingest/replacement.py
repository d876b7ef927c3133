"""What an import took the place of, and how its receipt says it."""

from dataclasses import dataclass

from aitrade.core.wording import ranges
from aitrade.trade.ingest.months import few


@dataclass(frozen=True)
class Swap:
    """Whole years that months took the place of, or months that whole years did: rows and dollars.

    ``rows_lacking`` and ``value_lacking`` are of those in chapters (HS2) that the file does not hold for their country
    and year; ``chapters`` names these; ``months_held`` are the months that are there now, by year that was whole.
    """

    chapters: list[str]
    months_held: dict[str, list[int]]
    rows: int
    value: int
    rows_lacking: int
    value_lacking: int


@dataclass(frozen=True)
class Replacement:
    """What an import took the place of: rows and dollars before and after, in the months concerned.

    ``beside`` counts rows that the replaced imports keep in these months, since the file does not hold them;
    ``changed`` rows before that are different now or gone; ``gone`` those without a row in their place; ``swapped`` is
    of whole years and months that took one another's place, which count as neither.
    """

    imports: list[int]
    months: list[str]
    swapped: Swap | None
    rows_before: int
    value_before: int
    rows_after: int
    value_after: int
    beside: int
    changed: int
    gone: int
    value_gone: int

    @property
    def is_revision(self) -> bool:
        """Whether any of the rows before is different now."""
        return self.changed > 0


def replacement_lines(replaced: Replacement, what: str) -> list[str]:
    """The lines of a receipt on what was replaced.

    Args:
        replaced: what was.
        what: what its rows are of, where not of countries: `` of groups``.
    """
    imports = ", ".join(map(str, replaced.imports))
    text = [
        f"  replaced rows{what} of import {imports} in {few(replaced.months)}: "
        f"{replaced.rows_before:,} rows and {replaced.value_before / 1e9:,.6f} billion dollars before, "
        f"{replaced.rows_after:,} and {replaced.value_after / 1e9:,.6f} after"
    ]
    if replaced.swapped:
        text += _swapped(replaced.swapped)
    if replaced.swapped is None or replaced.swapped.rows < replaced.rows_before:
        text.append(_revised(replaced))
    if replaced.beside:
        text.append(
            f"  {replaced.beside:,} rows of those imports stay: the file does not hold their codes or countries"
        )
    return text


def _revised(replaced: Replacement) -> str:
    rows = "other rows" if replaced.swapped else "rows"
    if not replaced.is_revision:
        return f"  no revision: the {rows} before are the same now"
    text = f"  a revision: {replaced.changed:,} of the {rows} before are different now"
    if replaced.gone:
        text += (
            f", {replaced.gone:,} of them gone without a row in their place "
            f"({replaced.value_gone / 1e9:,.6f} billion dollars)"
        )
    return text


def _swapped(swap: Swap) -> list[str]:
    text = (
        "  whole years and months took one another's place: "
        f"{swap.rows:,} rows and {swap.value / 1e9:,.6f} billion dollars went"
    )
    if swap.rows_lacking:
        text += (
            f", of these {swap.rows_lacking:,} rows and {swap.value_lacking / 1e9:,.6f} billion dollars of chapters "
            f"that the file does not hold for their country and year ({few(swap.chapters)})"
        )
    return [text, *(_held(year, months) for year, months in swap.months_held.items())]


def _held(year: str, months: list[int]) -> str:
    missing = [month for month in range(1, 13) if month not in months]
    text = f"  of {year} the workspace now holds, for these countries, months {ranges(months)}"
    return text + (f" only: without months {ranges(missing)} it is no whole year" if missing else "")
