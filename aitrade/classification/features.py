"""Make the numbers that a calibration joins: the neighbours' votes and the LLM's scores.

Neighbours are exemplars that the embedder places near; the LLM's neighbours those that a tuned LLM places near.

Every kind of evidence gives log-odds against the reference level, for each other level, so that a weight of zero means
"ignore it" and weights are comparable.
"""

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from aitrade.classification.method import Method
from aitrade.question.labels import LabelSpace
from aitrade.retrieval.neighbours import Neighbour

if TYPE_CHECKING:
    from numpy.typing import NDArray

# What each kind of evidence measures; a feature is called MEASURE_LEVEL.
KINDS = {
    "llm": ("llm",),
    "llm neighbours": ("llm_vote", "llm_nearest"),
    "probe": ("probe",),
    "neighbours": ("vote", "nearest", "heading", "subheading"),
}


def features_of_kind(kind: str, labels: LabelSpace) -> tuple[str, ...]:
    """Name the features of a kind of evidence, in order."""
    return tuple(f"{measure}_{level.lower()}" for measure in KINDS[kind] for level in labels.others)


def feature_names(labels: LabelSpace) -> tuple[str, ...]:
    """Name all features, in order."""
    return tuple(name for kind in KINDS for name in features_of_kind(kind, labels))


def relevance_features(
    llm: "NDArray[np.float64]",
    llm_votes: "NDArray[np.float64]",
    probe: "NDArray[np.float64]",
    neighbours: Sequence[Sequence[Neighbour]],
    labels: LabelSpace,
    method: Method,
) -> "NDArray[np.float64]":
    """Compute the features of n codes, shape (n, features), in the order of :func:`feature_names`.

    Args:
        llm: the LLM's logits or log-probabilities of the k levels, shape (n, k).
        llm_votes: :func:`near_votes` of the LLM's neighbours, shape (n, 2 (k - 1)).
        probe: logits of a linear probe on the embeddings, shape (n, k).
        neighbours: the nearest exemplars of each code, nearest first.
        labels: the label space.
        method: the numbers of the votes.
    """
    family = [_family_votes(nearest, labels, method) for nearest in neighbours]
    votes = np.array(family, float).reshape(len(neighbours), 2 * len(labels.others))
    parts = [_odds(llm, labels), llm_votes, _odds(probe, labels), near_votes(neighbours, labels, method), votes]
    return np.concatenate(parts, 1)


def near_votes(neighbours: Sequence[Sequence[Neighbour]], labels: LabelSpace, method: Method) -> "NDArray[np.float64]":
    """Compute what the nearest exemplars of n codes say, shape (n, 2 (k - 1)).

    Log-odds of their votes, weighted by closeness, of each other level against the reference; then by how much the
    nearest exemplar of each other level is closer than the nearest of the reference. All zero for a code without any.
    """
    votes = [_near_votes(nearest, labels, method) for nearest in neighbours]
    return np.array(votes, float).reshape(len(neighbours), 2 * len(labels.others))


def category_features(
    llm: "NDArray[np.float64]", neighbours: Sequence[Sequence[Neighbour]], labels: LabelSpace, method: Method
) -> "NDArray[np.float64]":
    """Compute features of each category of n codes, shape (n, categories, 2): LLM's log-probability and log vote.

    Args:
        llm: the LLM's log-probabilities of the categories, shape (n, categories).
        neighbours: the nearest exemplars of each code; those of the reference level have no category to vote for.
        labels: the label space.
        method: the numbers of the votes.
    """
    names = labels.categories
    votes = np.full((len(neighbours), len(names)), method.prior_votes / len(names))
    for row, nearest in enumerate(neighbours):
        for n in nearest:
            if n.exemplar.category in names:
                votes[row, names.index(n.exemplar.category)] += _weight(n, method)
    return np.stack([llm, np.log(votes / votes.sum(1, keepdims=True))], 2)


def _odds(scores: "NDArray[np.float64]", labels: LabelSpace) -> "NDArray[np.float64]":
    others = [labels.position(level) for level in labels.others]
    odds: NDArray[np.float64] = scores[:, others] - scores[:, [labels.reference_index]]
    return odds


def _weight(neighbour: Neighbour, method: Method) -> float:
    return float(np.exp(method.inverse_temperature * (neighbour.closeness - 1.0)))


def _near_votes(near: Sequence[Neighbour], labels: LabelSpace, method: Method) -> list[float]:
    best = {
        level: max((n.closeness for n in near if n.exemplar.relevance == level), default=0.0) for level in labels.levels
    }
    return [
        *_vote_odds([(n, _weight(n, method)) for n in near], method.llm_prior_votes, labels),
        *(best[level] - best[labels.reference] for level in labels.others),
    ]


def _family_votes(nearest: Sequence[Neighbour], labels: LabelSpace, method: Method) -> list[float]:
    return [
        *_vote_odds([(n, 1.0) for n in nearest if n.same_hs4], method.prior_votes, labels),
        *_vote_odds([(n, 1.0) for n in nearest if n.same_hs6], method.prior_votes, labels),
    ]


def _vote_odds(votes: list[tuple[Neighbour, float]], prior_votes: float, labels: LabelSpace) -> list[float]:
    totals = {
        level: prior_votes + sum(weight for n, weight in votes if n.exemplar.relevance == level)
        for level in labels.levels
    }
    return [float(np.log(totals[level] / totals[labels.reference])) for level in labels.others]
