"""The tables once more, in plain Python: dicts and fractions, no SQL. What the tests of the tables compare with."""

from collections import defaultdict
from collections.abc import Callable, Iterable
from fractions import Fraction
from typing import Any

from trade_fixtures import COUNTRIES, EXCLUDED, EXPORT_LABELS, IMPORT_LABELS, Row

Record = dict[str, Any]
THIRTY = {
    "1220",
    "2010",
    "3010",
    "3370",
    "3510",
    "4010",
    "4120",
    "4190",
    "4210",
    "4231",
    "4279",
    "4280",
    "4330",
    "4419",
    "4621",
    "4700",
    "4759",
    "5081",
    "5170",
    "5330",
    "5490",
    "5520",
    "5570",
    "5590",
    "5600",
    "5700",
    "5800",
    "5830",
    "5880",
    "6021",
}


class Oracle:
    """Answers for some rows, a flow, and the relevances that count as related."""

    def __init__(self, rows: Iterable[Row], flow: str = "imports", chosen: tuple[str, ...] = ("High",)) -> None:
        self.rows = [row for row in rows if row.flow == flow and row.hs10[:2] not in EXCLUDED]
        self.flow, self.chosen, self.group = flow, chosen, "+".join(chosen)
        whole = {(row.year, row.cty) for row in self.rows if row.month == 0}
        # China's 2022 is there whole and by month only in codes that may all be excluded: look at every row.
        whole |= {(row.year, row.cty) for row in rows if row.flow == flow and row.month == 0}
        self.yearly = [row for row in self.rows if row.month == 0 or (row.year, row.cty) not in whole]
        self.monthly = [row for row in self.rows if row.month]

    def label(self, hs10: str) -> tuple[str, str | None]:
        found = (EXPORT_LABELS.get(hs10) if self.flow == "exports" else None) or IMPORT_LABELS.get(hs10)
        if not found:
            return "Unlabelled", None
        return (self.group if found[0] in self.chosen else found[0]), found[1]

    def relevance(self, row: Row) -> str:
        return self.label(row.hs10)[0]

    def category(self, row: Row) -> str | None:
        return self.label(row.hs10)[1]

    def related(self, row: Row) -> bool:
        return self.relevance(row) == self.group

    def total(self, where: Callable[[Row], bool], rows: list[Row] | None = None) -> int:
        return sum(row.value for row in (self.yearly if rows is None else rows) if where(row))


def billions(dollars: int | Fraction | None) -> Fraction | None:
    return None if dollars is None else Fraction(dollars, 10**9)


def percent(part: int | Fraction, whole: int | Fraction) -> Fraction | None:
    return 100 * Fraction(part) / whole if whole else None


def change(old: int, new: int) -> Fraction | None:
    return 100 * (Fraction(new, old) - 1) if old else None


def summary(o: Oracle, years: list[int], first: int, last: int) -> list[Record]:
    shown = [row for row in o.yearly if row.year in years]

    def record(relevance: str, category: str | None, where: Callable[[Row], bool]) -> Record:
        rows = [row for row in shown if where(row)]
        value = {year: sum(row.value for row in rows if row.year == year) for year in years}
        return {
            "relevance": relevance,
            "category": category,
            "codes": len({row.hs10 for row in rows}),
            **{f"value_{year}": billions(value[year]) for year in years},
            "change_pct": change(value[first], value[last]),
            "order": value[last],
        }

    records = []
    for relevance in [o.group, *(r for r in ("High", "Medium", "Low") if r not in o.chosen)]:
        records.append(record(relevance, None, lambda row, r=relevance: o.relevance(row) == r))
        inner = [
            record(relevance, name, lambda row, r=relevance, c=name: o.relevance(row) == r and o.category(row) == c)
            for name in sorted({o.category(row) for row in shown if o.relevance(row) == relevance})
        ]
        records += sorted(inner, key=lambda each: -each["order"])
    records.append(record("Unlabelled", None, lambda row: o.relevance(row) == "Unlabelled"))
    records.append(record("All", None, lambda row: True))
    return [{key: value for key, value in each.items() if key != "order"} for each in records]


def top(o: Oracle, years: list[int], first: int, last: int, n: int) -> list[Record]:
    values: dict[str, dict[int, int]] = defaultdict(lambda: defaultdict(int))
    for row in o.yearly:
        if row.year in years and o.related(row):
            values[row.hs10][row.year] += row.value
    everything = o.total(lambda row: row.year == last)
    ranked = sorted(values, key=lambda hs10: (-values[hs10][last], hs10))[:n]
    own = {**IMPORT_LABELS, **(EXPORT_LABELS if o.flow == "exports" else {})}
    return [
        {
            "rank": rank,
            "hs10": hs10,
            "description": None,
            "relevance": own[hs10][0],
            "category": own[hs10][1],
            **{f"value_{year}": billions(values[hs10][year]) for year in years},
            "share_pct": percent(values[hs10][last], everything),
            "change_pct": change(values[hs10][first], values[hs10][last]),
        }
        for rank, hs10 in enumerate(ranked, 1)
    ]


def index(o: Oracle, years: list[int], base: int) -> list[Record]:
    series: dict[str, Callable[[Row], bool]] = {
        "high": o.related,
        "low": lambda row: o.relevance(row) == "Low",
        "all": lambda row: True,
        "high_without_compute": lambda row: o.related(row) and o.category(row) != "Compute_Hardware",
    }
    slug = o.group.lower().replace("+", "_")
    months = sorted({(row.year, row.month) for row in o.monthly})
    base_months = [month for month in months if month[0] == base]
    records = []
    for year, month in months:
        if year not in years:
            continue
        record: Record = {"month": f"{year}-{month:02d}"}
        for prefix in ("index", "value"):
            for name, where in series.items():
                key = f"{prefix}_{name.replace('high', slug)}"
                now = o.total(lambda row, w=where, at=(year, month): w(row) and (row.year, row.month) == at, o.monthly)
                mean = Fraction(o.total(lambda row, w=where: w(row) and row.year == base, o.monthly), len(base_months))
                record[key] = billions(now) if prefix == "value" else percent(now, mean)
        records.append(record)
    return records


def share(o: Oracle, years: list[int], *, by_month: bool) -> list[Record]:
    rows = [row for row in (o.monthly if by_month else o.yearly) if row.year in years]
    records = []
    for year, month in sorted({(row.year, row.month if by_month else 0) for row in rows}):
        now = [row for row in rows if row.year == year and (not by_month or row.month == month)]
        high, everything = sum(row.value for row in now if o.related(row)), sum(row.value for row in now)
        records.append(
            {
                "period": f"{year}-{month:02d}" if by_month else str(year),
                f"value_{o.group.lower().replace('+', '_')}": billions(high),
                "value_all": billions(everything),
                "share_pct": percent(high, everything),
            }
        )
    return records


def _by_country(rows: list[Row], years: list[int], last: int | None, n: int) -> list[Record]:
    """Ranked by one year, or by all together where that is None."""
    values: dict[str, dict[int, int]] = defaultdict(lambda: defaultdict(int))
    for row in rows:
        values[row.cty][row.year] += row.value
    order = {cty: of[last] if last else sum(of.values()) for cty, of in values.items()}
    world = {year: sum(of[year] for of in values.values()) for year in years}
    return [
        {
            "rank": rank,
            "cty_code": cty,
            "country": COUNTRIES.get(cty, cty),
            **{f"value_{year}": billions(values[cty][year]) for year in years},
            **{f"share_{year}": percent(values[cty][year], world[year]) for year in years},
            "share_pct": percent(sum(values[cty].values()), sum(world.values())),
        }
        for rank, cty in enumerate(sorted(order, key=lambda cty: (-order[cty], cty))[:n], 1)
    ]


def countries(o: Oracle, years: list[int], last: int, n: int, denominator: str = "world") -> list[Record]:
    rows = [row for row in o.yearly if row.year in years and o.related(row)]
    return _by_country([row for row in rows if denominator == "world" or row.cty in THIRTY], years, last, n)


def country_categories(o: Oracle, years: list[int], n: int, denominator: str = "world") -> list[Record]:
    rows = [row for row in o.yearly if row.year in years and o.related(row)]
    rows = [row for row in rows if denominator == "world" or row.cty in THIRTY]
    totals: dict[str | None, int] = defaultdict(int)
    for row in rows:
        totals[o.category(row)] += row.value
    return [
        {"category": category, **record}
        for category in sorted(totals, key=lambda name: (-totals[name], name))
        for record in _by_country([row for row in rows if o.category(row) == category], years, None, n)
    ]


def growth(o: Oracle, years: list[int], comparable: list[int], last: int, n: int) -> list[Record]:
    total = {
        cty: o.total(lambda row, c=cty: row.cty == c and row.year == last) for cty in {row.cty for row in o.yearly}
    }
    places: list[str | None] = [None, *sorted(total, key=lambda cty: (-total[cty], cty))[:n]]
    records = []
    for cty in places:
        for relevance in (o.group, "Low", "All"):

            def value(year: int, cty: str | None = cty, relevance: str = relevance) -> int:
                return o.total(
                    lambda row: row.year == year and cty in (None, row.cty) and relevance in ("All", o.relevance(row))
                )

            records.append(
                {
                    "cty_code": cty,
                    "country": COUNTRIES.get(cty, cty) if cty else "All in the data",
                    "relevance": relevance,
                    **{f"value_{year}": billions(value(year)) for year in years},
                    **{f"growth_{year}": change(value(year - 1), value(year)) for year in comparable},
                }
            )
    return records


def tariffs(o: Oracle, years: list[int], n: int, *, by_month: bool) -> list[Record]:
    rows = [row for row in (o.monthly if by_month else o.yearly) if row.year in years]
    related: dict[str, int] = defaultdict(int)
    for row in rows:
        if o.related(row):
            related[row.cty] += row.value
    places = sorted(related, key=lambda cty: (-related[cty], cty))[:n]
    levels = [o.group, *(r for r in ("High", "Medium", "Low") if r not in o.chosen), "Unlabelled", "All"]
    heads: list[tuple[str, str | None, str | None]] = [(level, None, None) for level in levels]
    heads += [(o.group, name, None) for name in sorted({o.category(row) or "" for row in rows if o.related(row)})]
    heads += [(level, None, cty) for level in (o.group, "Low", "All") for cty in places]
    periods = sorted({(row.year, row.month if by_month else 0) for row in rows})
    records = []
    for relevance, category, cty in heads:
        for year, month in periods:
            now = [
                row
                for row in rows
                if (row.year, row.month if by_month else 0) == (year, month)
                and relevance in ("All", o.relevance(row))
                and category in (None, o.category(row))
                and cty in (None, row.cty)
            ]
            if not now:
                continue
            known = sum(row.value for row in now if row.duty is not None)
            duty, value = sum(row.duty or 0 for row in now), sum(row.value for row in now)
            records.append(
                {
                    "relevance": relevance,
                    "category": category,
                    "cty_code": cty,
                    "country": COUNTRIES.get(cty, cty) if cty else None,
                    "period": f"{year}-{month:02d}" if by_month else str(year),
                    "value": billions(value),
                    "duty": billions(duty) if any(row.duty is not None for row in now) else None,
                    "tariff_pct": percent(duty, known),
                    "known_pct": percent(known, value),
                }
            )
    return records


def exemptions(o: Oracle, year: int, lists: dict[str, tuple[str, ...]]) -> list[Record]:
    rows = [row for row in o.yearly if row.year == year]
    heads: list[tuple[str, str | None]] = [(o.group, None)]
    of_category: dict[str, int] = defaultdict(int)
    for row in rows:
        if o.related(row):
            of_category[o.category(row) or ""] += row.value
    heads += [(o.group, name) for name in sorted(of_category, key=lambda name: (-of_category[name], name))]
    heads += [("Low", None), ("All", None)]

    def tariff(of: list[Row]) -> Fraction | None:
        known = [row for row in of if row.duty is not None]
        return percent(sum(row.duty or 0 for row in known), sum(row.value for row in known))

    records = []
    for name in [*sorted(lists), "any"]:
        entries = lists.get(name) or tuple(entry for each in lists.values() for entry in each)
        for relevance, category in heads:
            here = [
                row for row in rows if relevance in ("All", o.relevance(row)) and category in (None, o.category(row))
            ]
            on = [row for row in here if row.hs10.startswith(entries)]
            off = [row for row in here if not row.hs10.startswith(entries)]
            value, covered = sum(row.value for row in here), sum(row.value for row in on)
            records.append(
                {
                    "list": name,
                    "relevance": relevance,
                    "category": category,
                    "codes": len({row.hs10 for row in here}),
                    "codes_covered": len({row.hs10 for row in on}),
                    f"value_{year}": billions(value),
                    f"covered_{year}": billions(covered),
                    f"covered_pct_{year}": percent(covered, value),
                    f"covered_tariff_{year}": tariff(on),
                    f"other_tariff_{year}": tariff(off),
                }
            )
    return records


def periods_alike(imports: Oracle, exports: Oracle, years: list[int], *, by_month: bool) -> list[tuple[int, int]]:
    """Months that both flows hold; or years of which both hold the same, or all: twelve months or a whole year."""
    if by_month:
        both = {(row.year, row.month) for row in imports.monthly} & {(row.year, row.month) for row in exports.monthly}
        return sorted(period for period in both if period[0] in years)

    def months(o: Oracle, year: int) -> set[int]:
        return {row.month for row in o.rows if row.year == year}

    def full(found: set[int]) -> bool:
        return found == {0} or found >= set(range(1, 13))

    found = {year: (months(imports, year), months(exports, year)) for year in years}
    return [(year, 0) for year, (i, e) in found.items() if i and e and (i == e or (full(i) and full(e)))]


def counterfactual(imports: Oracle, exports: Oracle, years: list[int], base: int, *, by_month: bool) -> list[Record]:
    def side(o: Oracle, year: int, month: int) -> tuple[int, int, Fraction | None]:
        """All trade, related trade, and related trade had it grown like Low: mean High * Low(t) / mean Low."""
        rows = o.monthly if by_month else o.yearly
        of_base = [row for row in rows if row.year == base]
        months = len({row.month for row in of_base})
        now = [row for row in rows if row.year == year and (not by_month or row.month == month)]
        low = sum(row.value for row in now if o.relevance(row) == "Low")
        high = sum(row.value for row in now if o.related(row))
        without = None
        if of_base:
            mean_high = Fraction(o.total(o.related, of_base), months)
            mean_low = Fraction(o.total(lambda row: o.relevance(row) == "Low", of_base), months)
            without = mean_high * low / mean_low
        return sum(row.value for row in now), high, without

    def minus(one: int | Fraction | None, other: int | Fraction | None) -> int | Fraction | None:
        return None if one is None or other is None else one - other

    slug = imports.group.lower().replace("+", "_")
    records = []
    for year, month in periods_alike(imports, exports, years, by_month=by_month):
        all_in, high_in, without_in = side(imports, year, month)
        all_out, high_out, without_out = side(exports, year, month)
        net = minus(minus(high_in, without_in), minus(high_out, without_out))
        records.append(
            {
                "period": f"{year}-{month:02d}" if by_month else str(year),
                "imports": billions(all_in),
                "exports": billions(all_out),
                f"{slug}_imports": billions(high_in),
                f"counterfactual_{slug}_imports": billions(without_in),
                "excess_imports": billions(minus(high_in, without_in)),
                f"{slug}_exports": billions(high_out),
                f"counterfactual_{slug}_exports": billions(without_out),
                "excess_exports": billions(minus(high_out, without_out)),
                "net_effect": billions(net),
                "balance": billions(all_out - all_in),
                "counterfactual_balance": None if net is None else billions(all_out - all_in + net),
                "reduction_pct": None if net is None else percent(net, all_in - all_out),
            }
        )
    return records
