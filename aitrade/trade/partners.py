"""Partner countries: those that a table is asked for, and the paper's thirty."""

import re
from typing import TYPE_CHECKING

from aitrade.errors import BadInputError
from aitrade.trade.figures import load_figures

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection


def resolve(con: "DuckDBPyConnection", countries: tuple[str, ...]) -> tuple[str, ...]:
    """Census codes of countries given by code or by name (as the workspace has them), ``paper`` for the paper's thirty.

    Raises:
        BadInputError: a name that the workspace does not know, a group of countries, or a code that is not four digits.
    """
    codes: list[str] = []
    for country in countries:
        if country.lower() == "paper":
            codes += load_figures().thirty_countries
            continue
        rows = con.execute(
            "SELECT cty_code, kind FROM countries WHERE cty_code = $1 OR lower(name) = lower($1) ORDER BY cty_code",
            [country],
        ).fetchall()
        if rows and rows[0][1] == "group":
            raise BadInputError(f"{country} is a group of countries, not a country", mend="name its members")
        if not rows and not re.fullmatch("[0-9]{4}", country):
            raise BadInputError(
                f"the workspace knows no country {country!r}", mend="give its Census code, such as 2010 for Mexico"
            )
        codes.append(rows[0][0] if rows else country)
    return tuple(dict.fromkeys(codes))
