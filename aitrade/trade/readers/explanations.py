"""Say what is wrong with a text that cannot be read as a code, a country, a month or an amount, and how to fix it."""

import re

from aitrade.nomenclature.codes import why_not_hs10

COUNTRY_FIX = "correct it or, if Census has a new country, add it: aitrade trade countries COUNTRY.TXT"
# A time of day and its distance from UTC, as DuckDB writes them.
_ZONED = re.compile(r"[0-9]:[0-9]{2}.*[+-][0-9]{2}(:[0-9]{2})*$")
_NAMES = {"cty_code": "country", "time": "month"}


def explain_text(role: str, text: str | None) -> tuple[str, str]:
    """Say what is wrong with the text of a role (hs10, cty_code, time, value, ...), and the fix."""
    if role == "hs10":
        return why_not_hs10(text or "")
    name = _NAMES.get(role, role)
    if text is None or not text.strip():
        return f"the {name} is empty", "fill it in, or delete the row"
    if name == "country":
        return f"unknown country {text!r}", COUNTRY_FIX
    if role in ("value", "duty"):
        return _explain_amount(name, text)
    return _explain_period(name, text)


def _explain_amount(name: str, text: str) -> tuple[str, str]:
    if text.strip().startswith("-"):
        return f"the {name} {text!r} is negative", "trade is not negative: correct it, or delete the row"
    if re.fullmatch(r"[0-9]{1,3}(\.[0-9]{3})+", text.strip()):
        return f"the {name} {text!r} may be thousands or a fraction", "write whole dollars without dots"
    if re.fullmatch(r"[0-9.]+e\+[0-9]+|[0-9]+\.0*", text.strip()):
        return (
            f"the {name} {text!r} is a floating-point number that cannot hold every dollar",
            "write the column as a whole number (BIGINT), or as DOUBLE",
        )
    if text.strip().isdecimal():
        return f"the {name} {text!r} is more than all trade there is", "is it in dollars? correct it"
    return (
        f"the {name} {text!r} is not a number of whole dollars",
        "write digits only: no separator, letter or cent",
    )


def _explain_period(name: str, text: str) -> tuple[str, str]:
    if _ZONED.search(text):
        what = f"the time {text!r} has a zone, and is not 00:00 UTC of a day from 1989 on"
        return what, "convert the column to dates without a zone"
    return f"{text!r} is not a {name} from 1989 on", "write months as 2024-01, in columns year and month as 2024 and 1"
