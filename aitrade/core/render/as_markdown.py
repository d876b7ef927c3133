"""Tables as Markdown (GitHub's)."""

import re

from aitrade.core.render.figures import figure, is_numeric
from aitrade.core.table import Table

_MARKUP = re.compile(r"([\\`*\[\]<>|])")


def to_markdown(table: Table) -> str:
    """Title, table, notes."""
    lines = [f"**{_escape(table.title)}**", "", _row([column.title for column in table.columns])]
    lines.append("|" + "|".join(" ---: " if is_numeric(column.kind) else " --- " for column in table.columns) + "|")
    lines += [
        _row([figure(value, column.kind) for value, column in zip(row, table.columns, strict=True)])
        for row in table.rows
    ]
    if table.notes:
        lines += ["", *(f"- {_escape(note)}" for note in table.notes)]
    return "\n".join(lines) + "\n"


def _row(cells: list[str]) -> str:
    return "| " + " | ".join(_escape(cell) for cell in cells) + " |"


def _escape(text: str) -> str:
    return _MARKUP.sub(r"\\\1", " ".join(text.split()))
