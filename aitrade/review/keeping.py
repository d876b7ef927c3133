"""A filled review becomes a run of kind ``labels``: its base run with the reviewed codes replaced."""

import hashlib
import json
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from aitrade.core.errors import BadInputError, UsageError, at
from aitrade.question.rubric import NOT_RELATED
from aitrade.review.filled import Filled, Review, read_filled
from aitrade.workspace.database import transaction
from aitrade.workspace.label_runs import check_name, put_run
from aitrade.workspace.questions import question_of_run
from aitrade.workspace.rows import offered
from aitrade.workspace.runs import Run, get_run, list_runs

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

_SQL = Path(__file__).parent / "sql" / "reviewed.sql"
_BASE = "SELECT flow, hs10, relevance, category, evidence FROM predictions JOIN offered_codes USING (flow, hs10)"


@dataclass(frozen=True)
class ReviewReceipt:
    """What an import of a review did.

    Attributes:
        labels: how many the new run has.
        reviewed, changed: how many of them are the reviewer's, and how many of these are not what the base run says.
        unfinished: rows that were left out: a new category or a reason, but no new relevance.
        replaced: how many labels the run had that had the name before.
    """

    run: str
    path: str
    base: str
    labels: int
    reviewed: int
    changed: int
    unfinished: tuple[int, ...]
    replaced: int

    def __str__(self) -> str:
        text = (
            f"{self.path}: {self.reviewed:,} labels of run {self.base} reviewed, {self.changed:,} of them changed: "
            f"run {self.run} with {self.labels:,} labels"
        )
        if self.unfinished:
            rows = ", ".join(map(str, self.unfinished[:10])) + (" ..." if len(self.unfinished) > 10 else "")
            text += f"; left out, because new_relevance is empty: {len(self.unfinished):,} rows ({rows})"
        return text + (f"; replaced {self.replaced:,} labels of the run that had this name" if self.replaced else "")


def import_review(
    con: "DuckDBPyConnection", path: Path, name: str, *, pad: bool = False, replace: bool = False
) -> ReviewReceipt:
    """Make the run ``name`` from a filled review, in one transaction.

    A reviewed label has source ``human`` and probabilities 1 and 0; its evidence keeps the base run's, the reason (as
    ``rationale``), and what the base run said (as ``reviewed``).

    Raises:
        UsageError: the name cannot name a run, or is that of the run that was reviewed.
        BadInputError: the name is taken and ``replace`` is off, the base run is missing, unfinished or lacks a reviewed
            code, a High or Medium code has no category, or see ``read_filled``; nothing is kept.
    """
    check_name(con, name, replace=replace)
    filled = read_filled(path, pad=pad)
    base = _base(con, filled)
    if base.run == name:
        raise UsageError(f"run {name} is the one that was reviewed", fix="choose another --name")
    rows = _rows(con, filled, base.run)
    fingerprint = hashlib.sha256(f"{base.fingerprint}\n{filled.sha256}".encode()).hexdigest()
    settings = {
        "file": path.name,
        "sha256": filled.sha256,
        "base": base.run,
        "base_fingerprint": base.fingerprint,
        "reviewed": len(rows),
    }
    question = question_of_run(con, base.run)
    columns = {column: [row[column] for row in rows] for column in rows[0]}
    with transaction(con):
        replaced = put_run(con, name, fingerprint, settings, base.predictions, question)
        with offered(con, "offered_reviews", columns):
            con.execute(
                _SQL.read_text("utf-8"), {"name": name, "base": base.run, "levels": list(question.labels.levels)}
            )
    return ReviewReceipt(
        run=name,
        path=str(path),
        base=base.run,
        labels=base.predictions,
        reviewed=len(rows),
        changed=sum(bool(row["changed"]) for row in rows),
        unfinished=filled.unfinished,
        replaced=replaced,
    )


def _base(con: "DuckDBPyConnection", filled: Filled) -> Run:
    where = f"{filled.where}, column run"
    if filled.run not in {run.run for run in list_runs(con)}:
        raise BadInputError(f"there is no run {filled.run}", where=where, fix="see: aitrade runs list")
    base = get_run(con, filled.run)
    if not base.finished:
        raise BadInputError(f"run {base.run} is not finished", where=where, fix=f"aitrade runs resume {base.run}")
    return base


def _rows(con: "DuckDBPyConnection", filled: Filled, base: str) -> list[dict[str, Any]]:
    """The reviewed codes as they are kept."""
    codes = {field: [getattr(review, field) for review in filled.reviews] for field in ("flow", "hs10")}
    with offered(con, "offered_codes", codes):
        said = {(flow, hs10): rest for flow, hs10, *rest in con.execute(f"{_BASE} WHERE run = ?", [base]).fetchall()}
    rows = []
    for review in filled.reviews:
        before = said.get((review.flow, review.hs10))
        if before is None:
            raise BadInputError(
                f"run {base} says nothing of {review.flow} code {review.hs10}",
                where=at(filled.where, review.line, "hs10"),
                fix="review the codes that aitrade review export wrote",
            )
        rows.append(_row(review, base, *before, where=at(filled.where, review.line, "new_category")))
    return rows


def _row(review: Review, base: str, relevance: str, category: str, raw: str | None, *, where: str) -> dict[str, Any]:
    new = review.category or category
    if review.relevance != "Low" and new == NOT_RELATED:
        raise BadInputError(
            f"a {review.relevance} code needs a category, and run {base} has none for {review.hs10}",
            where=where,
            fix="fill in new_category",
        )
    evidence = (json.loads(raw) if raw else {}) | {
        "reviewed": {"run": base, "relevance": relevance, "category": category}
    }
    evidence.pop("rationale", None)  # the base run's, which was for another label
    if review.reason:
        evidence["rationale"] = review.reason
    return {
        "flow": review.flow,
        "hs10": review.hs10,
        "relevance": review.relevance,
        "category": new,
        "evidence": json.dumps(evidence),
        "changed": int((review.relevance, new) != (relevance, category)),
    }
