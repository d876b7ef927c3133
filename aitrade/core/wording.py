"""Numbers and names as people write them."""

import re
from collections.abc import Iterable, Sequence


def ranges(numbers: Iterable[int]) -> str:
    """Numbers as people write them: ``2013 to 2016, 2020``."""
    runs: list[list[int]] = []
    for number in sorted(numbers):
        if runs and runs[-1][-1] == number - 1:
            runs[-1].append(number)
        else:
            runs.append([number])
    return ", ".join(str(run[0]) if len(run) == 1 else f"{run[0]} to {run[-1]}" for run in runs)


def slug(name: str) -> str:
    """A name as names of columns have it: ``high_medium`` for ``High+Medium``."""
    return re.sub(r"\W+", "_", name.lower()).strip("_")


def few(names: Sequence[str]) -> str:
    """Names in a line, or the first and the last of many."""
    return ", ".join(names) if len(names) <= 12 else f"{names[0]} to {names[-1]} ({len(names)} in all)"
