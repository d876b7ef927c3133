"""HS10 codes: what one is, and how text becomes one."""

import re
from collections.abc import Iterable
from dataclasses import dataclass

from aitrade.core.errors import BadInputError

FLOWS = ("imports", "exports")  # their order is part of adapters' files (aitrade/llm/code_vectors.py)
PAD_MEND = "if a spreadsheet dropped the leading zeros, repeat the command with --pad"
EXCEL_MEND = "a spreadsheet turned the codes into numbers: format the column as text in the original and save it again"

_DOTTED = re.compile(r"[0-9]{4}\.[0-9]{2}(\.[0-9]{2}(\.[0-9]{2})?|\.[0-9]{4})?")
_FLOAT = re.compile(r"[0-9]+(\.[0-9]*)?[eE][+-]?[0-9]+|[0-9]{7,}\.[0-9]+")
_FLOW_WORDS = {"import": "imports", "imports": "imports", "export": "exports", "exports": "exports"}


@dataclass(frozen=True)
class Code:
    """An HS10 code of one flow with its description; import (HTS) and export (Schedule B) codes agree only to HS6."""

    hs10: str
    flow: str
    description: str
    naics: str | None = None
    naics_description: str | None = None

    @property
    def key(self) -> tuple[str, str]:
        """Flow and digits, which together tell a code from all others."""
        return self.flow, self.hs10

    @property
    def hs2(self) -> str:
        """Chapter: the first two digits."""
        return self.hs10[:2]

    @property
    def hs4(self) -> str:
        """Heading: the first four digits."""
        return self.hs10[:4]

    @property
    def hs6(self) -> str:
        """Subheading: the first six digits."""
        return self.hs10[:6]


def by_heading(codes: Iterable[Code]) -> dict[tuple[str, str], list[Code]]:
    """Group codes by flow and heading, in their order."""
    groups: dict[tuple[str, str], list[Code]] = {}
    for code in codes:
        groups.setdefault((code.flow, code.hs4), []).append(code)
    return groups


def parse_hs10(text: str, *, where: str | None = None, pad: bool = False) -> str:
    """Read a ten-digit code; dots as in ``8471.50.01.50`` are taken out.

    Args:
        text: what the file holds.
        where: file, line and column, for the error.
        pad: put back the leading zero of a code of nine digits.

    Raises:
        BadInputError: the text is no HS10 code; the fix depends on what it looks like.
    """
    digits = undot(text)
    if pad and len(digits) == 9:
        digits = "0" + digits
    if len(digits) == 10 and digits.isascii() and digits.isdigit():
        return digits
    what, fix = why_not_hs10(text)
    raise BadInputError(what, where=where, fix=fix)


def undot(text: str) -> str:
    """Strip blanks, and the dots of a code that is written with them in the customary places."""
    stripped = text.strip()
    return stripped.replace(".", "") if _DOTTED.fullmatch(stripped) else stripped


def why_not_hs10(text: str) -> tuple[str, str]:
    """Say what is wrong with a text that is no HS10 code, and the fix."""
    digits = undot(text)
    if not digits:
        return "the code is empty", "give every row its ten-digit code, or delete the row"
    if _FLOAT.fullmatch(digits):
        return f"code {digits!r} is a floating-point number, its digits are not certain", EXCEL_MEND
    if not (digits.isascii() and digits.isdigit()):
        return f"code {digits!r} holds something else than digits", "an HS10 code is ten digits, dots allowed"
    if len(digits) == 9:
        return f"code {digits!r} has 9 digits, an HS10 code has 10", PAD_MEND
    return f"code {digits!r} has {len(digits)} digits, an HS10 code has 10", "give the ten-digit statistical code"


def parse_flow(text: str, *, where: str | None = None) -> str:
    """Read a direction of trade: import, imports, export or exports.

    Raises:
        BadInputError: it is none of these.
    """
    flow = _FLOW_WORDS.get(text.strip().lower())
    if flow is None:
        raise BadInputError(
            f"flow {text!r} is neither imports nor exports", where=where, fix="write imports or exports"
        )
    return flow
