"""Comparisons as tables: every figure in one for programs, several small ones for people."""

from collections.abc import Sequence
from itertools import product
from typing import TYPE_CHECKING

from aitrade.core.sql import query
from aitrade.core.table import Column, Note, Table, Value
from aitrade.core.wording import slug
from aitrade.evaluation.compare.comparison import SQL, Comparison
from aitrade.evaluation.compare.spec import ComparisonSpec
from aitrade.question.agreement import Agreement
from aitrade.trade.tables.macros import install_macros

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

_METRICS = {"accuracy": "Accuracy", "kappa": "Kappa", "macro_f1": "Macro F1"}
_METRICS_OF_COUNTED = {"precision": "precision", "recall": "recall", "f1": "F1"}
_COUNTS = (
    Column("codes", "Codes in both", "count"),
    Column("only_reference", "Only in reference", "count"),
    Column("only_run", "Only in run", "count"),
)


def agreement_table(spec: ComparisonSpec, found: Sequence[Comparison]) -> Table:
    """Every figure, a row for each run: counts, agreement by code and by value, the cells by code."""
    year = spec.year
    group = spec.group
    columns = [Column("run", "Run"), *_COUNTS, *_metric_columns("", group)]
    if year is not None:
        columns += _metric_columns("value_", group)
        columns += [
            Column(f"{side}_{slug(group)}_{year}", f"{group} by {side}, {year}", "billions", "value", year)
            for side in ("reference", "run")
        ]
    for true, said in product(spec.question.labels.levels, repeat=2):
        columns.append(Column(f"{slug(true)}_as_{slug(said)}", f"{true} as {said}", "count"))
    flows = " and ".join(spec.flows)
    title = f"Agreement with run {spec.reference.run}: {flows}"
    notes = (*_notes(spec, found), *spec.notes)
    return Table("compare", title, tuple(columns), tuple(_row(one) for one in found), notes)


def reading_tables(spec: ComparisonSpec, found: Sequence[Comparison]) -> tuple[Table, ...]:
    """The same for people: by code, by value, and the confusion matrix where one run is compared."""
    whole = agreement_table(spec, found)
    names = ["run", *(column.name for column in (*_COUNTS, *_metric_columns("", spec.group)))]
    tables = [_part(whole, "compare", whole.title, names, _notes(spec, found))]
    if (year := spec.year) is not None:
        by_value = ["run", *(column.name for column in _metric_columns("value_", spec.group))]
        by_value += [f"{side}_{slug(spec.group)}_{year}" for side in ("reference", "run")]
        chapters = ", ".join(spec.question.settings.excluded_chapters)
        without = f"without HS chapters {chapters}" if chapters else "with every HS chapter"
        notes = (f"billion dollars, {without}", *spec.notes)
        tables.append(_part(whole, "compare-value", f"The same weighted by trade of {year}", by_value, notes))
    if len(found) == 1:
        tables.append(_confusion_table(spec, found[0]))
    return tuple(tables)


def differences_table(con: "DuckDBPyConnection", spec: ComparisonSpec, number: int) -> Table:
    """The codes that the one compared run labels differently, those with the largest trade first."""
    install_macros(con)
    query(con, SQL, "pairs")
    rows = query(con, SQL, "differences", **spec.parameters, number=number)
    sides = ("reference", "run")
    columns = [Column("hs10", "Code"), Column("flow", "Flow"), Column("description", "Description", "prose")]
    columns += [
        Column(f"{side}_{part}", f"{side.capitalize()}: {part}") for side in sides for part in ("relevance", "category")
    ]
    if spec.year is not None:
        columns.append(Column(f"value_{spec.year}", f"Value {spec.year}", "billions", "value", spec.year))
    differing = rows[0][-1] if rows else 0
    names = f"runs {spec.reference.run} and {spec.runs[0].run}"
    title = f"{len(rows)} of {differing} codes that {names} label differently"
    return Table("differences", title, tuple(columns), tuple(row[: len(columns)] for row in rows))


def _metric_columns(prefix: str, group: str) -> list[Column]:
    of_counted = {f"{slug(group)}_{name}": f"{group} {title}" for name, title in _METRICS_OF_COUNTED.items()}
    named = {**_METRICS, **of_counted, f"{slug(group)}_same_category": "Same category"}
    return [Column(prefix + name, title, "ratio") for name, title in named.items()]


def _row(one: Comparison) -> tuple[Value, ...]:
    row: list[Value] = [one.run, one.codes.total, one.only_reference, one.only_run, *_metrics(one.codes)]
    if one.value is not None:
        row += [*_metrics(one.value), one.value.counted_in_reference / 1e9, one.value.counted_in_run / 1e9]
    return (*row, *(one.codes.cell(*pair) for pair in one.codes.pairs))


def _metrics(both: Agreement) -> list[Value]:
    return [
        both.accuracy, both.kappa, both.macro_f1, both.precision, both.recall, both.f1, both.category_agreement,
    ]  # fmt: skip


def _part(whole: Table, name: str, title: str, names: Sequence[str], notes: tuple[str, ...]) -> Table:
    places = [[column.name for column in whole.columns].index(each) for each in names]
    rows = tuple(tuple(row[place] for place in places) for row in whole.rows)
    return Table(name, title, tuple(whole.columns[place] for place in places), rows, notes)


def _confusion_table(spec: ComparisonSpec, one: Comparison) -> Table:
    levels = spec.question.labels.levels
    columns = [Column("reference", "Reference"), *(Column(f"codes_{slug(x)}", x, "count") for x in levels)]
    if one.value is not None:
        columns += [Column(f"value_{slug(x)}", f"{x}, {spec.year}", "billions") for x in levels]
    rows = []
    for true in levels:
        row: list[Value] = [true, *(one.codes.cell(true, said) for said in levels)]
        if one.value is not None:
            row += [one.value.cell(true, said) / 1e9 for said in levels]
        rows.append(tuple(row))
    title = f"Labels of run {spec.reference.run} (rows) as run {one.run} gives them (columns)"
    return Table("confusion", title, tuple(columns), tuple(rows))


def _notes(spec: ComparisonSpec, found: Sequence[Comparison]) -> tuple[str, ...]:
    notes: list[str] = [
        f"run {run.run} is not finished: {run.predictions:,} of {run.codes:,} codes have a label so far"
        for run in (spec.reference, *spec.runs)
        if not run.finished
    ]
    if spec.exemplars_left_out:
        notes.append("codes labelled by hand as exemplars are left out")
    if spec.only:
        notes.append(f"only codes that {spec.only} decided in every run compared")
    if len(found) > 1:
        notes.append("the run that agrees most, by kappa over codes, comes first")
    if spec.same_codes:
        notes.append("over the codes that every run labels")
    elif len({one.codes.total for one in found}) > 1:
        text = "the runs do not label the same codes, so they are not ranked fairly"
        notes.append(Note(text, "method", hint="--same-codes"))
    if spec.without_value:
        notes.append(spec.without_value)
    return tuple(notes)
