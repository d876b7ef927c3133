"""Which column of a file plays which role: code, country, time, value, duty."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from aitrade.core.errors import BadInputError, UsageError
from aitrade.trade.readers.source import CODE_NAMES, Column, ImportOptions, key

# Names as the Census API, the bulk files, DataWeb, the paper's code and this program write them, in lower case with
# underscores for blanks. The order decides where a file has several, except for codes and values: those are refused.
NAMES: dict[str, tuple[str, ...]] = {
    "hs10": CODE_NAMES,
    "cty_code": ("cty_code", "country_code"),
    "country": ("cty_name", "country", "country_name"),
    "time": ("time",),
    "year": ("year", "yr"),
    "month": ("month", "mon", "mm", "month_number", "month_name", "stat_month"),
    "flow": ("flow",),
    "level": ("comm_lvl",),
}
_QUANTITY_NAMES = ("quantity", "qty", "quantity_1", "quantity1", "qty1", "qty_1", "first_unit_of_quantity")
# Quantities and their units are kept where they are found; a file needs none.
QUANTITIES: dict[str, dict[str, tuple[str, ...]]] = {
    "quantity_1": {
        "monthly": ("con_qy1_mo", "qty_1_mo", *_QUANTITY_NAMES),
        "plain": _QUANTITY_NAMES,
        "yearly": ("con_qy1_yr", "qty_1_yr"),
    },
    "quantity_2": {
        "monthly": ("con_qy2_mo", "qty_2_mo", "quantity_2", "quantity2", "qty2", "qty_2"),
        "plain": ("quantity_2", "quantity2", "qty2", "qty_2", "second_unit_of_quantity"),
        "yearly": ("con_qy2_yr", "qty_2_yr"),
    },
}
UNITS = {
    "unit_1": ("unit_qy1", "unit_1", "unit1", "quantity_unit", "unit_of_quantity", "qty_unit", "unit", "units"),
    "unit_2": ("unit_qy2", "unit_2", "unit2", "quantity_unit_2", "unit_of_quantity_2"),
}
# Columns that hold times where none is named time, year or month.
_OTHER_TIMES = ("period", "time_period", "date", "year_month", "year-month", "yearmonth", "yyyymm", "month_year", "ym")
_LONGER = re.compile(r"quarters?|qtrs?|q|half(_year)?|semesters?")
_QUANTITIES = re.compile(r"(con_|gen_|all_)?(qty|qy|quantity)_?[12]?(_mo|_yr)?|.*quantity.*")
MONTHLY_VALUES = ("con_val_mo", "all_val_mo")
PLAIN_VALUES = (
    "value",
    "customs_value",
    "fas_value",
    "customs_value_(cons)_($us)",
    "total_exports_value_($us)",
    "total_value_($us)",
)
# To-date values: those of a file without months are yearly totals; month by month they must never be added up.
YEARLY_VALUES = ("con_val_yr", "all_val_yr")
DUTIES = {
    "monthly": ("cal_dut_mo", "duty", "calculated_duties"),
    "plain": ("duty", "calculated_duties", "calculated_duty_($us)"),
    "yearly": ("cal_dut_yr",),
}
_IMPORTS = (
    *("i_commodity", "con_val_mo", "con_val_yr", "cal_dut_mo", "cal_dut_yr", "customs_value", "calculated_duties"),
    *("customs_value_(cons)_($us)", "calculated_duty_($us)"),
)
_EXPORTS = ("e_commodity", "all_val_mo", "all_val_yr", "fas_value", "total_exports_value_($us)")
ROLES = ("hs10", "value", "duty", "cty_code", "country", "time", "year", "month", "flow", *QUANTITIES, *UNITS)
VALUE_MEND = (
    "ask the source for CON_VAL_MO (imports for consumption, customs value) or ALL_VAL_MO (total exports), or say "
    "which column to take: --columns value=NAME"
)

_KNOWN = {
    name for names in (*NAMES.values(), MONTHLY_VALUES, PLAIN_VALUES, YEARLY_VALUES, *DUTIES.values()) for name in names
}
_KNOWN |= {name for kinds in QUANTITIES.values() for names in kinds.values() for name in names}

Kind = Literal["monthly", "plain", "yearly"]


@dataclass(frozen=True)
class Layout:
    """The column of each role, the kind of the values, and the flow that the names imply."""

    roles: dict[str, Column]
    kind: Kind
    flow: str | None


def resolve(columns: Sequence[Column], options: ImportOptions, where: str) -> Layout:
    """Find the column of each role.

    Raises:
        UsageError: ``--columns`` names a role that does not exist.
        BadInputError: no column or several match a role, ``--columns`` names a column that is not there, or the names
            speak of imports and exports at once.
    """
    by_name = {key(column.name): column for column in columns}
    roles = _asked_for(by_name, columns, options, where)
    _code(roles, by_name, columns, where)
    kind = _value(roles, by_name, columns, where)
    for role in ("cty_code", "country", "time", "year", "month", "flow", "level"):
        # Codes say which country it is better than names do, unless the user asked for the names.
        if role not in roles and {"cty_code": "country", "country": "cty_code"}.get(role) not in roles:
            _first(roles, role, NAMES[role], by_name)
    _times(roles, by_name, where)
    if "duty" not in roles:
        _first(roles, "duty", DUTIES[kind], by_name)
        _check_duty(roles, kind, by_name, where)
    _quantities(roles, kind, by_name)
    if "time" not in roles and "year" not in roles:
        raise _missing(
            "a month or a year", columns, where, "--columns time=NAME (as 2024-01), or year=NAME and month=NAME"
        )
    if kind == "monthly" and not {"time", "month"} & set(roles):
        raise _missing("the month of its monthly values", columns, where, "--columns time=NAME, or month=NAME")
    return Layout(roles, kind, _flow([roles[r] for r in ("hs10", "value", "duty") if r in roles], where))


def _check_duty(roles: dict[str, Column], kind: Kind, by_name: dict[str, Column], where: str) -> None:
    """Refuse duties to date beside monthly values, or the other way round: they would be lost."""
    other = next((by_name[name] for names in DUTIES.values() for name in names if name in by_name), None)
    if "duty" not in roles and other is not None:
        what = "year-to-date" if kind == "yearly" else "monthly"
        raise BadInputError(
            f"the values of {roles['value'].name} are {what}, the duties of {other.name} are not",
            where=where,
            fix="ask the source for CON_VAL_MO and CAL_DUT_MO, or take the column of duties out",
        )


def _quantities(roles: dict[str, Column], kind: Kind, by_name: dict[str, Column]) -> None:
    for quantity, unit in zip(QUANTITIES, UNITS, strict=True):
        if quantity not in roles:
            _first(roles, quantity, QUANTITIES[quantity][kind], by_name)
        if quantity in roles and unit not in roles:
            _first(roles, unit, UNITS[unit], by_name)


def _times(roles: dict[str, Column], by_name: dict[str, Column], where: str) -> None:
    """Take what other names say of months: a period beside a year, months with their year, dates.

    Raises:
        BadInputError: the file holds years, and quarters of them.
    """
    if "time" not in roles and "year" not in roles:
        _first(roles, "time", _OTHER_TIMES, by_name)
        if "time" not in roles and "month" in roles:
            roles["time"] = roles.pop("month")
    elif "month" not in roles and "year" in roles and "time" not in roles:
        _first(roles, "month", ("period", "time_period"), by_name)
        if "month" not in roles:
            _first(roles, "time", _OTHER_TIMES, by_name)
        longer = [column.name for name, column in by_name.items() if _LONGER.fullmatch(name)]
        if longer and not {"month", "time"} & set(roles):
            raise BadInputError(
                f"column {longer[0]} says that the values are of parts of a year",
                where=f"{where}, column {longer[0]}",
                fix="give months or whole years; take the column out if the values are of whole years",
            )


def is_quantity(name: str) -> bool:
    """Whether a column of this name holds quantities."""
    return _QUANTITIES.fullmatch(key(name)) is not None


def is_known(name: str) -> bool:
    """Whether a column of this name plays a role."""
    return key(name) in _KNOWN


def _first(roles: dict[str, Column], role: str, names: tuple[str, ...], by_name: dict[str, Column]) -> None:
    found = next((by_name[name] for name in names if name in by_name), None)
    if found:
        roles[role] = found


def _asked_for(
    by_name: dict[str, Column], columns: Sequence[Column], options: ImportOptions, where: str
) -> dict[str, Column]:
    for role, name in options.columns.items():
        if role not in ROLES:
            raise UsageError(f"--columns knows no {role!r}", fix=f"the roles are {', '.join(ROLES)}")
        if key(name) not in by_name:
            raise _missing(f"a column {name}", columns, where, "name one of these in --columns")
    return {role: by_name[key(name)] for role, name in options.columns.items()}


def _code(roles: dict[str, Column], by_name: dict[str, Column], columns: Sequence[Column], where: str) -> None:
    if "hs10" in roles:
        return
    found = [by_name[name] for name in NAMES["hs10"] if name in by_name]
    if not found:
        raise _missing("a column of HS10 codes", columns, where, "say which it is: --columns hs10=NAME")
    if len(found) > 1:
        raise _several("code", found, where)
    roles["hs10"] = found[0]


def _value(roles: dict[str, Column], by_name: dict[str, Column], columns: Sequence[Column], where: str) -> Kind:
    if "value" in roles:
        name = key(roles["value"].name)
        return "yearly" if name.endswith("_yr") else "monthly" if name.endswith("_mo") else "plain"
    kinds: tuple[tuple[Kind, tuple[str, ...]], ...] = (("monthly", MONTHLY_VALUES), ("plain", PLAIN_VALUES))
    found = [(kind, by_name[name]) for kind, names in kinds for name in names if name in by_name]
    found = found or [("yearly", by_name[name]) for name in YEARLY_VALUES if name in by_name]
    if not found:
        raise _missing("a value column", columns, where, VALUE_MEND)
    if len(found) > 1:
        raise _several("value", [column for _, column in found], where)
    roles["value"] = found[0][1]
    return found[0][0]


def _flow(columns: list[Column], where: str) -> str | None:
    imports = [c.name for c in columns if key(c.name) in _IMPORTS]
    exports = [c.name for c in columns if key(c.name) in _EXPORTS]
    if imports and exports:
        raise BadInputError(
            f"column {imports[0]} is of imports, column {exports[0]} of exports",
            where=where,
            fix="say which columns to take: --columns hs10=NAME,value=NAME",
        )
    return "imports" if imports else "exports" if exports else None


def _missing(what: str, columns: Sequence[Column], where: str, fix: str) -> BadInputError:
    names = ", ".join(column.name for column in columns)
    return BadInputError(f"the header lacks {what}: it names {names:.200}", where=where, fix=fix)


def _several(role: str, columns: Sequence[Column], where: str) -> BadInputError:
    names = " and ".join(column.name for column in columns)
    wanted = "hs10" if role == "code" else "value"
    return BadInputError(
        f"{len(columns)} {role} columns match: {names}",
        where=where,
        fix=f"say which to take: --columns {wanted}={columns[0].name}",
    )
