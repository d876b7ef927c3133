"""How uncertain a classification is: do its probabilities hold, and what if only the surest labels counted?"""

import math
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from aitrade.core.errors import BadInputError
from aitrade.core.sql import query
from aitrade.question.agreement import Agreement
from aitrade.question.labels import LabelSpace
from aitrade.report.figure import Figure, figure, point
from aitrade.report.missing import Missing
from aitrade.workspace.questions import question_of_run
from aitrade.workspace.runs import get_run, list_runs

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

SQL = Path(__file__).parent / "sql"
_FIX = "import hand labels to measure against: aitrade labels import FILE --name NAME"


@dataclass(frozen=True)
class Uncertainty:
    """What is known of a run's certainty.

    Attributes:
        judged: predictions that are no hand labels.
        confident: those whose label has a probability of 0.9 or more.
        unsure: those whose label has less than 0.6.
        reference: the run measured against; None where there is none.
        agreement: with it, over the codes that it labels too; None likewise.
        figures: calibration plot and risk-coverage curve, where they can be drawn.
    """

    judged: int
    confident: int
    unsure: int
    reference: str | None
    agreement: Agreement | None
    figures: tuple[Figure, ...]


def uncertainty(
    con: "DuckDBPyConnection", run: str, reference: str | None = None
) -> tuple[Uncertainty | None, tuple[Missing, ...]]:
    """How uncertain a run is, and what can't be told of it.

    Raises:
        BadInputError: the reference that is asked for is not there, or its labels are of another label space.
    """
    labels = question_of_run(con, run).labels
    against = (
        _require_alike(con, get_run(con, reference).run, labels) if reference else _latest_labels(con, run, labels)
    )
    judged, known, confident, unsure = query(con, SQL, "certainty", run=run)[0]
    if not known:
        why = f"run {run} has no probabilities"
        return None, (Missing(("how sure we are",), why, "use a run that aitrade classify made"),)
    both = {"run": run, "reference": against or ""}
    agreement = _agreement(con, both, labels)
    missing = (
        ()
        if agreement
        else (Missing(("calibration plot, observed risk",), "there are no labels by hand to measure against", _FIX),)
    )
    drawn = (_calibration(con, both, labels) if agreement else None, _risk(con, both, labels))
    return Uncertainty(
        judged, confident, unsure, against if agreement else None, agreement, tuple(one for one in drawn if one)
    ), missing


def _require_alike(con: "DuckDBPyConnection", reference: str, labels: LabelSpace) -> str:
    theirs = question_of_run(con, reference).labels
    if theirs != labels:
        raise BadInputError(
            f"run {reference} has the levels {', '.join(theirs.levels)}, "
            f"the run of the report {', '.join(labels.levels)}",
            fix="choose another --reference: labels of one question are measured against labels of the same",
        )
    return reference


def _latest_labels(con: "DuckDBPyConnection", run: str, labels: LabelSpace) -> str | None:
    """The labels imported last by the same levels, other than the run itself.

    Reviewed and published runs are mostly a model's, so they are passed over.
    """
    others = [
        other.run
        for other in list_runs(con)
        if other.kind == "labels" and other.run != run and not {"base", "published"} & other.settings.keys()
    ]
    return next((other for other in reversed(others) if question_of_run(con, other).labels == labels), None)


def _agreement(con: "DuckDBPyConnection", both: dict[str, str], labels: LabelSpace) -> Agreement | None:
    cells = {(labelled, predicted): codes for labelled, predicted, codes in query(con, SQL, "agreement", **both)}
    return Agreement(labels, cells) if cells else None


def _calibration(con: "DuckDBPyConnection", both: dict[str, str], labels: LabelSpace) -> Figure | None:
    counted, group = list(labels.counted), "+".join(labels.counted)
    positions = [labels.position(level) + 1 for level in counted]
    bins = query(con, SQL, "calibration", **both, counted=counted, positions=positions)
    points = [point(round(p, 4), "Observed", hits / n, *wilson(hits, n)) for _, p, hits, n in bins]
    points += [point(end, "Perfect", end) for end in (0.0, 1.0)]
    return figure(
        "calibration", "Do the probabilities hold?",
        f"Share of codes that the reference labels {group}, by the probability of {group}; whiskers hold 95 percent.",
        points,
        shape="curve", x_title=f"Probability of {group}", unit=f"share labelled {group} by the reference",
        notes=(f"labels of run {both['run']} against run {both['reference']}",),
    )  # fmt: skip


def _risk(con: "DuckDBPyConnection", both: dict[str, str], labels: LabelSpace) -> Figure | None:
    rows = query(con, SQL, "risk", **both, levels=list(labels.levels))
    points = [point(round(coverage, 4), series, risk) for series, coverage, risk in rows]
    return figure(
        "risk-coverage", "What if only the surest labels counted?",
        "Share of wrong labels among the surest ones, by how many are kept.", points,
        shape="curve", x_title="Share of codes kept, surest first", unit="share labelled wrong",
        notes=(f"labels of run {both['run']}",),
    )  # fmt: skip


def wilson(hits: int, trials: int) -> tuple[float, float]:
    """Interval of a proportion that holds 95 percent (Wilson 1927, score interval)."""
    z = 1.96
    share, square = hits / trials, z * z
    middle = (share + square / (2 * trials)) / (1 + square / trials)
    half = z * math.sqrt(share * (1 - share) / trials + square / (4 * trials * trials)) / (1 + square / trials)
    return max(middle - half, 0.0), min(middle + half, 1.0)
