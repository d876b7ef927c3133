"""Comparisons as tables: every figure in one for programs, several small ones for people."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from aitrade.core.table import Column, Table, Value
from aitrade.evaluation.compare.comparison import Comparison
from aitrade.evaluation.compare.query import fetch
from aitrade.evaluation.compare.spec import Question
from aitrade.question.agreement import Agreement, level_pairs
from aitrade.question.question import SHIPPED, load_question
from aitrade.question.rubric import RELEVANCES
from aitrade.trade.tables.options import EXCLUDED_CHAPTERS

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

_FIGURES = {
    "accuracy": "Accuracy",
    "kappa": "Kappa",
    "macro_f1": "Macro F1",
    "high_precision": "High precision",
    "high_recall": "High recall",
    "high_f1": "High F1",
    "high_same_category": "Same category",
}
_COUNTS = (
    Column("codes", "Codes in both", "count"),
    Column("only_reference", "Only in reference", "count"),
    Column("only_run", "Only in run", "count"),
)


def agreement_table(question: Question, found: Sequence[Comparison]) -> Table:
    """Every figure, a row for each run: counts, agreement by code and by value, the nine cells by code."""
    year = question.year
    columns = [Column("run", "Run"), *_COUNTS, *_figure_columns("")]
    if year is not None:
        columns += _figure_columns("value_")
        columns += [
            Column(f"{side}_high_{year}", f"High by {side}, {year}", "billions") for side in ("reference", "run")
        ]
    columns += [
        Column(f"{true}_as_{said}".lower(), f"{true} as {said}", "count")
        for true, said in level_pairs(load_question(SHIPPED).labels)
    ]
    flows = " and ".join(question.flows)
    title = f"Agreement with run {question.reference.run}: {flows}"
    notes = (*_notes(question, found), *question.caveats)
    return Table("compare", title, tuple(columns), tuple(_row(one) for one in found), notes)


def reading_tables(question: Question, found: Sequence[Comparison]) -> tuple[Table, ...]:
    """The same for people: by code, by value, and the confusion matrix where one run is compared."""
    whole = agreement_table(question, found)
    names = ["run", *(column.name for column in _COUNTS), *_FIGURES]
    tables = [_part(whole, "compare", whole.title, names, _notes(question, found))]
    if (year := question.year) is not None:
        by_value = ["run", *(f"value_{name}" for name in _FIGURES), f"reference_high_{year}", f"run_high_{year}"]
        notes = (f"billion dollars, without HS chapters {', '.join(EXCLUDED_CHAPTERS)}", *question.caveats)
        tables.append(_part(whole, "compare-value", f"The same weighted by trade of {year}", by_value, notes))
    if len(found) == 1:
        tables.append(_confusion_table(question, found[0]))
    return tuple(tables)


def differences_table(con: "DuckDBPyConnection", question: Question, number: int) -> Table:
    """The codes that the one compared run labels differently, those with the largest trade first."""
    rows = fetch(con, "differences", question.parameters | {"number": number})
    sides = ("reference", "run")
    columns = [Column("hs10", "Code"), Column("flow", "Flow"), Column("description", "Description", "prose")]
    columns += [
        Column(f"{side}_{part}", f"{side.capitalize()}: {part}") for side in sides for part in ("relevance", "category")
    ]
    if question.year is not None:
        columns.append(Column(f"value_{question.year}", f"Value {question.year}", "billions"))
    differing = rows[0][-1] if rows else 0
    names = f"runs {question.reference.run} and {question.runs[0].run}"
    title = f"{len(rows)} of {differing} codes that {names} label differently"
    return Table("differences", title, tuple(columns), tuple(row[: len(columns)] for row in rows))


def _figure_columns(prefix: str) -> list[Column]:
    return [Column(prefix + name, title, "ratio") for name, title in _FIGURES.items()]


def _row(one: Comparison) -> tuple[Value, ...]:
    row: list[Value] = [one.run, one.codes.total, one.only_reference, one.only_run, *_figures(one.codes)]
    if one.value is not None:
        row += [*_figures(one.value), one.value.of_reference["High"] / 1e9, one.value.of_run["High"] / 1e9]
    return (*row, *(one.codes.cell(*pair) for pair in level_pairs(one.codes.labels)))


def _figures(confusion: Agreement) -> list[Value]:
    return [getattr(confusion, name.replace("high", "counted")) for name in _FIGURES]


def _part(whole: Table, name: str, title: str, names: Sequence[str], notes: tuple[str, ...]) -> Table:
    places = [[column.name for column in whole.columns].index(each) for each in names]
    rows = tuple(tuple(row[place] for place in places) for row in whole.rows)
    return Table(name, title, tuple(whole.columns[place] for place in places), rows, notes)


def _confusion_table(question: Question, one: Comparison) -> Table:
    columns = [Column("reference", "Reference"), *(Column(f"codes_{x}".lower(), x, "count") for x in RELEVANCES)]
    if one.value is not None:
        columns += [Column(f"value_{x}".lower(), f"{x}, {question.year}", "billions") for x in RELEVANCES]
    rows = []
    for true in RELEVANCES:
        row: list[Value] = [true, *(one.codes.cell(true, said) for said in RELEVANCES)]
        if one.value is not None:
            row += [one.value.cell(true, said) / 1e9 for said in RELEVANCES]
        rows.append(tuple(row))
    title = f"Labels of run {question.reference.run} (rows) as run {one.run} gives them (columns)"
    return Table("confusion", title, tuple(columns), tuple(rows))


def _notes(question: Question, found: Sequence[Comparison]) -> tuple[str, ...]:
    notes = [
        f"run {run.run} is not finished: {run.predictions:,} of {run.codes:,} codes have a label so far"
        for run in (question.reference, *question.runs)
        if not run.finished
    ]
    if question.exemplars_left_out:
        notes.append("codes labelled by hand as exemplars are left out")
    if len(found) > 1:
        notes.append("the run that agrees most, by kappa over codes, comes first")
    if question.same_codes:
        notes.append("over the codes that every run labels")
    elif len({one.codes.total for one in found}) > 1:
        notes.append("the runs do not label the same codes, so they are not ranked fairly (--same-codes)")
    if question.without_value:
        notes.append(question.without_value)
    return tuple(notes)
