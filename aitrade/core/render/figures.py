"""Figures for people: rounded to their unit's usual decimals, with thousands separators."""

from aitrade.core.table import Kind, Value

DECIMALS: dict[Kind, int] = {"count": 0, "billions": 2, "percent": 2, "index": 1, "number": 2, "ratio": 3}
MISSING = "–"


def decimals(value: int | float, kind: Kind) -> int:
    """How many decimals people read of a value; a whole number without a unit, such as a count, has none."""
    return 0 if kind == "number" and isinstance(value, int) else DECIMALS[kind]


def figure(value: Value, kind: Kind) -> str:
    """A value as people read it; a dash where there is none. Category names keep their underscores."""
    if value is None:
        return MISSING
    if kind == "period":
        return str(value)
    if isinstance(value, str | bool):
        return "".join(letter if letter.isprintable() else " " for letter in str(value))
    text = f"{value:,.{decimals(value, kind)}f}"
    return text.removeprefix("-") if not text.strip("-0.,") else text


def words(value: Value, kind: Kind) -> str:
    """A value as it stands on a page: as :func:`figure`, but names in words, ``Compute Hardware``."""
    return figure(value, kind).replace("_", " ") if kind == "name" else figure(value, kind)


def is_numeric(kind: Kind) -> bool:
    """Whether a column is aligned to the right."""
    return kind in DECIMALS
