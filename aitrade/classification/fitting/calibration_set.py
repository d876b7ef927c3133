"""What a calibration is fitted on: the exemplars as each of them looks to a classifier that has never seen it.

Exemplars were chosen to cover headings, not at random, so each is weighted by how many codes of the nomenclature it
stands for (post-stratification by heading), which gives the probabilities the nomenclature's base rate.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from aitrade.classification.method import Method
from aitrade.nomenclature.codes import Code
from aitrade.question.exemplars import Exemplar
from aitrade.question.labels import LabelSpace
from aitrade.retrieval.neighbours import Neighbour

if TYPE_CHECKING:
    from numpy.typing import NDArray

FOLDS = 5  # parts of the subheadings, each held out in turn
LEAST_WEIGHT = 0.1  # of an exemplar that stands for no code, so that it is heard a little


@dataclass(frozen=True)
class FoldEmbeddings:
    """All n exemplars, embedded without anything having been learnt from some of them.

    Attributes:
        held_out: which, whole subheadings together, shape (n,).
        vectors: embeddings of all, shape (n, dimensions).
    """

    held_out: "NDArray[np.bool_]"
    vectors: "NDArray[np.float32]"


@dataclass(frozen=True)
class CalibrationSet:
    """The exemplars as a classifier sees codes that it has not been told about.

    Attributes:
        labels: the label space.
        method: the numbers of the votes.
        exemplars: all n exemplars.
        vectors: their embeddings, shape (n, dimensions).
        views: parts of them, all n together, each embedded without having been learnt from.
        neighbours: of each of the n, itself left out.
        weights: how many codes of the nomenclature each of the n stands for, shape (n,).
        rows: places of the m exemplars that the LLM was asked about, shape (m,); the rest is about these.
        llm: the LLM's scores of the k levels, made without the exemplar's subheading, shape (m, k).
        llm_votes: what the LLM's neighbours say (see ``near_votes``), by an LLM that has not
            seen the exemplar's subheading, shape (m, 2 (k - 1)).
        llm_category: log-probabilities of the categories, likewise, shape (m, categories); rows of exemplars
            of the reference level are not used.
    """

    labels: LabelSpace
    method: Method
    exemplars: Sequence[Exemplar]
    vectors: "NDArray[np.float32]"
    views: Sequence[FoldEmbeddings]
    neighbours: Sequence[Sequence[Neighbour]]
    weights: "NDArray[np.float64]"
    rows: "NDArray[np.int64]"
    llm: "NDArray[np.float64]"
    llm_votes: "NDArray[np.float64]"
    llm_category: "NDArray[np.float64]"

    @property
    def asked(self) -> list[Exemplar]:
        """The exemplars that the LLM was asked about."""
        return [self.exemplars[row] for row in self.rows]

    @property
    def levels(self) -> "NDArray[np.int64]":
        """Place of each exemplar's relevance among the levels, shape (n,)."""
        return levels_of(self.exemplars, self.labels)

    @property
    def targets(self) -> "NDArray[np.int64]":
        """Those of the exemplars that the LLM was asked about, shape (m,)."""
        return self.levels[self.rows]

    @property
    def asked_weights(self) -> "NDArray[np.float64]":
        """Weights of the exemplars that the LLM was asked about, shape (m,)."""
        return sampled_weights(self.weights, self.levels, self.rows, len(self.labels.levels))


def levels_of(exemplars: Sequence[Exemplar], labels: LabelSpace) -> "NDArray[np.int64]":
    """Place of each exemplar's relevance among the levels, shape (n,)."""
    return np.array([labels.position(e.relevance) for e in exemplars])


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
    return np.maximum(weights, LEAST_WEIGHT)


def spread(count: int, of: int) -> list[int]:
    """Choose ``count`` places of ``of``, spread evenly."""
    return [i * of // count for i in range(count)]


def sampled_weights(
    weights: "NDArray[np.float64]", levels: "NDArray[np.int64]", rows: "NDArray[np.int64]", count: int
) -> "NDArray[np.float64]":
    """Weights of some exemplars, shape (m,), that give each level the share which all of them together give it.

    Args:
        weights: :func:`population_weights` of all n exemplars.
        levels: :func:`levels_of` the same.
        rows: places of the m.
        count: how many levels there are.
    """
    whole, part = (np.bincount(levels[some], weights[some], count) for some in (np.arange(len(levels)), rows))
    scale = np.divide(whole, part, out=np.ones_like(whole), where=part > 0)  # no one of the level: nothing to scale
    scaled: NDArray[np.float64] = weights[rows] * scale[levels[rows]]
    return scaled
