"""Write a report as one HTML file that asks nothing of a network and says so to the browser."""

import base64
import hashlib
import json
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from aitrade import __version__
from aitrade.core.extras import require_extra
from aitrade.core.render.figures import is_numeric, words
from aitrade.core.table import Table
from aitrade.report.drawing import chart, javascript, specification, subtitle, to_svg
from aitrade.report.figure import UNITS, Figure
from aitrade.report.palette import dark_style, inks, swatches
from aitrade.report.sections import sections

if TYPE_CHECKING:
    from aitrade.report.contents import Contents, Key

_FOLDER = Path(__file__).parent / "page"
SCRIPTS = ("data.js", "charts.js", "tables.js", "codes.js", "start.js")
_UNSAFE = {"<": "\\u003c", ">": "\\u003e", "&": "\\u0026", "\u2028": "\\u2028", "\u2029": "\\u2029"}


def page(contents: "Contents", made_at: str) -> str:
    """The report as HTML.

    Args:
        contents: what it shows.
        made_at: when it was made, for people.
    """
    require_extra("report", "writing a report")
    scripts = [javascript_safe(), "\n".join(_text(name) for name in SCRIPTS)]
    specs = {id_: specification(chart(figure)) for id_, figure in contents.figures.items()}
    return filled(
        "page.html.j2",
        contents=contents,
        made_at=made_at,
        version=__version__,
        sections=sections(contents.classification.group, contents.question.labels.reference, gold=contents.gold),
        tables={table_id(key): table for key, table in contents.tables.items()},
        table_ids=_table_ids(contents),
        drawings={id_: drawing(spec) for id_, spec in specs.items()},
        subtitle=lambda figure: subtitle(figure, figure.chosen()),
        telling=telling_columns,
        text=words,
        is_numeric=is_numeric,
        scripts=scripts,
        policy=policy(scripts),
        style=_text("page.css") + swatches(":root", dark=False) + dark_styles(),
        data=_json(
            {
                "figures": {id_: _figure(figure, specs[id_]) for id_, figure in contents.figures.items()},
                "tables": _tables(contents),
            }
        ),
        codes=contents.classification.packed(),
    )


def telling_columns(table: Table) -> list[int]:
    """Places of the columns that say something on a page: not those that are empty, nor of all years where one is."""
    one_year = {
        measure for measure in {c.measure for c in table.columns if c.measure}
        if sum(c.year is not None for c in table.measured(measure)) == 1
    }  # fmt: skip
    return [
        at for at, column in enumerate(table.columns)
        if not table.rows or any(row[at] is not None for row in table.rows)
        if column.year is not None or column.measure not in one_year
    ]  # fmt: skip


def policy(scripts: list[str]) -> str:
    """A Content-Security-Policy under which the page can load nothing and run only these scripts."""
    hashes = " ".join(
        f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'" for text in scripts
    )
    return (
        f"default-src 'none'; script-src {hashes}; style-src 'unsafe-inline'; img-src data: blob:; "
        "connect-src 'none'; form-action 'none'; base-uri 'none'"
    )


def table_id(key: "Key") -> str:
    """Name of a table in the page and of its files: ``share-imports``, ``share-imports-by-month``."""
    name, flow, period = key
    stem = name if flow == "both" else f"{name}-{flow}"
    return f"{stem}-by-month" if period == "month" else stem


@cache
def javascript_safe() -> str:
    """The drawing libraries, with nothing in them that would end their script element."""
    return javascript().replace("</script", "<\\/script").replace("<!--", "<\\!--")


def filled(name: str, **parts: Any) -> str:
    """Fill in a page's template; what it names and nobody gives is an error, and all text is escaped."""
    import jinja2

    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(_FOLDER), autoescape=True, trim_blocks=True, lstrip_blocks=True,
        undefined=jinja2.StrictUndefined,
    )  # fmt: skip
    page: str = environment.get_template(name).render(**parts)
    return page


def drawing(spec: dict[str, Any]) -> str:
    """Draw a figure for a page, whose headings stand in the page itself."""
    return _hidden(to_svg({key: part for key, part in spec.items() if key != "title"}))


def _hidden(svg: str) -> str:
    """A drawing that screen readers pass over: its frame says what it shows, and the tables hold its figures."""
    return svg.replace("<svg ", '<svg aria-hidden="true" ', 1)


def _table_ids(contents: "Contents") -> dict[tuple[str, str], list[str]]:
    ids: dict[tuple[str, str], list[str]] = {}
    for key in contents.tables:
        ids.setdefault((key[0], key[2]), []).append(table_id(key))
    return ids


def _figure(figure: Figure, spec: dict[str, Any]) -> dict[str, Any]:
    columns = figure.columns()
    found = inks(figure.series, figure.levels)
    return {
        "title": figure.title,
        "unit": figure.unit,
        "units": UNITS,
        "controls": [{"name": c.name, "label": c.label, "options": c.options} for c in figure.controls],
        "series": [{"name": name, "colour": found[name].light, "dash": found[name].dash} for name in figure.series],
        "lines": figure.shape in ("months", "curve"),
        "bars": figure.shape == "bars",
        "two_lines": figure.names_codes,
        "only": figure.only_series(),
        "columns": columns,
        "rows": [[point[name] for name in columns] for point in figure.points],
        "spec": {key: part for key, part in spec.items() if key not in ("data", "datasets")},
    }


def _tables(contents: "Contents") -> dict[str, Any]:
    return {table_id(key): _table(table) for key, table in contents.tables.items()}


def _table(table: Table) -> dict[str, Any]:
    return {"columns": [column.name for column in table.columns], "rows": table.rows}


def _json(value: object) -> str:
    """JSON that can stand inside a script element whatever texts it holds."""
    text = json.dumps(value, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
    return "".join(_UNSAFE.get(letter, letter) for letter in text)


def dark_styles() -> str:
    """Colours of a page in the dark."""
    return "\n".join(
        f"@media {media} {{\n{dark_style(root)}\n}}"
        for media, root in (
            ("screen and (prefers-color-scheme: dark)", ':root:not([data-theme="light"])'),
            ("screen", ':root[data-theme="dark"]'),
        )
    )


def _text(name: str) -> str:
    return (_FOLDER / name).read_text("utf-8")
