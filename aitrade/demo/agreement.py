"""How many of the hand labels a run got right, and which of those that it did not weigh most."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from aitrade.table import Column, Table

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

SQL = Path(__file__).parent / "agreement.sql"


@dataclass(frozen=True)
class Judged:
    """A code with its hand label, a run's label, and its trade in the last year, in billion dollars."""

    flow: str
    hs10: str
    description: str
    relevance: str
    category: str
    said_relevance: str
    said_category: str
    value: float

    @property
    def right(self) -> bool:
        """Whether it counts in the right line of the summary: relevance, and for High the category."""
        same = self.said_relevance == self.relevance
        return same and (self.relevance != "High" or self.said_category == self.category)


@dataclass(frozen=True)
class Agreement:
    """Counts of a comparison with the hand labels; a ratio is None where its denominator is 0."""

    codes: int
    relevance_right: int
    category_right: int
    high: int
    said_high: int
    high_right: int

    @property
    def accuracy(self) -> float | None:
        """Share of the codes whose relevance is right."""
        return _ratio(self.relevance_right, self.codes)

    @property
    def precision(self) -> float | None:
        """Share of what the run calls High that is High."""
        return _ratio(self.high_right, self.said_high)

    @property
    def recall(self) -> float | None:
        """Share of what is High that the run calls High."""
        return _ratio(self.high_right, self.high)

    def __str__(self) -> str:
        return (
            f"The model got the relevance of {self.relevance_right} of {self.codes} hand-labelled codes right "
            f"({_percent(self.accuracy)}), and relevance and category of {self.category_right}.\n"
            f"Of {self.said_high} codes that it called High, {self.high_right} are (precision "
            f"{_percent(self.precision)}); of {self.high} that are, it found {self.high_right} (recall "
            f"{_percent(self.recall)})."
        )


def read_judged(con: "DuckDBPyConnection", run: str, truth: str) -> list[Judged]:
    """The codes that both runs label, those with the largest trade first."""
    return [Judged(*row) for row in con.execute(SQL.read_text("utf-8"), {"run": run, "truth": truth}).fetchall()]


def agreement(judged: Sequence[Judged]) -> Agreement:
    """Count what a run got right."""
    return Agreement(
        codes=len(judged),
        relevance_right=sum(j.said_relevance == j.relevance for j in judged),
        category_right=sum((j.said_relevance, j.said_category) == (j.relevance, j.category) for j in judged),
        high=sum(j.relevance == "High" for j in judged),
        said_high=sum(j.said_relevance == "High" for j in judged),
        high_right=sum(j.relevance == j.said_relevance == "High" for j in judged),
    )


def missed(judged: Sequence[Judged], count: int) -> Table:
    """The codes that stand in the wrong line of the summary and have the most trade."""
    wrong = sorted((j for j in judged if not j.right), key=lambda j: -j.value)
    return Table(
        "missed",
        f"What moves the summary most: the {min(count, len(wrong))} largest of {len(wrong)} codes in a wrong line",
        (
            Column("hs10", "Code"),
            Column("flow", "Flow"),
            Column("description", "Description", "prose"),
            Column("value", "Last year", "billions"),
            Column("label", "By hand"),
            Column("said", "The model"),
        ),
        tuple(
            (
                j.hs10,
                j.flow,
                j.description,
                j.value,
                f"{j.relevance} {j.category}",
                f"{j.said_relevance} {j.said_category}",
            )
            for j in wrong[:count]
        ),
        ("billion dollars; values of single codes are made up",),
    )


def _ratio(part: int, whole: int) -> float | None:
    return part / whole if whole else None


def _percent(ratio: float | None) -> str:
    return "none" if ratio is None else f"{100 * ratio:.1f}%"
