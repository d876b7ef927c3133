"""A prediction as it is kept: probabilities as a label, and its evidence as plain values."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from aitrade.nomenclature.codes import Code
from aitrade.question.rubric import RELEVANCES
from aitrade.retrieval.neighbours import Neighbour
from aitrade.workspace.predictions import Prediction

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

SHOWN_NEIGHBOURS = 8


def prediction(
    code: Code, probabilities: "NDArray[np.float64]", category: str, source: str, evidence: dict[str, Any]
) -> Prediction:
    """What is said of a code: the likeliest relevance of probabilities (3,), a category, and what they rest on."""
    high, medium, low = (float(p) for p in probabilities)
    return Prediction(
        flow=code.flow,
        hs10=code.hs10,
        description=code.description,
        relevance=RELEVANCES[int(probabilities.argmax())],
        category=category,
        p_high=high,
        p_medium=medium,
        p_low=low,
        source=source,
        evidence=evidence,
    )


def rounded(values: "NDArray[np.float64]") -> list[float]:
    """Scores as a prediction's evidence lists them."""
    return [round(float(value), 4) for value in values]


def listed(neighbours: Sequence[Neighbour]) -> list[dict[str, Any]]:
    """The nearest neighbours, as a prediction's evidence lists them."""
    return [
        {
            "flow": neighbour.exemplar.code.flow,
            "hs10": neighbour.exemplar.code.hs10,
            "similarity": round(neighbour.similarity, 4),
            "same_hs4": neighbour.same_hs4,
            "same_hs6": neighbour.same_hs6,
        }
        for neighbour in neighbours[:SHOWN_NEIGHBOURS]
    ]
