"""A classifier: model, embedder, exemplars and calibration, which together judge codes."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np

from aitrade import __version__
from aitrade.classification.calibration import Calibration
from aitrade.classification.features import DOUBT, NEAR_DOUBT, NEIGHBOURS, SHARPNESS, near_votes
from aitrade.classification.prediction import Prediction, listed, prediction, rounded
from aitrade.core.device import Runtime
from aitrade.core.softmax import softmax
from aitrade.llm.prompt import prompt_sha256
from aitrade.llm.prompt_scorer import PROMPT_NEIGHBOURS
from aitrade.llm.scorer import Scorer, Scores
from aitrade.nomenclature.code_text import describe
from aitrade.nomenclature.codes import Code
from aitrade.question.question import SHIPPED, Question, load_question
from aitrade.question.rubric import NOT_RELATED, RELEVANCES, labels, related_categories
from aitrade.retrieval.embedder import Embedder
from aitrade.retrieval.index import Index
from aitrade.retrieval.neighbours import SAME_HS4, SAME_HS6, Neighbour, find_neighbours

if TYPE_CHECKING:
    from numpy.typing import NDArray

SPACE = load_question(SHIPPED).labels
CODES_PER_BATCH = 128  # part of the fingerprint: codes of a batch share prefix trees


@dataclass(frozen=True)
class Classifier:
    """Everything that turns codes into predictions.

    Attributes:
        model: ``BASE`` or ``BASE+ADAPTER`` as on the command line.
        calibration: how the evidence is joined; None leaves the LLM's own probabilities.
        runtime: device and arithmetic.
        cascade: whether codes that are Low beyond doubt without the LLM are not put to it.
    """

    model: str
    scorer: Scorer
    embedder: Embedder
    index: Index
    calibration: Calibration | None
    runtime: Runtime
    cascade: bool = False

    @property
    def question(self) -> Question:
        """What is asked of every code."""
        return load_question(SHIPPED)

    @cached_property
    def llm_index(self) -> Index | None:
        """The exemplars where a tuned LLM places them; None where it keeps no vectors of them."""
        return self.scorer.vectors.index(self.index.exemplars) if self.scorer.vectors else None

    @property
    def settings(self) -> dict[str, Any]:
        """Everything that determines a prediction but the codes; the fingerprint is made from it."""
        return {
            "aitrade": __version__,
            "model": self.model,
            "model_sha256": self.scorer.sha256,
            "embedder": self.embedder.name,
            "embedder_sha256": self.embedder.sha256,
            "exemplars_sha256": self.index.exemplars.sha256,
            "prompt_sha256": prompt_sha256(self.model),
            "calibration_sha256": self.calibration.sha256 if self.calibration else None,
            "labels": labels(),
            "method": method(),
            "batch": CODES_PER_BATCH,
            "cascade": self.cascade,
            "device": self.runtime.device,
            "arithmetic": self.runtime.arithmetic,
        }

    def predict(self, codes: Sequence[Code]) -> list[Prediction]:
        """Scorer codes that are no exemplars, in the given order; siblings should stand together."""
        vectors, neighbours = self.retrieve(codes)
        found: dict[int, Prediction] = {}
        if self.cascade and self.calibration:
            rival = self.calibration.without_llm(vectors, neighbours)
            for row in np.flatnonzero(rival[:, RELEVANCES.index("Low")] >= self.calibration.sure_low).tolist():
                evidence = {"neighbours": listed(neighbours[row])}
                found[row] = prediction(codes[row], SPACE, rival[row], NOT_RELATED, "cascade", evidence)
        rest = [row for row in range(len(codes)) if row not in found]
        if rest:
            asked = [codes[row] for row in rest], vectors[rest], [neighbours[row] for row in rest]
            found.update(zip(rest, self.ask(*asked), strict=True))
        return [found[row] for row in range(len(codes))]

    def retrieve(self, codes: Sequence[Code]) -> tuple["NDArray[np.float32]", list[tuple[Neighbour, ...]]]:
        """What is known of codes before the LLM is asked: embeddings (n, dimensions) and nearest exemplars."""
        vectors = self.embedder.embed([describe(code) for code in codes])
        return vectors, find_neighbours(self.index, codes, vectors, NEIGHBOURS)

    def ask(
        self, codes: Sequence[Code], vectors: "NDArray[np.float32]", neighbours: Sequence[Sequence[Neighbour]]
    ) -> list[Prediction]:
        """Judge codes with the LLM, given what :meth:`retrieve` found of them."""
        scores = self.scorer.relevance(codes, neighbours)
        near = self._llm_neighbours(codes, scores)
        votes = near_votes(near)
        if self.calibration:
            probabilities = self.calibration.relevance(scores.relevance, votes, vectors, neighbours)
        else:
            probabilities = softmax(scores.relevance)
        levels = probabilities.argmax(1)
        categories, category_scores = self._categories(codes, neighbours, levels, scores.category)
        return [
            prediction(
                code,
                SPACE,
                probabilities[row],
                categories[row],
                "llm",
                {
                    "llm": rounded(scores.relevance[row]),
                    "label_mass": None if scores.mass is None else round(float(scores.mass[row]), 6),
                    "category_llm": None if category_scores[row] is None else rounded(category_scores[row]),
                    "llm_votes": rounded(votes[row]),
                    "llm_neighbours": listed(near[row]),
                    "neighbours": listed(neighbours[row]),
                },
            )
            for row, code in enumerate(codes)
        ]

    def _llm_neighbours(self, codes: Sequence[Code], scores: Scores) -> Sequence[Sequence[Neighbour]]:
        """The exemplars that a tuned LLM places nearest; none where it keeps no vectors of them."""
        if self.llm_index is None or scores.vectors is None:
            return [()] * len(codes)
        return find_neighbours(self.llm_index, codes, scores.vectors, NEIGHBOURS)

    def _categories(
        self,
        codes: Sequence[Code],
        neighbours: Sequence[Sequence[Neighbour]],
        levels: "NDArray[np.int64]",
        known: "NDArray[np.float64] | None",
    ) -> tuple[list[str], list[Any]]:
        """Category of each code, and the LLM's scores behind it; only codes that are not Low are asked about."""
        rows = [row for row, level in enumerate(levels) if RELEVANCES[level] != "Low"]
        categories: list[str] = [NOT_RELATED] * len(codes)
        scores: list[Any] = [None] * len(codes)
        if not rows:
            return categories, scores
        if known is None:
            llm = self.scorer.category(codes, neighbours, {row: RELEVANCES[levels[row]] for row in rows})
        else:
            llm = known[rows]
        asked = [neighbours[row] for row in rows]
        joined = self.calibration.category(llm, asked) if self.calibration else softmax(llm)
        for place, row in enumerate(rows):
            categories[row] = related_categories()[int(joined[place].argmax())]
            scores[row] = llm[place]
        return categories, scores

    def exemplar_prediction(self, code: Code) -> Prediction | None:
        """The label by hand, where the code is an exemplar."""
        exemplar = self.index.exemplars.by_code.get(code.key)
        if exemplar is None:
            return None
        sure = np.array([float(exemplar.relevance == level) for level in RELEVANCES])
        return prediction(code, SPACE, sure, exemplar.category, "exemplar", {"rationale": exemplar.rationale})


def method() -> dict[str, float]:
    """The numbers of the method: calibrations are fitted for them, and fingerprints are made from them."""
    return {
        "neighbours": NEIGHBOURS,
        "prompt_neighbours": PROMPT_NEIGHBOURS,
        "same_hs4": SAME_HS4,
        "same_hs6": SAME_HS6,
        "sharpness": SHARPNESS,
        "doubt": DOUBT,
        "near_doubt": NEAR_DOUBT,
    }
