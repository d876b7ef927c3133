"""How far raters agree: shares and kappa, over all levels and by each."""

from collections import Counter
from collections.abc import Sequence

from aitrade.core.table import Column, Table, Value
from aitrade.evaluation.gold.importing import GoldReceipt, rater_pairs
from aitrade.question.agreement import Agreement
from aitrade.question.labels import LabelSpace
from aitrade.workspace.gold import GoldLabel

_COLUMNS = (
    Column("raters", "Raters"),
    Column("level", "Level"),
    Column("codes", "Codes", "count"),
    Column("first", "First says so", "count"),
    Column("second", "Second says so", "count"),
    Column("agreement", "Agreement", "ratio"),
    Column("kappa", "Kappa", "ratio"),
)


def rater_agreement(receipt: GoldReceipt, space: LabelSpace) -> Table:
    """A row for every pair of raters over all levels, and one for each level against the others.

    Kappa is Cohen's (1960): agreement beyond what the shares of each level would give by chance.
    """
    rows: list[tuple[Value, ...]] = []
    for first, second in rater_pairs(receipt):
        cells = _cells(receipt.labels, first, second)
        both = Agreement(space, cells)
        rows.append((f"{first}, {second}", "all", both.total, both.total, both.total, both.accuracy, both.kappa))
        for level in space.levels:
            one, other = both.of_reference[level], both.of_run[level]
            alike = both.total - one - other + 2 * both.cell(level, level)
            chance = one * other + (both.total - one) * (both.total - other)
            possible = both.total**2 - chance
            kappa = (both.total * alike - chance) / possible if possible else None
            rows.append(
                (f"{first}, {second}", level, both.total, one, other, alike / both.total if both.total else None, kappa)
            )
    return Table("raters", "How far the raters of the gold sample agree", _COLUMNS, tuple(rows))


def _cells(labels: Sequence[GoldLabel], first: str, second: str) -> dict[tuple[str, str], int]:
    said = {(label.hs10, label.rater): label.relevance for label in labels}
    codes = {label.hs10 for label in labels}
    pairs = [(said.get((hs10, first)), said.get((hs10, second))) for hs10 in codes]
    return dict(Counter((one, other) for one, other in pairs if one and other))
