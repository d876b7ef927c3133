"""Render tables: text for people and programs, and files for Excel, Stata, R and Python."""

from collections.abc import Callable, Sequence
from pathlib import Path

from aitrade.core.errors import UsageError
from aitrade.core.render.as_csv import to_csv
from aitrade.core.render.as_html import to_page
from aitrade.core.render.as_json import to_json
from aitrade.core.render.as_latex import to_latex
from aitrade.core.render.as_markdown import to_markdown
from aitrade.core.render.as_text import to_text
from aitrade.core.table import Table, cleaned

FORMATS: dict[str, Callable[[Table], str]] = {
    "text": to_text,
    "csv": to_csv,
    "json": to_json,
    "markdown": to_markdown,
    "latex": to_latex,
    "html": to_page,
}
BINARY = ("xlsx", "parquet", "dta")
ONE_TABLE = ("csv", "json", "parquet", "dta")  # what a file of these holds
_AS_DATA = ("csv", "json")  # every digit, no notes, and what no reader sees written in ways of their own
SUFFIXES = {
    ".txt": "text",
    ".csv": "csv",
    ".json": "json",
    ".md": "markdown",
    ".tex": "latex",
    ".html": "html",
    ".xlsx": "xlsx",
    ".parquet": "parquet",
    ".dta": "dta",
}


def render(table: Table, format_name: str) -> str:
    """Render a table in one of ``FORMATS``.

    Text, Markdown, LaTeX and HTML round for reading; CSV and JSON keep every digit, and write what no reader sees in
    ways of their own.
    """
    return FORMATS[format_name](table if format_name in _AS_DATA else cleaned(table))


def choose_format(output: Path | None, given: str | None) -> str:
    """Choose how a table is written: by the name of its file, or by what the user gave.

    Args:
        output: the file; None for standard output.
        given: the format that the user named; None where the suffix decides, or text on standard output.

    Raises:
        UsageError: the suffix is of no format or of another than the one given; or the format needs a file.
    """
    if output is None:
        if given in BINARY:
            raise UsageError(f"{given} cannot be printed", fix=f"name a file: -o FILE.{given}")
        return given or "text"
    suffix = output.suffix.lower()
    if (output.exists() and not output.is_file()) or (given and not suffix):  # such as /dev/stdout
        return given or "text"
    if suffix not in SUFFIXES:
        raise UsageError(
            f"the name {output.name!r} does not say how to write the file", fix=f"end it in {', '.join(SUFFIXES)}"
        )
    by_suffix = SUFFIXES[suffix]
    if given not in (None, by_suffix):
        right = next(suffix for suffix, name in SUFFIXES.items() if name == given)
        raise UsageError(
            f"{output.name} is a name for {by_suffix}, and --format says {given}",
            fix=f"name the file {output.stem}{right}, or leave --format out",
        )
    return by_suffix


def write_tables(tables: Sequence[Table], path: Path, format_name: str) -> tuple[Path, ...]:
    """Write tables into one file, completely or not at all; the notes of a CSV or JSON file into one beside it.

    Args:
        tables: one table for the formats of ``ONE_TABLE``; several may stand in the others.
        path: the file.
        format_name: one of ``FORMATS`` or ``BINARY``.

    Returns:
        The files: the table's first.

    Raises:
        UsageError: the format needs a library that is not installed.
        BadInputError: the file cannot be written.
    """
    from aitrade.core.files import write_file

    if format_name == "xlsx":
        from aitrade.core.render.workbook import write_workbook

        write_workbook({table.name: table for table in tables}, path)
    elif format_name == "parquet":
        from aitrade.core.render.frames import write_parquet

        write_parquet(tables[0], path)
    elif format_name == "dta":
        from aitrade.core.render.frames import write_stata

        write_stata(tables[0], path)
    else:
        notes: tuple[Path, ...] = ()
        if format_name in _AS_DATA and tables[0].notes:
            said = "\n".join([tables[0].title, *tables[0].notes, ""])
            notes = (write_file(path.with_name(f"{path.stem}_notes.txt"), said.encode()),)
        return write_file(path, "\n".join(render(table, format_name) for table in tables).encode()), *notes
    return (path,)


__all__ = ["BINARY", "FORMATS", "ONE_TABLE", "SUFFIXES", "choose_format", "render", "write_tables"]
