"""What models said, kept in the workspace by content: scores of LLMs, and vectors of embedders."""

import hashlib
from collections.abc import Mapping, Sequence
from contextlib import closing
from threading import Lock
from typing import TYPE_CHECKING

from aitrade.workspace.database import transaction

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

# A row of the table is found by the hash of a model, its arithmetic and the text. A text's numbers depend on nothing
# else (tests/llm/test_same_bits.py). Change this where the same text gives other numbers than before.
VERSION = "1"


def content_key(*parts: str) -> str:
    """Hash everything that some numbers depend on."""
    return hashlib.sha256("\x1f".join((VERSION, *parts)).encode()).hexdigest()


class ScoreStore:
    """Numbers that models gave, in the workspace; threads may share a store."""

    def __init__(self, con: "DuckDBPyConnection") -> None:
        self._con, self._lock = con, Lock()

    def read(self, keys: Sequence[str]) -> dict[str, bytes]:
        """Read the numbers that are kept under some keys."""
        with self._lock, closing(self._con.cursor()) as cursor, transaction(cursor):
            return dict(
                cursor.execute(
                    "SELECT key, numbers FROM scores JOIN (SELECT DISTINCT unnest(?::VARCHAR[]) AS key) USING (key)",
                    [list(keys)],
                ).fetchall()
            )

    def keep(self, numbers: Mapping[str, bytes]) -> None:
        """Keep numbers by key; what is there already stays."""
        with self._lock, closing(self._con.cursor()) as cursor, transaction(cursor):
            cursor.execute(
                "INSERT INTO scores SELECT unnest(?::VARCHAR[]), unnest(?::BLOB[]) ON CONFLICT DO NOTHING",
                [list(numbers), list(numbers.values())],
            )
