"""Tables as JSON: a list of row objects."""

import json
import re

from aitrade.core.clean import UNSEEN
from aitrade.core.table import Table

_UNSEEN = re.compile(f"[{UNSEEN}]")


def to_json(table: Table) -> str:
    """One object a row, one row a line; null where there is no figure."""
    rows = (_escaped(json.dumps(record, ensure_ascii=False, allow_nan=False)) for record in table.records())
    return "[\n" + ",\n".join(rows) + "\n]\n" if table.rows else "[]\n"


def _escaped(text: str) -> str:
    """JSON whose texts are the same, but print nothing that a terminal would obey."""
    return _UNSEEN.sub(lambda found: f"\\u{ord(found.group()):04x}", text)
