"""Figures of what is traded: categories, the largest codes, months, shares, the balance. Each for one flow or both."""

from collections.abc import Mapping

from aitrade.core.table import Table, Value
from aitrade.question.rubric import NOT_RELATED
from aitrade.report.figure import Figure, figure, point
from aitrade.report.figure_parts import FLOW, MEASURE, YEAR, Tables, category_name, only_table, years_of


def summary(tables: Tables) -> Figure | None:
    """Value by category, of each relevance that has several."""
    points = [
        point(
            category_name(row["category"]), str(row["relevance"]), row[name], flow=flow, relevance=relevance, year=year
        )
        for flow, table in tables.items()
        for relevance in dict.fromkeys(str(row["relevance"]) for row in table.records() if row["category"])
        for year, name in reversed(years_of(table, "value_"))
        for row in table.records()
        if row["relevance"] == relevance and row["category"] not in (None, NOT_RELATED)
    ]
    return figure(
        "categories", "What AI-related trade is made of", "Bars of trade value by category.", points,
        shape="bars", x_title="Category", unit="Billion dollars", controls=(FLOW, ("relevance", "Relevance"), YEAR),
    )  # fmt: skip


def top(tables: Tables) -> Figure | None:
    """The largest codes."""
    points = [
        point(f"{row['hs10']} {_short(row['description'])}", str(row["relevance"]), row[name], flow=flow, year=year)
        for flow, table in tables.items()
        for year, name in reversed(years_of(table, "value_"))
        for row in table.records()[:15]
    ]
    return figure(
        "top-products", "The largest products", "Bars of trade value by HS10 code.", points,
        shape="bars", x_title="HS10", unit="Billion dollars", controls=(FLOW, YEAR),
    )  # fmt: skip


def _short(value: Value) -> str:
    text = " ".join(str(value or "").split())
    return text if len(text) <= 40 else text[:39].rstrip() + "…"


def index(tables: Tables, tariffs: Table | None = None) -> Figure | None:
    """Monthly trade: index, dollars, and with the monthly tariff table its rate."""
    points = [
        point(str(row["month"]), column.title.removesuffix(", bn"), row[column.name], flow=flow, measure=measure)
        for flow, table in tables.items()
        for measure, prefix in (("Index", "index_"), ("Billion dollars", "value_"))
        for column in table.columns
        if column.name.startswith(prefix) and not column.name.endswith(("_lower", "_upper"))
        for row in table.records()
    ]
    if tariffs and points:
        points += [
            point(str(row["period"]), str(row["relevance"]), row["tariff_pct"], flow="imports", measure="Tariff rate")
            for row in tariffs.records()
            if row["category"] is None and row["cty_code"] is None and row["relevance"] in {p["series"] for p in points}
        ]
    return figure(
        "monthly", "Growth by month", "Lines of monthly trade in High, Low and all products.", points,
        shape="months", x_title="Month", controls=(FLOW, MEASURE),
    )  # fmt: skip


def share(tables: Tables, summaries: Tables | None = None) -> Figure | None:
    """Share of all trade by year, or by month; with the intervals of the summaries' High trade, where they have any.

    All trade is the same however labels fall, so the ends of the share's interval are those of High over all trade, and
    the labels need not be drawn again.
    """
    monthly = any("-" in str(row["period"]) for table in tables.values() for row in table.records())
    points = [
        point(str(row["period"]), flow.capitalize(), row["share_pct"], *_share_ends(row, (summaries or {}).get(flow)))
        for flow, table in tables.items()
        for row in table.records()
    ]
    return figure(
        "share-by-month" if monthly else "share",
        f"Share of AI-related products in all trade, by {'month' if monthly else 'year'}",
        f"{'Lines' if monthly else 'Columns'} of the share of High products in all imports and in all exports.",
        points, shape="months" if monthly else "years", x_title="Month" if monthly else "Year", unit="Share",
    )  # fmt: skip


def _share_ends(row: Mapping[str, Value], summary_table: Table | None) -> tuple[Value, Value]:
    """Lower and upper end of a row's share: its own, else from the summary, else none."""
    if "share_pct_lower" in row or summary_table is None:
        return row.get("share_pct_lower"), row.get("share_pct_upper")
    high = summary_table.records()[0]
    everything = row["value_all"]
    ends = [high.get(f"value_{row['period']}_{end}") for end in ("lower", "upper")]
    if not everything or None in ends:
        return None, None
    return 100 * float(ends[0] or 0) / float(everything), 100 * float(ends[1] or 0) / float(everything)


def counterfactual(tables: Tables) -> Figure | None:
    """The trade balance with and without the boom."""
    _, table = only_table(tables)
    monthly = any("-" in str(row["period"]) for row in table.records())
    balance = {"balance": "Balance", "counterfactual_balance": "Balance without the boom"}
    excess = {"excess_imports": "Excess imports", "excess_exports": "Excess exports", "net_effect": "Net effect"}
    points = [
        point(str(row["period"]), series, row[name], show=show)
        for show, names in (("Trade balance", balance), ("Excess over the counterfactual", excess))
        for name, series in names.items()
        for row in table.records()
        if row[name] is not None
    ]
    return figure(
        "balance-by-month" if monthly else "balance",
        f"Trade without the boom, by {'month' if monthly else 'year'}",
        "The trade balance as it is, and had High products only grown like Low ones.",
        points, shape="months" if monthly else "years", x_title="Month" if monthly else "Year",
        unit="Billion dollars", controls=(("show", "Show"),),
    )  # fmt: skip
