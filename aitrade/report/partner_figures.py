"""Figures of whom it is traded with, and at which tariff: countries, growth, tariffs, exemptions."""

from collections.abc import Mapping
from dataclasses import replace

from aitrade.core.table import Value
from aitrade.report.figure import (
    FLOW,
    MEASURE,
    YEAR,
    Figure,
    Point,
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

EVERY_CATEGORY = "All categories"


def countries(tables: Tables, by_category: Tables | None = None) -> Figure | None:
    """Sources and destinations, overall and within each category."""
    points: list[Point] = []
    group = group_of(tables)
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
            point(_country(row["country"]), group, row[name], flow=flow, category=category, measure=called, year=year)
            for category, rows, source in parts
            for measure, called in (("share", "Share"), ("value", "Billion dollars"))
            for year, name in years_of(source, measure)
            for row in rows
        ]
    return figure(
        "countries",
        "Where it comes from, where it goes",
        f"Bars of {group} trade by partner country.",
        points,
        shape="bars",
        x_title="Country",
        controls=(FLOW, ("category", "Category"), MEASURE, YEAR),
        levels=levels_of(tables),
        notes=notes_of(tables),
    )


def country_categories(tables: Tables) -> Figure | None:
    """Partners within each category."""
    whole = {flow: replace(table, rows=()) for flow, table in tables.items()}
    return countries(whole, tables)


def growth(tables: Tables) -> Figure | None:
    """Growth year on year by country."""
    points = [
        point(
            _country(row["country"]),
            str(row["relevance"]),
            row[name],
            flow=flow,
            year=year,
        )
        for flow, table in tables.items()
        for year, name in years_of(table, "growth")
        for row in table.records()
        if row["relevance"] != "All"
    ]
    return figure(
        "growth",
        "Growth by country",
        f"Bars of growth over the year before, {group_of(tables)} beside {reference_of(tables)}, by country.",
        points,
        shape="bars",
        x_title="Country",
        unit="Growth",
        controls=(FLOW, YEAR),
        levels=levels_of(tables),
        notes=notes_of(tables),
    )


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
        "tariffs",
        "Tariffs",
        f"Bars of the effective tariff rate on {flow}.",
        points,
        shape="bars",
        x_title="By",
        unit="Tariff rate",
        controls=(("group", "By"), YEAR),
        flow=flow,
        levels=levels_of(tables),
        notes=notes_of(tables),
    )


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
            "Covered",
            row[name],
            list="Any list" if row["list"] == "any" else str(row["list"]),
            year=year,
        )
        for year, name in years_of(table, "covered share")
        for row in sorted(table.records(), key=lambda row: row["list"] != "any")
    ]
    return figure(
        "exemptions",
        "Tariff exemptions",
        f"Bars of the share of {flow} that is on a tariff exemption list.",
        points,
        shape="bars",
        x_title="Products",
        unit="Share",
        controls=(("list", "List"), YEAR),
        flow=flow,
        notes=notes_of(tables, "duty"),
    )


def _all_of(relevance: str) -> str:
    return "All products" if relevance == "All" else f"All {relevance}"
