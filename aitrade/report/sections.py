"""The report's sections: what each says, and the figures and tables in it."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Section:
    """A part of the page: its figures by id, its tables by name and period; all flows that there are."""

    id: str
    title: str
    text: str
    figures: tuple[str, ...]
    tables: tuple[tuple[str, str], ...]


def sections(group: str, reference: str, *, gold: bool = False) -> tuple[Section, ...]:
    """The sections of a report.

    Args:
        group: what the levels that count are called together.
        reference: the level that they are compared with.
        gold: whether intervals are from a gold sample.
    """
    drawn = "drawn again by the errors that a gold sample found" if gold else "drawn again from their probabilities"
    return (
        Section(
            "growth",
            "Growth",
            f"Monthly trade in {group} products beside {reference} products and all trade. The "
            "index is the monthly value over the base year's monthly average, times 100; choose dollars or the tariff "
            "rate instead.",
            ("monthly",),
            (("index", "year"),),
        ),
        Section(
            "share",
            "Share of trade",
            f"{group} products over all trade. Whiskers show how far the share would move if some labels were "
            f"wrong: labels are {drawn}.",
            ("share", "share-by-month"),
            (("share", "year"), ("share", "month")),
        ),
        Section(
            "products",
            "Products",
            f"What {group} trade is made of, and the largest {group} codes.",
            ("categories", "top-products"),
            (("summary", "year"), ("top", "year")),
        ),
        Section(
            "partners",
            "Sources and destinations",
            f"{group} imports by country of origin and {group} exports by destination, "
            "in percent of those of all partners in the data, overall and within each category.",
            ("countries", "growth"),
            (("countries", "year"), ("country-categories", "year"), ("growth", "year")),
        ),
        Section(
            "tariffs",
            "Tariffs",
            "The effective tariff rate is calculated duty over customs value. Where the duty of a "
            "flow is unknown, its value is left out.",
            ("tariffs",),
            (("tariffs", "year"),),
        ),
        Section(
            "exemptions",
            "Exemptions",
            "How much of each kind of import is on a tariff exemption list.",
            ("exemptions",),
            (("exemptions", "year"),),
        ),
        Section(
            "balance",
            "Balance without the boom",
            f"Had {group} trade only grown like {reference} trade since the base year, "
            "imports and exports apart, the balance would be the actual one plus the excess imports, less the excess "
            "exports.",
            ("balance", "balance-by-month"),
            (("counterfactual", "year"),),
        ),
    )
