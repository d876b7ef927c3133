"""How many of the hand labels a run got right, and which of those that it did not weigh most."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from aitrade.core.sql import query
from aitrade.core.table import Column, Table
from aitrade.question.agreement import Agreement
from aitrade.question.question import SHIPPED, load_question

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

SQL = Path(__file__).parent


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


def read_judged(con: "DuckDBPyConnection", run: str, truth: str) -> list[Judged]:
    """The codes that both runs label, those with the largest trade first."""
    return [Judged(*row) for row in query(con, SQL, "agreement", run=run, truth=truth)]


def agreement(judged: Sequence[Judged]) -> str:
    """What a run got right, in two sentences."""
    both = Agreement(load_question(SHIPPED).labels, Counter((j.relevance, j.said_relevance) for j in judged))
    whole = sum((j.said_relevance, j.said_category) == (j.relevance, j.category) for j in judged)
    high, said, found = both.of_reference["High"], both.of_run["High"], both.cell("High", "High")
    return (
        f"The model got the relevance of {both.alike} of {both.total} hand-labelled codes right "
        f"({_percent(both.alike, both.total)}), and relevance and category of {whole}.\n"
        f"Of {said} codes that it called High, {found} are (precision {_percent(found, said)}); "
        f"of {high} that are, it found {found} (recall {_percent(found, high)})."
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


def _percent(part: int, whole: int) -> str:
    return f"{100 * part / whole:.1f}%" if whole else "none"
