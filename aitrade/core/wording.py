"""Numbers and names as people write them."""

import re
from collections.abc import Iterable, Sequence
from difflib import get_close_matches


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


def nearest(name: str, names: Iterable[str]) -> str | None:
    """The one of some names that is most like a misspelt one, in any case; None where none is near."""
    by_lower = {known.lower(): known for known in names}
    near = get_close_matches(name.lower(), by_lower, n=1, cutoff=0.6)
    return by_lower[near[0]] if near else None


def offer(name: str, names: Sequence[str], *, otherwise: str = "") -> str:
    """Say what could be meant by a name that there is not: the nearest, then what there is.

    Args:
        name: as it was written.
        names: what there is.
        otherwise: what else to do, a command; every name by default.
    """
    near = nearest(name, names)
    others = otherwise or (f"choose from {', '.join(names)}" if names else "")
    return "; ".join(part for part in (f"did you mean {near}?" if near else "", others) if part)


def duration(seconds: float) -> str:
    """A time as one would say it: ``about 20 s``, ``about 4 min``, ``about 2 h 30 min``."""
    if seconds < 90:
        return f"about {max(10 * round(seconds / 10), 5)} s"
    minutes = round(seconds / 60)
    if minutes < 90:
        return f"about {minutes} min"
    hours, rest = divmod(10 * round(minutes / 10), 60)
    return f"about {hours} h" + (f" {rest} min" if rest else "")
