"""The label space of a question: its levels, their roles, and its categories."""

from dataclasses import dataclass
from functools import cached_property
from typing import Any, Literal


@dataclass(frozen=True)
class LabelSpace:
    """The labels that a question knows; calibrations, adapters and runs carry the label space they were made for.

    Attributes:
        levels: names of the levels, most relevant first; two or more.
        counted: the levels whose trade is reported, in the order of ``levels``.
        reference: the level that growth is compared with and that log-odds are against; its codes have no category.
        categories: names of the categories that codes of the other levels have; empty where the question has none.
        reference_category: what stands in the category column of a code of the reference level; may be empty.
    """

    levels: tuple[str, ...]
    counted: tuple[str, ...]
    reference: str
    categories: tuple[str, ...] = ()
    reference_category: str = ""

    @cached_property
    def others(self) -> tuple[str, ...]:
        """The levels other than the reference, in their order: each has a log-odds feature against the reference."""
        return tuple(level for level in self.levels if level != self.reference)

    @cached_property
    def all_categories(self) -> tuple[str, ...]:
        """Every name that may stand in a category column."""
        last = (self.reference_category,) if self.reference_category else ()
        return (*self.categories, *last)

    @property
    def names(self) -> list[str]:
        """All that models are asked for, in the order of their scores: levels, then categories."""
        return [*self.levels, *self.categories]

    @property
    def reference_index(self) -> int:
        """Position of the reference level among ``levels``."""
        return self.levels.index(self.reference)

    def position(self, level: str) -> int:
        """Position of a level among ``levels``."""
        return self.levels.index(level)

    def role(self, level: str) -> Literal["counted", "between", "reference"]:
        """What a level is to the tables; one that counts and is the reference as well counts."""
        if level in self.counted:
            return "counted"
        return "reference" if level == self.reference else "between"

    def wrong(self, level: str, category: str) -> str | None:
        """Say what is wrong with a label, or None: an unknown name, or a category that does not fit the level."""
        if level not in self.levels:
            return f"relevance {level!r} is not one of {', '.join(self.levels)}"
        if not self.categories:
            return f"category {category!r} is given, but the question has no categories" if category else None
        if category not in (*self.all_categories, self.reference_category):
            return f"category {category!r} is not one of {', '.join(self.all_categories)}"
        if (level == self.reference) != (category == self.reference_category):
            given = f"category {category}" if category else "no category"
            of_reference = self.reference_category or "without a category"
            return (
                f"relevance {level} does not go with {given}: {self.reference} codes, and only they, are {of_reference}"
            )
        return None


def labels_from_json(raw: dict[str, Any]) -> LabelSpace:
    """Read a label space from its fields as JSON holds them."""
    return LabelSpace(
        tuple(raw["levels"]),
        tuple(raw["counted"]),
        raw["reference"],
        tuple(raw["categories"]),
        raw["reference_category"],
    )
