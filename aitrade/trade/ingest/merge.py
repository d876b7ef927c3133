"""Put staged rows into a table of flows: what they repeat is replaced, whole years and months never count together."""

from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from aitrade.core.errors import BadInputError
from aitrade.trade.ingest.replacement import Replacement, Swap
from aitrade.trade.readers.source import ImportOptions

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

_SQL = Path(__file__).parent / "sql"
_NAMED = 10


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


def keep(
    target: Target, where: str, import_id: int, sha256: str, options: ImportOptions, made: Collection[int]
) -> Replacement | None:
    """Insert the staged rows, and say what they replaced.

    Args:
        target: where they go.
        where: the file.
        import_id: of this import.
        sha256: of the file.
        options: what the user asked for.
        made: imports that the same command made.

    Raises:
        BadInputError: a country would have a whole year and months of it, and nobody asked to replace one by the other;
            or the file revises much that it does not hold, and nobody said that it is a revision.
    """
    swap = _refuse_twice_counted(target, where, replace=options.replace)
    replacement = None
    if target.fetch("repeated", sha256=sha256, revision=options.revision, made=list(made)) or swap:
        target.fetch("known_duties")
        target.fetch("replaced", replace=options.replace)
        if not options.revision:
            _refuse_vanishing(target, where)
        replacement = _replace(target)
    target.fetch("insert", import_id=import_id)
    return replacement


def _replace(target: Target) -> Replacement | None:
    target.fetch("remove_replaced")
    found = target.fetch("replacement")
    if not found:
        return None
    imports, months, *numbers = found[0]
    return Replacement(imports, months, _swapped(target), *(int(number or 0) for number in numbers))


def _swapped(target: Target) -> Swap | None:
    for chapters, held, *numbers in target.fetch("swapped"):
        return Swap(chapters, {str(year): months for year, months in held}, *map(int, numbers))
    return None


def _refuse_vanishing(target: Target, where: str) -> None:
    """Refuse where too much of what is revised would have no row in its place: it may be another part of trade.

    A revision drops few rows, though they may be large: up to a third pass.
    """
    for rows, gone, codes in target.fetch("vanishing"):
        if 3 * gone <= rows:
            continue
        named = ", ".join(codes[:_NAMED]) + (f" and {len(codes) - _NAMED:,} more" if len(codes) > _NAMED else "")
        raise BadInputError(
            f"the file has other values for rows of the workspace, and {gone:,} of the {rows:,} rows that it replaces "
            f"would have no row in their place: codes {named}",
            where=where,
            fix="say --revision if it is a revision that dropped these codes; if it is another part of trade, take "
            "the rows out of it that the workspace holds already",
        )


def _refuse_twice_counted(target: Target, where: str, *, replace: bool) -> bool:
    """Whether whole years have to take the place of months, or the other way round."""
    twice = target.fetch("periodicity")
    if not twice:
        return False
    country, year, whole, in_file = twice[0]
    if in_file:
        raise BadInputError(
            f"{year} is there both as a whole year and by month (country {country}): it would count twice",
            where=where,
            fix="take either out of the file",
        )
    if not replace:
        here, there = ("as a whole year", "by month") if whole else ("by month", "as a whole year")
        raise BadInputError(
            f"the file holds {year} {here}, the workspace {there} (country {country}): it would count twice",
            where=where,
            fix="leave the file out, or say --replace to take the others out of the workspace",
        )
    return True
