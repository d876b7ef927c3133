"""The columns of a review file: what the run says and why, what the reviewer fills in, and the run that it is of."""

from aitrade.core.table import Column
from aitrade.question.labels import LabelSpace
from aitrade.workspace.predictions import probability_columns

_LABEL = (
    Column("hs10", "hs10"),
    Column("flow", "flow"),
    Column("description", "description", "prose"),
    Column("relevance", "relevance"),
    Column("category", "category"),
)
FILLED_IN = (
    Column("new_relevance", "new_relevance"),
    Column("new_category", "new_category"),
    Column("reason", "reason"),
)
CONTEXT = (
    Column("heading", "heading", "prose"),
    Column("neighbours", "neighbours", "prose"),
    Column("rationale", "rationale", "prose"),
)
RUN = Column("run", "run")
NEEDED = ("hs10", "flow", *(column.name for column in FILLED_IN), "run")


def given_columns(labels: LabelSpace) -> tuple[Column, ...]:
    """The columns that say what the run says, with a probability for each level."""
    chances = tuple(Column(name, name, "ratio") for name in probability_columns(labels))
    return (*_LABEL, *chances, Column("value_B", "value_B", "billions"))


def review_columns(labels: LabelSpace) -> tuple[Column, ...]:
    """Every column of a review file."""
    return (*given_columns(labels), *CONTEXT, *FILLED_IN, RUN)
