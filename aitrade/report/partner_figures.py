"""Figures of whom it is traded with, and at which tariff: countries, growth, tariffs, exemptions."""

from collections.abc import Mapping

from aitrade.core.table import Table, Value
from aitrade.report.figure import Figure, Point, figure, point
from aitrade.report.figure_parts import FLOW, MEASURE, YEAR, Tables, category_name, only_table, years_of

EVERY_CATEGORY = "All categories"


def countries(tables: Tables, by_category: Tables | None = None) -> Figure | None:
    """Sources and destinations, overall and within each category."""
    points: list[Point] = []
    for flow, table in tables.items():
        parts = [(EVERY_CATEGORY, table.records(), table)]
        detail = (by_category or {}).get(flow)
        if detail:
            rows = detail.records()
            parts += [
                (category_name(name), [row for row in rows if row["category"] == name], detail)
                for name in dict.fromkeys(row["category"] for row in rows)
            ]
        points += [
            point(_country(row["country"]), "High", row[name], flow=flow, category=category, measure=measure, year=year)
            for category, rows, source in parts
            for measure, prefix in (("Share", "share_"), ("Billion dollars", "value_"))
            for year, name in reversed(years_of(source, prefix))
            for row in rows
        ]
    return figure(
        "countries", "Where it comes from, where it goes", "Bars of High trade by partner country.", points,
        shape="bars", x_title="Country", controls=(FLOW, ("category", "Category"), MEASURE, YEAR),
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
        for year, name in reversed(years_of(table, "growth_"))
        for row in table.records()
        if row["relevance"] != "All"
    ]
    return figure(
        "growth", "Growth by country", "Bars of growth over the year before, High beside Low, by country.", points,
        shape="bars", x_title="Country", unit="Growth", controls=(FLOW, YEAR),
    )  # fmt: skip


def _country(value: Value) -> str:
    text = str(value)
    return text.title().replace(" And ", " and ").replace(" Of ", " of ") if text.isupper() else text


def tariffs(tables: Tables) -> Figure | None:
    """Effective tariff rates by relevance, category and country."""
    flow, table = only_table(tables)
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
        shape="bars", x_title="By", unit="Tariff rate", controls=(("group", "By"), YEAR), flow=flow,
    )  # fmt: skip


def _tariff_row(row: Mapping[str, Value]) -> tuple[str, str, str]:
    """What a row of the tariff table is about: by what, its name there, its series."""
    if row["cty_code"] is not None:
        return "Country", _country(row["country"]), str(row["relevance"])
    if row["category"] is not None:
        return "Category", category_name(row["category"]), str(row["relevance"])
    return "Relevance", str(row["relevance"]), "Tariff rate"


def exemptions(tables: Tables) -> Figure | None:
    """What part of trade is on exemption lists."""
    flow, table = only_table(tables)
    points = [
        point(
            category_name(row["category"]) if row["category"] else _all_of(str(row["relevance"])),
            "Covered", row[name], list="Any list" if row["list"] == "any" else str(row["list"]), year=year,
        )
        for year, name in reversed(years_of(table, "covered_pct_"))
        for row in sorted(table.records(), key=lambda row: row["list"] != "any")
    ]  # fmt: skip
    return figure(
        "exemptions", "Tariff exemptions", f"Bars of the share of {flow} that is on a tariff exemption list.", points,
        shape="bars", x_title="Products", unit="Share", controls=(("list", "List"), YEAR), flow=flow,
    )  # fmt: skip


def _all_of(relevance: str) -> str:
    return "All products" if relevance == "All" else f"All {relevance}"
