"""The table of a benchmark: the best row first, with what can be told apart and what each costs."""

from collections.abc import Mapping, Sequence
from typing import Any

from aitrade.core.table import Column, Kind, Table, Value
from aitrade.evaluation.benchmark.contamination import COLUMNS, contamination, contamination_notes, values_of_columns
from aitrade.evaluation.benchmark.contest import Contest
from aitrade.evaluation.benchmark.figures import ALL_FIGURES, BY_TRADE
from aitrade.evaluation.benchmark.gold import REPLICATES
from aitrade.evaluation.benchmark.rows import Row
from aitrade.evaluation.benchmark.statistics import MEASURE, Compared, smallest_difference
from aitrade.models.adapter_files import base_and_adapter

TITLES = {
    "accuracy": "Accuracy",
    "kappa": "Kappa",
    "macro_f1": "Macro F1",
    "counted_precision": "Precision",
    "counted_recall": "Recall",
    "counted_f1": "F1",
    "counted_average_precision": "Average precision",
    "calibration_error": "Calibration error",
    "weighted_kappa": "Weighted kappa",
    "log_loss": "Log loss",
    "brier": "Brier score",
    "automatic_share": "Codes at 95%",
    "automatic_trade_share": "Trade at 95%",
    "trade_f1": "F1 by trade",
    "headline_error": "Error, bn $",
}
# What people read first; the data table has all.
_READ = ("accuracy", "kappa", "counted_f1", "counted_average_precision", "calibration_error", "trade_f1")
_COST: dict[str, tuple[str, Kind]] = {
    "codes_per_second": ("Codes a second", "number"),
    "tokens": ("Tokens", "count"),
    "label_mass": ("Label mass", "ratio"),
    "load_seconds": ("Seconds to load", "number"),
    "peak_memory": ("Peak memory, bytes", "count"),
    "parameters": ("Parameters", "count"),
    "bytes": ("Disk, bytes", "count"),
    "licence": ("Licence", "text"),
}
_ENDS = (("", ""), ("_low", ", from"), ("_high", ", to"))


def data_table(
    contest: Contest,
    rows: Sequence[Row],
    found: Mapping[str, Compared],
    further: Sequence[str] = (),
    *,
    traded: bool,
) -> Table:
    """Every figure with its interval, differences, what each row costs and may have learnt before, the best row first.

    Args:
        contest: what was compared.
        rows: the rows.
        found: their figures, the best first.
        further: further notes.
        traded: whether any of the codes has trade; else the figures by trade are left out.
    """
    columns = [Column("row", "Row"), Column("kind", "Kind")]
    shown = [figure for figure in ALL_FIGURES if traded or figure not in BY_TRADE]
    for figure in shown:
        unit: Kind = "number" if figure in ("headline_error", "log_loss") else "ratio"
        columns += [Column(figure + end, TITLES[figure] + title, unit) for end, title in _ENDS]
    for name, title in (("to_best", f"{MEASURE} less the best"), ("to_baseline", f"{MEASURE} less the baseline")):
        columns += [Column(name + end, title + of, "ratio") for end, of in _ENDS]
    columns += [Column("p_best", "p, Holm", "ratio"), Column("with_best", "Not told from the best")]
    columns += [Column(name, title, kind) for name, (title, kind) in _COST.items()]
    columns += COLUMNS
    by_name = {row.name: row for row in rows}
    values = tuple(
        (
            name,
            by_name[name].kind,
            *(value for figure in shown for value in _ends(one.figures[ALL_FIGURES.index(figure)])),
            *_ends(one.to_best),
            *_ends(one.to_baseline),
            one.p_best,
            "yes" if one.with_best else "no",
            *_cost(by_name[name], contest.listed),
            *values_of_columns(contamination(by_name[name], contest)),
        )
        for name, one in found.items()
    )
    return Table("models", _title(contest), tuple(columns), values, (*notes(contest, rows, found), *further))


def reading_table(
    contest: Contest,
    rows: Sequence[Row],
    found: Mapping[str, Compared],
    further: Sequence[str] = (),
    *,
    traded: bool,
) -> Table:
    """What people read first: some figures, kappa with its interval, the rows that cannot be told from the best."""
    counted = "+".join(contest.question.labels.counted)
    read = [name for name in _READ if traded or name not in BY_TRADE]
    columns = [Column("row", "Row"), Column("best", "Best")]
    columns += [
        Column(name, f"{counted} {TITLES[name]}" if name.startswith("counted") else TITLES[name], "ratio")
        for name in read
    ]
    columns += [Column("interval", "Kappa, 95%"), Column("to_baseline", "Less baseline")]
    values = []
    for name, one in found.items():
        by_figure = dict(zip(ALL_FIGURES, one.figures, strict=True))
        kappa, apart = by_figure["kappa"], one.to_baseline
        values.append(
            (
                name,
                "=" if one.with_best else "",
                *(by_figure[figure].figure for figure in read),
                f"{kappa.low:.3f} to {kappa.high:.3f}",
                f"{apart.figure:+.3f} [{apart.low:+.3f}, {apart.high:+.3f}]" if apart else "",
            )
        )
    return Table("models", _title(contest), tuple(columns), tuple(values), (*notes(contest, rows, found), *further))


def notes(contest: Contest, rows: Sequence[Row], found: Mapping[str, Compared]) -> tuple[str, ...]:
    """What a reader has to know: what is set apart, how rows are told apart, what may have been learnt before."""
    gold, smallest = contest.gold, smallest_difference(found)
    drawn = f"over {len(set(gold.headings)):,} whole headings"
    if gold.weights:
        drawn = f"within the strata of the gold sample, figures being estimates for {sum(gold.weights):,.0f} codes"
    said = [
        f"= cannot be told from the best by {MEASURE}: bootstrap {drawn}, {REPLICATES} draws, paired, "
        "Holm's correction at 5%",
        *contamination_notes(contest),
    ]
    if smallest is not None:
        said.insert(1, f"this gold would show a difference in {MEASURE} of {smallest:.3f} in four of five samples")
    low = [row.name for row in rows if (row.measured.get("label_mass") or 1) < 0.05]
    if low:
        said.append(f"{', '.join(low)}: less than 0.05 of the probability is on the labels, so the scores say little")
    return tuple(said)


def _title(contest: Contest) -> str:
    return f"Models against {contest.gold.name}, {len(contest.gold.codes):,} codes, question {contest.question.name}"


def _ends(interval: Any) -> tuple[Value, Value, Value]:
    return (interval.figure, interval.low, interval.high) if interval else (None, None, None)


def _cost(row: Row, listed: Mapping[str, Mapping[str, Any]]) -> tuple[Value, ...]:
    if row.kind not in ("alone", "joined"):
        return (None,) * len(_COST)
    base, measured = listed.get(base_and_adapter(row.model)[0], {}), row.measured
    asked, seconds = measured.get("asked"), measured.get("seconds")
    return (
        asked / seconds if asked and seconds else None,
        measured.get("tokens"),
        measured.get("label_mass"),
        measured.get("load_seconds"),
        measured.get("peak_memory"),
        base.get("parameters"),
        base.get("bytes"),
        base.get("licence"),
    )
