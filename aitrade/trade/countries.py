"""Partner countries: Census codes, the names that sources write for them, and the groups that double count."""

import csv
import re
import unicodedata
from collections.abc import Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from aitrade.core.errors import BadInputError, at
from aitrade.core.paths import shipped
from aitrade.core.textfile import read_records, read_text
from aitrade.nomenclature.census_layouts import COUNTRY
from aitrade.workspace.rows import offered

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

TOTAL = "-"
CODE = "[0-9]{4}|[1-9]XXX|-"


@dataclass(frozen=True)
class Country:
    """A country or a group (kind ``country`` or ``group``) with its Census code and other names that sources write."""

    cty_code: str
    name: str
    kind: str
    aliases: tuple[str, ...] = ()


@cache
def shipped_countries() -> tuple[Country, ...]:
    """The countries and groups that ship with the project."""
    with shipped("data/countries.csv").open(encoding="utf-8", newline="") as file:
        return tuple(
            Country(r["cty_code"], r["name"], r["kind"], tuple(filter(None, r["aliases"].split("|"))))
            for r in csv.DictReader(file)
        )


def kind_of(cty_code: str) -> str:
    """Whether a Census code stands for a country or a group: groups are 00nn, nXXX and the total ``-``."""
    return "group" if cty_code.startswith("00") or cty_code.endswith("XXX") or cty_code == TOTAL else "country"


def simplified(name: str) -> str:
    """A country's name without case, accents, punctuation and the spelling of Saint, to compare with another."""
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower().replace("&", " and ")
    words = re.sub(r"[^a-z0-9]+", " ", re.sub(r"[`'.]", "", plain)).split()
    return " ".join("st" if word == "saint" else word for word in words if word != "the")


def seed_countries(con: "DuckDBPyConnection") -> None:
    """Put the shipped countries into the workspace where they are not there yet."""
    ((known,),) = con.execute("SELECT count(*) FROM countries").fetchall()
    if known < len(shipped_countries()):
        with _offered(con, shipped_countries()):
            con.execute("INSERT INTO countries FROM offered_countries ON CONFLICT DO NOTHING")


def add_countries(con: "DuckDBPyConnection", countries: Sequence[Country]) -> int:
    """Put countries into the workspace, or their new names; say how many."""
    with _offered(con, countries):
        con.execute("INSERT OR REPLACE INTO countries FROM offered_countries")
    return len(countries)


def _offered(con: "DuckDBPyConnection", countries: Sequence[Country]) -> AbstractContextManager[None]:
    fields = ("cty_code", "name", "kind")
    return offered(con, "offered_countries", {field: [getattr(c, field) for c in countries] for field in fields})


def codes_by_name(con: "DuckDBPyConnection") -> dict[str, str]:
    """Census code of every simplified name and alias, shipped or in the workspace."""
    rows = con.execute("SELECT name, cty_code FROM countries").fetchall()
    names = {simplified(alias): c.cty_code for c in shipped_countries() for alias in (c.name, *c.aliases)}
    return names | {simplified(name): code for name, code in rows}


def read_country_file(path: Path) -> list[Country]:
    """Read countries from the Census file ``COUNTRY.TXT``, or from CSV with the columns cty_code and name.

    Raises:
        BadInputError: a column or value is missing or wrong.
    """
    text = read_text(path)
    if re.match(r"[0-9]{4}[^,;\t]{20}", text):
        return parse_country_txt(text, str(path))
    _, records = read_records(path, ("cty_code", "name"))
    return [_country(r.values["cty_code"], r.values["name"], at(path, r.line)) for r in records]


def parse_country_txt(text: str, where: str) -> list[Country]:
    """Countries of the fixed-width file ``COUNTRY.TXT``.

    Raises:
        BadInputError: a record has no code or no name.
    """
    return [
        _country(COUNTRY.cut(line, "cty_code"), COUNTRY.cut(line, "cty_name"), at(where, number))
        for number, line in enumerate(text.splitlines(), 1)
        if line.strip()
    ]


def _country(code: str, name: str, where: str) -> Country:
    if not re.fullmatch(CODE, code):
        raise BadInputError(f"{code!r} is no Census country code", where=where, fix="a country code is four digits")
    if not name:
        raise BadInputError(f"country {code} has no name", where=where)
    return Country(code, name, kind_of(code))
