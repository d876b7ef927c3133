"""Tell rows of one key (code, country, month) apart: parts are summed, a total counts once, anything else is refused.

The Census API writes - where a row is the total over a column, other sources a name such as All Districts. A column
that nobody knows, and that varies within keys, may break trade down or repeat it: the user has to say which.
"""

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from aitrade.core.errors import BadInputError
from aitrade.core.sql import query
from aitrade.trade.ingest.column_expressions import Canonical, as_text
from aitrade.trade.ingest.columns import Layout
from aitrade.trade.ingest.months import month_text
from aitrade.trade.readers.session import count
from aitrade.trade.readers.source import Column, ImportOptions, Rows, key

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

_SQL = Path(__file__).parent / "sql" / "repeats"

# Columns that break a key down into parts that add up, as the Census API, the bulk files, USA Trade Online and DataWeb
# name them.
BREAKDOWNS = re.compile(
    r"district|dist(rict)?_(name|entry|unlading|lading|code)|unlading_district|port(_name|_code)?|"
    r"rp|rate_prov(ision)?s?(_code)?|cty_subcode?|sub_?countr(y|ies)(_code)?|"
    r"df|domestic_or_foreign|domestic_foreign|domestic/foreign|(special_)?(import_)?program(me)?s?|"
    r"mot|(transport|transportation)(_mode)?|mode_of_transport(ation)?|method_of_transport(ation)?|"
    r"state|state_name|customs_district|unit_qy[12]|(quantity_)?unit(s)?(_of_quantity)?|quantity_description"
)
# Columns that say at which level a row sums: one level is taken, that with the shortest name.
_LEVELS = re.compile(r"summary_lvl2?|summary_level")
_TEXTS = re.compile(r"(.*_)?(s|l)?desc(ription)?(_[sl]desc)?|time|date|day")
_MEASURES = re.compile(
    r".*_(mo|yr)|.*(quantity|qty|weight|wgt|charges|price|amount)(_?[0-9])?|.*_qy[12]|.*_value|.*_duty"
)
_ROW_NUMBERS = re.compile(r"|unnamed:_[0-9]+|index|row(_?(id|number|names))?|id|x|v1|_c0|n")
_BESIDE = "breakout beside its total"
_EXAMPLES = 3
ROWS = "rows"  # as a column of --sum-over: rows that are the same throughout are trade of their own


@dataclass
class Breakdown:
    """What became of rows that share a key: rows left out by reason, notes, and the columns that were summed over.

    ``totals`` are texts that stand for a total without being named so, by column.
    """

    dropped: dict[str, int] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)
    summed_over: list[str] = field(default_factory=list)
    totals: dict[str, list[str]] = field(default_factory=dict)


def is_breakdown(name: str) -> bool:
    """Whether a column of this name is known to break trade down into parts."""
    return BREAKDOWNS.fullmatch(key(name)) is not None


def may_break_down(name: str) -> bool:
    """Whether a column of this name, which nobody knows, may break trade down: it is no text, measure or row number."""
    return not any(pattern.fullmatch(key(name)) for pattern in (_TEXTS, _MEASURES, _ROW_NUMBERS, _LEVELS))


def settle_repeats(
    con: "DuckDBPyConnection", rows: Rows, layout: Layout, sql: Canonical, options: ImportOptions, where: str
) -> Breakdown:
    """Leave in ``staged``, of the rows of each key, those that add up to its trade.

    Raises:
        BadInputError: rows are the same throughout, a column that is not known varies within keys, or rows look like a
            total beside its parts.
    """
    texts = ", ".join(as_text(column) for column in rows.columns)
    con.execute(f"CREATE OR REPLACE TEMP VIEW detail AS {sql.select(f', [{texts}] AS texts')}")
    roles = {key(column.name) for column in layout.roles.values()}
    return _Repeats(con, rows.columns, roles, options, where).settle()


class _Repeats:
    """The rows of repeated keys in the temporary table ``repeats``, with the texts of all columns of the file.

    Columns are named by their place, from 1.
    """

    def __init__(
        self,
        con: "DuckDBPyConnection",
        columns: Sequence[Column],
        roles: Collection[str],
        options: ImportOptions,
        where: str,
    ) -> None:
        self.con, self.options, self.where, self.roles = con, options, where, roles
        self.names = {place: column.name for place, column in enumerate(columns, 1)}
        self.asked = {key(name) for name in options.sum_over}
        self.result = Breakdown()

    def settle(self) -> Breakdown:
        """Drop identical rows and parts beside totals, and say what is left to sum over."""
        self._check_asked()
        self._query("select")
        self.places = [place for place in self.names if not self._counts_rows(place)]
        self._drop_identical()
        varying = self._varying()
        for place in varying:
            if _LEVELS.fullmatch(self._key(place)):
                self._query("mask_levels", place=place)
                self._keep_best([place])
        breakdowns = [place for place in self._varying() if self._breaks_down(place)]
        if breakdowns:
            self._query("mask_totals", places=breakdowns, totals=self._unnamed_totals(breakdowns))
            self._keep_best(breakdowns)
        still_varying = self._varying()
        summed = [place for place in breakdowns if place in still_varying]
        self._check_sums(summed)
        self.result.summed_over = [self.names[place] for place in summed]
        self._query("put_back")
        return self.result

    def _query(self, name: str, **parameters: Any) -> list[tuple[Any, ...]]:
        return query(self.con, _SQL, name, **parameters)

    def _key(self, place: int) -> str:
        return key(self.names[place])

    def _check_asked(self) -> None:
        unknown = self.asked - {key(name) for name in self.names.values()} - {ROWS}
        if unknown:
            raise BadInputError(
                f"the file holds no column {', '.join(sorted(unknown))} to sum over",
                where=self.where,
                fix=f"its columns are {', '.join(self.names.values()):.200}",
            )

    def _counts_rows(self, place: int) -> bool:
        if not _ROW_NUMBERS.fullmatch(self._key(place)) or self._key(place) in self.roles:
            return False
        return bool(self._query("numbers", place=place)[0][0])

    def _drop_identical(self) -> None:
        identical = self._query("identical", places=self.places)
        number = sum(row[0] for row in identical)
        if not number or ROWS in self.asked:
            return
        if self.options.distinct:
            self._query("remove_identical", places=self.places)
            self.result.dropped["the same as another row"] = number
            return
        examples = "; ".join(
            _example(hs10, cty_code, year, month, [f"{value:,}"])
            for _, hs10, cty_code, year, month, value in identical[:_EXAMPLES]
        )
        raise BadInputError(
            f"{number:,} rows are the same as another row in every column: {examples}",
            where=self.where,
            fix="say --distinct to count each once; --sum-over rows if they are trade of their own",
        )

    def _varying(self) -> list[int]:
        return [place for (place,) in self._query("varying", places=self.places)]

    def _breaks_down(self, place: int) -> bool:
        """Whether a varying column breaks keys down; one that nobody knows is refused."""
        name = self._key(place)
        if name in self.asked or BREAKDOWNS.fullmatch(name):
            return True
        if name in self.roles or _LEVELS.fullmatch(name) or _TEXTS.fullmatch(name):
            return False
        if _MEASURES.fullmatch(name) and not self._query("no_numbers", place=place)[0][0]:
            return False
        ((keys, proven),) = self._query("proven_total", place=place)
        if keys == proven:
            return True
        raise self._unknown(place)

    def _unknown(self, place: int) -> BadInputError:
        examples = "; ".join(_example(*row) for row in self._query("examples", place=place))
        name = self.names[place]
        return BadInputError(
            f"rows of one code, country and month differ in column {name}, which is not known: {examples}",
            where=f"{self.where}, column {name}",
            fix=f"say --sum-over {name} if these rows are parts that add up; otherwise keep the rows of one kind",
        )

    def _unnamed_totals(self, breakdowns: Sequence[int]) -> list[str]:
        """Totals that have no name and that arithmetic finds, as place:text."""
        totals: list[str] = []
        for place in breakdowns:
            if self._key(place) in self.asked:
                continue
            others = [other for other in breakdowns if other != place]
            for part, groups, holds, strong in self._query(
                "like_totals", place=place, others=others, places=breakdowns, totals=totals
            ):
                if strong and holds == groups > 1:
                    totals.append(f"{place}:{part}")
                    self.result.totals.setdefault(self._key(place), []).append(part)
                    self.result.notes.append(
                        f"{self.names[place]} {part} is the sum of its other rows: it is the total"
                    )
                elif holds and 2 * holds >= groups:
                    raise self._like_total([place])
        return totals

    def _keep_best(self, places: Sequence[int]) -> None:
        if self._query("exceeding")[0][0]:
            raise self._like_total(places)
        before = count(self.con, "repeats")
        self._query("keep_best")
        dropped = before - count(self.con, "repeats")
        if dropped:
            self.result.dropped[_BESIDE] = self.result.dropped.get(_BESIDE, 0) + dropped

    def _check_sums(self, summed: Sequence[int]) -> None:
        """Refuse where one row is as large as all others together, in each key or in those that its parts stand in."""
        ((keys, with_value, alike),) = self._query("alike")
        if {self._key(place) for place in summed} & self.asked or ROWS in self.asked:
            return
        if (alike and alike == with_value) or (summed and self._query("totals_of_keys", places=summed)):
            raise self._like_total(summed)
        if keys and not summed:
            self.result.notes.append(
                f"{keys:,} keys (code, country, month) have several rows that no column tells apart: they were summed"
            )

    def _like_total(self, places: Sequence[int]) -> BadInputError:
        columns = ", ".join(self.names[place] for place in places)
        examples = "; ".join(_example(*row) for row in self._query("amounts"))
        which = f" (column {columns})" if columns else ""
        return BadInputError(
            f"rows of one code, country and month look like a total beside its parts{which}: {examples}",
            where=self.where,
            fix="keep either the total or the parts; if all of them add up, say --sum-over "
            + (self.names[places[0]] if places else ROWS),
        )


def _example(hs10: str, cty_code: str, year: int, month: int, amounts: Sequence[str]) -> str:
    return f"{hs10}, country {cty_code}, {month_text((year, month))}: {' and '.join(amounts)}"
