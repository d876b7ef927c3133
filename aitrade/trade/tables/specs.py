"""The tables that there are: what each shows, its columns, and what can be asked of it. Its SQL has the same name."""

from aitrade.trade.tables.spec import Heading, Spec

_RELEVANCE = Heading("relevance", "Relevance")
_CATEGORY = Heading("category", "Category")
_PERIOD = Heading("period", "Period")
_COUNTRY = (Heading("cty_code", "Code"), Heading("country", "Country"))
_RANK = Heading("rank", "#", "count")
_VALUE = Heading("value_{year}", "{year}", "billions", "years")
_CHANGE = Heading("change_pct", "Change{changes}, %", "percent")
_SHARES = (
    _VALUE,
    Heading("share_{year}", "% {year}", "percent", "years"),
    Heading("share_pct", "% all years", "percent"),
)

_ALL = (
    Spec(
        "summary",
        "Value by relevance and category, number of codes, change.",
        "US {flow} by relevance and category, billion dollars",
        (_RELEVANCE, _CATEGORY, Heading("codes", "Codes", "count"), _VALUE, _CHANGE),
        has_interval=True,
    ),
    Spec(
        "top",
        "The codes with the most trade and their share of it.",
        "{group} codes with the most {flow} in {rank_year}, billion dollars",
        (
            _RANK,
            Heading("hs10", "HS10"),
            Heading("description", "Description", "prose"),
            _RELEVANCE,
            _CATEGORY,
            _VALUE,
            Heading("share_pct", "% of all {rank_year}", "percent"),
            _CHANGE,
        ),
        top=10,
    ),
    Spec(
        "index",
        "Value by month, the base year's average being 100.",
        "US {flow} by month, {base_year} monthly average = 100, and billion dollars",
        (
            Heading("month", "Month"),
            Heading("index_{slug}", "{group}", "index"),
            Heading("index_low", "Low", "index"),
            Heading("index_all", "All", "index"),
            Heading("index_{slug}_without_compute", "{group} without compute", "index"),
            Heading("value_{slug}", "{group}, bn", "billions"),
            Heading("value_low", "Low, bn", "billions"),
            Heading("value_all", "All, bn", "billions"),
            Heading("value_{slug}_without_compute", "{group} without compute, bn", "billions"),
        ),
        by=("month",),
        compares_low=True,
        from_base=True,
        has_interval=True,
    ),
    Spec(
        "share",
        "High over all trade, by year or month.",
        "{group} in all US {flow}",
        (
            _PERIOD,
            Heading("value_{slug}", "{group}, bn", "billions"),
            Heading("value_all", "All, bn", "billions"),
            Heading("share_pct", "Share, %", "percent"),
        ),
        by=("year", "month"),
        has_interval=True,
    ),
    Spec(
        "countries",
        "High by country, with shares.",
        "{group} US {flow} by country, billion dollars and percent of {partners}",
        (_RANK, *_COUNTRY, *_SHARES),
        top=20,
        rows_by_country=True,
        has_denominator=True,
        of_part="the ranking leaves it out, the share of all years counts it",
    ),
    Spec(
        "country-categories",
        "High by country within each category, with shares.",
        "{group} US {flow} by category and country, billion dollars and percent of {partners} in the category",
        (_CATEGORY, _RANK, *_COUNTRY, *_SHARES),
        top=10,
        rows_by_country=True,
        has_denominator=True,
        of_part="the share of all years, which ranks the countries, counts it",
    ),
    Spec(
        "growth",
        "Growth year on year by country and relevance.",
        "US {flow} by country and relevance, billion dollars and growth over the year before",
        (*_COUNTRY, _RELEVANCE, _VALUE, Heading("growth_{year}", "Growth {year}, %", "percent", "comparable")),
        top=10,
        rows_by_country=True,
        compares_low=True,
    ),
    Spec(
        "tariffs",
        "Duty over value by relevance, category and country.",
        "Effective tariff rate on US {flow}: calculated duty over customs value",
        (
            _RELEVANCE,
            _CATEGORY,
            *_COUNTRY,
            _PERIOD,
            Heading("value", "Value, bn", "billions"),
            Heading("duty", "Duty, bn", "billions"),
            Heading("tariff_pct", "Tariff, %", "percent"),
            Heading("known_pct", "Duty known, %", "percent"),
        ),
        by=("year", "month"),
        top=5,
        rows_by_country=True,
        compares_low=True,
        needs_duty=True,
        of_part="the choice of countries counts it",
        notes=("where the duty of a flow is unknown, its value is left out of the rate",),
    ),
    Spec(
        "exemptions",
        "Codes and value on tariff exemption lists.",
        "US {flow} on tariff exemption lists, billion dollars",
        (
            Heading("list", "List"),
            _RELEVANCE,
            _CATEGORY,
            Heading("codes", "Codes", "count"),
            Heading("codes_covered", "Covered", "count"),
            _VALUE,
            Heading("covered_{year}", "Covered {year}", "billions", "years"),
            Heading("covered_pct_{year}", "Covered {year}, %", "percent", "years"),
            Heading("covered_tariff_{year}", "Tariff {year} covered, %", "percent", "years"),
            Heading("other_tariff_{year}", "Tariff {year} others, %", "percent", "years"),
        ),
        compares_low=True,
        latest_only=True,
        has_lists=True,
        notes=("an entry of 4, 6, 8 or 10 digits covers every code below it",),
    ),
    Spec(
        "counterfactual",
        "Trade balance had High only grown like Low.",
        "US trade without the boom: {group} growing like Low since {base_year}, billion dollars",
        (
            _PERIOD,
            Heading("imports", "Imports", "billions"),
            Heading("exports", "Exports", "billions"),
            Heading("{slug}_imports", "{group} imports", "billions"),
            Heading("counterfactual_{slug}_imports", "counterfactual", "billions"),
            Heading("excess_imports", "Excess imports", "billions"),
            Heading("{slug}_exports", "{group} exports", "billions"),
            Heading("counterfactual_{slug}_exports", "counterfactual", "billions"),
            Heading("excess_exports", "Excess exports", "billions"),
            Heading("net_effect", "Net effect", "billions"),
            Heading("balance", "Balance", "billions"),
            Heading("counterfactual_balance", "Balance without boom", "billions"),
            Heading("reduction_pct", "Deficit reduction, %", "percent"),
        ),
        by=("year", "month"),
        compares_low=True,
        from_base=True,
        both_flows=True,
    ),
)

SPECS: dict[str, Spec] = {spec.name: spec for spec in _ALL}
