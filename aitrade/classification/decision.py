"""Decide labels: what is known of codes becomes probabilities, levels and categories."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from aitrade.classification.calibration import Calibration
from aitrade.classification.features import near_votes, relevance_features
from aitrade.classification.method import Method
from aitrade.core.softmax import softmax
from aitrade.llm.scorer import Scores
from aitrade.question.labels import LabelSpace
from aitrade.retrieval.neighbours import Neighbour

if TYPE_CHECKING:
    from numpy.typing import NDArray

AskCategories = Callable[[Mapping[int, str]], "NDArray[np.float64]"]


@dataclass(frozen=True)
class Retrieved:
    """What is known of n codes before an LLM is asked.

    Attributes:
        vectors: embeddings, shape (n, dimensions).
        neighbours: the nearest exemplars of each code, nearest first.
    """

    vectors: "NDArray[np.float32]"
    neighbours: Sequence[Sequence[Neighbour]]

    def rows(self, rows: Sequence[int]) -> "Retrieved":
        """Take some of the codes."""
        return Retrieved(self.vectors[list(rows)], [self.neighbours[row] for row in rows])


@dataclass(frozen=True)
class Decision:
    """What is decided about n codes.

    Attributes:
        probabilities: of the levels, shape (n, k).
        categories: name of each code's category; that of the reference level for its codes.
        category_scores: the LLM's log-probabilities of the categories, None for codes of the reference level.
    """

    probabilities: "NDArray[np.float64]"
    categories: list[str]
    category_scores: "list[NDArray[np.float64] | None]"


def baseline_features(
    retrieved: Retrieved, probe: "NDArray[np.float64]", labels: LabelSpace, method: Method
) -> "NDArray[np.float64]":
    """Compute features of codes that no LLM was asked about; the LLM's are zero.

    Args:
        retrieved: what is known of n codes.
        probe: the probe's logits, shape (n, k).
        labels: the label space.
        method: the numbers of the votes.
    """
    none = np.zeros((len(probe), len(labels.levels)))
    votes = near_votes([()] * len(probe), labels, method)
    return relevance_features(none, votes, probe, retrieved.neighbours, labels, method)


def baseline_probabilities(calibration: Calibration, retrieved: Retrieved, method: Method) -> "NDArray[np.float64]":
    """Calibrated probabilities of the levels from neighbours and probe alone, shape (n, k)."""
    probe = calibration.probe_logits(retrieved.vectors)
    return calibration.baseline.probabilities(baseline_features(retrieved, probe, calibration.labels, method))


def decide(
    retrieved: Retrieved,
    scores: Scores,
    llm_votes: "NDArray[np.float64]",
    ask_categories: AskCategories,
    labels: LabelSpace,
    method: Method,
    calibration: Calibration | None,
) -> Decision:
    """Decide codes that an LLM has scored.

    Args:
        retrieved: what is known of n codes without the LLM.
        scores: what the LLM says of them.
        llm_votes: what the LLM's neighbours say (see ``near_votes``), shape (n, 2 (k - 1)).
        ask_categories: gives log-probabilities of the categories, shape (asked, categories), of the codes whose level
            is not the reference, by row; asked where ``scores`` came without.
        labels: the label space.
        method: the numbers of the votes.
        calibration: joins the evidence; None leaves the LLM's own probabilities.
    """
    if calibration:
        probe = calibration.probe_logits(retrieved.vectors)
        features = relevance_features(scores.relevance, llm_votes, probe, retrieved.neighbours, labels, method)
        probabilities = calibration.evidence_model.probabilities(features)
    else:
        probabilities = softmax(scores.relevance)
    levels = [labels.levels[place] for place in probabilities.argmax(1)]
    related = {row: level for row, level in enumerate(levels) if level != labels.reference}
    categories = [labels.reference_category if row not in related else "" for row in range(len(levels))]
    category_scores: list[NDArray[np.float64] | None] = [None] * len(levels)
    if related and labels.categories:
        rows = list(related)
        llm = ask_categories(related) if scores.category is None else scores.category[rows]
        near = [retrieved.neighbours[row] for row in rows]
        joined = calibration.category(llm, near, method) if calibration else softmax(llm)
        for place, row in enumerate(rows):
            categories[row], category_scores[row] = labels.categories[int(joined[place].argmax())], llm[place]
    return Decision(probabilities, categories, category_scores)
