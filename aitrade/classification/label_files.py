"""Read an existing classification from a file."""

import math
from dataclasses import dataclass
from pathlib import Path

from aitrade.core.errors import BadInputError, at
from aitrade.core.textfile import Record, read_records
from aitrade.nomenclature.codes import FLOWS, parse_flow, parse_hs10
from aitrade.question.labels import LabelSpace
from aitrade.workspace.predictions import probability_columns

SOURCES = ("llm", "cascade", "exemplar", "human")


@dataclass(frozen=True)
class Label:
    """One row of a classification; ``p`` is None where the file gives no probabilities."""

    flow: str
    hs10: str
    description: str | None
    relevance: str
    category: str
    p: tuple[float, ...] | None
    source: str


def read_labels(
    path: Path, labels: LabelSpace, flow: str | None = None, *, pad: bool = False
) -> tuple[list[Label], bool]:
    """Read a classification from a delimited file, each code of a flow once, in the file's order.

    A file that says no flow is taken to be of imports, as a file of codes is.

    Args:
        path: a file with the columns hs10 and relevance, category where the question has categories, and optionally
            flow, a column of probabilities for each level such as p_high, description and source.
        labels: the label space of the question.
        flow: the flow of a file that has no flow column.
        pad: put back the leading zero of codes of nine digits.

    Returns:
        The labels, and whether imports were assumed.

    Raises:
        BadInputError: a column or value is missing or wrong, or a code has two different labels.
    """
    needed = ("hs10", "relevance", "category") if labels.categories else ("hs10", "relevance")
    columns, records = read_records(path, needed)
    assumed = "flow" not in columns and flow is None
    flow = FLOWS[0] if assumed else flow
    rows: dict[tuple[str, str], tuple[Label, int]] = {}
    for record in records:
        label = _label(record, path, flow, labels, pad=pad)
        before, line = rows.setdefault((label.flow, label.hs10), (label, record.line))
        if before != label:
            raise BadInputError(
                f"code {label.hs10} is labelled twice, differently (first on line {line})",
                where=at(path, record.line),
                fix="delete one of the two",
            )
    if not rows:
        raise BadInputError("the file holds no labels", where=str(path))
    return [label for label, _ in rows.values()], assumed


def _label(record: Record, path: Path, flow: str | None, labels: LabelSpace, *, pad: bool) -> Label:
    values, where = record.values, at(path, record.line)
    if wrong := labels.wrong(values["relevance"], values.get("category", "")):
        raise BadInputError(wrong, where=where, fix="use the names of the rubric, spelled as there")
    columns = probability_columns(labels)
    probabilities = [_probability(values.get(column, ""), f"{where}, column {column}") for column in columns]
    given = tuple(p for p in probabilities if p is not None)
    if given and (len(given) < len(columns) or not math.isclose(sum(given), 1, abs_tol=0.01)):
        values_given = ", ".join(f"{column} {values.get(column) or 'empty'}" for column in columns)
        raise BadInputError(f"{values_given}: they must sum to 1", where=where, fix="give all of them, or none")
    source = values.get("source") or "human"
    if source not in SOURCES:
        raise BadInputError(f"source {source!r} is not one of {', '.join(SOURCES)}", where=f"{where}, column source")
    said = parse_flow(values["flow"], where=f"{where}, column flow") if "flow" in values else None
    if said and flow and said != flow:
        raise BadInputError(
            f"flow {said} where {flow} was asked for", where=where, fix="leave the flow out: the file says it"
        )
    return Label(
        flow=said or flow or "",
        hs10=parse_hs10(values["hs10"], where=f"{where}, column hs10", pad=pad),
        description=values.get("description") or None,
        relevance=values["relevance"],
        category=values.get("category", ""),
        p=given or None,
        source=source,
    )


def _probability(text: str, where: str) -> float | None:
    if not text:
        return None
    try:
        number = float(text)
    except ValueError:
        number = math.nan
    if not 0 <= number <= 1:
        raise BadInputError(f"{text!r} is no probability", where=where, fix="give a number between 0 and 1, or nothing")
    return number
