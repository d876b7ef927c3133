"""Text from files, without characters that no reader sees but that terminals, drawings and spreadsheets obey."""

import re
from typing import Any

# Control characters (C0 but tab and line feed, DEL, C1), what turns the direction of writing, line and paragraph
# separators, marks of the direction of writing, and halves of surrogate pairs, which are no text.
UNSEEN = r"\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ud800-\udfff"
_UNSEEN = re.compile(f"[{UNSEEN}]")


def clean(text: str) -> str:
    """Replace what a reader cannot see, but a terminal, a drawing or a spreadsheet obeys, by spaces."""
    if text.isprintable():
        return text
    return _UNSEEN.sub(" ", text.replace("\r\n", "\n"))


def clean_values(value: Any) -> Any:
    """Clean every text in lists and dictionaries, such as the specification of a drawing."""
    if isinstance(value, str):
        return clean(value)
    if isinstance(value, dict):
        return {clean(key): clean_values(part) for key, part in value.items()}
    if isinstance(value, list | tuple):
        return [clean_values(part) for part in value]
    return value
