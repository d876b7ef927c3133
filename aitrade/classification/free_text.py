"""Judge descriptions that have no code, such as those of a catalogue: by meaning alone, into no workspace."""

from collections.abc import Sequence

from aitrade.classification.classifier import Classifier
from aitrade.classification.prediction import Prediction
from aitrade.core.errors import BadInputError
from aitrade.core.progress import OnStep
from aitrade.core.table import Column, Note, Table, Value
from aitrade.nomenclature.codes import Code
from aitrade.workspace.predictions import probability_columns

NOTES = (
    Note(
        "judged by meaning alone; the probabilities were fitted on codes with headings, and hold better for these",
        "method",
    ),
    Note("no code is added, and no table counts these labels", "method"),
)


def classify_texts(classifier: Classifier, texts: Sequence[str], on_step: OnStep) -> list[Prediction]:
    """Judge descriptions as a run judges codes, each by itself: the others change nothing of it.

    A description belongs to no heading, so that its neighbours are the exemplars nearest in meaning, from any chapter.

    Args:
        classifier: what judges; every description is put to its LLM, unless its cascade is on.
        texts: the descriptions.
        on_step: told (descriptions judged, descriptions) after each.

    Returns:
        A prediction for each description, in their order; flow and hs10 are empty.

    Raises:
        BadInputError: a description is empty, or there is none.
    """
    if not texts:
        raise BadInputError("there is no description to judge", fix="give one or more, each in quotes")
    for number, text in enumerate(texts, 1):
        if not text.strip():
            raise BadInputError(f"description {number} is empty", fix="leave it out, or write what the product is")
    judged: list[Prediction] = []
    on_step(0, len(texts))
    for text in texts:  # one at a time: as codes of one heading they would be shown each other's neighbours
        judged += classifier.predict([Code(hs10="", flow="", description=" ".join(text.split()))])
        on_step(len(judged), len(texts))
    return judged


def texts_table(classifier: Classifier, judged: Sequence[Prediction]) -> Table:
    """Show judged descriptions: level, category, probabilities, and the exemplar that is nearest in meaning."""
    labels = classifier.question.labels
    columns = (
        Column("description", "Description", "prose"),
        Column("relevance", "Relevance"),
        *([Column("category", "Category", "name")] if labels.categories else []),
        *(
            Column(name, f"P({level})", "ratio")
            for name, level in zip(probability_columns(labels), labels.levels, strict=True)
        ),
        Column("nearest_hs10", "Nearest exemplar"),
        Column("nearest_description", "what it is", "prose"),
        Column("nearest_relevance", "its label"),
        Column("similarity", "similarity", "ratio"),
    )
    rows = tuple(
        (p.description, p.relevance, *([p.category] if labels.categories else []), *p.p, *_nearest(classifier, p))
        for p in judged
    )
    title = f"Descriptions without a code, judged by {classifier.model}: {classifier.question.title}"
    return Table("texts", title, columns, rows, NOTES)


def _nearest(classifier: Classifier, judged: Prediction) -> tuple[Value, ...]:
    """Code, description and level of the nearest exemplar, and its similarity; None where there are no exemplars."""
    if not (near := judged.evidence["neighbours"]):
        return None, None, None, None
    exemplar = classifier.index.exemplars.by_code[near[0]["flow"], near[0]["hs10"]]
    return exemplar.code.hs10, exemplar.code.description, exemplar.relevance, near[0]["similarity"]
