"""Deflators: price indices read from a file, kept in the workspace, and trade in dollars of the base year by them."""

import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from aitrade.core.errors import BadInputError, UsageError, at
from aitrade.core.files import sha256_of
from aitrade.core.sql import query
from aitrade.core.table import Note
from aitrade.core.textfile import Record, read_records
from aitrade.core.wording import offer
from aitrade.nomenclature.codes import FLOWS, parse_flow
from aitrade.trade.tables.macros import SQL
from aitrade.workspace import transaction

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

REAL_TABLES = ("summary", "top", "index", "share", "growth", "counterfactual")
_MONTH = re.compile("([0-9]{4})-?([01]?[0-9])")


@dataclass(frozen=True)
class Deflator:
    """A deflator: its name, how many prices it has, of how many groups, from which month to which."""

    name: str
    prices: int
    groups: int
    first: str
    last: str


def import_deflator(con: "DuckDBPyConnection", path: Path, name: str) -> Deflator:
    """Take a deflator into the workspace; one of the same name is replaced.

    Args:
        con: a workspace.
        path: a delimited file with the columns month (2023-01) and index, and optionally hs (the 2, 4, 6, 8 or 10
            digits that the codes of a group begin with; empty for all others) and flow.
        name: what it is called.

    Raises:
        UsageError: the name is empty.
        BadInputError: a column or value is missing or wrong, or a price is there twice.
    """
    if not name.strip():
        raise UsageError("the deflator needs a name", fix="give one such as --name import-prices")
    columns, records = read_records(path, ("month", "index"))
    if not records:
        raise BadInputError("the file holds no price", where=str(path))
    rows = [row for record in records for row in _rows(record, path, columns)]
    seen: set[tuple[str, str, int, int]] = set()
    for row, line in rows:
        if row[:4] in seen:
            raise BadInputError("the price of a group and month is there twice", where=at(path, line))
        seen.add(row[:4])
    with transaction(con):
        con.execute("DELETE FROM deflators WHERE name = $1", [name])
        con.execute("DELETE FROM deflator_files WHERE name = $1", [name])
        con.execute(
            "INSERT INTO deflators SELECT $1, unnest($2), unnest($3), unnest($4), unnest($5), unnest($6)",
            [name, *([row[place] for row, _ in rows] for place in range(5))],
        )
        con.execute(
            "INSERT INTO deflator_files VALUES ($1, $2, $3, now()::TIMESTAMP)", [name, str(path), sha256_of(path)]
        )
    return next(one for one in known_deflators(con) if one.name == name)


def _rows(record: Record, path: Path, columns: Sequence[str]) -> Iterator[tuple[tuple[str, str, int, int, float], int]]:
    """The prices of a record: one, or one for each flow where it names none."""
    values, line = record.values, record.line
    month = _MONTH.fullmatch(values["month"].strip())
    if month is None or not 1 <= int(month[2]) <= 12:
        raise BadInputError(f"{values['month']!r} is not a month", where=at(path, line, "month"), fix="write 2023-01")
    try:
        price = float(values["index"])
    except ValueError:
        price = 0.0
    if not 0 < price < float("inf"):
        raise BadInputError(
            f"{values['index']!r} is not a price index", where=at(path, line, "index"), fix="write a number above 0"
        )
    prefix = values.get("hs", "").strip().replace(".", "")
    if not re.fullmatch("([0-9]{2}){0,5}", prefix):
        raise BadInputError(
            f"{prefix!r} is not 2, 4, 6, 8 or 10 digits", where=at(path, line, "hs"), fix="leave it empty for all codes"
        )
    said = values["flow"] if "flow" in columns else ""
    for flow in (parse_flow(said, where=at(path, line, "flow")),) if said else FLOWS:
        yield (flow, prefix, int(month[1]), int(month[2]), price), line


def known_deflators(con: "DuckDBPyConnection") -> tuple[Deflator, ...]:
    """The deflators of the workspace, by name."""
    rows = con.execute(
        "SELECT name, count(*), count(DISTINCT prefix), min(format('{}-{:02d}', year, month)), "
        "max(format('{}-{:02d}', year, month)) FROM deflators GROUP BY name ORDER BY name"
    ).fetchall()
    return tuple(Deflator(*row) for row in rows)


def require_deflator(con: "DuckDBPyConnection", name: str) -> Deflator:
    """The deflator of a name.

    Raises:
        BadInputError: there is none.
    """
    by_name = {one.name: one for one in known_deflators(con)}
    if name not in by_name:
        otherwise = "" if by_name else "import one: aitrade deflators import FILE --name NAME"
        raise BadInputError(f"there is no deflator {name!r}", fix=offer(name, list(by_name), otherwise=otherwise))
    return by_name[name]


@contextmanager
def in_real_terms(
    con: "DuckDBPyConnection",
    name: str,
    flows: Sequence[str],
    base_year: int,
    years: Sequence[int],
    excluded: Sequence[str],
) -> Iterator[Note]:
    """Have tables see trade in dollars of the base year while the block runs; gives the note that says so.

    Args:
        con: a workspace.
        name: of a deflator.
        flows: the flows that are tabulated.
        base_year: whose average prices are 1.
        years: the years asked for; none for all from the base year on.
        excluded: chapters that need no price, since they are dropped.

    Raises:
        BadInputError: there is no such deflator, or it has no price of some trade.
    """
    groups = require_deflator(con, name).groups
    query(con, SQL, "real", deflator=name, base_year=base_year)
    span = {"first": min([base_year, *years]), "last": max([base_year, *years]) if years else 9999}
    lacking = query(con, SQL, "real_lacking", flows=list(flows), excluded=list(excluded), **span)
    if lacking:
        flow, hs10, year, month = lacking[0]
        when = f"{year}-{month:02d}" if month else str(year)
        raise BadInputError(
            f"deflator {name} has no price of code {hs10} ({flow}) in {when}, or not twelve months of {base_year}",
            fix="import a deflator with these months, and with rows of all other codes (hs empty), or choose --years",
        )
    ((own,),) = con.execute("SELECT current_database()").fetchall()
    con.execute(f'CREATE OR REPLACE TEMP VIEW own_flows AS FROM "{own}".main.flows')
    query(con, SQL, "real_flows")
    try:
        yield Note(
            f"in dollars of {base_year}, deflated by {name} ({groups} group{'s' if groups > 1 else ''} of "
            "codes, each by its own price; sums are of constant prices, not chained; a year imported whole by its mean "
            "price)",
            "terms",
            f"in dollars of {base_year}, deflated by {name}",
        )
    finally:
        con.execute("DROP TABLE temp.chapter_flows")
        con.execute("DROP VIEW temp.flows")
