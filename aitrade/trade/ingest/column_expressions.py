"""The SQL that turns the columns of a file into hs10, cty_code, year, month, value and duty."""

from collections.abc import Mapping
from dataclasses import dataclass

from aitrade.trade.ingest.columns import QUANTITIES, UNITS, Layout
from aitrade.trade.readers.source import Column, literal

_INTEGERS = ("TINYINT", "SMALLINT", "INTEGER", "BIGINT", "UTINYINT", "USMALLINT", "UINTEGER")
_NUMBERS = ("DOUBLE", "FLOAT", "DECIMAL", "UBIGINT", "HUGEINT", "UHUGEINT")
_DATES = ("DATE", "TIMESTAMP", "TIMESTAMP_S", "TIMESTAMP_MS", "TIMESTAMP_NS", "TIMESTAMP WITH TIME ZONE")


@dataclass(frozen=True)
class Canonical:
    """SQL expressions over the columns of a file; each field but ``drop`` is NULL where a row cannot be read.

    ``duty`` is NULL where the file leaves it open and -1 where it cannot be read; ``drop`` says why a row is left out,
    and is NULL for rows that stay; ``source`` is the FROM clause that they all need; ``quantities`` are the expressions
    of quantities and units that the file has, by role.
    """

    hs10: str
    cty_code: str
    year: str
    month: str
    value: str
    duty: str
    drop: str

    source: str
    quantities: Mapping[str, str]

    def select(self, extra: str = "") -> str:
        """Rows that stay, in the columns of ``staged``."""
        names = ("hs10", "cty_code", "year", "month", "value", "duty")
        expressions = {name: getattr(self, name) for name in names} | dict(self.quantities)
        fields = ", ".join(f"{expression} AS {name}" for name, expression in expressions.items())
        return f"SELECT {fields}{extra} {self.source} WHERE ({self.drop}) IS NULL"


def canonical(layout: Layout, *, flow: str, pad: bool, commas: bool = False) -> Canonical:
    """Expressions for the columns of a file that holds, or of which are wanted, the trade of one flow.

    With ``commas``, dots stand between thousands and commas before cents.
    """
    roles, truth = layout.roles, "true" if pad else "false"
    code = as_text(roles["hs10"])
    year, month = _period(layout)
    return Canonical(
        hs10=f"as_hs10({code}, {truth})",
        cty_code=_country(roles, truth),
        year=year,
        month=month,
        value=_amount(roles["value"], "NULL", commas),
        duty=_duty(roles.get("duty"), commas) if flow == "imports" else "NULL::BIGINT",
        drop=_drop(layout, code, truth, flow),
        source=_source(roles),
        quantities=_quantities(roles, commas),
    )


def as_text(column: Column) -> str:
    """A column as text."""
    return column.sql if column.is_text else f"CAST({column.sql} AS VARCHAR)"


def is_blank(column: Column) -> str:
    """Whether a value is missing; a NaN is."""
    if column.is_text:
        return f"is_missing({column.sql})"
    return (
        f"({column.sql} IS NULL OR isnan({column.sql}))"
        if column.type in ("DOUBLE", "FLOAT")
        else f"({column.sql} IS NULL)"
    )


def _country(roles: dict[str, Column], pad: str) -> str:
    if "cty_code" in roles:
        return f"as_cty_code({as_text(roles['cty_code'])}, {pad})"
    # Names are looked up in country_names, which the staging makes; a file without countries holds totals.
    return "country_names.cty_code" if "country" in roles else "'-'"


def _source(roles: dict[str, Column]) -> str:
    if "cty_code" in roles or "country" not in roles:
        return "FROM file_rows"
    return f"FROM file_rows LEFT JOIN country_names ON country_names.name_in_file = {as_text(roles['country'])}"


def _period(layout: Layout) -> tuple[str, str]:
    roles = layout.roles
    if (time := roles.get("time")) is not None:
        year, month = _of_date(time) if time.type in _DATES else _of_text(time)
        if "month" in roles and time.type not in _DATES:
            # Where the column of times holds years, months stand beside it; they may repeat what it says.
            beside = f"as_month({as_text(roles['month'])})"
            month = f"CASE WHEN {month} IN (0, {beside}) THEN {beside} END"
        if "year" in roles:
            year = f"CASE WHEN {year} = as_year({as_text(roles['year'])}) THEN {year} END"
    else:
        year = f"as_year({as_text(roles['year'])})"
        month = f"month_beside({as_text(roles['month'])}, {year})" if "month" in roles else "0::TINYINT"
    if layout.kind == "monthly":
        month = f"nullif({month}, 0)"
    elif layout.kind == "yearly":
        # The to-date value of December is that of the year; _drop leaves the other months out.
        month = f"CASE WHEN {month} IN (0, 12) THEN 0::TINYINT ELSE {month} END"
    return year, month


def _of_date(time: Column) -> tuple[str, str]:
    date, known = time.sql, ""
    if time.type == "TIMESTAMP WITH TIME ZONE":
        # In UTC, whatever the zone of the machine. Where a day starts elsewhere, the month may be another in UTC.
        date = f"timezone('UTC', {time.sql})"
        known = f"{date} = date_trunc('day', {date}) AND "
    known = f"CASE WHEN {known}year({date}) BETWEEN 1989 AND 2100 THEN"
    return f"{known} year({date})::SMALLINT END", f"{known} month({date})::TINYINT END"


def _of_text(time: Column) -> tuple[str, str]:
    return f"year_of_time({as_text(time)})", f"month_of_time({as_text(time)})"


def _amount(column: Column, wrong: str, commas: bool) -> str:
    if column.type in _INTEGERS:
        return f"CASE WHEN {column.sql} >= 0 THEN CAST({column.sql} AS BIGINT) ELSE {wrong} END"
    if column.type.split("(")[0] not in _NUMBERS:
        text = f"swap_commas({as_text(column)})" if commas else as_text(column)
        return f"coalesce(as_dollars({text}), {wrong})"
    # Not a shortcut through text: 1e+16 is how text writes a DOUBLE of ten quadrillion dollars.
    # A FLOAT holds every whole number up to 2^24 only: a larger one may be off by a dollar or by thousands.
    limit = "16777216" if column.type == "FLOAT" else "1e18"
    whole = f"{column.sql} >= 0 AND {column.sql} < {limit} AND {column.sql} = floor({column.sql})"
    return f"CASE WHEN {whole} THEN TRY_CAST({column.sql} AS BIGINT) ELSE {wrong} END"


def _duty(column: Column | None, commas: bool) -> str:
    if column is None:
        return "NULL::BIGINT"
    return f"CASE WHEN NOT {is_blank(column)} THEN {_amount(column, '-1', commas)} END"


def _quantities(roles: dict[str, Column], commas: bool) -> dict[str, str]:
    expressions = {}
    for quantity, unit in zip(QUANTITIES, UNITS, strict=True):
        if quantity in roles:
            text = as_text(roles[quantity])
            expressions[quantity] = f"as_quantity({f'swap_commas({text})' if commas else text})"
            expressions[unit] = f"nullif(trim({as_text(roles[unit])}), '')" if unit in roles else "NULL::VARCHAR"
    return expressions


def _drop(layout: Layout, code: str, pad: str, flow: str) -> str:
    cases = [f"WHEN is_above_hs10({code}, {pad}) THEN 'level above HS10'"]
    if (level := layout.roles.get("level")) is not None:
        cases.insert(0, f"WHEN upper({as_text(level)}) <> 'HS10' THEN 'level above HS10'")
    if (column := layout.roles.get("flow")) is not None:
        cases.insert(
            0, f"WHEN lower(trim({as_text(column)})) NOT IN ({literal(flow)}, {literal(flow[:-1])}) THEN 'other flow'"
        )
    if layout.kind == "yearly":
        _, month = _period(layout)
        cases.append(f"WHEN ({month}) > 0 THEN 'year to date before December'")
    return f"CASE {' '.join(cases)} END"
