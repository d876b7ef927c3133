"""Measure a run against gold: population estimates with design weights, intervals, and what to label next.

Each figure is a ratio of sums over the frame, estimated by sums over the sample weighted by 1 / pi (Särndal, Swensson
and Wretman 1992, section 5.6). Intervals are percentiles of a bootstrap within strata (Rao and Wu 1988): of the n codes
of a stratum that are not certain, n - 1 are drawn with replacement and weighted by n / (n - 1); certain codes stay.
"""

from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING

from aitrade.core.sql import query
from aitrade.core.table import Column, Table, Value
from aitrade.evaluation.metrics import bootstrap_within_strata
from aitrade.question.labels import LabelSpace
from aitrade.workspace.gold import FrameCode, Sample, count_scoring, read_frame, require_gold, require_sample
from aitrade.workspace.questions import question_of_run
from aitrade.workspace.runs import Run

if TYPE_CHECKING:
    import numpy as np
    from duckdb import DuckDBPyConnection
    from numpy.typing import NDArray

SQL = Path(__file__).parent / "sql"
_REPLICATES, _SEED = 2_000, 20_260_401
_BANDS = (0.0, 0.5, 0.6, 0.7, 0.8, 0.9, 0.95, 0.99, 1.0)
_METRICS = ("accuracy", "kappa", "precision", "recall", "f1")


@dataclass(frozen=True)
class _Scored:
    """The codes of the sample: what gold and run say as numbers of levels, weights, dollars, strata, probability.

    ``run`` is -1 where the run has no label; ``stratum`` is -1 for certain codes.
    """

    codes: tuple[FrameCode, ...]
    gold: "NDArray[np.int64]"
    run: "NDArray[np.int64]"
    weight: "NDArray[np.float64]"
    dollars: "NDArray[np.float64]"
    stratum: "NDArray[np.int64]"
    chance: "NDArray[np.float64]"


def score_gold(con: "DuckDBPyConnection", run: Run, flow: str, percent: float) -> list[Table]:
    """Measure a run against the gold sample of a flow, and count that it was scored.

    Args:
        con: the workspace, open for writing.
        run: the run.
        flow: imports or exports.
        percent: what intervals hold.

    Returns:
        Agreement, calibration, and what each stratum adds to the variance of the counted levels' value.

    Raises:
        BadInputError: there is no gold sample, or a code of it has no final label.
    """
    sample = require_sample(con, flow)
    scored = _scored(con, sample, run, question_of_run(con, run.run).labels)
    labels = question_of_run(con, run.run).labels
    times = count_scoring(con, sample.name)
    note = (
        f"estimated for {sample.design['frame_codes']:,} codes from {len(scored.codes):,}; the sample was scored "
        f"{times} time{'' if times == 1 else 's'}. Choosing among many runs by the same gold makes the best look "
        "better than it is"
    )
    return [
        _agreement(scored, labels, run, percent, note),
        _calibration(scored),
        _next(scored, sample, labels),
    ]


def _scored(con: "DuckDBPyConnection", sample: Sample, run: Run, labels: LabelSpace) -> _Scored:
    import numpy as np

    final = require_gold(con, sample)
    codes = tuple(code for code in read_frame(con, sample.name) if code.drawn)
    rows = query(con, SQL, "said", run=run.run, flow=sample.flow, codes=[code.hs10 for code in codes])
    said = {hs10: (labels.position(level), source, p) for hs10, level, _, source, p in rows}
    chances = []
    for code in codes:
        level, source, p = said.get(code.hs10, (-1, "", None))
        chances.append(p[level] if p is not None and source not in ("human", "exemplar") else np.nan)
    return _Scored(
        codes,
        np.array([labels.position(final[code.hs10][0]) for code in codes]),
        np.array([said[code.hs10][0] if code.hs10 in said else -1 for code in codes]),
        np.array([1 / code.probability for code in codes]),
        np.array([float(code.size) for code in codes]),
        np.array([-1 if code.probability >= 1 else code.stratum for code in codes]),
        np.array(chances, dtype=np.float64),
    )


def _agreement(scored: _Scored, labels: LabelSpace, run: Run, percent: float, note: str) -> Table:
    import numpy as np

    counted = np.array([level in labels.counted for level in labels.levels])
    replicates = bootstrap_within_strata(scored.stratum, scored.weight, _REPLICATES, _SEED)
    rows: list[tuple[Value, ...]] = []
    for by, unit in (("codes", np.ones(len(scored.codes))), ("value", scored.dollars)):
        estimates = _metrics(scored, scored.weight * unit, counted)
        drawn = [_metrics(scored, weight * unit, counted) for weight in replicates]
        for place, name in enumerate(_METRICS):
            values = np.array([one[place] for one in drawn])
            values = values[np.isfinite(values)]
            tail = (100 - percent) / 200
            ends = np.quantile(values, [tail, 1 - tail]).tolist() if len(values) else [None, None]
            estimate = estimates[place]
            rows.append((by, name, estimate if np.isfinite(estimate) else None, *ends))
    columns = (
        Column("by", "Weighted by"),
        Column("figure", "Figure"),
        Column("estimate", "Estimate", "ratio"),
        Column("lower", "lower", "ratio"),
        Column("upper", "upper", "ratio"),
    )
    title = f"Run {run.run} against gold; precision, recall and F1 are of {'+'.join(labels.counted)}"
    return Table("gold", title, columns, tuple(rows), (note,))


def _metrics(scored: _Scored, weight: "NDArray[np.float64]", counted: "NDArray[np.bool_]") -> tuple[float, ...]:
    """Accuracy, kappa, precision, recall and F1 over the codes that the run labels."""
    import numpy as np

    labelled = scored.run >= 0
    gold, run, weight = scored.gold[labelled], scored.run[labelled], weight[labelled]
    total = weight.sum()
    accuracy = weight[gold == run].sum() / total if total else np.nan
    shares = [np.bincount(levels, weight, minlength=len(counted)) / total for levels in (gold, run)]
    chance = float((shares[0] * shares[1]).sum())
    kappa = (accuracy - chance) / (1 - chance) if chance < 1 else np.nan
    of_gold, of_run = weight[counted[gold]].sum(), weight[counted[run]].sum()
    both = weight[counted[gold] & counted[run]].sum()
    precision = both / of_run if of_run else np.nan
    recall = both / of_gold if of_gold else np.nan
    f1 = 2 * both / (of_gold + of_run) if of_gold + of_run else np.nan
    return tuple(float(value) for value in (accuracy, kappa, precision, recall, f1))


def _calibration(scored: _Scored) -> Table:
    """Compare probabilities with the share of labels that are right, by bands."""
    import numpy as np

    rows: list[tuple[Value, ...]] = []
    known = np.isfinite(scored.chance)
    for low, high in pairwise(_BANDS):
        band = known & (scored.chance >= low) & ((scored.chance < high) | (high == 1.0))
        if (number := int(band.sum())) == 0:
            continue
        weight = scored.weight[band]
        mean = float((weight * scored.chance[band]).sum() / weight.sum())
        right = float(weight[scored.gold[band] == scored.run[band]].sum() / weight.sum())
        rows.append((f"{low:g} to {high:g}", number, mean, right))
    columns = (
        Column("probability", "Probability of the label"),
        Column("codes", "Codes of the sample", "count"),
        Column("mean", "Mean probability", "ratio"),
        Column("right", "Right, estimated", "ratio"),
    )
    notes = () if rows else ("the run gives no probabilities of the codes of the sample",)
    return Table("gold-calibration", "Do probabilities hold?", columns, tuple(rows), notes)


def _next(scored: _Scored, sample: Sample, labels: LabelSpace) -> Table:
    """What each stratum adds to the variance of the counted value: where a further hundred labels would help most."""
    import numpy as np

    counted = np.array([level in labels.counted for level in labels.levels])
    wrong = counted[scored.gold].astype(float) - np.where(scored.run >= 0, counted[scored.run], False)
    rows: list[tuple[float, tuple[Value, ...]]] = []
    for number, stratum in enumerate(sample.design["strata"]):
        codes = np.flatnonzero(scored.stratum == number)
        value = sum(code.size for code in scored.codes if code.stratum == number and code.probability >= 1)
        left = stratum["value"] - value
        found = int(np.count_nonzero(wrong[codes]))
        rate = (found + 0.5) / (len(codes) + 0.5 / stratum["assumed_error_rate"])
        spread = left * float(np.sqrt(rate * (1 - min(rate, 1))))
        rows.append((spread, (stratum["name"], stratum["codes"], len(codes), found, left / 1e9, rate)))
    total = sum(spread for spread, _ in rows) or 1.0
    columns = (
        Column("stratum", "Stratum"),
        Column("codes", "Codes", "count"),
        Column("seen", "Seen", "count"),
        Column("wrong", "Wrong side", "count"),
        Column("value", "Value not certain, bn", "billions"),
        Column("error_rate", "Error rate", "ratio"),
        Column("share_of_next", "Of the next labels", "ratio"),
    )
    ordered = sorted(rows, key=lambda row: -row[0])
    cells = tuple((*row, spread / total) for spread, row in ordered)
    note = (
        "share of further labels that estimates the counted value best, by the error rates seen (Neyman's allocation)"
    )
    return Table("gold-next", "What to label next", columns, cells, (note,))
