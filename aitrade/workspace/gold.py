"""Gold samples in the workspace: the frame with its design, what raters said, and how often it was scored."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from aitrade.core.errors import BadInputError
from aitrade.workspace.database import transaction
from aitrade.workspace.rows import offered

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

DECIDED = "decided"
"""The rater under whose name decisions about disagreements are kept."""

_NO_SAMPLE = "draw one: aitrade gold draw --size 200 -o gold.xlsx"


@dataclass(frozen=True)
class Sample:
    """A gold sample as the workspace holds it.

    Attributes:
        name: the hash of its design.
        flow: imports or exports.
        design: run, year, seed, strata and raters, as kept in ``gold/design.toml``.
        drawn_at: when it was drawn.
        scored: how often a run was measured against it.
    """

    name: str
    flow: str
    design: dict[str, Any]
    drawn_at: datetime
    scored: int


@dataclass(frozen=True)
class FrameCode:
    """A code that could be drawn: its stratum's place, its dollars, its probability, and whether it was drawn."""

    hs10: str
    stratum: int
    size: int
    probability: float
    drawn: bool


@dataclass(frozen=True)
class GoldLabel:
    """What a rater says of a code."""

    hs10: str
    rater: str
    relevance: str
    category: str
    reason: str
    rated_on: date


def find_sample(con: "DuckDBPyConnection", flow: str) -> Sample | None:
    """The gold sample of a flow that was drawn last, or None."""
    row = con.execute(
        "SELECT sample, flow, design, drawn_at, scored FROM gold_samples WHERE flow = ? ORDER BY drawn_at DESC LIMIT 1",
        [flow],
    ).fetchone()
    return Sample(row[0], row[1], json.loads(row[2]), *row[3:]) if row else None


def require_sample(con: "DuckDBPyConnection", flow: str) -> Sample:
    """The gold sample of a flow that was drawn last.

    Raises:
        BadInputError: none was drawn.
    """
    found = find_sample(con, flow)
    if found is None:
        raise BadInputError(f"the workspace holds no gold sample of {flow}", fix=_NO_SAMPLE)
    return found


def keep_sample(
    con: "DuckDBPyConnection", name: str, flow: str, design: dict[str, Any], frame: Sequence[FrameCode]
) -> None:
    """Keep a sample in place of the one that the flow had, with everything that was said of that one."""
    columns = {field: [getattr(code, field) for code in frame] for field in FrameCode.__dataclass_fields__}
    columns["drawn"] = [int(code.drawn) for code in frame]
    with transaction(con), offered(con, "offered_frame", columns):
        for table in ("gold_codes", "gold_labels"):
            con.execute(f"DELETE FROM {table} WHERE sample IN (SELECT sample FROM gold_samples WHERE flow = ?)", [flow])  # noqa: S608
        con.execute("DELETE FROM gold_samples WHERE flow = ?", [flow])
        con.execute("INSERT INTO gold_samples VALUES (?, ?, ?, now()::TIMESTAMP, 0)", [name, flow, json.dumps(design)])
        con.execute(
            "INSERT INTO gold_codes SELECT ?, hs10, stratum, size, probability, drawn = 1 FROM offered_frame", [name]
        )


def read_frame(con: "DuckDBPyConnection", sample: str) -> list[FrameCode]:
    """The codes of a sample's frame, in the order of their digits."""
    rows = con.execute(
        "SELECT hs10, stratum, size, probability, drawn FROM gold_codes WHERE sample = ? ORDER BY hs10", [sample]
    ).fetchall()
    return [FrameCode(*row) for row in rows]


def keep_labels(con: "DuckDBPyConnection", sample: str, labels: Sequence[GoldLabel]) -> None:
    """Keep what raters said in place of what the sample had."""
    with transaction(con):
        con.execute("DELETE FROM gold_labels WHERE sample = ?", [sample])
        con.executemany(
            "INSERT INTO gold_labels VALUES (?, ?, ?, ?, ?, ?, ?)",
            [
                [sample, label.hs10, label.rater, label.relevance, label.category, label.reason, label.rated_on]
                for label in labels
            ],
        )


def read_gold_labels(con: "DuckDBPyConnection", sample: str) -> list[GoldLabel]:
    """Every label of a sample, by code and rater."""
    rows = con.execute(
        "SELECT hs10, rater, relevance, category, reason, rated_on FROM gold_labels WHERE sample = ? "
        "ORDER BY hs10, rater",
        [sample],
    ).fetchall()
    return [GoldLabel(*row) for row in rows]


def final_labels(labels: Sequence[GoldLabel]) -> dict[str, tuple[str, str]]:
    """Level and category of each code that raters agree on, or that was decided."""
    by_code: dict[str, list[GoldLabel]] = {}
    for label in labels:
        by_code.setdefault(label.hs10, []).append(label)
    final = {}
    for hs10, said in by_code.items():
        decided = {(one.relevance, one.category) for one in said if one.rater == DECIDED}
        agreed = decided or {(one.relevance, one.category) for one in said}
        if len(agreed) == 1:
            (final[hs10],) = agreed
    return final


def require_gold(con: "DuckDBPyConnection", sample: Sample) -> dict[str, tuple[str, str]]:
    """Level and category of every code of the sample.

    Raises:
        BadInputError: a code has no label yet, or raters differ on it and nothing was decided.
    """
    final = final_labels(read_gold_labels(con, sample.name))
    drawn = [code.hs10 for code in read_frame(con, sample.name) if code.drawn]
    missing = [hs10 for hs10 in drawn if hs10 not in final]
    if missing:
        raise BadInputError(
            f"{len(missing):,} of {len(drawn):,} codes of the gold sample have no final label, such as {missing[0]}",
            fix="fill in the workbook and take it back: aitrade gold import gold.xlsx",
        )
    return final


def count_scoring(con: "DuckDBPyConnection", sample: str) -> int:
    """Count that a run was measured against a sample; returns how often that has happened."""
    con.execute("UPDATE gold_samples SET scored = scored + 1 WHERE sample = ?", [sample])
    row = con.execute("SELECT scored FROM gold_samples WHERE sample = ?", [sample]).fetchone()
    return int(row[0]) if row else 0
