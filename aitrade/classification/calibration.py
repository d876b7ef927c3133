"""A calibration: how the evidence of a code is joined into calibrated probabilities.

A multinomial logistic regression over the evidence (aitrade/classification/fitting/evidence.py says how it is fitted).
"""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from aitrade.classification.features import category_features, feature_names
from aitrade.classification.method import Method
from aitrade.core.errors import ModelError
from aitrade.core.files import atomic_write
from aitrade.core.softmax import softmax
from aitrade.question import SHIPPED
from aitrade.question.artifacts import calibration_folders
from aitrade.question.labels import LabelSpace, labels_from_json
from aitrade.question.question import Question
from aitrade.retrieval.neighbours import Neighbour

if TYPE_CHECKING:
    from numpy.typing import NDArray


@dataclass(frozen=True)
class EvidenceModel:
    """A multinomial logistic regression over the features of :mod:`aitrade.classification.features`.

    Attributes:
        center: mean of each feature, shape (features,).
        scale: standard deviation of each feature, shape (features,).
        weights: shape (features, k); zero for evidence that is left out.
        bias: shape (k,).
    """

    center: list[float]
    scale: list[float]
    weights: list[list[float]]
    bias: list[float]

    def probabilities(self, features: "NDArray[np.float64]") -> "NDArray[np.float64]":
        """Calibrated probabilities of the k levels, shape (n, k), from features (n, features)."""
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
        model: model (and adapter) whose scores are joined.
        labels: the label space of the exemplars that the calibration was fitted on.
        inputs: hashes of what the calibration was fitted from.
        probe: linear probe on the embeddings: weights (dimensions, k) and bias (k,).
        evidence_model: joins all evidence.
        baseline: joins the evidence without the LLM; the cascade asks the baseline first.
        cascade_threshold: probability of the reference level from which the baseline's word is enough (see
            aitrade/classification/fitting/fit.py).
        category_weights: weights of the LLM's and the neighbours' log-probabilities of a category; empty where the
            question has no categories.
        figures: what was measured out of fold; of categories, on the exemplars that their two weights were fitted on.
    """

    model: str
    labels: LabelSpace
    inputs: dict[str, str]
    probe: dict[str, Any]
    evidence_model: EvidenceModel
    baseline: EvidenceModel
    cascade_threshold: float
    category_weights: list[float]
    figures: dict[str, float]

    @property
    def baseline_decides(self) -> bool:
        """Whether the exemplars do not show that the LLM adds to the baseline, which then decides alone."""
        return self.evidence_model == self.baseline

    @property
    def expected(self) -> str:
        """Say how right the labels of new products are, by the exemplars out of fold, with and without the LLM."""
        f1s = [f"{level.lower()}_f1" for level in self.labels.counted]

        def said(prefix: str) -> str:
            parts = [f"accuracy {self.figures[f'{prefix}accuracy']:.3f}"]
            parts += [
                f"F1 of {level} {self.figures[f'{prefix}{f1}']:.3f}"
                for level, f1 in zip(self.labels.counted, f1s, strict=True)
            ]
            return ", ".join(parts)

        if "baseline_log_loss" not in self.figures:  # fitted before both were kept
            return f"expect of new products: {said('')}"
        joined, baseline = said("joined_"), said("baseline_")
        if not self.baseline_decides:
            return f"expect of new products: {joined}; without the LLM: {baseline}"
        return f"the exemplars do not show that the LLM adds anything, so it is left out: {baseline}; with it: {joined}"

    @cached_property
    def sha256(self) -> str:
        """Hash of all numbers."""
        return hashlib.sha256(json.dumps(asdict(self), sort_keys=True).encode()).hexdigest()

    def probe_logits(self, vectors: "NDArray[np.float32]") -> "NDArray[np.float64]":
        """Logits of the probe, shape (n, k), from embeddings (n, dimensions)."""
        logits: NDArray[np.float64] = vectors.astype(np.float64) @ np.array(self.probe["weights"]) + self.probe["bias"]
        return logits

    def category(
        self, llm: "NDArray[np.float64]", neighbours: Sequence[Sequence[Neighbour]], method: Method
    ) -> "NDArray[np.float64]":
        """Probabilities of the categories, shape (n, categories)."""
        return softmax(category_features(llm, neighbours, self.labels, method) @ np.array(self.category_weights))


def calibration_file(model: str, embedder: str) -> str:
    """Name the file of the calibration of a model with an embedder in a folder of calibrations."""
    return f"{embedder}/{model}.json"


def find_calibration(model: str, embedder: str, question: Question, workspace: Path) -> Path | None:
    """Find the calibration of a model with an embedder: the workspace's own, else the question's, else None."""
    name = calibration_file(model, embedder)
    paths = (folder / name for folder in calibration_folders(question, workspace))
    return next((path for path in paths if path.is_file()), None)


def how_to_calibrate(model: str, embedder: str, question: Question) -> str:
    """Say the command that fits the calibration of a model with an embedder."""
    other = "" if embedder == question.settings.embedder else f" --embedder {embedder}"
    asked = "" if question.name == SHIPPED else f"--question {question.folder or question.name} "
    return f"aitrade {asked}calibrate --model {model}{other}"


def load_calibration(path: Path) -> Calibration:
    """Read a calibration.

    Raises:
        ModelError: it cannot be read, or another version fitted it.
    """
    again = f"refit it: aitrade calibrate --model {path.stem} --embedder {path.parent.name}"
    try:
        raw = json.loads(path.read_text("utf-8"))
        features = raw.pop("features")
        if "labels" not in raw:
            raise ModelError("the calibration was fitted by another version", where=str(path), fix=again)
        parts: dict[str, Any] = {name: EvidenceModel(**raw[name]) for name in ("evidence_model", "baseline")}
        made = Calibration(**raw | parts | {"labels": labels_from_json(raw["labels"])})
        if features != list(feature_names(made.labels)):
            raise ModelError("the calibration was fitted by another version", where=str(path), fix=again)
    except (OSError, ValueError, TypeError, KeyError, AttributeError, RecursionError) as error:
        raise ModelError(f"the calibration cannot be read: {error}", where=str(path), fix=again) from error
    return made


def save_calibration(calibration: Calibration, path: Path) -> None:
    """Write a calibration as JSON that people can read."""
    raw = {"features": feature_names(calibration.labels), **asdict(calibration)}
    with atomic_write(path) as partial:
        partial.write_text(json.dumps(raw, indent=1, ensure_ascii=False) + "\n", "utf-8")
