"""Tables as JSON: a list of row objects."""

import json

from aitrade.core.table import Table


def to_json(table: Table) -> str:
    """One object a row, one row a line; null where there is no figure."""
    rows = (json.dumps(record, ensure_ascii=False, allow_nan=False) for record in table.records())
    return "[\n" + ",\n".join(rows) + "\n]\n" if table.rows else "[]\n"
