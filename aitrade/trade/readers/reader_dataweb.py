"""Read USITC DataWeb exports: flat and pivot tables, country names instead of codes, a sheet for each data type."""

from pathlib import Path

from aitrade.core.errors import BadInputError, at
from aitrade.trade.readers.dataweb_amounts import DUTY, collect, joined
from aitrade.trade.readers.dataweb_query import FIX, check_query
from aitrade.trade.readers.dataweb_table import read_tables
from aitrade.trade.readers.session import ImportSession
from aitrade.trade.readers.source import Column, ImportOptions, Rows, damaged, quoted
from aitrade.workspace.rows import offered


def read_dataweb(session: ImportSession, path: Path, options: ImportOptions, /) -> list[Rows]:
    """Read a DataWeb export; amounts, the cells of a pivot, count as its rows.

    Raises:
        BadInputError: it is of general imports or domestic exports, holds no customs or FAS value, or anything but
            whole dollars by year or month; it has no column Country; or it has formulas.
    """
    tables, query = read_tables(path)
    if not tables:
        raise BadInputError("no table with the columns Data Type and HTS Number", where=str(path), fix=FIX)
    for table in tables:
        if "Country" not in table.header:
            raise BadInputError(
                "the table holds national totals without countries, which no table of aitrade counts",
                where=table.where,
                fix="ask DataWeb for the same trade with Countries displayed separately",
            )
    wanted = options.columns.get("value")
    notes = check_query(tables, query, str(path), asked=wanted is not None)
    collected = collect(tables, str(path), wanted)
    rows = joined(collected)
    columns: dict[str, list[str | None]] = {
        "HTS Number": [row.trade.code for row in rows],
        "Country": [row.trade.country for row in rows],
        "time": [row.trade.time for row in rows],
        collected.value_type: [row.value for row in rows],
        DUTY: [row.duty.text if row.duty else None for row in rows],
    }
    if collected.value_type == "FAS Value":
        del columns[DUTY]
    for place, (name, unit) in enumerate(zip(collected.quantities, ("unit_1", "unit_2"), strict=False)):
        amounts = [row.quantities[place] if place < len(row.quantities) else None for row in rows]
        columns[name] = [amount.text if amount else None for amount in amounts]
        columns[unit] = [amount.rest.get("Quantity Description") if amount else None for amount in amounts]
    for name in dict.fromkeys(name for row in rows for name in row.trade.rest):
        columns[name] = [row.trade.rest.get(name) for row in rows]

    def locate(column: str, found: str | None) -> str:
        place = next((n for n, text in enumerate(columns[column]) if text == found), None)
        amount = None if place is None else rows[place].duty if column == DUTY else rows[place].trade
        return at(amount.where, amount.line, column) if amount else at(path, column=column)

    with offered(session.con, "dataweb_cells", columns):
        session.con.execute(
            "CREATE OR REPLACE TEMP TABLE dataweb_rows AS SELECT COLUMNS(*)::VARCHAR FROM dataweb_cells"
        )
    declared = tuple(Column(name, quoted(name), "VARCHAR") for name in columns)
    notes += collected.notes
    flow = "exports" if "FAS" in collected.value_type else "imports"
    return [Rows("dataweb_rows", declared, locate, damaged(path), flow, dropped=collected.dropped, notes=tuple(notes))]
