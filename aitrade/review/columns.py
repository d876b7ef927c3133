"""The columns of a review file: what the run says, what the reviewer fills in, and the run that it is of."""

from aitrade.core.table import Column

GIVEN = (
    Column("hs10", "hs10"),
    Column("flow", "flow"),
    Column("description", "description", "prose"),
    Column("relevance", "relevance"),
    Column("category", "category"),
    Column("p_high", "p_high", "ratio"),
    Column("p_medium", "p_medium", "ratio"),
    Column("p_low", "p_low", "ratio"),
    Column("value_B", "value_B", "billions"),
)
FILLED_IN = (
    Column("new_relevance", "new_relevance"),
    Column("new_category", "new_category"),
    Column("reason", "reason"),
)
RUN = Column("run", "run")
COLUMNS = (*GIVEN, *FILLED_IN, RUN)
NEEDED = ("hs10", "flow", *(column.name for column in FILLED_IN), "run")
