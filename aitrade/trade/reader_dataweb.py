"""Read USITC DataWeb exports: flat and pivot tables, country names instead of codes, a sheet for each data type."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING

from aitrade.errors import BadInputError, at
from aitrade.store.rows import offered
from aitrade.trade.dataweb_table import CODE_COLUMNS, Cells, Table, as_period, is_total, read_tables
from aitrade.trade.source import Column, ImportOptions, Rows, Staged, quoted
from aitrade.trade.staging import stage

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

VALUES = ("Customs Value", "FAS Value")
DUTY = "Calculated Duties"
MEND = (
    "ask DataWeb for Imports For Consumption with Customs Value (and Calculated Duties), or for Total Exports with FAS "
    "Value, by HTS-10 and country"
)
_OTHER_TRADE = re.compile(r"general imports|domestic exports|foreign exports|re-exports", re.IGNORECASE)
_TO_DATE = re.compile(r"\bytd\b|\bto date\b", re.IGNORECASE)
# Columns that say nothing about which trade a row is of; any others (district, program, ...) do.
_ASIDE = ("Data Type", "Description", "Quantity Description", "Suppressed")


@dataclass(frozen=True)
class _Amount:
    """One amount: where it is, what it is of, its text; ``key`` is the same for the duty and the value of a trade."""

    where: str
    line: int
    code: str
    country: str
    time: str
    text: str
    key: tuple[str, ...]


@dataclass
class _Collected:
    """Values and duties of a file, and what was left out of it."""

    values: list[_Amount] = field(default_factory=list)
    duties: dict[tuple[str, ...], _Amount] = field(default_factory=dict)
    dropped: dict[str, int] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)
    value_type: str = ""

    def drop(self, reason: str, number: int = 1) -> None:
        self.dropped[reason] = self.dropped.get(reason, 0) + number


def read_dataweb(con: "DuckDBPyConnection", path: Path, options: ImportOptions) -> Staged:
    """Stage a DataWeb export; amounts, the cells of a pivot, count as its rows.

    Raises:
        BadInputError: it is of general imports or domestic exports, holds no customs or FAS value, has formulas, or see
            ``stage``.
    """
    tables, query = read_tables(path)
    if not tables:
        raise BadInputError("no table with the columns Data Type and HTS Number", where=str(path), mend=MEND)
    for said in (query.get("Trade Flow", ""), *(table.title for table in tables)):
        if _OTHER_TRADE.search(said):
            raise BadInputError(f"the file holds {said.split('|')[0]}", where=str(path), mend=MEND)
    collected = _collect(tables, path)
    matched = [collected.duties.pop(value.key, None) for value in collected.values]
    # A duty without a value: what was entered free of value still has its duty.
    alone = list(collected.duties.values())
    rows = [*collected.values, *alone]
    columns: dict[str, list[str | None]] = {
        "HTS Number": [amount.code for amount in rows],
        "Country": [amount.country for amount in rows],
        "time": [amount.time for amount in rows],
        collected.value_type: [*(amount.text for amount in collected.values), *("0" for _ in alone)],
        DUTY: [duty.text if duty else None for duty in matched] + [duty.text for duty in alone],
    }
    if collected.value_type == "FAS Value":
        del columns[DUTY]

    def locate(column: str, found: str | None) -> str:
        place = next((n for n, text in enumerate(columns[column]) if text == found), None)
        return at(rows[place].where, rows[place].line, column) if place is not None else at(path, column=column)

    with offered(con, "dataweb_cells", columns):
        con.execute("CREATE OR REPLACE TEMP TABLE dataweb_rows AS SELECT COLUMNS(*)::VARCHAR FROM dataweb_cells")
    declared = tuple(Column(name, quoted(name), "VARCHAR") for name in columns)
    source = Rows("dataweb_rows", declared, locate, dropped=collected.dropped, notes=tuple(collected.notes))
    return stage(con, source, replace(options, columns={}), str(path))


def _collect(tables: list[Table], path: Path) -> _Collected:
    collected = _Collected()
    types = [name for table in tables for name in table.data_types]
    found = [name for name in VALUES if name in types]
    if len(found) != 1:
        what = "no value: its data types are" if not found else "imports and exports: its data types are"
        raise BadInputError(
            f"the file holds {what} {', '.join(dict.fromkeys(types)) or 'none'}", where=str(path), mend=MEND
        )
    collected.value_type = found[0]
    for table in tables:
        _note(table, collected)
        for data_type, amount in _amounts(table, collected):
            if data_type == DUTY and found[0] == "Customs Value":
                collected.duties[amount.key] = amount
            elif data_type == found[0]:
                collected.values.append(amount)
            else:
                collected.drop(f"data type {data_type}")
    return collected


def _amounts(table: Table, collected: _Collected) -> Iterator[tuple[str, _Amount]]:
    places = {name: place for place, name in enumerate(table.header)}
    code = next(places[name] for name in CODE_COLUMNS if name in places)
    columns = table.amounts
    if any(not period or period.startswith("-") for period in columns.values()) and "Year" not in places:
        raise BadInputError("there is no column Year", where=at(table.where, 1), mend=MEND)
    aside = {*columns, *(places[name] for name in _ASIDE if name in places)}
    for line, cells in table.rows:
        if is_total(cells):
            collected.drop("total of the file")
            continue
        if not columns:
            collected.drop(f"data type {cells[places['Data Type']]}")
        rest = tuple(cell for place, cell in enumerate(cells) if place not in aside)
        country = cells[places["Country"]] if "Country" in places else "-"
        for place, period in columns.items():
            if period and re.fullmatch(r"0(\.0*)?", cells[place]):
                collected.drop("zero that fills a pivot")
                continue
            time = _time(period, places, cells)
            yield (
                cells[places["Data Type"]],
                _Amount(table.where, line, cells[code], country, time, cells[place], (*rest, time)),
            )


def _time(period: str, places: dict[str, int], cells: Cells) -> str:
    if period and not period.startswith("-"):
        return period
    month = period
    if not period and "Month" in places:
        text = cells[places["Month"]]
        month = as_period(text) or f"-{text.zfill(2)}"
    return cells[places["Year"]] + month


def _note(table: Table, collected: _Collected) -> None:
    to_date = [name for name in table.header if _TO_DATE.search(name)]
    if to_date:
        collected.notes.append(f"left out, year to date: {', '.join(to_date)}")
    if table.stated_rows not in (None, len(table.rows)):
        collected.notes.append(
            f"{table.where} says it has {table.stated_rows:,} rows and has {len(table.rows):,}: it may be cut off"
        )
    trade = [cells for _, cells in table.rows if not is_total(cells)]
    for cells in (cells for _, cells in table.rows if is_total(cells)):
        for place in table.amounts:
            stated, summed = _dollars(cells[place]), sum(_dollars(row[place]) or 0 for row in trade)
            if stated is not None and stated != summed:
                collected.notes.append(f"{table.where} says it sums to {stated:,} and sums to {summed:,}")


def _dollars(text: str) -> int | None:
    whole = text.replace(",", "").split(".")[0]
    return int(whole) if whole.isdecimal() else None
