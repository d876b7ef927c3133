"""Put staged rows into a table of flows: what they repeat is replaced, whole years and months never count together."""

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from aitrade.errors import BadInputError
from aitrade.trade.receipt import Replacement

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

_SQL = Path(__file__).parent / "import_sql"
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


def keep(target: Target, where: str, import_id: int, sha256: str, *, replace: bool) -> Replacement | None:
    """Insert the staged rows, and say what they replaced.

    Raises:
        BadInputError: a country would have a whole year and months of it, or the file takes the place of much that it
            does not hold, and ``replace`` is off; or a swap of years and months would lose codes.
    """
    swap = _refuse_twice_counted(target, where, replace=replace)
    replacement = None
    if target.fetch("repeated", sha256=sha256) or swap:
        target.fetch("known_duties")
        target.fetch("replaced", replace=replace)
        _refuse_vanishing(target, where, replace=replace)
        replacement = _replace(target)
    target.fetch("insert", import_id=import_id)
    return replacement


def _replace(target: Target) -> Replacement | None:
    target.fetch("remove_replaced")
    found = target.fetch("replacement")
    if not found:
        return None
    imports, months, *numbers = found[0]
    return Replacement(imports, months, *(int(number or 0) for number in numbers))


def _refuse_vanishing(target: Target, where: str, *, replace: bool) -> None:
    """Refuse where too much of what is replaced would have no row in its place: it may be another part of trade.

    A revision drops few rows, though they may be large: up to a third pass. A year holds every code of its months, and
    the other way round: where they are swapped, up to a tenth of rows and dollars may differ by revisions.
    """
    for reason, rows, value, rows_gone, value_gone, codes in target.fetch("vanishing"):
        named = ", ".join(codes[:_NAMED]) + (f" and {len(codes) - _NAMED:,} more" if len(codes) > _NAMED else "")
        lost = f"{rows_gone:,} of the {rows:,} rows that it replaces would have no row in their place: codes {named}"
        if reason == "period" and (10 * rows_gone > rows or 10 * value_gone > value):
            raise BadInputError(
                f"the file swaps whole years and months, and {lost}",
                where=where,
                mend="import a file that holds these codes too, or import this one into another --workspace",
            )
        if reason == "revision" and not replace and 3 * rows_gone > rows:
            raise BadInputError(
                f"the file has other values for rows of the workspace, and {lost}",
                where=where,
                mend="say --replace if it is a revision that dropped these codes; if it is another part of trade, take "
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
            mend="take either out of the file",
        )
    if not replace:
        here, there = ("as a whole year", "by month") if whole else ("by month", "as a whole year")
        raise BadInputError(
            f"the file holds {year} {here}, the workspace {there} (country {country}): it would count twice",
            where=where,
            mend="leave the file out, or say --replace to take the others out of the workspace",
        )
    return True
