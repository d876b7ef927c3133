"""Tariff exemption lists: read, kept in the workspace, and shipped with the project."""

import re
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from aitrade.core.errors import BadInputError, UsageError, at
from aitrade.core.files import sha256_of
from aitrade.core.paths import shipped
from aitrade.core.textfile import read_records
from aitrade.core.wording import offer
from aitrade.workspace import transaction

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

COLUMNS = ("htsus", "hts_code", "hts", "hts8", "hts10", "hs10", "code", "heading")
LENGTHS = (4, 6, 8, 10)
_PADDING = re.compile("(00)+$")


@dataclass(frozen=True)
class Entry:
    """An entry as the list gives it, and the heading that it stands for: 4, 6, 8 or 10 digits."""

    entry: str
    prefix: str


@dataclass(frozen=True)
class ExemptionList:
    """A list: its name, its entries, where it is from, and whether it replaced one of its name."""

    name: str
    entries: int
    path: str
    replaced: bool = False


def heading_of(entry: str) -> str:
    """The heading that an entry stands for: an entry of ten digits without the pairs of zeros that may pad it.

    A heading that is not divided has one child, which adds 00: below 8471.30.01 there is only 8471300100. So a code
    that ends in 00 is all there is below the shorter heading, and where the shorter one is divided, the zeros can only
    be padding (lists publish 8-digit headings as ten digits).
    """
    return entry[:4] + _PADDING.sub("", entry[4:]) if len(entry) == 10 else entry


def read_list(path: Path) -> tuple[Entry, ...]:
    """Read a CSV file that has its entries in a column HTSUS, hts_code, hs10 or the like; dots are allowed.

    A column ``digits``, where there is one, says how many digits each entry has.

    Raises:
        BadInputError: there is no such column, no entry, or an entry that is not 4, 6, 8 or 10 digits.
    """
    columns, records = read_records(path, ())
    named = [column for column in COLUMNS if column in columns]
    if len(named) != 1:
        raise BadInputError(
            f"{'no column holds' if not named else 'several columns may hold'} the headings: {', '.join(columns)}",
            where=at(path, 1),
            fix="name one column HTSUS or hts_code",
        )
    column = named[0]
    entries: dict[str, Entry] = {}
    for record in records:
        found = record.values[column]
        digits = found.replace(".", "")
        if not re.fullmatch("[0-9]+", digits) or len(digits) not in LENGTHS:
            raise BadInputError(
                f"{found!r} is not a heading of 4, 6, 8 or 10 digits",
                where=at(path, record.line, column),
                fix="write headings as text; a spreadsheet may have dropped a leading zero",
            )
        if record.values.get("digits", str(len(digits))) != str(len(digits)):
            raise BadInputError(
                f"{found!r} has {len(digits)} digits, and the column digits says {record.values['digits']}",
                where=at(path, record.line, column),
                fix="a spreadsheet may have dropped a leading zero",
            )
        entries[digits] = Entry(digits, heading_of(digits))
    if not entries:
        raise BadInputError("the list has no entry", where=str(path))
    return tuple(entries.values())


def import_list(con: "DuckDBPyConnection", path: Path, name: str) -> ExemptionList:
    """Take a list into the workspace; one of the same name is replaced.

    Raises:
        BadInputError: the file is not such a list.
        UsageError: the name is empty or ``any``, which is what all lists together are called.
    """
    if not name.strip() or name == "any":
        raise UsageError(f"a list cannot be called {name!r}", fix="choose another name")
    entries = read_list(path)
    with transaction(con):
        replaced = con.execute("DELETE FROM exemption_lists WHERE name = $1 RETURNING name", [name]).fetchone()
        con.execute("DELETE FROM exemptions WHERE name = $1", [name])
        con.execute(
            "INSERT INTO exemption_lists VALUES ($1, $2, $3, now()::TIMESTAMP)", [name, str(path), sha256_of(path)]
        )
        con.execute(
            "INSERT INTO exemptions SELECT $1, unnest($2), unnest($3)",
            [name, [entry.entry for entry in entries], [entry.prefix for entry in entries]],
        )
    return ExemptionList(name, len(entries), str(path), replaced is not None)


def shipped_lists() -> dict[str, Path]:
    """The lists that come with the project, by name."""
    return {path.stem: path for path in sorted(shipped("data/exemptions").glob("*.csv"))}


def known_lists(con: "DuckDBPyConnection | None") -> tuple[ExemptionList, ...]:
    """The lists of the workspace, where there is one, and the shipped ones that it does not replace, by name."""
    query = "SELECT name, count(*), path FROM exemption_lists JOIN exemptions USING (name) GROUP BY name, path"
    found = {row[0]: ExemptionList(*row) for row in (con.execute(query).fetchall() if con else ())}
    for name, path in shipped_lists().items():
        found.setdefault(name, ExemptionList(name, len(read_list(path)), "shipped with aitrade"))
    return tuple(found[name] for name in sorted(found))


def choose_lists(con: "DuckDBPyConnection", names: tuple[str, ...]) -> tuple[str, ...]:
    """Names of the lists that a table counts, every known one unless some are named; readies the shipped ones.

    Raises:
        BadInputError: a list that is not known.
    """
    known = [known.name for known in known_lists(con)]
    for name in names:
        if name not in known:
            raise BadInputError(
                f"there is no exemption list {name!r}",
                fix=offer(name, known),
            )
    con.execute("CREATE OR REPLACE TEMP TABLE shipped_exemptions (name VARCHAR, prefix VARCHAR)")
    for name, path in shipped_lists().items():
        prefixes = sorted({entry.prefix for entry in read_list(path)})
        con.execute("INSERT INTO shipped_exemptions SELECT $1, unnest($2)", [name, prefixes])
    return tuple(sorted(names)) or tuple(known)


def remove_list(con: "DuckDBPyConnection", name: str) -> int:
    """Remove a list from the workspace; returns how many entries it had.

    Raises:
        BadInputError: the workspace holds no list of this name.
    """
    if con.execute("SELECT 1 FROM exemption_lists WHERE name = ?", [name]).fetchone() is None:
        raise BadInputError(f"the workspace holds no list {name}", fix="see: aitrade exemptions list")
    with transaction(con):
        counted = con.execute("DELETE FROM exemptions WHERE name = ?", [name]).fetchone()
        con.execute("DELETE FROM exemption_lists WHERE name = ?", [name])
    return counted[0] if counted else 0
