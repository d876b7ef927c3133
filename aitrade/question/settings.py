"""Settings of a question: defaults of models and tables."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Without:
    """Columns beside the counted levels: their trade without some categories.

    Attributes:
        name: what is left out, as columns name it ("compute").
        categories: the categories that are left out.
    """

    name: str
    categories: tuple[str, ...]


@dataclass(frozen=True)
class Settings:
    """Defaults of models and tables.

    Attributes:
        model: ``BASE`` or ``BASE+ADAPTER`` that classifies where no other is named.
        embedder: ``BASE`` or ``BASE+ADAPTER`` that finds the exemplars near a code.
        excluded_chapters: HS2 chapters that every table drops.
        base_year: the year that indices, changes and the counterfactual start from.
        without: what the index shows the counted levels without.
    """

    model: str
    embedder: str
    excluded_chapters: tuple[str, ...] = ()
    base_year: int | None = None
    without: tuple[Without, ...] = ()
