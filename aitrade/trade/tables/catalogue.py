"""The tables that there are: what each shows, its columns, and what can be asked of it. Its SQL has the same name."""

from dataclasses import dataclass, replace
from typing import Literal

from aitrade.core.table import Kind

Over = Literal["years", "comparable", "without", "changes", "rank"]


@dataclass(frozen=True)
class Heading:
    """A column of a query, or one column for each member of a list that the query returns.

    Names, titles and series may hold ``{group}`` (the counted levels), ``{reference}``, ``{without}``, the same with
    ``_slug`` as names of columns have it, ``{year}``, ``{changes}`` (from which year to which), ``{rank_year}`` and
    ``{base_year}``.

    Args:
        over: what the columns run over: the years shown, those of them that compare with the year before, or what the
            question sets to be left out; or which years one column is about: the first and the last full one
            (``changes``), or the one that orders rows (``rank``).
        measure: what the figures measure, see :class:`Column`.
        series: whose figures they are, see :class:`Column`.
    """

    name: str
    title: str
    kind: Kind = "text"
    over: Over | None = None
    measure: str = ""
    series: str = ""


@dataclass(frozen=True)
class Spec:
    """A table.

    Args:
        name: on the command line, and of its SQL file.
        about: one line for the help.
        title: of the table; may hold ``{flow}``, ``{partners}``, ``{growth}`` (where there are columns of it) and what
            headings may hold.
        headings: the columns of its query, in order.
        by: the periods it can go by; the first is its own.
        top: how many codes or countries it shows by itself; None where it is not cut.
        rows_by_country: whether ``countries`` chooses rows; else it restricts the trade to these partners.
        compares_reference: whether the counted levels are compared with the reference level, which can't then be one
            of them.
        from_base: whether it needs the base year.
        latest_only: whether it shows only the latest complete year by itself.
        has_denominator: whether ``denominator`` means something.
        has_interval: whether ``interval`` does.
        has_gold: whether ``gold`` does.
        has_lists: whether ``lists`` does.
        has_seasonal: whether its months can be seasonally adjusted.
        both_flows: whether it needs imports and exports together.
        needs_duty: whether it needs calculated duty, which only imports have.
        of_part: what its figures make of a year that the data hold in part.
        of_gap: what they make of a country or chapter that a period lacks.
        notes: what always has to be known.
    """

    name: str
    about: str
    title: str
    headings: tuple[Heading, ...]
    by: tuple[str, ...] = ("year",)
    top: int | None = None
    rows_by_country: bool = False
    compares_reference: bool = False
    from_base: bool = False
    latest_only: bool = False
    has_denominator: bool = False
    has_interval: bool = False
    has_gold: bool = False
    has_lists: bool = False
    has_seasonal: bool = False
    both_flows: bool = False
    needs_duty: bool = False
    of_part: str = "changes and rankings leave it out"
    of_gap: str = "figures are of what there is"
    notes: tuple[str, ...] = ()


_RELEVANCE = Heading("relevance", "Relevance")
_CATEGORY = Heading("category", "Category", "name")
_PERIOD = Heading("period", "Period")
_COUNTRY = (Heading("cty_code", "Code"), Heading("country", "Country"))
_RANK = Heading("rank", "#", "count")
_VALUE = Heading("value_{year}", "{year}", "billions", "years", "value")
_CHANGE = Heading("change_pct", "Change{changes}, %", "percent", "changes", "change")
_SHARES = (
    _VALUE,
    Heading("share_{year}", "% {year}", "percent", "years", "share"),
    Heading("share_pct", "% all years", "percent", measure="share"),
)

_WITHOUT = Heading(
    "{group_slug}_without_{without_slug}",
    "{group} without {without}",
    "billions",
    "without",
    "value",
    "{group} without {without}",
)

_ALL = (
    Spec(
        "summary",
        "Value by level and category, number of codes, change.",
        "US {flow} by relevance and category, billion dollars",
        (_RELEVANCE, _CATEGORY, Heading("codes", "Codes", "count"), _VALUE, _CHANGE),
        has_interval=True,
        of_gap="the change is of what both years hold, or empty where that is less than half of the value",
        has_gold=True,
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
            Heading("share_pct", "% of all {rank_year}", "percent", "rank", "share"),
            _CHANGE,
        ),
        top=10,
        of_gap="the change is of what both years hold, or empty where that is less than half of the value",
    ),
    Spec(
        "index",
        "Value by month, the base year's average being 100.",
        "US {flow} by month, {base_year} monthly average = 100, and billion dollars",
        (
            Heading("month", "Month"),
            Heading("index_{group_slug}", "{group}", "index", None, "index", "{group}"),
            Heading("index_{reference_slug}", "{reference}", "index", None, "index", "{reference}"),
            Heading("index_all", "All", "index", None, "index", "All"),
            replace(_WITHOUT, name="index_" + _WITHOUT.name, kind="index", measure="index"),
            Heading("value_{group_slug}", "{group}, bn", "billions", None, "value", "{group}"),
            Heading("value_{reference_slug}", "{reference}, bn", "billions", None, "value", "{reference}"),
            Heading("value_all", "All, bn", "billions", None, "value", "All"),
            replace(_WITHOUT, name="value_" + _WITHOUT.name, title=_WITHOUT.title + ", bn"),
        ),
        by=("month",),
        compares_reference=True,
        from_base=True,
        has_seasonal=True,
        has_interval=True,
        of_gap="the index is of what both month and base year hold, or empty where that is less than half of the value",
        has_gold=True,
    ),
    Spec(
        "share",
        "Share of counted levels in trade, by year or month.",
        "{group} in all US {flow}",
        (
            _PERIOD,
            Heading("value_{group_slug}", "{group}, bn", "billions", None, "value", "{group}"),
            Heading("value_all", "All, bn", "billions", None, "value", "All"),
            Heading("share_pct", "Share, %", "percent", measure="share"),
        ),
        by=("year", "month"),
        has_seasonal=True,
        has_interval=True,
        of_gap="shares are of what there is",
        has_gold=True,
    ),
    Spec(
        "countries",
        "Counted levels by country, with shares.",
        "{group} US {flow} by country, billion dollars and percent of {partners}",
        (_RANK, *_COUNTRY, *_SHARES),
        top=20,
        rows_by_country=True,
        has_denominator=True,
        has_gold=True,
        of_part="the ranking leaves it out, the share of all years counts it",
        of_gap="shares are of the partners that hold the year, those of all years of the partners that hold them all",
    ),
    Spec(
        "country-categories",
        "Counted levels by country in each category, shares.",
        "{group} US {flow} by category and country, billion dollars and percent of {partners} in the category",
        (_CATEGORY, _RANK, *_COUNTRY, *_SHARES),
        top=10,
        rows_by_country=True,
        has_denominator=True,
        of_part="the share of all years, which ranks the countries, counts it",
        of_gap="shares are of the partners that hold the year, those of all years of the partners that hold them all",
    ),
    Spec(
        "growth",
        "Growth year on year by country and level.",
        "US {flow} by country and relevance, billion dollars{growth}",
        (
            *_COUNTRY,
            _RELEVANCE,
            _VALUE,
            Heading("growth_{year}", "Growth {year}, %", "percent", "comparable", "growth"),
        ),
        top=10,
        rows_by_country=True,
        compares_reference=True,
        of_gap="growth is of what both years hold, or empty where that is less than half of the value",
        has_gold=True,
    ),
    Spec(
        "tariffs",
        "Duty over value by level, category and country.",
        "Effective tariff rate on US {flow}: calculated duty over customs value",
        (
            _RELEVANCE,
            _CATEGORY,
            *_COUNTRY,
            _PERIOD,
            Heading("value", "Value, bn", "billions", measure="value"),
            Heading("duty", "Duty, bn", "billions", measure="duty"),
            Heading("tariff_pct", "Tariff, %", "percent", measure="tariff"),
            Heading("known_pct", "Duty known, %", "percent", measure="duty known"),
        ),
        by=("year", "month"),
        top=5,
        rows_by_country=True,
        compares_reference=True,
        needs_duty=True,
        of_part="the choice of countries counts it",
        notes=("where the duty of a flow is unknown, its value is left out of the rate",),
        of_gap="rates are of what there is",
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
            Heading("covered_{year}", "Covered {year}", "billions", "years", "covered"),
            Heading("covered_pct_{year}", "Covered {year}, %", "percent", "years", "covered share"),
            Heading("covered_tariff_{year}", "Tariff {year} covered, %", "percent", "years", "covered tariff"),
            Heading("other_tariff_{year}", "Tariff {year} others, %", "percent", "years", "other tariff"),
        ),
        compares_reference=True,
        latest_only=True,
        has_lists=True,
        notes=("an entry of 4, 6, 8 or 10 digits covers every code below it",),
    ),
    Spec(
        "counterfactual",
        "Balance had counted levels grown like the reference.",
        "US trade without the boom: {group} growing like {reference} since {base_year}, billion dollars",
        (
            _PERIOD,
            Heading("imports", "Imports", "billions"),
            Heading("exports", "Exports", "billions"),
            Heading("{group_slug}_imports", "{group} imports", "billions"),
            Heading("counterfactual_{group_slug}_imports", "counterfactual", "billions"),
            Heading("excess_imports", "Excess imports", "billions"),
            Heading("{group_slug}_exports", "{group} exports", "billions"),
            Heading("counterfactual_{group_slug}_exports", "counterfactual", "billions"),
            Heading("excess_exports", "Excess exports", "billions"),
            Heading("net_effect", "Net effect", "billions"),
            Heading("balance", "Balance", "billions"),
            Heading("counterfactual_balance", "Balance without boom", "billions"),
            Heading("reduction_pct", "Deficit reduction, %", "percent"),
        ),
        by=("year", "month"),
        compares_reference=True,
        from_base=True,
        both_flows=True,
        of_gap="excess and balance are of what both sides hold, or empty where that is less than half of the value",
    ),
)

SPECS: dict[str, Spec] = {spec.name: spec for spec in _ALL}
