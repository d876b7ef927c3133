"""Colours and dashes of series: told apart in grey and by colour-blind readers, on light and on dark paper.

Charts are drawn in the light colours; the page's style sheet maps each of them to its dark one. The hues are Okabe and
Ito's (2008), darkened until they stand out 3:1 from white, and lightened until they stand out 3:1 from the dark page.
"""

from dataclasses import dataclass

from aitrade.core.table import Levels


@dataclass(frozen=True)
class Ink:
    """How a series is drawn: colour on light paper, on dark paper, and dash (lengths of line and gap)."""

    light: str
    dark: str
    dash: tuple[int, ...] = ()


CHOSEN = Ink("#b84a00", "#ff9a5c")
LOW = Ink("#0a69a8", "#62b7ee", (6, 3))
ALL = Ink("#5f6770", "#a9b1ba", (2, 2))
OTHER = Ink("#8a3f7a", "#e0a0d0", (8, 3, 2, 3))
FIFTH = Ink("#00735a", "#3fc79f", (4, 2, 1, 2))

TEXT = Ink("#1c2126", "#e8ebee")
MUTED = Ink("#545c65", "#b3bac2")
GRID = Ink("#dde1e6", "#3a4149")
PAPER = Ink("#ffffff", "#15181c")

_IN_TURN = (CHOSEN, LOW, OTHER, FIFTH, ALL)


def inks(series: tuple[str, ...], levels: Levels | None) -> dict[str, Ink]:
    """An ink for each series, no two alike for up to five.

    All, Unlabelled, the reference level and the level next to the counted ones have their own wherever they stand.
    """
    own = {"All": ALL, "Unlabelled": FIFTH}
    if levels:
        own |= dict.fromkeys(levels.between[:1], OTHER) | {levels.reference: LOW}
    found = {name: own[name] for name in series if name in own}
    free = [ink for ink in _IN_TURN if ink not in found.values()] or list(_IN_TURN)
    others = [name for name in series if name not in found]
    return found | {name: free[place % len(free)] for place, name in enumerate(others)}


def dark_style(root: str) -> str:
    """CSS for a root selector: the page's colours on dark paper, and those that charts are drawn in mapped to them."""
    used = (CHOSEN, LOW, ALL, OTHER, FIFTH, TEXT, MUTED, GRID, PAPER)
    own = (
        "--text: {}; --muted: {}; --grid: {}; --paper: {}; --accent: {}; --link: {}; --card: #1e2328; --mark: #4a3212; "
        "--shade: #ffffff59;"
    )
    colours = own.format(*(ink.dark for ink in (TEXT, MUTED, GRID, PAPER, CHOSEN, LOW)))
    return "\n".join(
        [f"{root} {{ color-scheme: dark; {colours} }}"]
        + [
            f'{root} .drawing [{attribute}="{ink.light}"] {{ {attribute}: {ink.dark}; }}'
            for ink in used
            for attribute in ("fill", "stroke")
        ]
        + [swatches(root, dark=True)]
    )


def swatches(root: str, *, dark: bool) -> str:
    """CSS that colours the swatches beside the names of series."""
    return "\n".join(
        f'{root} .swatch[data-colour="{ink.light}"] {{ color: {ink.dark if dark else ink.light}; }}' for ink in _IN_TURN
    )
