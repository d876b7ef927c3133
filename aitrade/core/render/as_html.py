"""Tables as HTML, for notebooks; the report has a page of its own."""

import html

from aitrade.core.render.figures import figure, is_numeric
from aitrade.core.table import Kind, Table


def to_html(table: Table) -> str:
    """Caption, header and rows, rounded for reading; notes stand below."""
    head = "".join(_cell(column.title, column.kind, "th") for column in table.columns)
    body = "".join(
        "<tr>"
        + "".join(_cell(figure(v, c.kind), c.kind, "td") for v, c in zip(row, table.columns, strict=True))
        + "</tr>"
        for row in table.rows
    )
    notes = "".join(f"<li>{html.escape(note)}</li>" for note in table.notes)
    return (
        f"<table><caption>{html.escape(table.title)}</caption><thead><tr>{head}</tr></thead>"
        f"<tbody>{body}</tbody></table>" + (f"<ul>{notes}</ul>" if notes else "")
    )


def _cell(text: str, kind: Kind, tag: str) -> str:
    side = "right" if is_numeric(kind) else "left"
    return f'<{tag} style="text-align:{side}">{html.escape(text)}</{tag}>'
