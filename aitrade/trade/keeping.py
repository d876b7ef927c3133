"""Put staged rows into a table of flows: what they repeat is replaced, whole years and months never count together."""

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from aitrade.errors import BadInputError
from aitrade.trade.receipt import Replacement

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

_SQL = Path(__file__).parent / "import_sql"


@dataclass(frozen=True)
class Target:
    """A table of flows and the temporary table that holds the file's rows for it."""

    con: "DuckDBPyConnection"
    flow: str
    groups: bool = False

    def fetch(self, name: str, **parameters: Any) -> list[tuple[Any, ...]]:
        """Run a shipped query, written for countries, for this target."""
        text = (_SQL / f"{name}.sql").read_text("utf-8")
        if self.groups:
            text = text.replace("flows", "group_flows").replace("staged", "staged_groups")
        values = {"flow": self.flow, **parameters}
        rows: list[tuple[Any, ...]] = []
        for statement in self.con.extract_statements(text):
            used = {key: value for key, value in values.items() if key in statement.named_parameters}
            rows = self.con.execute(statement, used or None).fetchall()
        return rows


def keep(target: Target, where: str, import_id: int, sha256: str, *, replace: bool) -> Replacement | None:
    """Insert the staged rows, and say what they replaced.

    Raises:
        BadInputError: a country would have a whole year and months of it, and ``replace`` is off.
    """
    _refuse_twice_counted(target, where, replace=replace)
    replacement = _replace(target) if target.fetch("repeated", sha256=sha256) else None
    target.fetch("insert", import_id=import_id)
    return replacement


def _replace(target: Target) -> Replacement | None:
    target.fetch("replaced")
    target.fetch("remove_replaced")
    found = target.fetch("replacement")
    if not found:
        return None
    imports, months, *numbers = found[0]
    return Replacement(imports, months, *(int(number or 0) for number in numbers))


def _refuse_twice_counted(target: Target, where: str, *, replace: bool) -> None:
    twice = target.fetch("periodicity")
    if not twice:
        return
    country, year, whole, in_file = twice[0]
    if in_file:
        raise BadInputError(
            f"{year} is there both as a whole year and by month (country {country}): it would count twice",
            where=where,
            mend="take either out of the file",
        )
    if not replace:
        here, there = ("as a whole year", "by month") if whole else ("by month", "as a whole year")
        raise BadInputError(
            f"the file holds {year} {here}, the workspace {there} (country {country}): it would count twice",
            where=where,
            mend="leave the file out, or say --replace to take the others out of the workspace",
        )
    target.fetch("remove_other_periodicity")
