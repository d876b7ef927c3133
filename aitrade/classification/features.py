"""What is known about a code before calibration: the neighbours' votes and the LLM's scores, as numbers.

Neighbours are exemplars that the embedder places near; the LLM's neighbours those that a tuned LLM places near.

Every kind of evidence speaks in log-odds against Low, for High and for Medium, so that a weight of zero means
"ignore it" and weights are comparable.
"""

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from aitrade.question.rubric import RELEVANCES, related_categories
from aitrade.retrieval.neighbours import Neighbour

if TYPE_CHECKING:
    from numpy.typing import NDArray

NEIGHBOURS = 32  # neighbours that vote
SHARPNESS = 10.0  # a vote falls by a factor e for each 1 / SHARPNESS of closeness
DOUBT = 0.5  # votes that each level has before any neighbour of the family is heard
NEAR_DOUBT = 0.05  # likewise where votes are weighted by closeness

KINDS = {
    "llm": ("llm_high", "llm_medium"),
    "llm neighbours": ("llm_vote_high", "llm_vote_medium", "llm_nearest_high", "llm_nearest_medium"),
    "probe": ("probe_high", "probe_medium"),
    "neighbours": (
        "vote_high", "vote_medium",
        "nearest_high", "nearest_medium",
        "heading_high", "heading_medium",
        "subheading_high", "subheading_medium",
    ),
}  # fmt: skip
FEATURES = tuple(name for names in KINDS.values() for name in names)


def relevance_features(
    llm: "NDArray[np.float64]",
    llm_votes: "NDArray[np.float64]",
    probe: "NDArray[np.float64]",
    neighbours: Sequence[Sequence[Neighbour]],
) -> "NDArray[np.float64]":
    """Features of n codes, shape (n, len(FEATURES)).

    Args:
        llm: the LLM's logits or log-probabilities of High, Medium, Low, shape (n, 3).
        llm_votes: :func:`near_votes` of the LLM's neighbours, shape (n, 4).
        probe: logits of a linear probe on the embeddings, shape (n, 3).
        neighbours: the nearest exemplars of each code, nearest first.
    """
    family = np.array([_family_votes(nearest) for nearest in neighbours]).reshape(len(neighbours), -1)
    return np.concatenate([_odds(llm), llm_votes, _odds(probe), near_votes(neighbours), family], 1)


def near_votes(neighbours: Sequence[Sequence[Neighbour]]) -> "NDArray[np.float64]":
    """What the nearest exemplars of n codes say, shape (n, 4).

    Log-odds of their votes, weighted by closeness, of High and of Medium against Low; then by how much the nearest
    High and the nearest Medium exemplar are closer than the nearest Low one. All zero for a code without any.
    """
    return np.array([_near_votes(nearest) for nearest in neighbours], float).reshape(len(neighbours), 4)


def category_features(llm: "NDArray[np.float64]", neighbours: Sequence[Sequence[Neighbour]]) -> "NDArray[np.float64]":
    """Features of each category of n codes, shape (n, categories, 2): the LLM's log-probability and the log vote.

    Args:
        llm: the LLM's log-probabilities of the related categories, shape (n, categories).
        neighbours: the nearest exemplars of each code; only those that are not Low have a category to vote for.
    """
    names = related_categories()
    votes = np.full((len(neighbours), len(names)), DOUBT / len(names))
    for row, nearest in enumerate(neighbours):
        for n in nearest:
            if n.exemplar.category in names:
                votes[row, names.index(n.exemplar.category)] += _weight(n)
    return np.stack([llm, np.log(votes / votes.sum(1, keepdims=True))], 2)


def _odds(scores: "NDArray[np.float64]") -> "NDArray[np.float64]":
    return scores[:, :2] - scores[:, 2:]


def _weight(neighbour: Neighbour) -> float:
    return float(np.exp(SHARPNESS * (neighbour.closeness - 1.0)))


def _near_votes(near: Sequence[Neighbour]) -> list[float]:
    best = [max((n.closeness for n in near if n.exemplar.relevance == level), default=0.0) for level in RELEVANCES]
    return [
        *_vote_odds([(n, _weight(n)) for n in near], NEAR_DOUBT),
        best[0] - best[2],
        best[1] - best[2],
    ]


def _family_votes(nearest: Sequence[Neighbour]) -> list[float]:
    return [
        *_vote_odds([(n, 1.0) for n in nearest if n.same_hs4], DOUBT),
        *_vote_odds([(n, 1.0) for n in nearest if n.same_hs6], DOUBT),
    ]


def _vote_odds(votes: list[tuple[Neighbour, float]], doubt: float) -> list[float]:
    totals = [doubt + sum(weight for n, weight in votes if n.exemplar.relevance == level) for level in RELEVANCES]
    return [float(np.log(totals[0] / totals[2])), float(np.log(totals[1] / totals[2]))]
