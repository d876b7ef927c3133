"""Render tables as text, CSV, JSON, Markdown and LaTeX."""

from collections.abc import Callable

from aitrade.core.render.as_csv import to_csv
from aitrade.core.render.as_json import to_json
from aitrade.core.render.as_latex import to_latex
from aitrade.core.render.as_markdown import to_markdown
from aitrade.core.render.as_text import to_text
from aitrade.core.table import Table

FORMATS: dict[str, Callable[[Table], str]] = {
    "text": to_text,
    "csv": to_csv,
    "json": to_json,
    "markdown": to_markdown,
    "latex": to_latex,
}


def render(table: Table, format_name: str) -> str:
    """A table in one of ``FORMATS``. Text, Markdown and LaTeX round for reading; CSV and JSON keep every digit."""
    return FORMATS[format_name](table)


__all__ = ["FORMATS", "render"]
