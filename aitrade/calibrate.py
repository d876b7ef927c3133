"""Join the evidence into calibrated probabilities.

A multinomial logistic regression over the evidence, fitted on the exemplars as each of them looks to a classifier
that has never seen it: its own label is not among its neighbours, and the LLM and the probe were fitted without its
subheading. Exemplars were chosen to cover headings, not at random, so each is weighted by how many codes of the
nomenclature it stands for (post-stratification by heading), which gives the probabilities the world's base rate.
"""

import hashlib
import json
from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from aitrade.codes import Code
from aitrade.errors import ModelError
from aitrade.evidence import FEATURES, category_features, relevance_features
from aitrade.exemplars import Exemplar
from aitrade.llm.prompt import related_categories
from aitrade.retrieval.neighbours import Neighbour
from aitrade.rubric import NOT_RELATED, RELEVANCES
from aitrade.softmax import fit_softmax, softmax

if TYPE_CHECKING:
    from numpy.typing import NDArray

FOLDS = 5  # parts of the subheadings, each held out in turn
WEIGHT_LIMIT = 4.0  # no exemplar weighs more than this many times the mean, so that no single label decides


@dataclass(frozen=True)
class Calibration:
    """How evidence becomes probabilities; every number is readable JSON.

    Attributes:
        model: model (and adapter) whose scores it joins; ``none`` for the evidence without an LLM.
        inputs: hashes of what it was fitted from.
        probe: linear probe on the embeddings: weights (dimensions, 3) and bias (3,).
        center: mean of each feature, shape (features,).
        scale: standard deviation of each feature, shape (features,).
        weights: shape (features, 3).
        bias: shape (3,).
        category_weights: weights of the LLM's and the neighbours' log-probabilities of a category.
        figures: what was measured out of fold.
    """

    model: str
    inputs: dict[str, str]
    probe: dict[str, Any]
    center: list[float]
    scale: list[float]
    weights: list[list[float]]
    bias: list[float]
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
        self, llm: "NDArray[np.float64]", vectors: "NDArray[np.float32]", neighbours: Sequence[Sequence[Neighbour]]
    ) -> "NDArray[np.float64]":
        """Calibrated probabilities of High, Medium, Low, shape (n, 3)."""
        features = relevance_features(llm, self.probe_logits(vectors), neighbours)
        scaled = (features - self.center) / self.scale
        return softmax(scaled @ np.array(self.weights) + self.bias)

    def category(self, llm: "NDArray[np.float64]", neighbours: Sequence[Sequence[Neighbour]]) -> "NDArray[np.float64]":
        """Probabilities of the related categories, shape (n, categories)."""
        return softmax(category_features(llm, neighbours) @ np.array(self.category_weights))


def load_calibration(path: Path) -> Calibration:
    """Read a calibration.

    Raises:
        ModelError: it was fitted with other features than this version computes.
    """
    raw = json.loads(path.read_text("utf-8"))
    if raw.pop("features") != list(FEATURES):
        raise ModelError("the calibration is of another version", where=str(path), mend="refit it: aitrade calibrate")
    return Calibration(**raw)


def save_calibration(calibration: Calibration, path: Path) -> None:
    """Write a calibration as JSON that people can read."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps({"features": FEATURES, **asdict(calibration)}, indent=1) + "\n", "utf-8")


@dataclass(frozen=True)
class Training:
    """The exemplars as a classifier sees codes that it has not been told about.

    Attributes:
        exemplars: all n exemplars.
        vectors: their embeddings, shape (n, dimensions).
        rows: places of the m exemplars that the LLM was asked about, shape (m,); the rest is about these.
        neighbours: of each, itself left out.
        llm: the LLM's scores of High, Medium, Low, made without the exemplar's subheading, shape (m, 3).
        llm_category: log-probabilities of the related categories, likewise, shape (m, categories); rows of Low
            exemplars are not used.
        weights: how many codes of the nomenclature each stands for, shape (m,).
    """

    exemplars: Sequence[Exemplar]
    vectors: "NDArray[np.float32]"
    rows: "NDArray[np.int64]"
    neighbours: Sequence[Sequence[Neighbour]]
    llm: "NDArray[np.float64]"
    llm_category: "NDArray[np.float64]"
    weights: "NDArray[np.float64]"

    @property
    def asked(self) -> list[Exemplar]:
        """The exemplars that the LLM was asked about."""
        return [self.exemplars[row] for row in self.rows]

    @property
    def targets(self) -> "NDArray[np.int64]":
        """Place of their relevances in High, Medium, Low, shape (m,)."""
        return _levels(self.asked)


def fit(
    training: Training, model: str, inputs: dict[str, str], ridge: float = 3.0, probe_ridge: float = 3.0
) -> Calibration:
    """Fit the probe on all exemplars, and how it joins the other evidence on those that the LLM was asked about."""
    probe, held_out = _fit_probe(training, probe_ridge)
    features = relevance_features(training.llm, held_out[training.rows], training.neighbours)
    center, scale = features.mean(0), np.maximum(features.std(0), 1e-9)
    scaled = (features - center) / scale
    targets, weights = training.targets, training.weights
    folds = subheading_folds([e.code for e in training.asked], FOLDS)
    out_of_fold = np.zeros((len(targets), len(RELEVANCES)))
    for fold in range(FOLDS):
        seen = folds != fold
        w, b = fit_softmax(scaled[seen], targets[seen], weights[seen], ridge, len(RELEVANCES))
        out_of_fold[~seen] = softmax(scaled[~seen] @ w + b)
    w, b = fit_softmax(scaled, targets, weights, ridge, len(RELEVANCES))
    category_weights, category_accuracy = _fit_category(training)
    return Calibration(
        model=model,
        inputs=inputs,
        probe={"weights": np.round(probe[0], 6).tolist(), "bias": np.round(probe[1], 6).tolist()},
        center=center.tolist(),
        scale=scale.tolist(),
        weights=w.tolist(),
        bias=b.tolist(),
        category_weights=category_weights,
        figures=_figures(out_of_fold, targets, weights) | {"category_accuracy": category_accuracy},
    )


def _fit_probe(
    training: Training, ridge: float
) -> tuple[tuple["NDArray[np.float64]", "NDArray[np.float64]"], "NDArray[np.float64]"]:
    """The probe (weights, bias), and logits (n, 3) of each exemplar by a probe that has not seen its subheading."""
    vectors, targets = training.vectors.astype(np.float64), _levels(training.exemplars)
    alike = np.ones(len(targets))
    folds = subheading_folds([e.code for e in training.exemplars], FOLDS)
    held_out = np.zeros((len(targets), len(RELEVANCES)))
    for fold in range(FOLDS):
        seen = folds != fold
        w, b = fit_softmax(vectors[seen], targets[seen], alike[seen], ridge, len(RELEVANCES))
        held_out[~seen] = vectors[~seen] @ w + b
    return fit_softmax(vectors, targets, alike, ridge, len(RELEVANCES)), held_out


def _levels(exemplars: Sequence[Exemplar]) -> "NDArray[np.int64]":
    return np.array([RELEVANCES.index(e.relevance) for e in exemplars])


def _fit_category(training: Training) -> tuple[list[float], float]:
    """Weights of the two kinds of evidence on categories, by conditional logistic regression, and their accuracy."""
    from scipy.optimize import minimize

    asked, names = training.asked, related_categories()
    rows = [i for i, e in enumerate(asked) if e.category != NOT_RELATED]
    targets = np.array([names.index(asked[i].category) for i in rows])
    features = category_features(training.llm_category[rows], [training.neighbours[i] for i in rows])

    def loss(w: "NDArray[np.float64]") -> float:
        return -float(np.log(softmax(features @ w)[np.arange(len(rows)), targets]).mean()) + 1e-3 * float((w**2).sum())

    best = minimize(loss, np.array([0.5, 0.5]), method="Nelder-Mead").x
    return best.tolist(), float(((features @ best).argmax(1) == targets).mean())


def subheading_folds(codes: Sequence[Code], count: int) -> "NDArray[np.int64]":
    """Fold of each code, shape (n,): codes of one subheading are in one fold, by a hash that never changes."""
    return np.array([int(hashlib.sha256(code.hs6.encode()).hexdigest(), 16) % count for code in codes])


def population_weights(exemplars: Sequence[Exemplar], codes: Sequence[Code]) -> "NDArray[np.float64]":
    """How many codes of the nomenclature each exemplar stands for, shape (n,).

    The codes of a heading are shared by its exemplars; those of a heading without any by the chapter's exemplars.
    """
    per_heading = Counter(e.code.hs4 for e in exemplars)
    per_chapter = Counter(e.code.hs2 for e in exemplars)
    covered = Counter(code.hs4 for code in codes if code.hs4 in per_heading)
    rest = Counter(code.hs2 for code in codes if code.hs4 not in per_heading)
    weights = [
        covered[e.code.hs4] / per_heading[e.code.hs4] + rest[e.code.hs2] / per_chapter[e.code.hs2] for e in exemplars
    ]
    limited = np.minimum(weights, WEIGHT_LIMIT * float(np.mean(weights)))
    clipped: NDArray[np.float64] = np.maximum(limited, 0.1)
    return clipped


def _figures(
    probabilities: "NDArray[np.float64]", targets: "NDArray[np.int64]", weights: "NDArray[np.float64]"
) -> dict[str, float]:
    share = weights / weights.sum()
    predicted = probabilities.argmax(1)
    hit = float(share[(predicted == 0) & (targets == 0)].sum())
    both = float(share[predicted == 0].sum() + share[targets == 0].sum())
    return {
        "exemplars": float(len(targets)),
        "accuracy": float(share[predicted == targets].sum()),
        "high_f1": 2 * hit / both if both else 0.0,
        "log_loss": -float((share * np.log(probabilities[np.arange(len(targets)), targets])).sum()),
        "high_share": float(share[targets == 0].sum()),
        "medium_share": float(share[targets == 1].sum()),
    }
