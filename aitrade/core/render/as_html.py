"""Tables as HTML: for notebooks, and as a page; the report has a page of its own."""

import html

from aitrade.core.render.figures import is_numeric, words
from aitrade.core.table import Kind, Table

_STYLE = (
    "body{font:15px/1.4 system-ui,sans-serif;margin:2em}table{border-collapse:collapse}"
    "caption{font-weight:600;text-align:left;padding-bottom:.5em}th,td{padding:.2em .8em}"
    "thead{border-block:1px solid}tbody{border-bottom:1px solid}ul{max-width:70ch}"
)


def to_html(table: Table) -> str:
    """Caption, header and rows, rounded for reading; notes stand below."""
    head = "".join(_cell(column.title, column.kind, "th") for column in table.columns)
    body = "".join(
        "<tr>"
        + "".join(_cell(words(v, c.kind), c.kind, "td") for v, c in zip(row, table.columns, strict=True))
        + "</tr>"
        for row in table.rows
    )
    notes = "".join(f"<li>{html.escape(note)}</li>" for note in table.notes)
    return (
        f"<table><caption>{html.escape(table.title)}</caption><thead><tr>{head}</tr></thead>"
        f"<tbody>{body}</tbody></table>" + (f"<ul>{notes}</ul>" if notes else "")
    )


def to_page(table: Table) -> str:
    """A page that holds the table alone."""
    title = html.escape(table.title)
    head = f'<head><meta charset="utf-8"><title>{title}</title><style>{_STYLE}</style></head>'
    return f'<!DOCTYPE html>\n<html lang="en">{head}<body>{to_html(table)}</body></html>\n'


def _cell(text: str, kind: Kind, tag: str) -> str:
    side = "right" if is_numeric(kind) else "left"
    return f'<{tag} style="text-align:{side}">{html.escape(text)}</{tag}>'
