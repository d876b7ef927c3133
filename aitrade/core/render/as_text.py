"""Tables as plain text for a terminal or a file."""

import io

from aitrade.core.render.figures import figure, is_numeric
from aitrade.core.table import Table

_LONGEST = 48


def to_text(table: Table) -> str:
    """Title, table, notes. Only prose is shortened; the width is what the columns need."""
    from rich import box
    from rich.console import Console
    from rich.table import Table as RichTable
    from rich.text import Text

    drawn = RichTable(box=box.SIMPLE_HEAD, pad_edge=False, show_edge=False)
    for column in table.columns:
        drawn.add_column(Text(column.title), justify="right" if is_numeric(column.kind) else "left", no_wrap=True)
    for row in table.rows:
        cells = [figure(value, column.kind) for value, column in zip(row, table.columns, strict=True)]
        drawn.add_row(
            *(
                Text(_short(cell) if column.kind == "prose" else cell)
                for cell, column in zip(cells, table.columns, strict=True)
            )
        )
    text = io.StringIO()
    console = Console(file=text, width=100_000, color_system=None, highlight=False, legacy_windows=False)
    console.print(drawn)
    lines = [line.rstrip() for line in text.getvalue().splitlines()]
    notes = [f"- {note}" for note in table.notes]
    return "\n".join([table.title, "", *lines, *([""] if notes else []), *notes]) + "\n"


def _short(cell: str) -> str:
    cell = " ".join(cell.split())
    return cell if len(cell) <= _LONGEST else cell[: _LONGEST - 1].rstrip() + "…"
