"""Evidence by hand: votes, nearest, heading and subheading, in log-odds against Low."""

from math import exp, log

import numpy as np
import pytest
import questions
import toys
from questions import FEATURES, LABELS, METHOD

from aitrade.classification.features import (
    category_features,
    near_votes,
    relevance_features,
)
from aitrade.nomenclature.codes import Code
from aitrade.question.exemplars import Exemplar
from aitrade.retrieval.neighbours import Neighbour


def near(relevance: str, category: str, similarity: float, same: int = 0) -> Neighbour:
    """A neighbour that shares nothing, the heading (4) or the subheading (6)."""
    exemplar = Exemplar(Code("8471500150", "imports", "x"), relevance, category, "because")
    return questions.neighbour(exemplar, similarity, same >= 4, same >= 6)


NEIGHBOURS = (
    near("High", "Compute_Hardware", 0.9, 6),
    near("Low", "Not_DC_Related", 0.8, 4),
    near("Medium", "Cooling_HVAC", 0.5),
    near("High", "Electrical_Power", 0.4),
)


def features(
    llm: list[float], probe: list[float], neighbours: tuple[Neighbour, ...], llm_near: tuple[Neighbour, ...] = ()
) -> dict[str, float]:
    row = relevance_features(
        np.array([llm]), near_votes([llm_near], LABELS, METHOD), np.array([probe]), [neighbours], LABELS, METHOD
    )[0]
    assert len(row) == len(FEATURES)
    return dict(zip(FEATURES, row.tolist(), strict=True))


def test_features_by_hand() -> None:
    found = features([-1.0, -2.0, -0.5], [3.0, 2.0, 1.0], NEIGHBOURS, NEIGHBOURS[2:])
    closeness = [0.9 + 0.3, 0.8 + 0.15, 0.5, 0.4]  # similarity and the bonuses for heading and subheading
    vote = [exp(METHOD.inverse_temperature * (c - 1)) for c in closeness]
    high, medium, low = 0.05 + vote[0] + vote[3], 0.05 + vote[2], 0.05 + vote[1]
    assert found == pytest.approx(
        {
            "llm_high": -0.5,
            "llm_medium": -1.5,
            "llm_vote_high": log((0.05 + vote[3]) / 0.05),
            "llm_vote_medium": log((0.05 + vote[2]) / 0.05),
            "llm_nearest_high": 0.4,
            "llm_nearest_medium": 0.5,
            "probe_high": 2.0,
            "probe_medium": 1.0,
            "vote_high": log(high / low),
            "vote_medium": log(medium / low),
            "nearest_high": 1.2 - 0.95,
            "nearest_medium": 0.5 - 0.95,
            "heading_high": log((METHOD.prior_votes + 1) / (METHOD.prior_votes + 1)),
            "heading_medium": log(METHOD.prior_votes / (METHOD.prior_votes + 1)),
            "subheading_high": log((METHOD.prior_votes + 1) / METHOD.prior_votes),
            "subheading_medium": 0.0,
        }
    )


def test_a_code_without_neighbours_has_no_opinion_from_them() -> None:
    found = features([0.0, 0.0, 0.0], [0.0, 0.0, 0.0], ())
    assert set(found.values()) == {0.0}


def test_category_votes_come_from_related_neighbours_only() -> None:
    names = LABELS.categories
    llm = np.linspace(-3, -1, len(names))[None]
    found = category_features(llm, [NEIGHBOURS], LABELS, METHOD)[0]
    assert found.shape == (len(names), 2)
    votes = dict.fromkeys(names, METHOD.prior_votes / len(names))
    votes["Compute_Hardware"] += exp(METHOD.inverse_temperature * (1.2 - 1))
    votes["Cooling_HVAC"] += exp(METHOD.inverse_temperature * (0.5 - 1))
    votes["Electrical_Power"] += exp(METHOD.inverse_temperature * (0.4 - 1))
    assert found[:, 0].tolist() == llm[0].tolist()
    assert found[:, 1].tolist() == pytest.approx([log(votes[n] / sum(votes.values())) for n in names])


def test_shifting_an_llms_scores_changes_nothing() -> None:
    """Label log-probabilities and logits are told apart by nothing but a constant."""
    scores = np.array([[-9.0, -8.0, -7.5]])
    neighbours, votes = [NEIGHBOURS], near_votes([NEIGHBOURS], LABELS, METHOD)
    first = relevance_features(scores, votes, scores, neighbours, LABELS, METHOD)
    assert relevance_features(scores + 5, votes, scores - 3, neighbours, LABELS, METHOD) == pytest.approx(first)


def test_toy_codes_cover_every_category() -> None:
    assert {row[5] for row in toys.LABELLED} == {"Not_DC_Related", *LABELS.categories}
