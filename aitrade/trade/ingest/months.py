"""Months of a series: which are missing, and where the level jumps."""

import math
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from statistics import median

Month = tuple[int, int]

# Total US imports and exports stay within a fifth of the months around them, also in spring 2020.
SUSPICIOUS = 1.5
_NEAR = 3


@dataclass(frozen=True)
class Jump:
    """A month whose value is far from that of the months around it; ``ratio`` is value over their median."""

    month: str
    value: int
    ratio: float


def month_text(month: Month) -> str:
    """A month as text: ``2024-01``; month 0 is the year, ``2024``."""
    return f"{month[0]}-{month[1]:02d}" if month[1] else str(month[0])


def missing(months: Collection[Month]) -> list[str]:
    """Months absent between the first and the last."""
    if not months:
        return []
    numbers = {year * 12 + month - 1 for year, month in months}
    return [
        month_text((number // 12, number % 12 + 1))
        for number in range(min(numbers), max(numbers) + 1)
        if number not in numbers
    ]


def jumps(values: Mapping[Month, int], of: Collection[Month]) -> list[Jump]:
    """Months of ``of`` whose value is far from the median of up to three months on each side.

    Far is over 1.5 times (or under 1/1.5 of) that median, and more than three times the spread that the series usually
    has around it (1.4826 times the median absolute log ratio, a robust standard deviation). Months with fewer than
    three neighbours are not judged.
    """
    numbers = {year * 12 + month - 1: value for (year, month), value in values.items()}
    ratios = {}
    for here, value in numbers.items():
        near = [numbers[n] for n in range(here - _NEAR, here + _NEAR + 1) if n != here and n in numbers]
        if len(near) >= 3 and (level := median(near)) > 0:
            ratios[here] = value / level
    if not ratios:
        return []
    spread = 1.4826 * median(abs(math.log(ratio)) if ratio else math.inf for ratio in ratios.values())
    limit = max(math.log(SUSPICIOUS), 3 * spread)
    found = ((year, month, ratios.get(year * 12 + month - 1, 1.0)) for year, month in sorted(of))
    return [
        Jump(month_text((year, month)), values[year, month], round(ratio, 3))
        for year, month, ratio in found
        if ratio == 0 or abs(math.log(ratio)) > limit
    ]
