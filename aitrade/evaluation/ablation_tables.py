"""An ablation as tables: every figure in one for programs, several for people."""

from collections.abc import Mapping

from aitrade.core.table import Column, Table, Value
from aitrade.evaluation.ablation import REPLICATES, Ablated
from aitrade.evaluation.metrics import FIGURES, Interval
from aitrade.evaluation.variants import BASELINE
from aitrade.question.labels import LabelSpace

_TITLES = {
    "all": "All codes of the reference, exemplars judged out of fold",
    "unlabelled": "Codes of the reference that are no exemplars",
    "by hand": "Exemplars judged out of fold, against their labels by hand",
}
_NOTE = f"in brackets: 95% of {REPLICATES:,} bootstrap replicates over whole headings"


def data_table(found: Mapping[str, Ablated], labels: LabelSpace) -> Table:
    """A row for each population and variant, and for its difference from the baseline without an LLM."""
    columns = [Column("codes", "Codes"), Column("against", "Against"), Column("variant", "Evidence")]
    for figure in figure_names(labels):
        ends = ((figure, _title(figure)), (f"{figure}_low", "from"), (f"{figure}_high", "to"))
        columns += [Column(name, title, "ratio") for name, title in ends]
    rows = []
    for population, one in found.items():
        for against, variants in ((None, one.figures), (BASELINE, one.differences)):
            for variant, figures in variants.items():
                values = (value for each in figures for value in (each.figure, each.low, each.high))
                rows.append((population, against, variant, *values))
    return Table("ablation", "What each kind of evidence adds", tuple(columns), tuple(rows))


def reading_tables(found: Mapping[str, Ablated], labels: LabelSpace, not_asked: int = 0) -> tuple[Table, ...]:
    """Two tables for each population: figures, and paired differences from the baseline without an LLM.

    Args:
        found: figures of each population.
        labels: the label space.
        not_asked: how many exemplars are in none of them, since the LLM was asked about a sample only.
    """
    notes = (_NOTE, f"{not_asked:,} exemplars that the LLM was not asked about are left out") if not_asked else (_NOTE,)
    tables = []
    for population, one in found.items():
        title = f"{_TITLES[population]} ({one.codes:,}, {one.counted:,} of them {' or '.join(labels.counted)})"
        name = f"ablation-{population.replace(' ', '-')}"
        tables.append(_reading(name, title, one.figures, labels, "", notes))
        apart = {variant: figures for variant, figures in one.differences.items() if variant != BASELINE}
        tables.append(_reading(f"{name}-difference", f"{title}: less {BASELINE}", apart, labels, "+", notes))
    return tuple(tables)


def _reading(
    name: str,
    title: str,
    variants: Mapping[str, list[Interval]],
    labels: LabelSpace,
    sign: str,
    notes: tuple[str, ...],
) -> Table:
    columns = (Column("variant", "Evidence"), *(Column(figure, _title(figure)) for figure in figure_names(labels)))
    rows: list[tuple[Value, ...]] = [
        (variant, *(f"{one.figure:{sign}.3f} [{one.low:{sign}.3f}, {one.high:{sign}.3f}]" for one in figures))
        for variant, figures in variants.items()
    ]
    return Table(name, title, columns, tuple(rows), notes)


def figure_names(labels: LabelSpace) -> list[str]:
    """Name the figures of ``FIGURES`` by the counted levels: high_f1 where High is the only one."""
    counted = "_".join(level.lower() for level in labels.counted)
    return [figure.replace("counted", counted) for figure in FIGURES]


def _title(figure: str) -> str:
    return figure.replace("_", " ").capitalize()
