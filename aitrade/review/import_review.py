"""A filled review becomes a run of kind ``labels``: its base run with the reviewed codes replaced."""

import hashlib
import json
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from aitrade.core.errors import BadInputError, UsageError, at
from aitrade.core.sql import query
from aitrade.question.add_exemplars import ExemplarsReceipt
from aitrade.question.labels import LabelSpace
from aitrade.review.reviewed_file import Review, ReviewedFile, read_reviewed
from aitrade.workspace.database import transaction
from aitrade.workspace.label_runs import check_name, put_run
from aitrade.workspace.questions import question_of_run
from aitrade.workspace.rows import offered
from aitrade.workspace.runs import Run, get_run, list_runs

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

SQL = Path(__file__).parent / "sql"
_BASE = "SELECT flow, hs10, relevance, category, evidence FROM predictions JOIN offered_codes USING (flow, hs10)"


@dataclass(frozen=True)
class ReviewReceipt:
    """What an import of a review did.

    Attributes:
        labels: how many the new run has.
        reviewed, changed: how many of them are the reviewer's, and how many of these are not what the base run says.
        unfinished: rows that were left out: a new category or a reason, but no new relevance.
        replaced: how many labels the run had that had the name before.
        exemplars: what became of the reviewed codes as exemplars; None where they did not become any.
    """

    run: str
    path: str
    base: str
    labels: int
    reviewed: int
    changed: int
    unfinished: tuple[int, ...]
    replaced: int
    exemplars: ExemplarsReceipt | None = None

    def __str__(self) -> str:
        text = (
            f"{self.path}: {self.reviewed:,} labels of run {self.base} reviewed, {self.changed:,} of them changed: "
            f"run {self.run} with {self.labels:,} labels"
        )
        if self.unfinished:
            rows = ", ".join(map(str, self.unfinished[:10])) + (" ..." if len(self.unfinished) > 10 else "")
            text += f"; left out, because new_relevance is empty: {len(self.unfinished):,} rows ({rows})"
        text += f"; replaced {self.replaced:,} labels of the run that had this name" if self.replaced else ""
        return text + (f"\n{self.exemplars}" if self.exemplars else "")


def import_review(
    con: "DuckDBPyConnection", path: Path, name: str, *, pad: bool = False, replace: bool = False
) -> ReviewReceipt:
    """Make the run ``name`` from a filled review, in one transaction.

    A reviewed label has source ``human`` and probabilities 1 and 0; its evidence keeps the base run's, the reason (as
    ``rationale``), and what the base run said (as ``reviewed``).

    Raises:
        UsageError: the name cannot name a run, or is that of the run that was reviewed.
        BadInputError: the name is taken by other labels and ``replace`` is off, the base run is missing, unfinished or
            lacks a reviewed code, a code that needs a category has none, or see ``read_reviewed``; nothing is kept.
    """
    check_name(con, name)
    reviewed = read_reviewed(path, lambda run: question_of_run(con, _base(con, run, path).run).labels, pad=pad)
    base = _base(con, reviewed.run, path)
    question = question_of_run(con, base.run)
    if base.run == name:
        raise UsageError(f"run {name} is the one that was reviewed", fix="choose another name")
    rows = _rows(con, reviewed, base.run, question.labels)
    fingerprint = hashlib.sha256(f"{base.fingerprint}\n{reviewed.sha256}".encode()).hexdigest()
    settings = {
        "file": path.name,
        "sha256": reviewed.sha256,
        "base": base.run,
        "base_fingerprint": base.fingerprint,
        "reviewed": len(rows),
    }
    columns = {column: [row[column] for row in rows] for column in rows[0]}
    with transaction(con):
        replaced = put_run(con, name, fingerprint, settings, base.predictions, question, replace=replace)
        with offered(con, "offered_reviews", columns):
            query(con, SQL, "reviewed", new_run=name, base=base.run, levels=list(question.labels.levels))
    return ReviewReceipt(
        run=name,
        path=str(path),
        base=base.run,
        labels=base.predictions,
        reviewed=len(rows),
        changed=sum(bool(row["changed"]) for row in rows),
        unfinished=reviewed.unfinished,
        replaced=replaced,
    )


def _base(con: "DuckDBPyConnection", name: str, path: Path) -> Run:
    where = f"{path}, column run"
    if name not in {run.run for run in list_runs(con)}:
        raise BadInputError(f"there is no run {name}", where=where, fix="see: aitrade runs list")
    base = get_run(con, name)
    if not base.finished:
        raise BadInputError(f"run {base.run} is not finished", where=where, fix=f"aitrade runs resume {base.run}")
    return base


def _rows(con: "DuckDBPyConnection", reviewed: ReviewedFile, base: str, labels: LabelSpace) -> list[dict[str, Any]]:
    """The reviewed codes as they are kept."""
    codes = {field: [getattr(review, field) for review in reviewed.reviews] for field in ("flow", "hs10")}
    with offered(con, "offered_codes", codes):
        said = {(flow, hs10): rest for flow, hs10, *rest in con.execute(f"{_BASE} WHERE run = ?", [base]).fetchall()}
    rows = []
    for review in reviewed.reviews:
        before = said.get((review.flow, review.hs10))
        if before is None:
            raise BadInputError(
                f"run {base} has no label for {review.flow} code {review.hs10}",
                where=at(reviewed.where, review.line, "hs10"),
                fix="review the codes that aitrade review export wrote",
            )
        rows.append(_row(review, base, labels, *before, where=at(reviewed.where, review.line, "new_category")))
    return rows


def _row(
    review: Review, base: str, labels: LabelSpace, relevance: str, category: str, raw: str | None, *, where: str
) -> dict[str, Any]:
    new = category if review.category is None else review.category
    if labels.categories and review.relevance != labels.reference and new == labels.reference_category:
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
