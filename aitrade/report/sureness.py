"""How sure a classification is: do its probabilities hold, and what if only the surest labels counted?"""

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from aitrade.question.agreement import Agreement
from aitrade.question.question import SHIPPED, load_question
from aitrade.report.figure import Figure, figure, point
from aitrade.report.missing import Missing
from aitrade.report.query import fetch
from aitrade.workspace.runs import get_run, list_runs

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

_MEND = "import labels made by hand to measure against: aitrade labels import FILE --name NAME"


@dataclass(frozen=True)
class Sureness:
    """What is known of a run's certainty.

    Attributes:
        judged: predictions that are no hand labels.
        sure: those whose label has a probability of 0.9 or more.
        unsure: those whose label has less than 0.6.
        reference: the run measured against; None where there is none.
        agreement: with it, over the codes that it labels too; None likewise.
        figures: calibration plot and risk-coverage curve, where they can be drawn.
    """

    judged: int
    sure: int
    unsure: int
    reference: str | None
    agreement: Agreement | None
    figures: tuple[Figure, ...]


def sureness(
    con: "DuckDBPyConnection", run: str, reference: str | None = None
) -> tuple[Sureness | None, tuple[Missing, ...]]:
    """How sure a run is, and what can't be said of it.

    Raises:
        BadInputError: the reference that is asked for is not there.
    """
    against = get_run(con, reference).run if reference else _latest_labels(con, run)
    judged, known, sure, unsure = fetch(con, "certainty", {"run": run})[0]
    if not known:
        why = f"run {run} has no probabilities"
        return None, (Missing(("how sure we are",), why, "use a run that aitrade classify made"),)
    both = {"run": run, "reference": against or ""}
    agreement = _agreement(con, both)
    missing = (
        ()
        if agreement
        else (Missing(("calibration plot, observed risk",), "there are no labels by hand to measure against", _MEND),)
    )
    drawn = (_calibration(con, both) if agreement else None, _risk(con, both))
    return Sureness(
        judged, sure, unsure, against if agreement else None, agreement, tuple(one for one in drawn if one)
    ), missing


def _latest_labels(con: "DuckDBPyConnection", run: str) -> str | None:
    """The labels taken in last, other than the run itself; reviewed and published runs are mostly a model's."""
    others = [
        other.run
        for other in list_runs(con)
        if other.kind == "labels" and other.run != run and not {"base", "published"} & other.settings.keys()
    ]
    return others[-1] if others else None


def _agreement(con: "DuckDBPyConnection", both: dict[str, str]) -> Agreement | None:
    cells = {(labelled, predicted): codes for labelled, predicted, codes in fetch(con, "agreement", both)}
    return Agreement(load_question(SHIPPED).labels, cells) if cells else None


def _calibration(con: "DuckDBPyConnection", both: dict[str, str]) -> Figure | None:
    bins = fetch(con, "calibration", both)
    points = [point(round(p, 4), "Observed", high / n, *wilson(high, n)) for _, p, high, n in bins]
    points += [point(end, "Perfect", end) for end in (0.0, 1.0)]
    return figure(
        "calibration", "Do the probabilities hold?",
        "Share of codes that the reference labels High, by the probability of High; whiskers hold 95 percent.", points,
        shape="curve", x_title="Probability of High", unit="share labelled High by the reference",
    )  # fmt: skip


def _risk(con: "DuckDBPyConnection", both: dict[str, str]) -> Figure | None:
    points = [point(round(coverage, 4), series, risk) for series, coverage, risk in fetch(con, "risk", both)]
    return figure(
        "risk-coverage", "What if only the surest labels counted?",
        "Share of wrong labels among the surest ones, by how many are kept.", points,
        shape="curve", x_title="Share of codes kept, surest first", unit="share labelled wrong",
    )  # fmt: skip


def wilson(hits: int, trials: int) -> tuple[float, float]:
    """Interval of a proportion that holds 95 percent (Wilson 1927, score interval)."""
    z = 1.96
    share, square = hits / trials, z * z
    middle = (share + square / (2 * trials)) / (1 + square / trials)
    half = z * math.sqrt(share * (1 - share) / trials + square / (4 * trials * trials)) / (1 + square / trials)
    return max(middle - half, 0.0), min(middle + half, 1.0)
