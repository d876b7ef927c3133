"""Other ways that the labels could have fallen: relevances drawn from the predictions' probabilities.

The relevance of a code is drawn by a Gaussian copula. Code c in subheading s has the latent score

    x(c) = sqrt(rho) * z(s) + sqrt(1 - rho) * z(c),   z standard normal,

and is High where x(c) is below the normal quantile of p_high, Medium up to that of p_high + p_medium, Low above. So
each code keeps its own probabilities, and two codes of one HS6 subheading, whose descriptions differ by a few words,
tend to be wrong together. rho is 0.5. The generator is numpy's PCG64 with a fixed seed, and codes are drawn in the
order of their digits, so that the same labels and codes give the same draws.
"""

from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from statistics import NormalDist
from typing import TYPE_CHECKING

from aitrade.core.errors import BadInputError
from aitrade.question.rubric import NOT_RELATED, RELEVANCES

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

DRAWS = 2_000
SEED = 20_260_401
CORRELATION = 0.5
_BLOCK = 200
_CERTAIN = ("human", "exemplar")


@dataclass(frozen=True)
class Label:
    """A code's label and its probabilities, which are None where a label is certain or nothing is known of it."""

    hs10: str
    relevance: str
    category: str
    source: str
    p_high: float | None
    p_medium: float | None
    p_low: float | None


def probabilities(labels: Sequence[Label], run: str) -> "NDArray[np.float64]":
    """Probabilities of High, Medium and Low: an array of labels × 3 whose rows sum to 1.

    A label that a human or an exemplar gave, without probabilities, is certain.

    Raises:
        BadInputError: no label has probabilities, or one that a model gave has none.
    """
    import numpy as np

    known = [None not in (label.p_high, label.p_medium, label.p_low) for label in labels]
    without = [
        label.hs10
        for label, is_known in zip(labels, known, strict=True)
        if not is_known and label.source not in _CERTAIN
    ]
    if not any(known) or without:
        what = f"{len(without)} of its predictions have none" if any(known) else "it has none"
        raise BadInputError(
            f"intervals come from label probabilities, and run {run!r} is not complete: {what}",
            fix="use a run that aitrade classify made",
        )
    rows = [
        (label.p_high, label.p_medium, label.p_low)
        if is_known
        else tuple(float(label.relevance == name) for name in RELEVANCES)
        for label, is_known in zip(labels, known, strict=True)
    ]
    array = np.array(rows, dtype=np.float64)
    sums = array.sum(axis=1, keepdims=True)
    if (sums <= 0).any():
        raise BadInputError(f"run {run!r} has predictions whose probabilities are all 0")
    return np.asarray(array / sums, dtype=np.float64)


def draw(hs10: Sequence[str], chances: "NDArray[np.float64]") -> Iterator["NDArray[np.int8]"]:
    """Draw relevances :data:`DRAWS` times, as blocks of draws × codes: 0 High, 1 Medium, 2 Low.

    Args:
        hs10: the codes, in the order of their digits.
        chances: codes × 3.
    """
    import numpy as np

    subheadings, member = np.unique([code[:6] for code in hs10], return_inverse=True)
    below_high = _quantiles(chances[:, 0])
    below_low = _quantiles(1 - chances[:, 2])
    generator = np.random.Generator(np.random.PCG64(SEED))
    for start in range(0, DRAWS, _BLOCK):
        size = min(_BLOCK, DRAWS - start)
        shared = generator.standard_normal((size, len(subheadings)))[:, member]
        own = generator.standard_normal((size, len(hs10)))
        latent = np.sqrt(CORRELATION) * shared + np.sqrt(1 - CORRELATION) * own
        yield (latent >= below_high).astype(np.int8) + (latent >= below_low).astype(np.int8)


def likely_categories(labels: Sequence[Label]) -> list[str]:
    """The category that each code would have were it relevant.

    Its own where it has one. A code labelled Low has none: it takes the commonest one among relevant codes of its HS6
    subheading, else of its heading, else of its chapter, else none (Not_DC_Related).
    """
    commonest: dict[str, Counter[str]] = defaultdict(Counter)
    for label in labels:
        if label.category != NOT_RELATED:
            for digits in (6, 4, 2):
                commonest[label.hs10[:digits]][label.category] += 1

    def likely(label: Label) -> str:
        if label.category != NOT_RELATED:
            return label.category
        for digits in (6, 4, 2):
            if counts := commonest.get(label.hs10[:digits]):
                return min(counts, key=lambda name: (-counts[name], name))
        return NOT_RELATED

    return [likely(label) for label in labels]


def _quantiles(chances: "NDArray[np.float64]") -> "NDArray[np.float64]":
    import numpy as np

    normal = NormalDist()
    return np.array(
        [-np.inf if p <= 0 else np.inf if p >= 1 else normal.inv_cdf(p) for p in chances.tolist()], dtype=np.float64
    )
