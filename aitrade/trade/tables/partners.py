"""Partner countries: those that a table is asked for, and the paper's thirty."""

import json
import re
from functools import cache
from typing import TYPE_CHECKING

from aitrade.core.errors import BadInputError
from aitrade.core.paths import shipped
from aitrade.core.wording import offer
from aitrade.trade.countries import CODE, codes_by_name, kind_of, simplified

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection


@cache
def paper_countries() -> tuple[str, ...]:
    """Census codes of the thirty countries whose trade the paper's shares are shares of."""
    return tuple(json.loads(shipped("data/reference/paper_figures.json").read_text("utf-8"))["thirty_countries"])


def resolve_countries(con: "DuckDBPyConnection", countries: tuple[str, ...]) -> tuple[str, ...]:
    """Census codes of countries given by code or by any name that imports accept, ``paper`` for the paper's thirty.

    A name with commas may come in its parts, as a list divided by commas has it: ``("korea", "south", "mexico")``. The
    most parts that together are a name count as one, so ``korea`` before ``south`` is not taken for a country.

    Raises:
        BadInputError: a name that neither the workspace nor the shipped list knows, a group of countries, or a code
            that is not four digits.
    """
    names = codes_by_name(con) if countries else {}
    codes: list[str] = []
    rest = countries
    while rest:
        number = next((n for n in range(len(rest), 1, -1) if simplified(", ".join(rest[:n])) in names), 1)
        asked, rest = ", ".join(rest[:number]), rest[number:]
        codes += paper_countries() if asked.lower() == "paper" else [_code(asked, names)]
    return tuple(dict.fromkeys(codes))


def _code(country: str, names: dict[str, str]) -> str:
    code = country if re.fullmatch(CODE, country) else names.get(simplified(country))
    if code is None:
        raise BadInputError(
            f"the workspace knows no country {country!r}",
            fix=offer(country, list(names), otherwise="give its Census code, such as 2010 for Mexico"),
        )
    if kind_of(code) == "group":
        raise BadInputError(f"{country} is a group of countries, not a country", fix="name its members")
    return code
