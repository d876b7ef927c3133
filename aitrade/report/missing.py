"""What a report lacks, and what would bring it."""

from collections.abc import Iterable
from dataclasses import dataclass

from aitrade.core.errors import AitradeError


@dataclass(frozen=True)
class Missing:
    """Parts that are not there for one reason.

    Args:
        parts: what the report lacks.
        why: what is wrong with the workspace.
        fix: what to do about it; None where nothing can be said.
    """

    parts: tuple[str, ...]
    why: str
    fix: str | None


def lacking(part: str, error: AitradeError) -> Missing:
    """A part that an error kept out of the report."""
    return Missing((part,), error.what, error.fix)


def gathered(missing: Iterable[Missing]) -> tuple[Missing, ...]:
    """The same, with the parts that one reason keeps away side by side."""
    reasons: dict[tuple[str, str | None], list[str]] = {}
    for one in missing:
        reasons.setdefault((one.why, one.fix), []).extend(one.parts)
    return tuple(Missing(tuple(dict.fromkeys(parts)), why, fix) for (why, fix), parts in reasons.items())
