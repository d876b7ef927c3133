"""A prediction: what a run says of a code, with its evidence as plain values."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from aitrade.nomenclature.codes import Code
from aitrade.question.labels import LabelSpace
from aitrade.retrieval.neighbours import Neighbour

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

SHOWN_NEIGHBOURS = 8
BASELINE = "baseline"  # what decides where the LLM was asked and adds nothing, as the evidence names it


@dataclass(frozen=True)
class Prediction:
    """What a run says of a code.

    Attributes:
        relevance, category: the label, by the names of the question.
        p: calibrated probabilities in the order of the question's levels; they add up to 1.
        source: ``llm`` (which was asked), ``exemplar`` (labelled by hand) or ``cascade`` (certain without the LLM).
        evidence: the neighbours and raw scores behind it; ``decided_by`` where the LLM was asked and did not decide.
    """

    flow: str
    hs10: str
    description: str
    relevance: str
    category: str
    p: tuple[float, ...]
    source: str
    evidence: dict[str, Any]


def prediction(
    code: Code,
    labels: LabelSpace,
    probabilities: "NDArray[np.float64]",
    category: str,
    source: str,
    evidence: dict[str, Any],
) -> Prediction:
    """Make the prediction of a code from probabilities (k,), a category, and what both rest on."""
    return Prediction(
        flow=code.flow,
        hs10=code.hs10,
        description=code.description,
        relevance=labels.levels[int(probabilities.argmax())],
        category=category,
        p=tuple(float(p) for p in probabilities),
        source=source,
        evidence=evidence,
    )


def rounded(values: "NDArray[np.float64]") -> list[float]:
    """Round scores as a prediction's evidence lists them."""
    return [round(float(value), 4) for value in values]


def listed(neighbours: Sequence[Neighbour]) -> list[dict[str, Any]]:
    """List the nearest neighbours as a prediction's evidence does."""
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
