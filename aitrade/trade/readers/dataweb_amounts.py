"""The amounts in the tables of a DataWeb export, and the duty that belongs to each value."""

import re
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import zip_longest

from aitrade.core.errors import BadInputError, at
from aitrade.trade.readers.dataweb_query import FIX, TO_DATE
from aitrade.trade.readers.dataweb_table import CODE_COLUMNS, Cells, Table, as_period, is_total

VALUES = ("Customs Value", "FAS Value")
DUTY = "Calculated Duties"
QUANTITIES = ("First Unit of Quantity", "Second Unit of Quantity")
_FILLING = "zero that fills a pivot"
# Columns that say nothing about which trade a row is of; any others (district, program, ...) do.
_ASIDE = ("Data Type", "Description", "Quantity Description", "Suppressed")
# Nor do figures beside the amounts: the year to date, the change from year to year. Codes of a breakout are no figures.
_FIGURE = re.compile(rf"{TO_DATE.pattern}|(?:19|20)[0-9]{{2}}|percent|%|\bchange\b", re.IGNORECASE)
_PERIOD = re.compile(r"\b(19|20)[0-9]{2}\b|\b(jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)", re.IGNORECASE)
_NO_PERIOD = re.compile(rf"{TO_DATE.pattern}|percent|%|\bchange\b", re.IGNORECASE)


@dataclass(frozen=True)
class Amount:
    """One amount: where it is, what it is of, its text.

    Args:
        where: the file, or file and sheet.
        line: its line there.
        code: of the product, as the file writes it.
        country: as the file writes it.
        time: year or month.
        text: the amount as the file writes it.
        key: the same for the duty and the value of a trade; a code that has two descriptions has two amounts of a key.
        rest: the texts of the other columns of its row, by name.
        fills: whether it is a zero that may only fill a pivot, where there was no trade.
    """

    where: str
    line: int
    code: str
    country: str
    time: str
    text: str
    key: tuple[str, ...]
    fills: bool
    rest: Mapping[str, str]


@dataclass(frozen=True)
class Joined:
    """The amount that says which trade it is, the text of the value, and its duty and quantities, where there are."""

    trade: Amount
    value: str
    duty: Amount | None
    quantities: tuple[Amount | None, ...] = ()


@dataclass
class Collected:
    """Values and duties of a file, and what was left out of it."""

    value_type: str
    values: list[Amount] = field(default_factory=list)
    duties: list[Amount] = field(default_factory=list)
    quantities: dict[str, list[Amount]] = field(default_factory=dict)
    dropped: dict[str, int] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)

    def drop(self, reason: str, number: int = 1) -> None:
        """Count amounts or rows that are left out."""
        if number:
            self.dropped[reason] = self.dropped.get(reason, 0) + number


def collect(tables: list[Table], where: str, wanted: str | None = None) -> Collected:
    """The values and duties of a file; ``wanted`` is a data type to take as the value.

    Raises:
        BadInputError: it holds no customs or FAS value, or both.
    """
    types = [name for table in tables for name in table.data_types]
    found = [name for name in ((wanted,) if wanted in types else VALUES) if name in types]
    if not found and DUTY in types:
        raise BadInputError(
            "the file holds calculated duties without the values that they are of",
            where=where,
            fix="ask DataWeb for Customs Value and Calculated Duties in one export, or copy both tables into one "
            "workbook, a sheet each",
        )
    if len(found) != 1:
        what = "no value: its data types are" if not found else "imports and exports: its data types are"
        raise BadInputError(f"the file holds {what} {', '.join(dict.fromkeys(types)) or 'none'}", where=where, fix=FIX)
    collected = Collected(found[0])
    for table in tables:
        for data_type, amount in _amounts(table, collected):
            if data_type == DUTY and found[0] != "FAS Value":
                collected.duties.append(amount)
            elif data_type in QUANTITIES:
                collected.quantities.setdefault(data_type, []).append(amount)
            elif data_type != found[0]:
                collected.drop(f"data type {data_type}")
            elif amount.fills:
                collected.drop(_FILLING)
            else:
                collected.values.append(amount)
    return collected


def joined(collected: Collected) -> list[Joined]:
    """Values with their duties: rows that add up to the value and the duty of each key.

    A zero duty of a pivot is the duty of the value that stands in its cell; where no value does, it fills the pivot.
    """
    values, duties = _by_key(collected.values), _by_key(collected.duties)
    quantities = [_by_key(amounts) for amounts in map(collected.quantities.get, QUANTITIES) if amounts is not None]
    rows: list[Joined] = []
    for key in dict.fromkeys((*values, *duties)):
        of_key, here = duties.get(key, []), values.get(key, [])
        stated, zeros = [d for d in of_key if not d.fills], [d for d in of_key if d.fills]
        due = [*stated, *zeros[: max(0, len(here) - len(stated))]]
        collected.drop(_FILLING, len(of_key) - len(due))
        beside = zip_longest(*(of_type.get(key, [])[: len(here)] for of_type in quantities))
        rows += [
            Joined(value, value.text, duty, both or ())
            for value, duty, both in zip_longest(here, due[: len(here)], list(beside)[: len(here)])
        ]
        # What was entered free of value still has its duty.
        rows += [Joined(duty, "0", duty) for duty in due[len(here) :]]
    without = sum(row.duty is None for row in rows)
    if collected.duties and without:
        collected.notes.append(f"{without:,} values have no calculated duty in the file: their duty is unknown")
    return rows


def _by_key(amounts: Iterable[Amount]) -> dict[tuple[str, ...], list[Amount]]:
    found = defaultdict(list)
    for amount in amounts:
        found[amount.key].append(amount)
    return dict(found)


def _amounts(table: Table, collected: Collected) -> Iterator[tuple[str, Amount]]:
    places = {name: place for place, name in enumerate(table.header)}
    code = next(places[name] for name in CODE_COLUMNS if name in places)
    columns = table.amounts
    if any(not period or period.startswith("-") for period in columns.values()) and "Year" not in places:
        raise BadInputError("there is no column Year", where=at(table.where, 1), fix=FIX)
    aside = {*columns, *(place for place, name in enumerate(table.header) if name in _ASIDE or _FIGURE.search(name))}
    read = {code, *columns, *(places[name] for name in ("Data Type", "Country", "Year", "Month") if name in places)}
    beside = {place for name, place in places.items() if place not in read and not _FIGURE.search(name)}
    _check_left_out(table, read)
    for line, cells in table.rows:
        if is_total(cells):
            collected.drop("total of the file")
            continue
        if not columns:
            collected.drop(f"data type {cells[places['Data Type']]}")
        rest = tuple(cell for place, cell in enumerate(cells) if place not in aside)
        country = cells[places["Country"]]
        others = {name: cells[place] for name, place in places.items() if place in beside}
        for place, period in columns.items():
            time, fills = _time(period, places, cells), bool(period and re.fullmatch(r"0(\.0*)?", cells[place]))
            amount = Amount(table.where, line, cells[code], country, time, cells[place], (*rest, time), fills, others)
            yield cells[places["Data Type"]], amount


def _check_left_out(table: Table, read: Collection[int]) -> None:
    """Refuse a column of amounts that looks like a month or a year and is none that is read."""
    for place, name in enumerate(table.header):
        left_out = place not in read and _PERIOD.search(name) and not _NO_PERIOD.search(name)
        if left_out and any(re.fullmatch(r"[0-9,.]+", cells[place]) for _, cells in table.rows):
            raise BadInputError(
                f"column {name!r} is neither a year nor a month", where=table.where, fix="write it as January 2024"
            )


def _time(period: str, places: dict[str, int], cells: Cells) -> str:
    if period and not period.startswith("-"):
        return period
    month = period
    if not period and "Month" in places:
        text = cells[places["Month"]]
        month = as_period(text) or f"-{text.zfill(2)}"
    return cells[places["Year"]] + month
