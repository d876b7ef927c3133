"""The tables inside a USITC DataWeb export, flat or pivot, from an xlsx workbook or a CSV file."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from aitrade.core.errors import BadInputError, at
from aitrade.core.textfile import lines_of, read_text
from aitrade.core.workbookfile import cell_text, open_workbook, rows_of

Cells = tuple[str, ...]

_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_YEAR = re.compile(r"(?:19|20)[0-9]{2}")
_MONTH = re.compile(
    rf"({'|'.join(_MONTHS)})[a-z]*\.?(?:[ ,-]*((?:19|20)[0-9]{{2}}|(?<=[ -])[0-9]{{2}}))?", re.IGNORECASE
)
_DATE = re.compile(r"((?:19|20)[0-9]{2})[-/M]?(0[1-9]|1[0-2])(?:-[0-9]{2}(?: 00:00:00)?)?")
CODE_COLUMNS = ("HTS Number", "Schedule B Number")


@dataclass(frozen=True)
class Table:
    """One table: where it is (file, or file and sheet), the lines above its header, its header, its rows by line.

    Above the header the file may say trade flow and timeframe (``Total Exports|Annual Data``) and how many rows it has.
    """

    where: str
    preamble: tuple[Cells, ...]
    header: Cells
    rows: tuple[tuple[int, Cells], ...]

    @property
    def stated_rows(self) -> int | None:
        """How many rows the file says that it has."""
        stated = next((cells[1] for cells in self.preamble if cells[0] == "Data Row Count" and len(cells) > 1), "")
        return int(stated) if stated.isdecimal() else None

    @cached_property
    def data_types(self) -> tuple[str, ...]:
        """The data types of its rows, each once."""
        place = self.header.index("Data Type")
        return tuple(dict.fromkeys(cells[place] for _, cells in self.rows if not is_total(cells)))

    @cached_property
    def amounts(self) -> dict[int, str]:
        """The columns that hold amounts, by place, with their period.

        Of a pivot: ``2024``, ``2024-01``, or ``-01`` beside a column Year. Of a flat table it is the column named as
        the data type of its rows, and its period is empty: the columns Year and Month say it.
        """
        flat = [place for place, name in enumerate(self.header) if name in self.data_types]
        if flat:
            return {flat[0]: ""}
        return {place: period for place, name in enumerate(self.header) if (period := as_period(name))}


def as_period(name: str) -> str | None:
    """The year or month that a column's name stands for; None for other columns, the year to date among them."""
    text = name.strip()
    if _YEAR.fullmatch(text):
        return text
    if date := _DATE.fullmatch(text):
        return f"{date[1]}-{date[2]}"
    month = _MONTH.fullmatch(text)
    if not month:
        return None
    year = month[2] or ""
    if len(year) == 2:
        year = f"{'20' if year < '70' else '19'}{year}"
    return f"{year}-{_MONTHS.index(month[1].lower()) + 1:02d}"


def is_total(row: Sequence[str]) -> bool:
    """Whether a row is the sum that DataWeb writes at the end."""
    return row[0].strip().lower().startswith("total")


def read_tables(path: Path) -> tuple[list[Table], list[tuple[str, str]]]:
    """Every table of the file with a column of codes, and the settings of the query where the file lists them.

    Settings are pairs of name and value, in order, since their names repeat; a heading is a name without a value.

    Raises:
        BadInputError: the workbook is damaged or has formulas, or the text cannot be decoded.
    """
    with path.open("rb") as file:
        is_workbook = file.read(4) == b"PK\x03\x04"
    if not is_workbook:
        return _tables([(str(path), lines_of(read_text(path), str(path), ","))]), []
    sheets = dict(read_sheets(path))
    query = [
        (cells[0].strip(), "".join(cells[1:2]).strip()) for _, cells in sheets.pop("Query Parameters", []) if cells
    ]
    return _tables([(f"{path}, sheet {name}", iter(rows)) for name, rows in sheets.items()]), query


def _tables(parts: list[tuple[str, Iterator[tuple[int, list[str]]]]]) -> list[Table]:
    tables = []
    for where, rows in parts:
        preamble: list[Cells] = []
        for _, cells in rows:
            header = tuple(cell.strip() for cell in cells)
            if "Data Type" in header and set(CODE_COLUMNS) & set(header):
                tables.append(Table(where, tuple(preamble), header, tuple(_filled(rows, len(header), where))))
                break
            preamble.append(header)
    return tables


def _filled(rows: Iterator[tuple[int, list[str]]], width: int, where: str) -> Iterator[tuple[int, Cells]]:
    for line, cells in rows:
        if len(cells) > width and any(cells[width:]):
            raise BadInputError(f"{len(cells)} fields where the header names {width}", where=at(where, line))
        yield line, tuple(cells[:width]) + ("",) * (width - len(cells))


def read_sheets(path: Path) -> Iterator[tuple[str, list[tuple[int, list[str]]]]]:
    """Each sheet of a workbook: its title and its rows by line, as texts.

    Raises:
        BadInputError: the workbook is damaged or has formulas.
    """
    with open_workbook(path, "export it again") as workbook:
        for sheet in workbook.worksheets:
            yield sheet.title, [(line, _texts(row, path, sheet.title)) for line, row in rows_of(sheet, path)]


def _texts(row: Sequence[Any], path: Path, sheet: str) -> list[str]:
    texts = []
    for cell in row:
        if cell.data_type == "f":
            raise BadInputError(
                f"cell {cell.coordinate} holds the formula {cell.value}",
                where=at(f"{path}, sheet {sheet}", cell.row, cell.column_letter),
                fix="paste the cells as values and save the workbook again",
            )
        texts.append(cell_text(cell.value))
    return texts
