"""Figures of what is traded: categories, the largest codes, months, shares, the balance. Each for one flow or both."""

from collections.abc import Mapping

from aitrade.core.shorten import told_apart
from aitrade.core.table import Role, Table, Value
from aitrade.report.figure import (
    CODES,
    FLOW,
    MEASURE,
    YEAR,
    Figure,
    Tables,
    category_name,
    figure,
    group_of,
    levels_of,
    notes_of,
    only_table,
    point,
    reference_of,
    years_of,
)

ENDS: tuple[Role, Role] = ("lower", "upper")


def summary(tables: Tables) -> Figure | None:
    """Value by category, of each relevance that has several."""
    points = [
        point(
            category_name(row["category"]), str(row["relevance"]), row[name], flow=flow, relevance=relevance, year=year
        )
        for flow, table in tables.items()
        for relevance in dict.fromkeys(str(row["relevance"]) for row in table.records() if row["category"])
        for year, name in years_of(table, "value")
        for row in table.records()
        if row["relevance"] == relevance and row["category"] is not None and relevance != reference_of(tables)
    ]
    return figure(
        "categories",
        "What AI-related trade is made of",
        "Bars of trade value by category.",
        points,
        shape="bars",
        x_title="Category",
        unit="Billion dollars",
        controls=(FLOW, ("relevance", "Relevance"), YEAR),
        levels=levels_of(tables),
        notes=notes_of(tables, "interval"),
    )


def top(tables: Tables) -> Figure | None:
    """The largest codes."""
    points = [
        point(f"{row['hs10']} {name}", str(row["relevance"]), row[column], flow=flow, year=year)
        for flow, table in tables.items()
        for rows in [table.records()[:15]]
        for names in [told_apart([str(row["description"] or "") for row in rows], 36)]
        for year, column in years_of(table, "value")
        for row, name in zip(rows, names, strict=True)
    ]
    return figure(
        "top-products",
        "The largest products",
        "Bars of trade value by HS10 code.",
        points,
        shape="bars",
        x_title=CODES,
        unit="Billion dollars",
        controls=(FLOW, YEAR),
        levels=levels_of(tables),
        notes=notes_of(tables),
    )


def index(tables: Tables, tariffs: Table | None = None) -> Figure | None:
    """Monthly trade: index, dollars, and with the monthly tariff table its rate."""
    points = [
        point(str(row["month"]), column.series, row[column.name], flow=flow, measure=called)
        for flow, table in tables.items()
        for measure, called in (("index", "Index"), ("value", "Billion dollars"))
        for column in table.measured(measure)
        for row in table.records()
    ]
    if tariffs and points:
        points += [
            point(str(row["period"]), str(row["relevance"]), row["tariff_pct"], flow="imports", measure="Tariff rate")
            for row in tariffs.records()
            if row["category"] is None and row["cty_code"] is None and row["relevance"] in {p["series"] for p in points}
        ]
    return figure(
        "monthly",
        "Growth by month",
        f"Lines of monthly trade in {group_of(tables)}, {reference_of(tables)} and all products.",
        points,
        shape="months",
        x_title="Month",
        controls=(FLOW, MEASURE),
        levels=levels_of(tables),
        notes=notes_of(tables),
    )


def share(tables: Tables, summaries: Tables | None = None) -> Figure | None:
    """Share of all trade by year, or by month; with the intervals of the summaries' counted trade, where they have any.

    All trade is the same however labels fall, so the ends of the share's interval are those of the counted levels over
    all trade, and the labels need not be drawn again.
    """
    monthly = any(table.by == "month" for table in tables.values())
    points = [
        point(str(row["period"]), flow.capitalize(), row["share_pct"], *ends, flow=flow)
        for flow, table in tables.items()
        for row in table.records()
        for ends in [_share_ends(row, (summaries or {}).get(flow))]
    ]
    return figure(
        "share-by-month" if monthly else "share",
        f"Share of AI-related products in all trade, by {'month' if monthly else 'year'}",
        f"{'Lines' if monthly else 'Columns'} of the share of {group_of(tables)} products in all imports and in all "
        "exports.",
        points,
        shape="months" if monthly else "years",
        x_title="Month" if monthly else "Year",
        unit="Share",
        notes=(*notes_of(tables), *_interval_notes(summaries or {})),
    )


def _interval_notes(tables: Tables) -> tuple[str, ...]:
    """Where the intervals of some tables come from, each said once."""
    return tuple(dict.fromkeys(n.brief for table in tables.values() for n in table.telling() if n.kind == "interval"))


def _share_ends(row: Mapping[str, Value], summary_table: Table | None) -> tuple[Value, Value]:
    """Lower and upper end of a row's share: its own, else from the summary, else none."""
    if "share_pct_lower" in row or summary_table is None:
        return row.get("share_pct_lower"), row.get("share_pct_upper")
    counted, everything = summary_table.records()[0], row["value_all"]
    ends: list[Value] = []
    for role in ENDS:
        names = [c.name for c in summary_table.measured("value", role) if str(c.year) == row["period"]]
        ends += [counted[name] for name in names]
    if not everything or len(ends) < len(ENDS) or None in ends:
        return None, None
    return 100 * float(ends[0] or 0) / float(everything), 100 * float(ends[1] or 0) / float(everything)


def counterfactual(tables: Tables) -> Figure | None:
    """The trade balance with and without the boom; None where there is nothing but the base year."""
    _, table = only_table(tables)
    monthly = table.by == "month"
    balance = {"balance": "Balance", "counterfactual_balance": "Balance without the boom"}
    excess = {"excess_imports": "Excess imports", "excess_exports": "Excess exports", "net_effect": "Net effect"}
    points = [
        point(str(row["period"]), series, row[name], show=show)
        for show, names in (("Trade balance", balance), ("Excess over the counterfactual", excess))
        for name, series in names.items()
        for row in table.records()
        if row[name] is not None
    ]
    if not any(one["value"] for one in points):
        return None  # nothing but the base year, whose excess is nothing by construction
    return figure(
        "balance-by-month" if monthly else "balance",
        f"Trade without the boom, by {'month' if monthly else 'year'}",
        f"The trade balance as it is, and had {group_of(tables)} products only grown like {reference_of(tables)} ones.",
        points,
        shape="months" if monthly else "years",
        x_title="Month" if monthly else "Year",
        unit="Billion dollars",
        controls=(("show", "Show"),),
        notes=notes_of(tables),
    )
