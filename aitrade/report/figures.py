"""The figures that tables become: one builder for each table, for one flow or both."""

from collections.abc import Callable, Mapping

from aitrade.report.figure import Figure, Point, figure, point
from aitrade.rubric import NOT_RELATED
from aitrade.trade.table import Table, Value

Tables = Mapping[str, Table]
_FLOW = ("flow", "Flow")
_MEASURE = ("measure", "Measure")
_YEAR = ("year", "Year")
EVERY_CATEGORY = "All categories"


def summary(tables: Tables) -> Figure | None:
    """Value by category, of each relevance that has several."""
    points = [
        point(_category(row["category"]), str(row["relevance"]), row[name], flow=flow, relevance=relevance, year=year)
        for flow, table in tables.items()
        for relevance in dict.fromkeys(str(row["relevance"]) for row in table.records() if row["category"])
        for year, name in reversed(_years(table, "value_"))
        for row in table.records()
        if row["relevance"] == relevance and row["category"] not in (None, NOT_RELATED)
    ]
    return figure(
        "categories", "What AI-related trade is made of", "Bars of trade value by category.", points,
        shape="bars", x_title="Category", unit="Billion dollars", controls=(_FLOW, ("relevance", "Relevance"), _YEAR),
    )  # fmt: skip


def top(tables: Tables) -> Figure | None:
    """The largest codes."""
    points = [
        point(f"{row['hs10']} {_short(row['description'])}", str(row["relevance"]), row[name], flow=flow, year=year)
        for flow, table in tables.items()
        for year, name in reversed(_years(table, "value_"))
        for row in table.records()[:15]
    ]
    return figure(
        "top-products", "The largest products", "Bars of trade value by HS10 code.", points,
        shape="bars", x_title="HS10", unit="Billion dollars", controls=(_FLOW, _YEAR),
    )  # fmt: skip


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
        shape="months", x_title="Month", controls=(_FLOW, _MEASURE),
    )  # fmt: skip


def share(tables: Tables, summaries: Tables | None = None) -> Figure | None:
    """Share of all trade by year, or by month; with the intervals of the summaries' High trade, where they have any.

    All trade is the same however labels fall, so the ends of the share's interval are those of High over all trade, and
    the labels need not be drawn again.
    """
    monthly = any("-" in str(row["period"]) for table in tables.values() for row in table.records())
    points = [
        point(str(row["period"]), _flow(flow), row["share_pct"], *_share_ends(row, (summaries or {}).get(flow)))
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


def countries(tables: Tables, by_category: Tables | None = None) -> Figure | None:
    """Sources and destinations, overall and within each category."""
    points: list[Point] = []
    for flow, table in tables.items():
        parts = [(EVERY_CATEGORY, table.records(), table)]
        detail = (by_category or {}).get(flow)
        if detail:
            rows = detail.records()
            parts += [
                (_category(name), [row for row in rows if row["category"] == name], detail)
                for name in dict.fromkeys(row["category"] for row in rows)
            ]
        points += [
            point(_country(row["country"]), "High", row[name], flow=flow, category=category, measure=measure, year=year)
            for category, rows, source in parts
            for measure, prefix in (("Share", "share_"), ("Billion dollars", "value_"))
            for year, name in reversed(_years(source, prefix))
            for row in rows
        ]
    return figure(
        "countries", "Where it comes from, where it goes", "Bars of High trade by partner country.", points,
        shape="bars", x_title="Country", controls=(_FLOW, ("category", "Category"), _MEASURE, _YEAR),
    )  # fmt: skip


def country_categories(tables: Tables) -> Figure | None:
    """Partners within each category."""
    whole = {flow: Table(t.name, t.title, t.columns, ()) for flow, t in tables.items()}
    return countries(whole, tables)


def growth(tables: Tables) -> Figure | None:
    """Growth year on year by country."""
    points = [
        point(_country(row["country"]), str(row["relevance"]), row[name], flow=flow, year=year)
        for flow, table in tables.items()
        for year, name in reversed(_years(table, "growth_"))
        for row in table.records()
        if row["relevance"] != "All"
    ]
    return figure(
        "growth", "Growth by country", "Bars of growth over the year before, High beside Low, by country.", points,
        shape="bars", x_title="Country", unit="Growth", controls=(_FLOW, _YEAR),
    )  # fmt: skip


def tariffs(tables: Tables) -> Figure | None:
    """Effective tariff rates by relevance, category and country."""
    flow, table = _only(tables)
    rows = [row for row in table.records() if row["relevance"] != "Unlabelled"]
    rows.sort(key=lambda row: str(row["period"]), reverse=True)
    points = [
        point(x, series, row["tariff_pct"], group=wanted, year=str(row["period"]))
        for wanted in ("Relevance", "Category", "Country")
        for row in rows
        for group, x, series in [_tariff_row(row)]
        if group == wanted
    ]
    return figure(
        "tariffs", "Tariffs", f"Bars of the effective tariff rate on {flow}.", points,
        shape="bars", x_title="By", unit="Tariff rate", controls=(("group", "By"), _YEAR), flow=flow,
    )  # fmt: skip


def _tariff_row(row: Mapping[str, Value]) -> tuple[str, str, str]:
    """What a row of the tariff table is about: by what, its name there, its series."""
    if row["cty_code"] is not None:
        return "Country", _country(row["country"]), str(row["relevance"])
    if row["category"] is not None:
        return "Category", _category(row["category"]), str(row["relevance"])
    return "Relevance", str(row["relevance"]), "Tariff rate"


def exemptions(tables: Tables) -> Figure | None:
    """What part of trade is on exemption lists."""
    flow, table = _only(tables)
    points = [
        point(
            _category(row["category"]) if row["category"] else _all_of(str(row["relevance"])),
            "Covered", row[name], list="Any list" if row["list"] == "any" else str(row["list"]), year=year,
        )
        for year, name in reversed(_years(table, "covered_pct_"))
        for row in sorted(table.records(), key=lambda row: row["list"] != "any")
    ]  # fmt: skip
    return figure(
        "exemptions", "Tariff exemptions", f"Bars of the share of {flow} that is on a tariff exemption list.", points,
        shape="bars", x_title="Products", unit="Share", controls=(("list", "List"), _YEAR), flow=flow,
    )  # fmt: skip


def counterfactual(tables: Tables) -> Figure | None:
    """The trade balance with and without the boom."""
    _, table = _only(tables)
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


BUILDERS: dict[str, Callable[[Tables], Figure | None]] = {
    "summary": summary,
    "top": top,
    "index": index,
    "share": share,
    "countries": countries,
    "country-categories": country_categories,
    "growth": growth,
    "tariffs": tariffs,
    "exemptions": exemptions,
    "counterfactual": counterfactual,
}


def _only(tables: Tables) -> tuple[str, Table]:
    """The one table of a figure that is not drawn for imports and exports side by side, and its flow."""
    ((flow, table),) = tables.items()
    return flow, table


def _years(table: Table, prefix: str) -> list[tuple[str, str]]:
    """Years and column names of the columns ``prefix`` + year."""
    names = [column.name for column in table.columns]
    return [(name.removeprefix(prefix), name) for name in names if name.removeprefix(prefix).isdecimal()]


def _category(value: Value) -> str:
    return str(value).replace("_", " ")


def _all_of(relevance: str) -> str:
    return "All products" if relevance == "All" else f"All {relevance}"


def _country(value: Value) -> str:
    text = str(value)
    return text.title().replace(" And ", " and ").replace(" Of ", " of ") if text.isupper() else text


def _flow(flow: str) -> str:
    return flow.capitalize()


def _short(value: Value) -> str:
    text = " ".join(str(value or "").split())
    return text if len(text) <= 40 else text[:39].rstrip() + "…"
