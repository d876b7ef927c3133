"""Gather what a calibration is fitted from: the exemplars as a classifier sees codes that it was not told about."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from aitrade.calibrate import Training, population_weights
from aitrade.classifier import Classifier
from aitrade.codes import Code
from aitrade.errors import BadInputError
from aitrade.evidence import NEIGHBOURS
from aitrade.exemplars import Exemplar
from aitrade.llm.adapter import OUT_OF_FOLD, find_adapter
from aitrade.llm.tuning import read_out_of_fold
from aitrade.retrieval.neighbours import Neighbour, find_neighbours

if TYPE_CHECKING:
    from numpy.typing import NDArray

BATCH = 64


def gather(
    classifier: Classifier,
    nomenclature: Sequence[Code],
    adapters: Path | None,
    sample: int | None,
    on_step: Callable[[int, int], None],
) -> Training:
    """The exemplars with the evidence about each of them, made without its own label.

    A tuned model's scores are the ones kept from tuning, made without the exemplar's subheading; a model as it comes
    is asked now, with prompts whose neighbours leave the exemplar out.

    Args:
        classifier: model, embedder and exemplars; its calibration is not used.
        nomenclature: all codes of the exemplars' flow, for the weights.
        adapters: folder of the user's own adapters.
        sample: ask a model as it comes about this many exemplars only, spread evenly; None for all.
        on_step: told (exemplars scored, exemplars).

    Raises:
        BadInputError: the nomenclature is empty.
    """
    if not nomenclature:
        raise BadInputError("calibration needs the whole nomenclature", mend="aitrade codes import FILE")
    exemplars = classifier.index.exemplars.exemplars
    vectors = classifier.index.vectors
    weights = population_weights(exemplars, nomenclature)
    rows = list(range(len(exemplars)))
    adapter = classifier.model.partition("+")[2]
    if not adapter and sample is not None and sample < len(rows):
        rows = [i * len(exemplars) // sample for i in range(sample)]
    chosen = [exemplars[i] for i in rows]
    neighbours = find_neighbours(classifier.index, [e.code for e in chosen], vectors[rows], NEIGHBOURS)
    if adapter:
        llm, category = _kept_scores(find_adapter(adapter, adapters) / OUT_OF_FOLD, chosen)
    else:
        llm, category = _ask(classifier, chosen, neighbours, on_step)
    return Training(chosen, vectors[rows], neighbours, llm, category, weights[rows])


def _kept_scores(path: Path, exemplars: Sequence[Exemplar]) -> tuple["NDArray[np.float64]", "NDArray[np.float64]"]:
    kept = read_out_of_fold(path)
    if missing := [e for e in exemplars if (e.code.flow, e.code.hs10) not in kept]:
        raise BadInputError(
            f"the adapter was tuned without exemplar {missing[0].code.hs10}", where=str(path), mend="tune it again"
        )
    scores = np.array([kept[e.code.flow, e.code.hs10] for e in exemplars])
    return scores[:, :3], scores[:, 3:]


def _ask(
    classifier: Classifier,
    exemplars: Sequence[Exemplar],
    neighbours: Sequence[Sequence[Neighbour]],
    on_step: Callable[[int, int], None],
) -> tuple["NDArray[np.float64]", "NDArray[np.float64]"]:
    relevance, category = [], []
    for start in range(0, len(exemplars), BATCH):
        batch, near = exemplars[start : start + BATCH], neighbours[start : start + BATCH]
        codes = [e.code for e in batch]
        relevance.append(classifier.judge.relevance(codes, near).relevance)
        # A Low exemplar has no category to learn from; asking as if it were Medium keeps the rows together.
        category.append(classifier.judge.category(codes, near, ["Medium" if e.relevance == "Low" else e.relevance for e in batch]))
        on_step(min(start + BATCH, len(exemplars)), len(exemplars))
    return np.concatenate(relevance), np.concatenate(category)
