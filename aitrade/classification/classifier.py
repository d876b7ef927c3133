"""A classifier: model, embedder, exemplars and calibration, which together classify codes."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np

from aitrade import __version__
from aitrade.classification.calibration import Calibration
from aitrade.classification.decision import Retrieved, baseline_probabilities, decide
from aitrade.classification.features import near_votes
from aitrade.classification.method import Method
from aitrade.classification.prediction import BASELINE, Prediction, listed, prediction, rounded
from aitrade.core.device import Runtime
from aitrade.llm.prompt import prompt_sha256
from aitrade.llm.prompt_scorer import heading_neighbours
from aitrade.llm.scorer import Scorer, Scores
from aitrade.nomenclature.code_text import SAME_PRODUCT, describe, same_product
from aitrade.nomenclature.codes import Code
from aitrade.question.question import Question
from aitrade.retrieval.embedder import Embedder
from aitrade.retrieval.index import Index
from aitrade.retrieval.kept_embedder import KeptEmbedder
from aitrade.retrieval.neighbours import Neighbour

if TYPE_CHECKING:
    from numpy.typing import NDArray


@dataclass(frozen=True)
class Classifier:
    """Everything that turns codes into predictions.

    Attributes:
        question: what is asked of every code.
        method: the numbers of the method.
        model: ``BASE`` or ``BASE+ADAPTER`` as on the command line.
        index: the exemplars where the embedder places them; fewer than the question's where some are held out.
        calibration: how the evidence is joined; None leaves the LLM's own probabilities.
        runtime: device and arithmetic.
        cascade: whether codes that are surely of the reference level without the LLM are not put to the LLM.
        nomenclature: every code that is known, by flow and heading. A base model's prompt shows the neighbours of the
            whole heading, whichever of its codes are asked about.
    """

    question: Question
    method: Method
    model: str
    scorer: Scorer
    embedder: Embedder
    index: Index
    calibration: Calibration | None
    runtime: Runtime
    cascade: bool = False
    nomenclature: Mapping[tuple[str, str], Sequence[Code]] = field(default_factory=dict)

    def knowing(self, nomenclature: Mapping[tuple[str, str], Sequence[Code]]) -> "Classifier":
        """The same with the codes of every heading, whose neighbours a base model's prompts show."""
        return replace(self, nomenclature=nomenclature)

    @cached_property
    def llm_index(self) -> Index | None:
        """The exemplars where a tuned LLM places them; None where the LLM's adapter keeps no vectors of them."""
        return self.scorer.vectors.index(self.index.exemplars) if self.scorer.vectors else None

    @property
    def settings(self) -> dict[str, Any]:
        """Everything that determines a prediction but the codes; the fingerprint is made from it."""
        own = {"shown_sha256": self.scorer.shown_sha256, "engine": self.scorer.engine_kind}
        usual = {None, "tree"}  # of a tuned model; not named, so that its runs keep their fingerprints
        return {name: value for name, value in own.items() if value not in usual} | {
            "aitrade": __version__,
            "model": self.model,
            "model_sha256": self.scorer.sha256,
            "embedder": self.embedder.name,
            "embedder_sha256": self.embedder.sha256,
            "exemplars_sha256": self.index.exemplars.sha256,
            "prompt_sha256": prompt_sha256(self.model, self.question),
            "calibration_sha256": self.calibration.sha256 if self.calibration else None,
            "labels": self.question.labels.names,
            "method": asdict(self.method),
            "cascade": self.cascade,
            "same_product": SAME_PRODUCT,
            "device": self.runtime.device,
            "arithmetic": self.runtime.arithmetic,
        }

    def predict(self, codes: Sequence[Code]) -> list[Prediction]:
        """Classify codes that are not exemplars, in the given order; siblings should stand together."""
        retrieved, labels = self.retrieve(codes), self.question.labels
        decided: dict[int, Prediction] = {}
        for row, baseline in self.certain(retrieved).items():
            evidence = {"neighbours": listed(retrieved.neighbours[row])} | self._note(codes[row])
            decided[row] = prediction(codes[row], labels, baseline, labels.reference_category, "cascade", evidence)
        rest = [row for row in range(len(codes)) if row not in decided]
        if rest:
            asked = self.ask([codes[row] for row in rest], retrieved.rows(rest))
            decided.update(zip(rest, asked, strict=True))
        return [decided[row] for row in range(len(codes))]

    def certain(self, retrieved: Retrieved) -> "dict[int, NDArray[np.float64]]":
        """Find codes that the LLM is not asked about, by row: their probabilities of the levels without it."""
        if not (self.cascade and self.calibration and len(retrieved.vectors)):
            return {}
        baseline = baseline_probabilities(self.calibration, retrieved, self.method)
        sure = baseline[:, self.question.labels.reference_index] >= self.calibration.cascade_threshold
        return {row: baseline[row] for row in np.flatnonzero(sure).tolist()}

    def retrieve(self, codes: Sequence[Code]) -> Retrieved:
        """Embed codes and find their nearest exemplars."""
        vectors = self.embed(codes)
        return Retrieved(vectors, self.method.near(self.index, codes, vectors))

    def embed_ahead(self, codes: Sequence[Code]) -> None:
        """Embed all that judging codes needs, where the embedder keeps it: many texts at once, and none twice."""
        if not isinstance(self.embedder, KeptEmbedder):
            return
        self.embed(codes)
        if self.scorer.prompt_neighbours:
            certain = self.certain(self.retrieve(codes)) if self.cascade and self.calibration else {}
            self.embed(self._siblings([code for row, code in enumerate(codes) if row not in certain]))

    def embed(self, codes: Sequence[Code]) -> "NDArray[np.float32]":
        """Embed the descriptions of codes, shape (n, dimensions)."""
        return self.embedder.embed([describe(code, self.question.words) for code in codes])

    def ask(self, codes: Sequence[Code], retrieved: Retrieved) -> list[Prediction]:
        """Classify codes with the LLM, given what :meth:`retrieve` found of them."""
        labels, shown = self.question.labels, self.shown(codes, retrieved.neighbours)
        scores = self.scorer.relevance(codes, shown)
        near = self.llm_neighbours(codes, scores)
        votes = near_votes(near, labels, self.method)

        def ask_categories(related: Mapping[int, str]) -> "NDArray[np.float64]":
            return self.scorer.category(codes, shown, related)

        decided_by = {"decided_by": BASELINE} if self.calibration and self.calibration.baseline_decides else {}
        decision = decide(retrieved, scores, votes, ask_categories, labels, self.method, self.calibration)
        return [
            prediction(
                code,
                labels,
                decision.probabilities[row],
                decision.categories[row],
                "llm",
                {
                    "llm": rounded(scores.relevance[row]),
                    "label_mass": None if scores.mass is None else round(float(scores.mass[row]), 6),
                    "category_llm": None if category is None else rounded(category),
                    "llm_votes": rounded(votes[row]),
                    "llm_neighbours": listed(near[row]),
                    "neighbours": listed(retrieved.neighbours[row]),
                }
                | decided_by
                | self._note(code),
            )
            for row, (code, category) in enumerate(zip(codes, decision.category_scores, strict=True))
        ]

    def shown(self, codes: Sequence[Code], neighbours: Sequence[Sequence[Neighbour]]) -> Sequence[Sequence[Neighbour]]:
        """Choose the exemplars that the prompt of each code shows; none where prompts show none.

        They are those of the code's heading: of all its codes in the nomenclature, and of the codes given.

        Args:
            codes: codes to ask about.
            neighbours: of each.
        """
        count = self.scorer.prompt_neighbours
        if not count:
            return [()] * len(codes)
        siblings = self._siblings(codes)
        theirs = self.retrieve(siblings).neighbours if siblings else ()
        return heading_neighbours([*codes, *siblings], [*neighbours, *theirs], count)[: len(codes)]

    def _siblings(self, codes: Sequence[Code]) -> list[Code]:
        """The other codes of the nomenclature in the headings of some codes."""
        own, headings = {code.key for code in codes}, dict.fromkeys((code.flow, code.hs4) for code in codes)
        return [c for heading in headings for c in self.nomenclature.get(heading, ()) if c.key not in own]

    def _note(self, code: Code) -> dict[str, str]:
        note = self.reused_number(code)
        return {"note": note} if note else {}

    def llm_neighbours(self, codes: Sequence[Code], scores: Scores) -> Sequence[Sequence[Neighbour]]:
        """Find the exemplars that a tuned LLM places nearest; none where the adapter keeps no vectors of them."""
        if self.llm_index is None or scores.vectors is None:
            return [()] * len(codes)
        return self.method.near(self.llm_index, codes, scores.vectors)

    def reused_number(self, code: Code) -> str | None:
        """Say in a note that an exemplar has the code's number, but is another product; None where that is not so."""
        exemplar = self.index.exemplars.by_code.get(code.key)
        if exemplar is None or same_product(code, exemplar.code, self.question.words):
            return None
        return f"the exemplar of this number is another product: {exemplar.code.description}"

    def exemplar_prediction(self, code: Code) -> Prediction | None:
        """Take the label by hand, where the code is an exemplar, by number and by description."""
        exemplar = self.index.exemplars.by_code.get(code.key)
        if exemplar is None or self.reused_number(code):
            return None
        labels = self.question.labels
        sure = np.array([float(exemplar.relevance == level) for level in labels.levels])
        return prediction(code, labels, sure, exemplar.category, "exemplar", {"rationale": exemplar.rationale})
