"""What can be asked of a table."""

import re
from dataclasses import dataclass, replace

from aitrade.core.errors import UsageError
from aitrade.core.wording import offer, slug
from aitrade.nomenclature.codes import FLOWS
from aitrade.question.question import Question


@dataclass(frozen=True)
class Options:
    """Options of a table.

    Args:
        flow: imports or exports.
        run: the run whose labels are used; None: the default one.
        years: years shown; none: those in the data from the base year on.
        base_year: the year that indices, changes and the counterfactual start from; None: the question's.
        relevances: the levels that count as one, by name in any case, each by itself or several with commas between
            them; none: those that the question counts. The paper's robustness check adds Medium to High.
        excluded_chapters: HS2 chapters dropped everywhere; None: the question's.
        denominator: what shares of countries are shares of: the world, or the paper's thirty countries.
        countries: Census codes or names; rows of the tables by country, the only partners of the others.
        top: how many codes or countries; None: the table's own number; 0: all.
        by: year or month; None: the table's own.
        interval: adds intervals of this many percent, from the label probabilities or, with ``gold``, from gold.
        label_error: percent of the labels by hand that are taken to be wrong in intervals; None: as the question's near
            twins say.
        gold: whether figures are corrected by the gold sample; its intervals are of 95 percent by themselves.
        lists: exemption lists; none: all.
        real: a deflator by which trade is in dollars of the base year; None: as it was paid.
        chained: whether growth is real by a Fisher quantity index of each two years, over the groups of ``real``.
        sa: whether monthly series are seasonally adjusted, over the years asked for, else all in the data.

    Raises:
        UsageError: an option has a value that cannot be meant.
    """

    flow: str = "imports"
    run: str | None = None
    years: tuple[int, ...] = ()
    base_year: int | None = None
    relevances: tuple[str, ...] = ()
    excluded_chapters: tuple[str, ...] | None = None
    denominator: str = "world"
    countries: tuple[str, ...] = ()
    top: int | None = None
    by: str | None = None
    interval: float | None = None
    label_error: float | None = None
    gold: bool = False
    lists: tuple[str, ...] = ()
    real: str | None = None
    chained: bool = False
    sa: bool = False

    def __post_init__(self) -> None:
        """Refuse what cannot be meant, and put years in their order."""
        _one_of("flow", self.flow, FLOWS)
        _one_of("denominator", self.denominator, ("world", "paper"))
        if self.by is not None:
            _one_of("by", self.by, ("year", "month"))
        for chapter in self.excluded_chapters or ():
            if not re.fullmatch("[0-9]{2}", chapter):
                raise UsageError(f"chapter {chapter!r} is not two digits", fix="write such as 27,71")
        if self.top is not None and self.top < 0:
            raise UsageError(f"top {self.top} is negative", fix="0 shows all")
        if self.interval is not None and not 0 < self.interval < 100:
            raise UsageError(f"an interval of {self.interval:g} percent", fix="choose one such as 90")
        if self.label_error is not None and not 0 <= self.label_error < 100:
            raise UsageError(f"a label error of {self.label_error:g} percent", fix="choose one such as 5")
        if self.chained and self.real is None:
            raise UsageError("chained growth needs the prices of a deflator", fix="name one by real (--real NAME)")
        object.__setattr__(self, "years", tuple(sorted(set(self.years))))

    def of_question(self, question: Question) -> "Options":
        """The same with the question's settings where nothing else was asked for, and levels by the question's names.

        Raises:
            UsageError: a level that the question does not have.
        """
        labels, settings = question.labels, question.settings
        wanted = {level for text in self.relevances for level in _levels(text, question)} or set(labels.counted)
        return replace(
            self,
            relevances=tuple(level for level in labels.levels if level in wanted),
            base_year=settings.base_year if self.base_year is None else self.base_year,
            excluded_chapters=settings.excluded_chapters if self.excluded_chapters is None else self.excluded_chapters,
        )

    @property
    def group(self) -> str:
        """Name of what the counted levels are together: ``High`` or ``High+Medium``."""
        return "+".join(self.relevances)


def _levels(text: str, question: Question) -> list[str]:
    """The levels that a text names with commas between them; a name may hold commas itself.

    Raises:
        UsageError: a part of it is no level of the question.
    """
    by_slug = {slug(level): level for level in question.labels.levels}
    parts, chosen = text.split(","), []
    while parts:
        ends = (n for n in range(len(parts), 0, -1) if slug(",".join(parts[:n])) in by_slug)
        if (end := next(ends, None)) is None:
            raise UsageError(
                f"there is no level {parts[0].strip()!r} in question {question.name}",
                fix=offer(parts[0].strip(), question.labels.levels),
            )
        chosen.append(by_slug[slug(",".join(parts[:end]))])
        parts = parts[end:]
    return chosen


def _one_of(name: str, value: str, allowed: tuple[str, ...]) -> None:
    if value not in allowed:
        raise UsageError(f"there is no {name} {value!r}", fix=offer(value, allowed))
