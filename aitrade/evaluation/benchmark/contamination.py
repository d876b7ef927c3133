"""What each row of a benchmark may have learnt of the gold before: from exemplars, revisions, and its model's data."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, fields
from typing import Any

from aitrade.core.table import Column, Table
from aitrade.evaluation.benchmark.contest import EXEMPLAR, HEADING, Contest
from aitrade.evaluation.benchmark.gold import EXEMPLARS
from aitrade.evaluation.benchmark.judging import ALONE, BASELINE, JOINED, MAJORITY
from aitrade.evaluation.benchmark.rows import Row
from aitrade.models.adapter_files import base_and_adapter, is_tuned
from aitrade.question.question import golds_in_words

YES, NOT_KNOWN, NO_MODEL = "yes", "not known", "no model"
COLUMNS = (
    Column("gold_exemplars", "Gold codes that are exemplars", "count"),
    Column("gold_in_headings", "Others in a heading with exemplars", "count"),
    Column("kept_from_exemplars", "Kept from the exemplars"),
    Column("revised_against", "Question revised after disagreements with"),
    Column("model_published", "Base model published"),
    Column("model_before_gold", "Base model older than the gold"),
    Column("model_data", "What the model's card tells of its data"),
)


@dataclass(frozen=True)
class Contamination:
    """What a row may have learnt of the gold before it was measured; the columns :data:`COLUMNS`, in their order.

    Attributes:
        gold_exemplars: how many gold codes are exemplars.
        gold_in_headings: how many others stand in a heading that has exemplars, of either flow.
        kept_from_exemplars: what kept the row from those exemplars.
        revised_against: the gold that rubric or exemplars were revised against, as the question records it.
        model_published: the latest year or month in which a model of the row came out; empty where there is none.
        model_before_gold: yes where all of them came out before the codes were labelled, else not known.
        model_data: what the card of the row's model tells of its training data.
    """

    gold_exemplars: int
    gold_in_headings: int
    kept_from_exemplars: str
    revised_against: str
    model_published: str
    model_before_gold: str
    model_data: str


def contamination(row: Row, contest: Contest) -> Contamination:
    """Say what a row of a contest may have learnt before."""
    beside = contest.beside_exemplars
    published, data = _told(row, contest)
    before = YES if _is_before(published, contest.gold.made) else NOT_KNOWN
    return Contamination(
        gold_exemplars=beside.count(EXEMPLAR),
        gold_in_headings=beside.count(HEADING),
        kept_from_exemplars=_kept(row, contest),
        revised_against=golds_in_words(contest.question.revised_against),
        model_published=published,
        model_before_gold=NO_MODEL if data == NO_MODEL else before,
        model_data=data,
    )


def contamination_table(contest: Contest, rows: Iterable[Row]) -> Table:
    """A line for each row: what kept it from the exemplars, and what its model may have read."""
    columns = (Column("row", "Row"), Column("exemplars", "Kept from the exemplars"), Column("model", "Its base model"))
    values = []
    for row in rows:
        one = contamination(row, contest)
        values.append((row.name, one.kept_from_exemplars, _line(one, contest.gold.made)))
    title = "What each row may have learnt of this gold before"
    return Table("contamination", title, columns, tuple(values), contamination_notes(contest))


def contamination_notes(contest: Contest) -> tuple[str, ...]:
    """What holds for every row: exemplars among the gold, the question's history, the date of the gold."""
    beside, gold, against = contest.beside_exemplars, contest.gold, contest.question.revised_against
    own, near = beside.count(EXEMPLAR), beside.count(HEADING)
    if gold.name == EXEMPLARS:
        history = "the gold is the question's own exemplars, labelled by hand by its rules"
    elif against is None:
        history = "whether rules or exemplars were revised after reading disagreements with this gold is not recorded"
    else:
        history = f"rules or exemplars were revised after reading disagreements with: {golds_in_words(against)}"
    dated = f"the gold was labelled in {gold.made}, as told" if gold.made else "when the gold was labelled is not told"
    return (
        f"{own:,} of {len(gold.codes):,} codes are exemplars, {near:,} others stand in a heading that has exemplars",
        history,
        f"{dated}; a model that came out before cannot have read its labels",
    )


def values_of_columns(one: Contamination) -> tuple[Any, ...]:
    """The values under :data:`COLUMNS`."""
    return tuple(getattr(one, field.name) for field in fields(one))


def _line(one: Contamination, made: str) -> str:
    if not one.model_published:
        return one.model_data
    older = f", cannot have read labels of {made}" if one.model_before_gold == YES else ""
    return f"of {one.model_published}{older}; its card: {one.model_data}"


def _kept(row: Row, contest: Contest) -> str:
    without_itself = "neighbours are never the code itself"
    fitted = f"probe, embedder and joining made without the code's subheading; {without_itself}"
    if row.kind == "floor":
        return "no: it counts their labels" if row.name == MAJORITY else "words learnt without the code's subheading"
    if row.kind == BASELINE:
        return fitted
    if row.kind in (ALONE, JOINED):
        shown = contest.method.prompt_neighbours
        own = f"its prompt shows up to {shown} exemplars near the heading, never the code itself"
        if is_tuned(row.model):
            own = "tuned without the code's subheading, or before the code was an exemplar"
        return own if row.kind == ALONE else f"{own}; {fitted}"
    if row.kind == "mean":
        return "as the joined rows that it is the mean of"
    if row.kind == "run" and row.made_from["made_by"] == "classification":
        return "no: a run takes the labels of exemplars as they are"
    return NOT_KNOWN


def _told(row: Row, contest: Contest) -> tuple[str, str]:
    """When the last of a row's models came out, empty where that is not known, and what its card tells of its data."""
    embedder, named = base_and_adapter(contest.embedder)[0], base_and_adapter(row.model)[0]
    if row.kind == "floor":
        return "", NO_MODEL
    if row.kind == BASELINE:
        return _published((embedder,), contest), _data(embedder, contest)
    if row.kind == ALONE:
        return _published((named,), contest), _data(named, contest)
    if row.kind == JOINED:
        return _published((named, embedder), contest), f"{_data(named, contest)}; the embedder's as in the baseline"
    if row.kind == "mean":
        bases = [base_and_adapter(model)[0] for model in contest.models]
        return _published((*bases, embedder), contest), "see the joined rows"
    return "", NOT_KNOWN


def _data(model: str, contest: Contest) -> str:
    return contest.listed.get(model, {}).get("training_data") or "its card is not known"


def _published(models: Sequence[str], contest: Contest) -> str:
    """The latest of some models' dates, a year alone being its end; empty where one is not known."""
    dates = [contest.listed.get(model, {}).get("published") or "" for model in models]
    return max(dates, key=lambda date: date.ljust(len("2024-11"), "~")) if all(dates) else ""


def _is_before(published: str, made: str) -> bool:
    """Whether a year or month lies before another: a month of the same year as a year alone does not."""
    length = min(len(published), len(made))
    return published[:length] < made[:length]
