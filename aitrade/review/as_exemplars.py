"""Reviewed codes as exemplars of a question."""

from pathlib import Path
from typing import TYPE_CHECKING, Any

from aitrade.core.errors import BadInputError, at
from aitrade.core.sql import query
from aitrade.nomenclature.codes import Code
from aitrade.question.exemplars import Exemplar, ExemplarSet
from aitrade.question.question import Question
from aitrade.review.reviewed_file import Review, read_reviewed
from aitrade.workspace.questions import question_of_run
from aitrade.workspace.runs import get_run

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

SQL = Path(__file__).parent / "sql"


def reviewed_exemplars(con: "DuckDBPyConnection", path: Path, question: Question, *, pad: bool = False) -> ExemplarSet:
    """Read a filled review as exemplars: the reviewer's label, the reason as rationale, the text that was judged.

    Raises:
        BadInputError: the review is of a question with other labels, a row has no reason or no category, the workspace
            knows no description of a code, or see ``read_reviewed``.
    """
    reviewed = read_reviewed(path, lambda run: question_of_run(con, get_run(con, run).run).labels, pad=pad)
    base = get_run(con, reviewed.run)
    if question_of_run(con, base.run).labels != question.labels:
        raise BadInputError(
            f"run {base.run} answers question {base.question}, whose labels are not those of question {question.name}",
            where=str(path),
            fix="name the question that the exemplars are for: aitrade --question NAME review import ...",
        )
    judged = {(flow, hs10): rest for flow, hs10, *rest in query(con, SQL, "judged", run=base.run)}
    exemplars = [_exemplar(review, reviewed.where, question, judged) for review in reviewed.reviews]
    return ExemplarSet(tuple(sorted(exemplars, key=lambda e: e.code.key)))


def _exemplar(review: Review, where: str, question: Question, judged: dict[tuple[str, str], list[Any]]) -> Exemplar:
    if not review.reason:
        what = "an exemplar needs a reason, which this row does not give"
        raise BadInputError(what, where=at(where, review.line, "reason"), fix="say why in a sentence")
    category, description, naics, industry = judged.get((review.flow, review.hs10), ("", None, None, None))
    if not description:
        what = f"the workspace knows no description of {review.flow} code {review.hs10}"
        raise BadInputError(
            what, where=at(where, review.line, "hs10"), fix="import the codes: aitrade codes import FILE"
        )
    category = category if review.category is None else review.category
    if wrong := question.labels.wrong(review.relevance, category):
        raise BadInputError(wrong, where=at(where, review.line, "new_category"), fix="fill in new_category")
    return Exemplar(
        Code(review.hs10, review.flow, description, naics, industry), review.relevance, category, review.reason
    )
