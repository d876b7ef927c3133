"""What a DataWeb export says about itself: refused where its amounts are not single dollars by year or month.

DataWeb can report thousands or millions, sum quarters or the year to date, and restrict trade to some districts,
programs or rate provisions; none of that shows in the columns.
"""

import re
from collections.abc import Iterator, Sequence

from aitrade.core.errors import BadInputError
from aitrade.trade.readers.dataweb_table import Table, is_total
from aitrade.trade.readers.multiples import title_says_multiple

# A setting of the query and what it was set to; "Select Type" stands there once for every step.
Setting = tuple[str, str]

FIX = (
    "ask DataWeb for Imports For Consumption with Customs Value (and Calculated Duties), or for Total Exports with FAS "
    "Value, by HTS-10 and country"
)
TO_DATE = re.compile(r"\bytd\b|\bto[ -]date\b|_to_\w+_year_|\b(through|thru)\b", re.IGNORECASE)
_FORMAT_FIX = "ask DataWeb for the data format 1, which is single dollars"
_TIME_FIX = "ask DataWeb for full years with the aggregation Annual, or for the aggregation Monthly"
_OTHER_TRADE = re.compile(r"general imports|domestic exports|foreign exports|re-exports", re.IGNORECASE)
_QUARTER = re.compile(r"\bquarter|\bq[1-4]\b", re.IGNORECASE)
_TIMEFRAME = re.compile(r"\s*(annual|monthly)\b", re.IGNORECASE)


def check_query(tables: Sequence[Table], query: Sequence[Setting], where: str, *, asked: bool) -> list[str]:
    """Notes on what the query left out, and on rows and totals that the file states and does not hold.

    Args:
        tables: the tables of the file; what stands above their headers counts as the query too.
        query: the settings that the file lists, headings of its steps among them.
        where: the file's name.
        asked: whether the user named the values, so that general imports or domestic exports will do.

    Raises:
        BadInputError: the trade is not imports for consumption or total exports, in single dollars, by year or month.
    """
    said = [*query, *((cells[0], cells[1]) for table in tables for cells in table.preamble if len(cells) > 1)]
    _check_trade([] if asked else [*(value for name, value in said if name == "Trade Flow"), *_titles(tables)], where)
    for name, value in said:
        if name == "Data Format" and value not in ("", "1"):
            raise BadInputError(f"its amounts are in {value} dollars", where=where, fix=_FORMAT_FIX)
    for text in _above(tables):
        if title_says_multiple(text):
            raise BadInputError(f"its amounts are not single dollars: {text.strip()!r}", where=where, fix=_FORMAT_FIX)
    _check_time(said, tables, where)
    for table in tables:
        quarters = [name for name in table.header if _QUARTER.search(name)]
        if quarters:
            raise BadInputError(f"the column {quarters[0]} is of quarters", where=table.where, fix=_TIME_FIX)
    notes = [
        f"the query took only some trade ({step}: {value}): its values are not all imports or exports"
        for step, value in _selections(query)
        if re.search("program|provision|district", step, re.IGNORECASE) and not value.startswith("Use All")
    ]
    return notes + [note for table in tables for note in _notes(table)]


def _check_trade(said: Sequence[str], where: str) -> None:
    for text in said:
        if _OTHER_TRADE.search(text):
            raise BadInputError(f"the file holds {text.split('|')[0]}", where=where, fix=FIX)


def _check_time(said: Sequence[Setting], tables: Sequence[Table], where: str) -> None:
    """A title is ``Total Exports|Annual Data``; without a bar it says the trade alone, and to date is said anywhere.

    Where the year to date has columns of its own beside the years, as in ``Annual + Year-To-Date Data``, they are left
    out, and the years are complete.
    """
    titles = _titles(tables)
    frames = [value for name, value in said if name == "Timeframe Aggregation" and value]
    frames += [title.split("|")[1] for title in titles if "|" in title]
    other = [frame for frame in frames if not _TIMEFRAME.match(frame)]
    other += [title for title in titles if _QUARTER.search(title)]
    if not any(TO_DATE.search(name) for table in tables for name in table.header):
        other += [text for text in (*frames, *titles) if TO_DATE.search(text)]
    if not any(frame.strip().lower().startswith("monthly") for frame in frames):
        # By year, a range of dates and the year to date hold parts of years.
        years = [value for step, value in _selections(said) if "years" in step.lower()]
        other += [value for value in years if not value.startswith("Full Years")]
    if other:
        raise BadInputError(f"its time frame is {other[0].strip()!r}", where=where, fix=_TIME_FIX)


def _above(tables: Sequence[Table]) -> list[str]:
    """Every text above the tables, each line also as a whole (``In 1,000 Dollars`` has a comma), and their headers."""
    lines = [",".join(cells).strip(",") for table in tables for cells in table.preamble]
    return lines + [cell for table in tables for cells in (*table.preamble, table.header) for cell in cells]


def _titles(tables: Sequence[Table]) -> list[str]:
    return [cells[0] for table in tables for cells in table.preamble if cells]


def _selections(said: Sequence[Setting]) -> Iterator[Setting]:
    """Each step of the query, as its heading names it, with its "Select Type"."""
    step = ""
    for name, value in said:
        if name.startswith("Step "):
            step = name
        elif name == "Select Type" and value:
            yield step, value


def _notes(table: Table) -> list[str]:
    notes = []
    to_date = [name for name in table.header if TO_DATE.search(name)]
    if to_date:
        notes.append(f"left out, year to date: {', '.join(to_date)}")
    if table.stated_rows not in (None, len(table.rows)):
        notes.append(
            f"{table.where} says it has {table.stated_rows:,} rows and has {len(table.rows):,}: it may be cut off"
        )
    trade = [cells for _, cells in table.rows if not is_total(cells)]
    for cells in (cells for _, cells in table.rows if is_total(cells)):
        for place in table.amounts:
            stated, summed = _dollars(cells[place]), sum(_dollars(row[place]) or 0 for row in trade)
            if stated is not None and stated != summed:
                notes.append(f"{table.where} says it sums to {stated:,} and sums to {summed:,}")
    return notes


def _dollars(text: str) -> int | None:
    whole = text.replace(",", "").split(".")[0]
    return int(whole) if whole.isdecimal() else None
