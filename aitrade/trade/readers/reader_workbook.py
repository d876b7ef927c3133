"""Read trade from plain workbooks (.xlsx): sheets with a header, as a CSV file has one."""

from pathlib import Path

from aitrade.core.errors import BadInputError, at
from aitrade.trade.readers.dataweb_table import read_sheets
from aitrade.trade.readers.session import ImportSession
from aitrade.trade.readers.source import Column, ImportOptions, Rows, damaged, is_header, quoted
from aitrade.workspace.rows import offered


def read_workbook(session: ImportSession, path: Path, options: ImportOptions, /) -> list[Rows]:
    """Read the sheets that have a header with a column of codes; other sheets are passed over.

    Raises:
        BadInputError: the workbook is damaged or has formulas, or no sheet has such a header.
    """
    records: list[tuple[str, int, dict[str, str]]] = []
    names: dict[str, None] = {}
    titles: list[str] = []
    for sheet, rows in read_sheets(path):
        header: list[str] = []
        above: list[str] = []
        for line, cells in rows:
            if not header and is_header(cells, options):
                header = [cell.strip() for cell in cells]
                names |= dict.fromkeys(name for name in header if name)
            elif header and any(cell.strip() for cell in cells):
                texts = dict(zip(header, cells, strict=False))
                records.append((sheet, line, texts))
            elif not header:
                above += cells
        titles += above if header else []
    if not names:
        raise BadInputError(
            "no table with a column of HS10 codes",
            where=str(path),
            fix="name the columns in one line, such as hs10, cty_code, time, value; say --columns for other names",
        )
    columns = {name: [texts.get(name) or None for _, _, texts in records] for name in names}

    def locate(column: str, found: str | None) -> str:
        place = next((n for n, text in enumerate(columns[column]) if text == found), None)
        if place is None:
            return at(path, column=column)
        return at(f"{path}, sheet {records[place][0]}", records[place][1], column)

    with offered(session.con, "workbook_cells", columns):
        session.con.execute(
            "CREATE OR REPLACE TEMP TABLE workbook_rows AS SELECT COLUMNS(*)::VARCHAR FROM workbook_cells"
        )
    declared = tuple(Column(name, quoted(name), "VARCHAR") for name in names)
    return [Rows("workbook_rows", declared, locate, damaged(path), titles=tuple(titles))]
