"""How a table stands on a LaTeX page: size of letters, width of its prose, upright or turned, on one page or several.

Widths are estimates in points for Computer Modern at 10 points, on a page with margins of an inch.
"""

from dataclasses import dataclass, replace
from itertools import groupby

from aitrade.core.render.figures import is_numeric, words
from aitrade.core.table import EVERYTHING, Column, Table, Value

UPRIGHT, TURNED = 455.0, 635.0  # what a line holds: a page of 6.5 by 9 inches, less a little
# Small letters are a little wider for their height.
SIZES = ((r"\normalsize", 1.0), (r"\small", 0.93), (r"\footnotesize", 0.86), (r"\scriptsize", 0.8))
ROWS = {UPRIGHT: 46, TURNED: 30}  # rows of normal size that a page holds beside caption and notes
_BETWEEN = 12.5  # two columns
_LEAST_PROSE, _MOST_PROSE = 130.0, 260.0
_LEVEL, _OF_BLOCKS = "relevance", ("list", "cty_code")  # columns: of levels, and of what levels are in
_NARROW, _WIDE = " .,;:'il|()[]-/tfj", "mwMW%@"


@dataclass(frozen=True)
class Layout:
    """How a table is set.

    Attributes:
        parts: places of the columns of each part, below each other; one where the table fits.
        size: LaTeX's name of the size of letters.
        prose: width of a column of prose, in points.
        turned: whether the page is turned by a quarter.
        long: whether it goes over several pages.
    """

    parts: tuple[tuple[int, ...], ...]
    size: str
    prose: float
    turned: bool
    long: bool


def layout(table: Table) -> Layout:
    """Choose the largest size at which the table fits, upright if it can be; what fits nowhere is cut by columns."""
    every = tuple(range(len(table.columns)))
    widths = [_width(table, place) for place in every]
    for line in (UPRIGHT, TURNED):
        for size, scale in SIZES if line == TURNED else SIZES[:3]:
            prose = _prose(table, every, widths, line, scale)
            if prose is not None:
                lines = _lines(table, prose) * scale
                return Layout((every,), size, prose * scale, line == TURNED, lines > ROWS[line])
    size, scale = SIZES[2]
    parts = _parts(table, widths, TURNED, scale)
    return Layout(
        parts, size, _LEAST_PROSE * scale, True, _lines(table, _LEAST_PROSE) * scale * len(parts) > ROWS[TURNED]
    )


def totals_first(table: Table) -> Table:
    """The table with the rows of every code before those of levels, within each country or list, as papers have it."""
    names = [column.name for column in table.columns]
    if _LEVEL not in names:
        return table
    level = names.index(_LEVEL)
    keys = [place for place, column in enumerate(table.columns) if column.kind == "text" and column.name in _OF_BLOCKS]

    def block(row: tuple[Value, ...]) -> list[Value]:
        return [row[place] for place in keys]

    rows = [row for _, rows in groupby(table.rows, block) for row in sorted(rows, key=lambda r: r[level] != EVERYTHING)]
    return replace(table, rows=tuple(rows))


def heading_lines(title: str) -> list[str]:
    """A column's title in lines that are hardly wider than its figures: ``Change 2023-2025, %`` has two."""
    lines: list[str] = []
    for word in title.split():
        if lines and len(lines[-1]) + len(word) < 12:
            lines[-1] += f" {word}"
        else:
            lines.append(word)
    return lines


def stands_apart(table: Table, number: int) -> bool:
    """Whether a row begins a group: it has no name, as a level's own row has no category, and the one before has.

    So does the row after the total of every code.
    """
    name = next((place for place, column in enumerate(table.columns) if column.kind == "name"), None)
    if number == 0 or name is None or table.rows[number][name] is not None:
        return False
    before = table.rows[number - 1]
    level = next((place for place, column in enumerate(table.columns) if column.name == _LEVEL), None)
    after_total = level is not None and before[level] == EVERYTHING and table.rows[number][level] != EVERYTHING
    return before[name] is not None or after_total


def text_width(text: str) -> float:
    """About how wide a text is, in points."""
    return sum(2.9 if c in _NARROW else 8.2 if c in _WIDE else 7.0 if c.isupper() else 5.0 for c in text)


def _width(table: Table, place: int) -> float:
    column = table.columns[place]
    title = max((text_width(line) for line in heading_lines(column.title)), default=0.0)
    if column.kind == "prose":
        return title
    return max([title, *(text_width(words(row[place], column.kind)) for row in table.rows)])


def _prose(table: Table, places: tuple[int, ...], widths: list[float], line: float, scale: float) -> float | None:
    """The width of each column of prose, unscaled, where the columns fit a line; None where they do not."""
    prose = [place for place in places if table.columns[place].kind == "prose"]
    left = (line - _BETWEEN * len(places)) / scale - sum(widths[place] for place in places if place not in prose)
    if not prose:
        return 0.0 if left >= 0 else None
    share = left / len(prose)
    texts = (str(row[place] or "") for row in table.rows for place in prose)
    longest = max([*(widths[place] for place in prose), *map(text_width, texts)])
    return min(share, _MOST_PROSE, longest * 1.05) if share >= min(_LEAST_PROSE, longest * 1.05) else None


def _parts(table: Table, widths: list[float], line: float, scale: float) -> tuple[tuple[int, ...], ...]:
    """The columns in parts that fit a line, each with the columns that name the rows."""
    keys = _keys(table.columns)
    wide = [_LEAST_PROSE if c.kind == "prose" else width for c, width in zip(table.columns, widths, strict=True)]
    needs = [width * scale + _BETWEEN for width in wide]
    fixed = sum(needs[place] for place in keys)
    parts: list[list[int]] = [[]]
    used = fixed
    for place in range(len(table.columns)):
        if place in keys:
            continue
        if parts[-1] and used + needs[place] > line:
            parts.append([])
            used = fixed
        parts[-1].append(place)
        used += needs[place]
    return tuple((*keys, *part) for part in parts)


def _keys(columns: tuple[Column, ...]) -> tuple[int, ...]:
    """The columns that say what a row is: those of words before the first figure, ranks and counts apart."""
    named = [place for place, column in enumerate(columns) if not is_numeric(column.kind)]
    return tuple(range(max(named) + 1)) if named else ()


def _lines(table: Table, prose: float) -> float:
    """How many lines the rows take, with prose of this width."""
    places = [place for place, column in enumerate(table.columns) if column.kind == "prose"]
    apart = 0.4 * sum(stands_apart(table, number) for number in range(len(table.rows)))
    return apart + sum(
        max([1.0, *(-(-text_width(str(row[place] or "")) * 1.1 // max(prose, 1.0)) for place in places)])
        for row in table.rows
    )
