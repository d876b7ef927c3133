"""How a run agrees with a reference: what each says of the same codes, counted or weighted, and figures of it."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from itertools import product

from aitrade.question.labels import LabelSpace


def level_pairs(labels: LabelSpace) -> tuple[tuple[str, str], ...]:
    """List every pair of levels: (in the reference, in the run)."""
    return tuple(product(labels.levels, labels.levels))


@dataclass(frozen=True)
class Agreement:
    """Weight of the codes by (relevance in the reference, relevance in the run).

    Weights are whole, numbers of codes or dollars, so that figures do not depend on the order of sums. Every figure is
    None where nothing has weight; a ratio without a denominator is 0, as is usual for F1.

    Attributes:
        labels: the label space of both.
        cells: weights; a pair that is not there has none.
        same_category: weight of the codes that both count and put into the same category.
    """

    labels: LabelSpace
    cells: Mapping[tuple[str, str], int]
    same_category: int = 0

    @property
    def pairs(self) -> tuple[tuple[str, str], ...]:
        """Every pair of levels, (in the reference, in the run)."""
        return level_pairs(self.labels)

    @cached_property
    def total(self) -> int:
        """Weight of all codes."""
        return sum(self.cells.values())

    @cached_property
    def of_reference(self) -> dict[str, int]:
        """Weight of each level in the reference."""
        return {level: sum(self.cell(level, said) for said in self.labels.levels) for level in self.labels.levels}

    @cached_property
    def of_run(self) -> dict[str, int]:
        """Weight of each level in the run."""
        return {level: sum(self.cell(true, level) for true in self.labels.levels) for level in self.labels.levels}

    def cell(self, reference: str, run: str) -> int:
        """Weight of the codes that have one level in the reference, and one in the run."""
        return self.cells.get((reference, run), 0)

    @property
    def alike(self) -> int:
        """Weight of the codes with the same level in both."""
        return sum(self.cell(level, level) for level in self.labels.levels)

    @property
    def accuracy(self) -> float | None:
        """Share of the weight that is :attr:`alike`."""
        return self._ratio(self.alike, self.total)

    @property
    def kappa(self) -> float | None:
        """Cohen's kappa (1960): agreement beyond what the two shares of each level would give by chance."""
        by_chance = sum(self.of_reference[level] * self.of_run[level] for level in self.labels.levels)
        return self._ratio(self.total * self.alike - by_chance, self.total**2 - by_chance)

    @property
    def macro_f1(self) -> float | None:
        """Mean of the levels' F1; a level that neither uses counts as 0."""
        scores = [self._f1(level) for level in self.labels.levels]
        return sum(score or 0.0 for score in scores) / len(scores) if self.total else None

    @property
    def counted_in_reference(self) -> int:
        """Weight of what the reference counts."""
        return sum(self.of_reference[level] for level in self.labels.counted)

    @property
    def counted_in_run(self) -> int:
        """Weight of what the run counts."""
        return sum(self.of_run[level] for level in self.labels.counted)

    @property
    def counted_in_both(self) -> int:
        """Weight of what both count."""
        return sum(self.cell(true, said) for true in self.labels.counted for said in self.labels.counted)

    @property
    def precision(self) -> float | None:
        """Share of what the run counts that the reference counts."""
        return self._ratio(self.counted_in_both, self.counted_in_run)

    @property
    def recall(self) -> float | None:
        """Share of what the reference counts that the run counts."""
        return self._ratio(self.counted_in_both, self.counted_in_reference)

    @property
    def f1(self) -> float | None:
        """Harmonic mean of precision and recall of the counted levels."""
        return self._ratio(2 * self.counted_in_both, self.counted_in_reference + self.counted_in_run)

    @property
    def category_agreement(self) -> float | None:
        """Share with the same category among what both count; None where they count nothing together."""
        return self.same_category / self.counted_in_both if self.counted_in_both else None

    def _f1(self, level: str) -> float | None:
        return self._ratio(2 * self.cell(level, level), self.of_reference[level] + self.of_run[level])

    def _ratio(self, part: int, whole: int) -> float | None:
        if not self.total:
            return None
        return part / whole if whole else 0.0
