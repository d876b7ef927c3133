"""What can be asked of a table."""

import re
from dataclasses import dataclass

from aitrade.core.errors import UsageError
from aitrade.nomenclature.codes import FLOWS
from aitrade.question.rubric import RELEVANCES

EXCLUDED_CHAPTERS = ("27", "71", "98", "99")


@dataclass(frozen=True)
class Options:
    """Options of a table.

    Args:
        flow: imports or exports.
        run: the run whose labels are used; None: the latest finished one.
        years: years shown; none: those in the data from the base year on.
        base_year: the year that indices, changes and the counterfactual start from.
        relevances: what counts as related to AI data centers; the paper's robustness check adds Medium to High.
        excluded_chapters: HS2 chapters dropped everywhere.
        denominator: what shares of countries are shares of: the world, or the paper's thirty countries.
        countries: Census codes or names; rows of the tables by country, the only partners of the others.
        top: how many codes or countries; None: the table's own number; 0: all.
        by: year or month; None: the table's own.
        interval: adds intervals of this many percent from the label probabilities.
        lists: exemption lists; none: all.

    Raises:
        UsageError: an option has a value that cannot be meant.
    """

    flow: str = "imports"
    run: str | None = None
    years: tuple[int, ...] = ()
    base_year: int = 2023
    relevances: tuple[str, ...] = ("High",)
    excluded_chapters: tuple[str, ...] = EXCLUDED_CHAPTERS
    denominator: str = "world"
    countries: tuple[str, ...] = ()
    top: int | None = None
    by: str | None = None
    interval: float | None = None
    lists: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        """Refuse what cannot be meant, and put relevances and years in their order."""
        _one_of("flow", self.flow, FLOWS)
        _one_of("denominator", self.denominator, ("world", "paper"))
        if self.by is not None:
            _one_of("by", self.by, ("year", "month"))
        for relevance in self.relevances:
            _one_of("relevance", relevance, RELEVANCES)
        if not self.relevances:
            raise UsageError("no relevance is chosen", fix="--relevance high")
        for chapter in self.excluded_chapters:
            if not re.fullmatch("[0-9]{2}", chapter):
                raise UsageError(f"chapter {chapter!r} is not two digits", fix="--exclude-chapters 27,71,98,99")
        if self.top is not None and self.top < 0:
            raise UsageError(f"-n {self.top} is negative", fix="-n 0 shows all")
        if self.interval is not None and not 0 < self.interval < 100:
            raise UsageError(f"an interval of {self.interval:g} percent", fix="--interval 90")
        object.__setattr__(self, "relevances", tuple(r for r in RELEVANCES if r in self.relevances))
        object.__setattr__(self, "years", tuple(sorted(set(self.years))))

    @property
    def group(self) -> str:
        """Name of what the chosen relevances are counted as: ``High`` or ``High+Medium``."""
        return "+".join(self.relevances)


def _one_of(name: str, value: str, allowed: tuple[str, ...]) -> None:
    if value not in allowed:
        raise UsageError(f"{name} {value!r} is not one there is", fix=f"choose from {', '.join(allowed)}")
