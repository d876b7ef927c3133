"""The figures that a report opens with, taken from its tables."""

from collections.abc import Mapping, Set
from dataclasses import dataclass

from aitrade.core.table import Column, Levels, NoteKind, Role, Table, Value
from aitrade.nomenclature.codes import FLOWS
from aitrade.report.figure import BOTH
from aitrade.report.partial import partial_years
from aitrade.trade.tables.tables import GOLD_PERCENT
from aitrade.trade.tables.years import FEW, Year, comparable_partners, partner_countries
from aitrade.workspace.runs import Run

INTERVAL = 90.0  # percent of an interval from probabilities

Row = Mapping[str, Value]


@dataclass(frozen=True)
class Headline:
    """A figure with what it is, and what has to be said beside it."""

    value: str
    what: str
    beside: tuple[str, ...] = ()


def headlines(
    tables: Mapping[tuple[str, str, str], Table],
    available: Mapping[str, tuple[Year, ...]],
    run: Run,
    base_year: int | None,
) -> tuple[Headline, ...]:
    """The headline figures that the tables allow, each for the latest full year.

    Args:
        tables: of the report.
        available: the years of each flow.
        run: whose labels they use.
        base_year: where the counterfactual starts.
    """
    partial = partial_years(available)
    found = [_trade(tables, flow, available[flow], partial[flow]) for flow in FLOWS]
    found += [_tariff(tables, partial["imports"]), _exempt(tables, partial["imports"])]
    found += [_balance(tables, available, partial[BOTH], base_year), _codes(tables, run)]
    return tuple(headline for headline in found if headline)


def _trade(
    tables: Mapping[tuple[str, str, str], Table], flow: str, available: tuple[Year, ...], partial: Set[str]
) -> Headline | None:
    table = tables.get(("summary", flow, "year"))
    if table is None:
        return None
    group = _levels(table).group
    column = max(table.measured("value"), key=lambda column: (str(column.year) not in partial, str(column.year)))
    year = str(column.year)
    counted, everything = _row(table, relevance=group, category=None), _row(table, relevance="All", category=None)
    if not counted or not everything:
        return None
    value, whole = _float(counted[column.name]), _float(everything[column.name])
    beside = []
    beside += _interval(table, column, counted)
    if whole:
        beside.append(f"{100 * value / whole:.1f}% of all {flow}")
    partners = {str(found.year): found.countries for found in available}
    beside += [
        f"{change.since}-{change.year}: {_float(counted[change.name]):+.0f}%"
        for change in table.measured("change")
        if counted[change.name] is not None
    ]
    if partners[year] < FEW:
        beside.append(f"the data hold only {partner_countries(partners[year])}")
    beside += _telling(table)
    return Headline(f"${value:,.1f} bn", f"{flow} of {group} products in {year}{_part(year, partial)}", tuple(beside))


def _tariff(tables: Mapping[tuple[str, str, str], Table], partial: Set[str]) -> Headline | None:
    table = tables.get(("tariffs", "imports", "year"))
    rows = [row for row in table.records() if row["category"] is None and row["cty_code"] is None] if table else []
    levels = _levels(table) if table else Levels("", "")
    periods = [str(row["period"]) for row in rows if row["relevance"] == levels.group and row["tariff_pct"] is not None]
    if not periods:
        return None
    year = max(periods, key=lambda period: (period not in partial, period))
    rates = {row["relevance"]: row["tariff_pct"] for row in rows if row["period"] == year}
    beside = [
        f"{_float(rates[name]):.2f}% on {name}" for name in (levels.reference, "All") if rates.get(name) is not None
    ]
    return Headline(
        f"{_float(rates[levels.group]):.2f}%",
        f"tariff on {levels.group} imports in {year}{_part(year, partial)}",
        (*beside, *_telling(table)),
    )


def _exempt(tables: Mapping[tuple[str, str, str], Table], partial: Set[str]) -> Headline | None:
    table = tables.get(("exemptions", "imports", "year"))
    if table is None:
        return None
    levels = _levels(table)
    row = _row(table, list="any", relevance=levels.group, category=None)
    columns = table.measured("covered share")
    if not row or not columns or row[columns[-1].name] is None:
        return None
    column, year = columns[-1], str(columns[-1].year)
    others = _row(table, list="any", relevance=levels.reference, category=None)
    covered = others[column.name] if others else None
    beside = (() if covered is None else (f"{_float(covered):.1f}% of {levels.reference}",)) + _telling(table, "duty")
    what = f"of {levels.group} imports in {year}{_part(year, partial)} on an exemption list"
    return Headline(f"{_float(row[column.name]):.1f}%", what, beside)


def _balance(
    tables: Mapping[tuple[str, str, str], Table],
    available: Mapping[str, tuple[Year, ...]],
    partial: Set[str],
    base_year: int | None,
) -> Headline | None:
    table = tables.get(("counterfactual", "both", "year"))
    if table is None:
        return None
    # Of the base year the excess is nothing by construction, which says nothing of the boom.
    rows = [row for row in table.records() if row["net_effect"] is not None and int(str(row["period"])) != base_year]
    if not rows:
        return None
    row = max(rows, key=lambda row: (row["period"] not in partial, str(row["period"])))
    year, effect = str(row["period"]), _float(row["net_effect"])
    beside = [f"balance {_float(row['balance']):,.1f}, without the boom {_float(row['counterfactual_balance']):,.1f}"]
    partners = [next(found.countries for found in available[flow] if str(found.year) == year) for flow in FLOWS]
    if not comparable_partners(*partners):
        beside.append(f"imports from {partner_countries(partners[0])}, exports to {partners[1]}: no trade balance")
    beside += _telling(table)
    group = _levels(table).group
    done = "added to" if effect >= 0 else "taken off"
    what = f"{done} the deficit by the boom in {group} products in {year}{_part(year, partial)}"
    return Headline(f"${abs(effect):,.1f} bn", what, tuple(beside))


def _codes(tables: Mapping[tuple[str, str, str], Table], run: Run) -> Headline:
    counts = []
    for flow in FLOWS:
        table = tables.get(("summary", flow, "year"))
        group = _levels(table).group if table else ""
        counted = _row(table, relevance=group, category=None) if table else None
        if counted:
            counts.append(f"{_float(counted['codes']):,.0f} {group} among traded {flow.removesuffix('s')} codes")
    return Headline(f"{run.predictions:,}", "codes classified", tuple(counts))


def _row(table: Table, **values: Value) -> Row | None:
    return next((row for row in table.records() if all(row[name] == value for name, value in values.items())), None)


def _levels(table: Table) -> Levels:
    return table.levels or Levels("", "")


def _interval(table: Table, column: Column, row: Row) -> list[str]:
    """The interval of a figure, with what labels and gold alone give where gold corrects it."""
    lower, upper = _end(table, column, "lower", row), _end(table, column, "upper", row)
    if lower is None or upper is None:
        return []
    ends = f"{_float(lower):,.1f} to {_float(upper):,.1f}"
    labelled, gold_only = _end(table, column, "labelled", row), _end(table, column, "gold only", row)
    if labelled is None:
        return [f"expected {_float(_end(table, column, 'expected', row)):,.1f}; {INTERVAL:g}% interval {ends}"]
    alone = "" if gold_only is None else f"; gold alone {_float(gold_only):,.1f}"
    return [f"corrected by gold; {GOLD_PERCENT:g}% interval {ends}", f"as labelled {_float(labelled):,.1f}{alone}"]


def _end(table: Table, column: Column, role: Role, row: Row) -> Value:
    """The lower or upper end of a row's figure; None where the table has no intervals."""
    return next((row[end.name] for end in table.measured(column.measure, role) if end.year == column.year), None)


def _telling(table: Table | None, *but: NoteKind) -> tuple[str, ...]:
    """What a card has to say of its table: gaps, unlabelled trade, unknown duty, whose labels."""
    said = table.telling("partners", "base", "interval", "data", *but) if table else ()
    return tuple(dict.fromkeys(note.brief for note in said))


def _part(year: str, partial: Set[str]) -> str:
    return " (part of the year)" if year in partial else ""


def _float(value: Value) -> float:
    return float(value or 0)
