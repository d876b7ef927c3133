"""The figures that a report opens with, taken from its tables."""

from collections.abc import Mapping, Set
from dataclasses import dataclass

from aitrade.core.table import Table, Value
from aitrade.nomenclature.codes import FLOWS
from aitrade.report.figure import BOTH
from aitrade.report.partial import partial_years
from aitrade.trade.tables.coverage import FEW, Year, alike_in_partners, partner_countries
from aitrade.workspace.runs import Run

Row = Mapping[str, Value]


@dataclass(frozen=True)
class Headline:
    """A figure with what it is, and what has to be said beside it."""

    value: str
    what: str
    beside: tuple[str, ...] = ()


def headlines(
    tables: Mapping[tuple[str, str, str], Table], held: Mapping[str, tuple[Year, ...]], run: Run
) -> tuple[Headline, ...]:
    """The headline figures that the tables allow, each for the latest complete year."""
    partial = partial_years(held)
    found = [_trade(tables, flow, held[flow], partial[flow]) for flow in FLOWS]
    found += [_tariff(tables, partial["imports"]), _exempt(tables, partial["imports"])]
    found += [_balance(tables, held, partial[BOTH]), _codes(tables, run)]
    return tuple(headline for headline in found if headline)


def _trade(
    tables: Mapping[tuple[str, str, str], Table], flow: str, held: tuple[Year, ...], partial: Set[str]
) -> Headline | None:
    table = tables.get(("summary", flow, "year"))
    if table is None:
        return None
    years = [c.name.removeprefix("value_") for c in table.columns if c.name.removeprefix("value_").isdecimal()]
    year = max(years, key=lambda year: (year not in partial, year))
    high, everything = _row(table, relevance="High", category=None), _row(table, relevance="All", category=None)
    if not high or not everything:
        return None
    value, whole = _float(high[f"value_{year}"]), _float(everything[f"value_{year}"])
    beside = []
    lower, upper = high.get(f"value_{year}_lower"), high.get(f"value_{year}_upper")
    if lower is not None and upper is not None:
        beside.append(f"labels could put it between {_float(lower):,.1f} and {_float(upper):,.1f} (90%)")
    if whole:
        beside.append(f"{100 * value / whole:.1f}% of all {flow}")
    partners = {str(found.year): found.countries for found in held}
    change = next((column for column in table.columns if column.name == "change_pct"), None)
    if change and high["change_pct"] is not None:
        span = change.title.removesuffix(", %").replace("Change ", "")
        beside.append(f"{span}: {_float(high['change_pct']):+.0f}%")
    if partners[year] < FEW:
        beside.append(f"the data hold only {partner_countries(partners[year])}")
    return Headline(f"${value:,.1f} bn", f"{flow} of High products in {year}{_part(year, partial)}", tuple(beside))


def _tariff(tables: Mapping[tuple[str, str, str], Table], partial: Set[str]) -> Headline | None:
    table = tables.get(("tariffs", "imports", "year"))
    rows = [row for row in table.records() if row["category"] is None and row["cty_code"] is None] if table else []
    periods = [str(row["period"]) for row in rows if row["relevance"] == "High" and row["tariff_pct"] is not None]
    if not periods:
        return None
    year = max(periods, key=lambda period: (period not in partial, period))
    rates = {row["relevance"]: row["tariff_pct"] for row in rows if row["period"] == year}
    beside = [f"{_float(rates[name]):.2f}% on {name}" for name in ("Low", "All") if rates.get(name) is not None]
    return Headline(
        f"{_float(rates['High']):.2f}%", f"tariff on High imports in {year}{_part(year, partial)}", tuple(beside)
    )


def _exempt(tables: Mapping[tuple[str, str, str], Table], partial: Set[str]) -> Headline | None:
    table = tables.get(("exemptions", "imports", "year"))
    row = _row(table, list="any", relevance="High", category=None) if table else None
    names = [column.name for column in table.columns if column.name.startswith("covered_pct_")] if table else []
    if not row or not names or row[names[-1]] is None:
        return None
    year = names[-1].removeprefix("covered_pct_")
    low = _row(table, list="any", relevance="Low", category=None) if table else None
    beside = (f"{_float(low[names[-1]]):.1f}% of Low",) if low and low[names[-1]] is not None else ()
    what = f"of High imports in {year}{_part(year, partial)} on an exemption list"
    return Headline(f"{_float(row[names[-1]]):.1f}%", what, beside)


def _balance(
    tables: Mapping[tuple[str, str, str], Table], held: Mapping[str, tuple[Year, ...]], partial: Set[str]
) -> Headline | None:
    table = tables.get(("counterfactual", "both", "year"))
    rows = [row for row in table.records() if row["net_effect"] is not None] if table else []
    if not rows:
        return None
    row = max(rows, key=lambda row: (row["period"] not in partial, str(row["period"])))
    year, effect = str(row["period"]), _float(row["net_effect"])
    beside = [f"balance {_float(row['balance']):,.1f}, without the boom {_float(row['counterfactual_balance']):,.1f}"]
    partners = [next(found.countries for found in held[flow] if str(found.year) == year) for flow in FLOWS]
    if not alike_in_partners(*partners):
        beside.append(f"imports from {partner_countries(partners[0])}, exports to {partners[1]}: no trade balance")
    what = f"{'larger' if effect >= 0 else 'smaller'} deficit through the boom in {year}{_part(year, partial)}"
    return Headline(f"${abs(effect):,.1f} bn", what, tuple(beside))


def _codes(tables: Mapping[tuple[str, str, str], Table], run: Run) -> Headline:
    counts = []
    for flow in FLOWS:
        table = tables.get(("summary", flow, "year"))
        high = _row(table, relevance="High", category=None) if table else None
        if high:
            counts.append(f"{_float(high['codes']):,.0f} High among traded {flow.removesuffix('s')} codes")
    return Headline(f"{run.predictions:,}", "codes classified", tuple(counts))


def _row(table: Table, **values: Value) -> Row | None:
    return next((row for row in table.records() if all(row[name] == value for name, value in values.items())), None)


def _part(year: str, partial: Set[str]) -> str:
    return " (part of the year)" if year in partial else ""


def _float(value: Value) -> float:
    return float(value or 0)
