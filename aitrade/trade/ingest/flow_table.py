"""A table of flows, and the file whose staged rows go into it."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from aitrade.core.sql import query
from aitrade.trade.ingest.parts import Parts

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

_SQL = Path(__file__).parent / "sql"


@dataclass(frozen=True)
class FlowTable:
    """A table of flows (of countries, or of country groups) and the staged rows that go into it."""

    con: "DuckDBPyConnection"
    flow: str
    groups: bool = False

    def query(self, name: str, **parameters: Any) -> list[tuple[Any, ...]]:
        """Run a shipped query on this table, by way of the views ``existing`` and ``incoming``."""
        return query(self.con, _SQL, name, flow=self.flow, groups=self.groups, **parameters)

    def select(self) -> None:
        """Make the views ``existing`` (the workspace's rows, with ``id``) and ``incoming`` (the file's)."""
        self.query("select_groups" if self.groups else "select_countries")


@dataclass(frozen=True)
class FileIdentity:
    """What a merge has to know of the file: its path, its content, the number of its import.

    ``earlier_imports`` are those that the same command made; ``parts`` the parts of trade that the file holds;
    ``constants`` the columns that nobody reads and that hold one text throughout.
    """

    path: str
    sha256: str
    import_id: int
    earlier_imports: Collection[int]
    parts: Parts
    constants: Mapping[str, str]
