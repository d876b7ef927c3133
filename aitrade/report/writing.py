"""Write reports: the page, and tables and figures as files for a paper."""

from collections.abc import Iterator, Mapping
from datetime import datetime
from itertools import product
from pathlib import Path
from typing import TYPE_CHECKING

from aitrade.core.files import write_file
from aitrade.core.render import render
from aitrade.core.render.workbook import write_workbook
from aitrade.core.table import Table
from aitrade.report.drawing import chart, specification, to_pdf, to_png, to_svg
from aitrade.report.figure import Figure
from aitrade.report.page import page, table_id

if TYPE_CHECKING:
    from aitrade.report.contents import Contents

WORKBOOK = "tables.xlsx"
NOTES = "notes.txt"
_SPREAD = ("flow", "measure")  # controls of which every option gets a drawing of its own


def write_page(contents: "Contents", path: Path) -> int:
    """Write the page; returns its size in bytes.

    Raises:
        BadInputError: the file cannot be written.
    """
    made = page(contents, datetime.now().astimezone().strftime("%Y-%m-%d")).encode()
    write_file(path, made)
    return len(made)


def write_files(contents: "Contents", folder: Path) -> tuple[Path, ...]:
    """Write every table as LaTeX and CSV and all in one workbook, its notes as text, every figure as SVG, PDF and PNG.

    Returns:
        The files, in the order of writing; those of their names are replaced.

    Raises:
        BadInputError: one of them cannot be written.
    """
    tables = {table_id(key): table for key, table in contents.tables.items()}
    written = []
    for name, table in tables.items():
        for format_name, ending in (("latex", "tex"), ("csv", "csv")):
            written.append(write_file(folder / f"{name}.{ending}", render(table, format_name).encode()))
    written.append(write_file(folder / NOTES, _notes(contents, tables).encode()))
    write_workbook(tables, folder / WORKBOOK)
    written.append(folder / WORKBOOK)
    for name, figure, choice in drawings(contents):
        spec = specification(chart(figure, choice))
        for ending, content in (("svg", to_svg(spec).encode()), ("pdf", to_pdf(spec)), ("png", to_png(spec))):
            written.append(write_file(folder / f"figure-{name}.{ending}", content))
    return tuple(written)


def _notes(contents: "Contents", tables: Mapping[str, Table]) -> str:
    """What CSV files cannot hold: the run, and the notes of every table."""
    lines = [f"Labels of run {contents.run.run}. {'. '.join(contents.coverage)}."]
    for name, table in tables.items():
        lines += ["", f"{name}: {table.title}", *(f"- {note}" for note in table.notes)]
    return "\n".join(lines) + "\n"


def drawings(contents: "Contents") -> Iterator[tuple[str, Figure, dict[str, str]]]:
    """Every figure as it is drawn for a paper: name, figure, choice; one for each flow and measure that it has."""
    for figure in contents.figures.values():
        spread = [control for control in figure.controls if control.name in _SPREAD]
        for options in product(*(control.options for control in spread)):
            wanted = {control.name: option for control, option in zip(spread, options, strict=True)}
            choice = figure.chosen(wanted)
            if all(choice[name] == option for name, option in wanted.items()):
                yield "-".join([figure.id, *(option.lower().replace(" ", "-") for option in options)]), figure, choice
