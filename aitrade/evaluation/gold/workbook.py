"""The workbook that raters fill in: a sheet for each in an order of its own, the rubric beside them, no prediction."""

import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from aitrade.core.extras import require_extra
from aitrade.core.files import save_workbook, writing
from aitrade.core.render.as_cell import to_cell
from aitrade.core.sql import query
from aitrade.evaluation.gold.drawing import SQL, Drawn
from aitrade.question.rubric import Rubric

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection
    from openpyxl import Workbook
    from openpyxl.worksheet._write_only import WriteOnlyWorksheet

RUBRIC, DECISIONS = "rubric", "decisions"
SHOWN = ("hs10", "description", "heading", "naics")
FILLED_IN = ("relevance", "category", "reason", "date")
COLUMNS = (*SHOWN, *FILLED_IN, "sample")
_WIDTHS = {"hs10": 13, "description": 60, "heading": 45, "naics": 35, "relevance": 13, "category": 24, "reason": 50}
_YELLOW = "FFF2CC"


@dataclass(frozen=True)
class Shown:
    """What raters see of a code: spelled-out description, its heading and its industry."""

    hs10: str
    description: str
    heading: str
    naics: str


def shown_codes(con: "DuckDBPyConnection", drawn: Drawn) -> list[Shown]:
    """What raters see of each code drawn, in the order of the digits."""
    words = drawn.question.words
    return [
        Shown(
            hs10,
            words.expand(description),
            f"{hs10[:4]} {words.title(hs10[:4]) or ''}".strip(),
            " ".join(part for part in (naics, naics_description) if part),
        )
        for hs10, description, naics, naics_description in query(
            con, SQL, "sheet", codes=list(drawn.codes), flow=drawn.flow
        )
    ]


def write_gold_workbook(shown: Sequence[Shown], drawn: Drawn, raters: int, seed: int, path: Path) -> None:
    """Write a sheet for each rater, each in a random order of its own, and the rubric.

    Raises:
        UsageError: openpyxl is not installed.
        BadInputError: the file cannot be written.
    """
    require_extra("excel", "writing an Excel workbook")
    from openpyxl import Workbook

    with writing(path):
        workbook = Workbook(write_only=True)
        for number in range(1, raters + 1):
            order = list(shown)
            random.Random(f"{seed}/{number}").shuffle(order)  # noqa: S311
            rows = [{field: getattr(code, field) for field in SHOWN} | {"sample": drawn.sample} for code in order]
            add_sheet(workbook, f"rater {number}", COLUMNS, rows, drawn.question.rubric)
        _add_rubric(workbook, drawn.question.rubric)
        save_workbook(workbook, path)


def add_sheet(
    workbook: "Workbook", name: str, columns: Sequence[str], rows: Sequence[Mapping[str, Any]], rubric: Rubric
) -> None:
    """Add a sheet whose yellow cells are to be filled in, with labels to choose from."""
    from openpyxl.styles import PatternFill
    from openpyxl.utils import get_column_letter

    sheet = workbook.create_sheet(name)
    sheet.freeze_panes = "B2"
    letters = {column: get_column_letter(place) for place, column in enumerate(columns, 1)}
    for column, letter in letters.items():
        sheet.column_dimensions[letter].width = _WIDTHS.get(column, 14)
    levels, categories = len(rubric.levels), len(rubric.categories)
    _choices(sheet, letters["relevance"], len(rows) + 1, 2, levels + 1)
    if categories:
        _choices(sheet, letters["category"], len(rows) + 1, levels + 2, levels + categories + 1)
    sheet.append([to_cell(sheet, column, bold=True) for column in columns])
    for row in rows:
        cells = [to_cell(sheet, row.get(column)) for column in columns]
        for cell, column in zip(cells, columns, strict=True):
            if column in FILLED_IN:
                cell.number_format = "@"
                cell.fill = PatternFill("solid", fgColor=_YELLOW)
        sheet.append(cells)


def _choices(sheet: "WriteOnlyWorksheet", letter: str, last: int, first_term: int, last_term: int) -> None:
    from openpyxl.worksheet.datavalidation import DataValidation

    choice = DataValidation("list", formula1=f"{RUBRIC}!$A${first_term}:$A${last_term}", allow_blank=True)
    choice.showErrorMessage, choice.error = True, f"Choose one of the names in the sheet {RUBRIC}."
    choice.add(f"{letter}2:{letter}{last}")
    sheet.data_validations.append(choice)


def _add_rubric(workbook: "Workbook", rubric: Rubric) -> None:
    sheet = workbook.create_sheet(RUBRIC)
    sheet.freeze_panes = "A2"
    sheet.column_dimensions["A"].width, sheet.column_dimensions["B"].width = 24, 120
    sheet.append([to_cell(sheet, title, bold=True) for title in ("Label", "Definition")])
    terms = [(level.name, " ".join(filter(None, (level.definition, level.test)))) for level in rubric.levels]
    terms += [(category.name, category.definition) for category in rubric.categories]
    terms += [("", ""), ("Question", rubric.question), *((rule.topic, rule.text) for rule in rubric.rules)]
    for name, text in terms:
        sheet.append([to_cell(sheet, name), to_cell(sheet, text)])
