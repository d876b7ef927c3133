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
    """Weight of the codes by (level in the reference, level in the run).

    Weights are whole, numbers of codes or dollars, so that figures do not depend on the order of sums. Every figure is
    None where nothing has weight; a ratio without a denominator is 0, as is usual for F1.

    Attributes:
        labels: the label space of both.
        cells: weights; a pair that is not there has none.
        same_category: weight of the codes that both give a counted level and put into the same category.
    """

    labels: LabelSpace
    cells: Mapping[tuple[str, str], int]
    same_category: int = 0

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
    def counted_precision(self) -> float | None:
        """Share of what the run counts that the reference counts; all counted levels are taken together."""
        return self._ratio(self._both_counted, self.counted(self.of_run))

    @property
    def counted_recall(self) -> float | None:
        """Share of what the reference counts that the run counts."""
        return self._ratio(self._both_counted, self.counted(self.of_reference))

    @property
    def counted_f1(self) -> float | None:
        """Harmonic mean of precision and recall of the counted levels."""
        return self._ratio(2 * self._both_counted, self.counted(self.of_reference) + self.counted(self.of_run))

    @property
    def counted_same_category(self) -> float | None:
        """Share with the same category among what both count; None where they count nothing together."""
        return self.same_category / self._both_counted if self._both_counted else None

    def counted(self, weights: Mapping[str, int]) -> int:
        """Sum weights by level over the counted levels."""
        return sum(weights[level] for level in self.labels.counted)

    @property
    def _both_counted(self) -> int:
        return sum(self.cell(true, said) for true, said in product(self.labels.counted, self.labels.counted))

    def _f1(self, level: str) -> float | None:
        return self._ratio(2 * self.cell(level, level), self.of_reference[level] + self.of_run[level])

    def _ratio(self, part: int, whole: int) -> float | None:
        if not self.total:
            return None
        return part / whole if whole else 0.0
