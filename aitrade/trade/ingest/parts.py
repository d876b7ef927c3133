"""Which parts of trade a file holds: a single district or domestic exports alone are not all trade."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from aitrade.core.errors import BadInputError
from aitrade.core.sql import query
from aitrade.core.wording import few
from aitrade.trade.ingest.breakdowns import is_breakdown, may_break_down
from aitrade.trade.ingest.column_expressions import Canonical, as_text
from aitrade.trade.ingest.columns import Layout, is_known
from aitrade.trade.readers.source import ImportOptions, Rows, key

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

# Domestic exports and re-exports: total exports are both.
_DOMESTIC_OR_FOREIGN = ("1", "2")
_SQL = Path(__file__).parent / "sql"
_UNITS = ("unit", "units", "quantity_unit", "unit_qy1", "unit_qy2", "quantity_description", "unit_of_quantity")


Totals = Mapping[str, list[str]]


@dataclass(frozen=True)
class Parts:
    """What a file holds of trade that columns break down.

    Args:
        held: of each column the parts with their dollars, of codes, countries and months that have no total.
        totals: columns over which the file holds totals, of some codes, countries and months or of all.
    """

    held: Mapping[str, Mapping[str, int]] = field(default_factory=dict)
    totals: Sequence[str] = ()

    @property
    def says_something(self) -> bool:
        """Whether a column says which part of trade rows are."""
        return bool(self.held)

    def are_apart_from(self, other: "Parts") -> bool:
        """Whether no trade can be in both: some column has other parts here than there, and no totals."""
        columns = [c for c in self.held if c in other.held and c not in self.totals and c not in other.totals]
        return any(set(self.held[column]).isdisjoint(other.held[column]) for column in columns)

    def is_one_of(self, other: "Parts") -> bool:
        """Whether it holds one part alone of a column that the other does not break down or holds several parts of."""
        return any(len(parts) == 1 and other.held.get(c, {}).keys() != parts.keys() for c, parts in self.held.items())

    def like_total(self) -> str | None:
        """A part that is as large as all others of its column together, so that it may be their total."""
        for column, parts in self.held.items():
            part, largest = max(parts.items(), key=lambda item: item[1])
            if len(parts) > 1 and 0 < 2 * largest == sum(parts.values()):
                return f"{column} {part}"
        return None

    def and_those_of(self, other: "Parts") -> "Parts":
        """What both hold together."""
        columns = dict.fromkeys((*other.held, *self.held))
        both = {column: (self.held.get(column, {}), other.held.get(column, {})) for column in columns}
        held = {
            column: {part: a.get(part, 0) + b.get(part, 0) for part in dict.fromkeys((*b, *a))}
            for column, (a, b) in both.items()
        }
        return Parts(held, tuple(dict.fromkeys((*other.totals, *self.totals))))

    def __str__(self) -> str:
        said = [f"{column} {few(list(parts))}" for column, parts in self.held.items()]
        said += [f"totals over {column}" for column in self.totals if column not in self.held]
        return " and ".join(said) or "no column that says which part of trade its rows are"


def check_parts(
    con: "DuckDBPyConnection", rows: Rows, layout: Layout, sql: Canonical, options: ImportOptions, totals: Totals
) -> tuple[Parts, list[str]]:
    """Find the parts of trade that a file holds, by column, and notes on those that stand alone.

    Of a column that holds a single part, ``staged_parts`` has its dollars by key.
    Where a code, country and month has a total, it counts, and its parts are not looked at; ``totals`` are texts that
    stand for one, by column. Of a file that is said to be a part, columns that nobody knows are looked at too.

    Raises:
        BadInputError: the exports are domestic or foreign alone, and nobody asked for them.
    """
    roles = {key(column.name) for column in layout.roles.values()}
    parts: dict[str, dict[str, int]] = {}
    with_totals: list[str] = []
    notes: list[str] = []
    for column in rows.columns:
        name = key(column.name)
        unread = options.part and name not in roles and not is_known(name) and may_break_down(name)
        if not (is_breakdown(name) or unread) or name in _UNITS:
            continue
        part = sql.select(f", trim({as_text(column)}) AS part")
        con.execute(f"CREATE OR REPLACE TEMP VIEW parts AS {part}")
        values = dict(query(con, _SQL, "parts", totals=totals.get(name, [])))
        if values.pop(None, None) is not None:
            with_totals.append(name)
        if not values:
            continue
        parts[name], held = values, list(values)
        if len(held) == 1 and name not in with_totals:
            query(con, _SQL, "stage_part", breakdown=name)
        asked = "value" in options.columns or options.part
        if name == "df" and tuple(held) != _DOMESTIC_OR_FOREIGN and not (asked and set(held) <= {"1", "2"}):
            raise BadInputError(
                f"of domestic (1) and foreign (2) exports the file holds {', '.join(held)}: not total exports",
                where=rows.locate(column.name, held[0]),
                fix="ask the source for total exports (DF -), or say that these are wanted: --columns value=NAME",
            )
        if len(held) == 1:
            notes.append(f"{column.name} is {held[0]} alone: its values are all trade only if there is no other")
    return Parts(parts, tuple(with_totals)), notes
