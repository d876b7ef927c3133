"""A classifier: model, embedder, exemplars and calibration, loaded and ready to judge codes."""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from aitrade import __version__
from aitrade.calibrate import Calibration, load_calibration
from aitrade.codes import Code
from aitrade.errors import ModelError
from aitrade.evidence import NEIGHBOURS, near_votes
from aitrade.exemplars import ExemplarSet, load_exemplars
from aitrade.llm.judge import Judge, Opinions, load_judge
from aitrade.llm.machine import Machine, choose_machine
from aitrade.llm.prompt import describe, prompt_sha256, related_categories
from aitrade.paths import shipped
from aitrade.retrieval.embedder import Embedder, embedder_of, load_embedder
from aitrade.retrieval.index import Index, open_index
from aitrade.retrieval.neighbours import Neighbour, find_neighbours
from aitrade.rubric import NOT_RELATED, RELEVANCES
from aitrade.softmax import softmax
from aitrade.store.predictions import Prediction

if TYPE_CHECKING:
    from numpy.typing import NDArray

CODES_PER_BATCH = 128  # part of the fingerprint: codes of a batch share prefix trees
SHOWN_NEIGHBOURS = 8  # in a prediction's evidence


@dataclass(frozen=True)
class Classifier:
    """Everything that turns codes into predictions.

    Attributes:
        model: ``BASE`` or ``BASE+ADAPTER`` as on the command line.
        calibration: how the evidence is joined; None leaves the LLM's own probabilities.
        machine: device and arithmetic.
        cascade: whether codes that are Low beyond doubt without the LLM are not put to it.
    """

    model: str
    judge: Judge
    embedder: Embedder
    index: Index
    calibration: Calibration | None
    machine: Machine
    cascade: bool = False

    @cached_property
    def llm_index(self) -> Index | None:
        """The exemplars where a tuned LLM places them; None where it keeps no vectors of them."""
        return self.judge.vectors.index(self.index.exemplars) if self.judge.vectors else None

    @property
    def settings(self) -> dict[str, Any]:
        """Everything that determines a prediction but the codes; the fingerprint is made from it."""
        return {
            "aitrade": __version__,
            "model": self.model,
            "model_sha256": self.judge.sha256,
            "embedder": self.embedder.name,
            "embedder_sha256": self.embedder.sha256,
            "exemplars_sha256": self.index.exemplars.sha256,
            "prompt_sha256": prompt_sha256(),
            "calibration_sha256": self.calibration.sha256 if self.calibration else None,
            "labels": [*RELEVANCES, *related_categories()],
            "neighbours": NEIGHBOURS,
            "batch": CODES_PER_BATCH,
            "cascade": self.cascade,
            "device": self.machine.device,
            "arithmetic": self.machine.dtype_name,
        }

    def predict(self, codes: Sequence[Code]) -> list[Prediction]:
        """Judge codes that are no exemplars, in the given order; siblings should stand together."""
        vectors, neighbours = self.retrieve(codes)
        found: dict[int, Prediction] = {}
        if self.cascade and self.calibration:
            rival = self.calibration.without_llm(vectors, neighbours)
            for row in np.flatnonzero(rival[:, RELEVANCES.index("Low")] >= self.calibration.sure_low).tolist():
                evidence = {"neighbours": _listed(neighbours[row])}
                found[row] = _prediction(codes[row], rival[row], NOT_RELATED, "cascade", evidence)
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
        opinions = self.judge.relevance(codes, neighbours)
        near = self._llm_neighbours(codes, opinions)
        votes = near_votes(near)
        if self.calibration:
            probabilities = self.calibration.relevance(opinions.relevance, votes, vectors, neighbours)
        else:
            probabilities = softmax(opinions.relevance)
        levels = probabilities.argmax(1)
        categories, scores = self._categories(codes, neighbours, levels, opinions.category)
        return [
            _prediction(
                code,
                probabilities[row],
                categories[row],
                "llm",
                {
                    "llm": _numbers(opinions.relevance[row]),
                    "label_mass": None if opinions.mass is None else round(float(opinions.mass[row]), 6),
                    "category_llm": None if scores[row] is None else _numbers(scores[row]),
                    "llm_votes": _numbers(votes[row]),
                    "llm_neighbours": _listed(near[row]),
                    "neighbours": _listed(neighbours[row]),
                },
            )
            for row, code in enumerate(codes)
        ]

    def _llm_neighbours(self, codes: Sequence[Code], opinions: Opinions) -> Sequence[Sequence[Neighbour]]:
        """The exemplars that a tuned LLM places nearest; none where it keeps no vectors of them."""
        if self.llm_index is None or opinions.vectors is None:
            return [()] * len(codes)
        return find_neighbours(self.llm_index, codes, opinions.vectors, NEIGHBOURS)

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
            llm = self.judge.category(codes, neighbours, {row: RELEVANCES[levels[row]] for row in rows})
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
        exemplar = self.index.exemplars.by_code.get((code.flow, code.hs10))
        if exemplar is None:
            return None
        sure = np.array([float(exemplar.relevance == level) for level in RELEVANCES])
        return _prediction(code, sure, exemplar.category, "exemplar", {"rationale": exemplar.rationale})


def load_classifier(
    model: str,
    device: str,
    workspace: Path,
    *,
    arithmetic: str = "auto",
    cascade: bool = False,
    exemplars: ExemplarSet | None = None,
    calibrated: bool = True,
) -> Classifier:
    """Load everything for a model.

    Args:
        model: ``BASE`` or ``BASE+ADAPTER``.
        device: auto, cpu or cuda.
        arithmetic: auto, bfloat16 or float32.
        cascade: do not ask the LLM about codes that are Low beyond doubt without it; needs a calibration.
        workspace: folder where the index is kept, and calibrations and adapters of the user's own.
        exemplars: the shipped set by default.
        calibrated: False leaves the calibration out even where there is one.

    Raises:
        ModelError: a model is missing or altered, or the calibration was fitted from other exemplars or models.
    """
    machine = choose_machine(device, arithmetic)
    judge = load_judge(model, machine, workspace / "adapters")
    embedder = load_embedder(machine, embedder_of(model), workspace / "adapters")
    index = open_index(load_exemplars() if exemplars is None else exemplars, embedder, workspace / "index")
    path = find_calibration(model, workspace) if calibrated else None
    calibration = load_calibration(path) if path else None
    classifier = Classifier(model, judge, embedder, index, calibration, machine, cascade and calibration is not None)
    if calibration and path:
        _check_inputs(calibration, calibration_inputs(classifier), path)
    return classifier


def calibration_inputs(classifier: Classifier) -> dict[str, str]:
    """Hashes of what a calibration depends on."""
    return {
        "model_sha256": classifier.judge.sha256,
        "embedder_sha256": classifier.embedder.sha256,
        "exemplars_sha256": classifier.index.exemplars.sha256,
        "prompt_sha256": prompt_sha256(),
    }


def find_calibration(model: str, workspace: Path) -> Path | None:
    """The calibration of a model: the workspace's own, else the shipped one, else None."""
    candidates = (workspace / "calibration" / f"{model}.json", shipped("data/calibration") / f"{model}.json")
    return next((path for path in candidates if path.is_file()), None)


def fingerprint(settings: dict[str, Any], codes: Sequence[Code]) -> str:
    """Hash of the settings and the codes that a run classifies."""
    digest = hashlib.sha256(json.dumps(settings, sort_keys=True).encode())
    for code in codes:
        digest.update(f"\n{code.flow} {code.hs10} {code.description} {code.naics_description or ''}".encode())
    return digest.hexdigest()


def _check_inputs(calibration: Calibration, inputs: dict[str, str], path: Path) -> None:
    changed = [name.removesuffix("_sha256") for name, value in inputs.items() if calibration.inputs.get(name) != value]
    if changed:
        raise ModelError(
            f"the calibration was fitted with another {', '.join(changed)}",
            where=str(path),
            mend=f"refit it: aitrade calibrate --model {calibration.model}",
        )


def _prediction(
    code: Code, probabilities: "NDArray[np.float64]", category: str, source: str, evidence: dict[str, Any]
) -> Prediction:
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


def _numbers(values: "NDArray[np.float64]") -> list[float]:
    return [round(float(value), 4) for value in values]


def _listed(neighbours: Sequence[Neighbour]) -> list[dict[str, Any]]:
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
