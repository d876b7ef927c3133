"""A calibration: how the evidence of a code is joined into calibrated probabilities.

A multinomial logistic regression over the evidence (aitrade/classification/fitting/joint.py says how it is fitted).
"""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from aitrade.classification.features import FEATURES, category_features, near_votes, relevance_features
from aitrade.core.errors import ModelError
from aitrade.core.files import atomic_write
from aitrade.core.paths import shipped
from aitrade.core.softmax import softmax
from aitrade.question import defaults
from aitrade.retrieval.neighbours import Neighbour

if TYPE_CHECKING:
    from numpy.typing import NDArray


@dataclass(frozen=True)
class EvidenceModel:
    """A multinomial logistic regression over the features of :mod:`aitrade.classification.features`.

    Attributes:
        center: mean of each feature, shape (features,).
        scale: standard deviation of each feature, shape (features,).
        weights: shape (features, 3); zero for evidence that is left out.
        bias: shape (3,).
    """

    center: list[float]
    scale: list[float]
    weights: list[list[float]]
    bias: list[float]

    def probabilities(self, features: "NDArray[np.float64]") -> "NDArray[np.float64]":
        """Calibrated probabilities of High, Medium, Low, shape (n, 3), from features (n, features)."""
        scaled = (features - self.center) / self.scale
        return softmax(scaled @ np.array(self.weights) + self.bias)

    def plus(self, other: "EvidenceModel") -> "EvidenceModel":
        """One whose logits are the sum of both."""
        ratio = np.array(other.scale) / self.scale
        weights = np.array(self.weights) * ratio[:, None] + other.weights
        moved = (np.array(other.center) - self.center) / self.scale @ np.array(self.weights)
        bias = np.array(self.bias) + other.bias + moved
        return EvidenceModel(other.center, other.scale, weights.tolist(), bias.tolist())


@dataclass(frozen=True)
class Calibration:
    """How evidence becomes probabilities; every number is readable JSON.

    Attributes:
        model: model (and adapter) whose scores it joins.
        inputs: hashes of what it was fitted from.
        probe: linear probe on the embeddings: weights (dimensions, 3) and bias (3,).
        joint: joins all evidence.
        rival: joins the evidence without the LLM; the cascade asks it first.
        sure_low: probability of Low from which the rival's word is enough (see aitrade/classification/fitting/fit.py).
        category_weights: weights of the LLM's and the neighbours' log-probabilities of a category.
        figures: what was measured out of fold; of categories, on the exemplars that their two weights were fitted on.
    """

    model: str
    inputs: dict[str, str]
    probe: dict[str, Any]
    joint: EvidenceModel
    rival: EvidenceModel
    sure_low: float
    category_weights: list[float]
    figures: dict[str, float]

    @cached_property
    def sha256(self) -> str:
        """Hash of all numbers."""
        return hashlib.sha256(json.dumps(asdict(self), sort_keys=True).encode()).hexdigest()

    def probe_logits(self, vectors: "NDArray[np.float32]") -> "NDArray[np.float64]":
        """Logits of the probe, shape (n, 3), from embeddings (n, dimensions)."""
        logits: NDArray[np.float64] = vectors.astype(np.float64) @ np.array(self.probe["weights"]) + self.probe["bias"]
        return logits

    def relevance(
        self,
        llm: "NDArray[np.float64]",
        llm_votes: "NDArray[np.float64]",
        vectors: "NDArray[np.float32]",
        neighbours: Sequence[Sequence[Neighbour]],
    ) -> "NDArray[np.float64]":
        """Calibrated probabilities of the levels, shape (n, 3), from the shapes of ``features.py``."""
        return self.joint.probabilities(relevance_features(llm, llm_votes, self.probe_logits(vectors), neighbours))

    def without_llm(
        self, vectors: "NDArray[np.float32]", neighbours: Sequence[Sequence[Neighbour]]
    ) -> "NDArray[np.float64]":
        """The same from neighbours and probe alone."""
        scores, votes = np.zeros((len(vectors), 3)), near_votes([()] * len(vectors))
        return self.rival.probabilities(relevance_features(scores, votes, self.probe_logits(vectors), neighbours))

    def category(self, llm: "NDArray[np.float64]", neighbours: Sequence[Sequence[Neighbour]]) -> "NDArray[np.float64]":
        """Probabilities of the related categories, shape (n, categories)."""
        return softmax(category_features(llm, neighbours) @ np.array(self.category_weights))


def calibration_file(model: str, embedder: str) -> str:
    """Where the calibration of a model with an embedder lies in a folder of calibrations."""
    return f"{embedder}/{model}.json"


def find_calibration(model: str, embedder: str, workspace: Path) -> Path | None:
    """The calibration of a model with an embedder: the workspace's own, else the shipped one, else None."""
    name = calibration_file(model, embedder)
    candidates = workspace / "calibration" / name, shipped("data/questions/ai-data-centers/calibration") / name
    return next((path for path in candidates if path.is_file()), None)


def how_to_calibrate(model: str, embedder: str) -> str:
    """The command that fits the calibration of a model with an embedder."""
    other = "" if embedder == defaults.DEFAULT_EMBEDDER else f" --embedder {embedder}"
    return f"aitrade calibrate --model {model}{other}"


def load_calibration(path: Path) -> Calibration:
    """Read a calibration.

    Raises:
        ModelError: it cannot be read, or was fitted with other features than this version computes.
    """
    model, embedder = path.stem, path.parent.name
    again = f"refit it: {how_to_calibrate(model, embedder)}"
    try:
        raw = json.loads(path.read_text("utf-8"))
        if raw.pop("features") != list(FEATURES) or "rival" not in raw:
            raise ModelError("the calibration is of another version", where=str(path), fix=again)
        return Calibration(**raw | {name: EvidenceModel(**raw[name]) for name in ("joint", "rival")})
    except (OSError, ValueError, TypeError, KeyError, AttributeError) as error:
        raise ModelError(f"the calibration cannot be read: {error}", where=str(path), fix=again) from error


def save_calibration(calibration: Calibration, path: Path) -> None:
    """Write a calibration as JSON that people can read."""
    with atomic_write(path) as partial:
        partial.write_text(json.dumps({"features": FEATURES, **asdict(calibration)}, indent=1) + "\n", "utf-8")
