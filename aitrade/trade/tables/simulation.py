"""Other ways that the labels could have fallen: relevances drawn from the predictions' probabilities.

The relevance of a code is drawn by a Gaussian copula. Code c in subheading s has the latent score

    x(c) = sqrt(rho) * z(s) + sqrt(1 - rho) * z(c),   z standard normal,

and has the first level where x(c) is below the normal quantile of its probability, the second up to that of the first
two together, and so on; the last above all. A label by hand, or of an exemplar, is wrong at an error rate, and then
one of the levels next to it is right, each as likely. So each code keeps its own probabilities, and two codes of one
HS6 subheading, whose descriptions differ by a few words, tend to be wrong together. rho is 0.5. The generator is
numpy's PCG64 with a fixed seed, and codes are drawn in the order of their digits, so that the same labels and codes
give the same draws.
"""

from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from statistics import NormalDist
from typing import TYPE_CHECKING

from aitrade.core.errors import BadInputError
from aitrade.core.sql import query
from aitrade.question.labels import LabelSpace
from aitrade.trade.tables.context import QueryContext
from aitrade.trade.tables.macros import SQL
from aitrade.trade.tables.options import Options

if TYPE_CHECKING:
    import numpy as np
    from duckdb import DuckDBPyConnection
    from numpy.typing import NDArray

    Sums = dict[tuple[str, str | None], NDArray[np.float64]]

DRAWS = 2_000
SEED = 20_260_401
CORRELATION = 0.5
_BLOCK = 200
BY_HAND = ("human", "exemplar")


@dataclass(frozen=True)
class Label:
    """A code's label and its probabilities, which are None where a label is by hand or nothing is known of it."""

    hs10: str
    relevance: str
    category: str
    source: str
    p: tuple[float, ...] | None


def probabilities(labels: Sequence[Label], levels: Sequence[str], run: str, error_rate: float) -> "NDArray[np.float64]":
    """Probabilities of the levels, in their order: an array of labels × levels whose rows sum to 1.

    Args:
        labels: the labels.
        levels: in their order.
        run: named in errors.
        error_rate: share of the labels by hand, or of exemplars, that are wrong: by one level.

    Raises:
        BadInputError: no label has probabilities, or one that a model gave has none.
    """
    import numpy as np

    without = [label.hs10 for label in labels if label.p is None and label.source not in BY_HAND]
    some = any(label.p is not None for label in labels)
    if not some or without:
        what = f"{len(without)} of its predictions have none" if some else "it has none"
        raise BadInputError(
            f"intervals come from label probabilities, and run {run!r} is not complete: {what}",
            fix="use a run that aitrade classify made",
        )
    by_hand = {level: _by_hand(place, len(levels), error_rate) for place, level in enumerate(levels)}
    rows = [by_hand[label.relevance] if label.source in BY_HAND else label.p or () for label in labels]
    array = np.array(rows, dtype=np.float64)
    sums = array.sum(axis=1, keepdims=True)
    if (sums <= 0).any():
        raise BadInputError(f"run {run!r} has predictions whose probabilities are all 0")
    return np.asarray(array / sums, dtype=np.float64)


def _by_hand(place: int, levels: int, error_rate: float) -> tuple[float, ...]:
    beside = [other for other in (place - 1, place + 1) if 0 <= other < levels]
    return tuple(
        1 - error_rate if other == place else error_rate / len(beside) if other in beside else 0.0
        for other in range(levels)
    )


def draw(hs10: Sequence[str], chances: "NDArray[np.float64]") -> Iterator["NDArray[np.int8]"]:
    """Draw levels :data:`DRAWS` times, as blocks of draws × codes; levels as numbers in their order.

    Args:
        hs10: the codes, in the order of their digits.
        chances: codes × levels.
    """
    import numpy as np

    subheadings, member = np.unique([code[:6] for code in hs10], return_inverse=True)
    first, *others = range(chances.shape[1] - 1)
    limits = [_quantiles(chances[:, first]), *(_quantiles(1 - chances[:, n + 1 :].sum(axis=1)) for n in others)]
    generator = np.random.Generator(np.random.PCG64(SEED))
    for start in range(0, DRAWS, _BLOCK):
        size = min(_BLOCK, DRAWS - start)
        shared = generator.standard_normal((size, len(subheadings)))[:, member]
        own = generator.standard_normal((size, len(hs10)))
        latent = np.sqrt(CORRELATION) * shared + np.sqrt(1 - CORRELATION) * own
        yield np.sum([latent >= limit for limit in limits], axis=0, dtype=np.int8)


def likely_categories(labels: Sequence[Label], none: str) -> list[str]:
    """The category that each code would have were it not of the reference level.

    Its own where it has one. A code of the reference level has none: it takes the commonest one among the other
    codes of its HS6 subheading, else of its heading, else of its chapter, else none.

    Args:
        labels: the codes.
        none: what stands for no category.
    """
    commonest: dict[str, Counter[str]] = defaultdict(Counter)
    for label in labels:
        if label.category != none:
            for digits in (6, 4, 2):
                commonest[label.hs10[:digits]][label.category] += 1

    def likely(label: Label) -> str:
        if label.category != none:
            return label.category
        for digits in (6, 4, 2):
            if counts := commonest.get(label.hs10[:digits]):
                return min(counts, key=lambda name: (-counts[name], name))
        return none

    return [likely(label) for label in labels]


def _quantiles(chances: "NDArray[np.float64]") -> "NDArray[np.float64]":
    import numpy as np

    normal = NormalDist()
    return np.array(
        [-np.inf if p <= 0 else np.inf if p >= 1 else normal.inv_cdf(p) for p in chances.tolist()], dtype=np.float64
    )


def drawn_sums(con: "DuckDBPyConnection", context: QueryContext, error_rate: float) -> tuple[list[int], "Sums"]:
    """Periods (year * 100 + month), and dollars by (relevance, category or None): arrays of draws × periods.

    The chosen relevances count as one. ``("All", None)`` holds every code, ``("Unlabelled", None)`` those without a
    label; both are the same in every draw.

    Args:
        con: the workspace.
        context: what the table is computed from.
        error_rate: share of the labels by hand that are wrong.
    """
    import numpy as np

    parameters, label_space = context.parameters.by_name, context.question.labels
    values = query(con, SQL, "code_values", **parameters)
    labels = {row[0]: Label(*row) for row in query(con, SQL, "code_labels", **parameters)}
    periods = sorted({period for _, in_period, _ in values for period in in_period})
    dollars = np.zeros((len(values), len(periods)))
    for number, (_, in_period, amounts) in enumerate(values):
        dollars[number, np.searchsorted(periods, in_period)] = amounts
    labelled = [labels[hs10] for hs10, _, _ in values if hs10 in labels]
    of_labelled = dollars[[hs10 in labels for hs10, _, _ in values]]
    chances = probabilities(labelled, label_space.levels, context.parameters.run, error_rate)
    sums = _draw_sums(labelled, chances, of_labelled, label_space, context.options)
    everything = dollars.sum(axis=0)
    sums["All", None] = np.broadcast_to(everything, (DRAWS, len(periods)))
    sums["Unlabelled", None] = np.broadcast_to(everything - of_labelled.sum(axis=0), (DRAWS, len(periods)))
    return periods, sums


def _draw_sums(
    labels: list[Label],
    chances: "NDArray[np.float64]",
    dollars: "NDArray[np.float64]",
    space: LabelSpace,
    options: Options,
) -> "Sums":
    import numpy as np

    categories = np.array(likely_categories(labels, space.reference_category))
    members = {name: np.flatnonzero(categories == name) for name in sorted(set(categories.tolist()))}
    *first_levels, last = space.levels
    blocks: dict[tuple[str, str], list[NDArray[np.float64]]] = {}
    for drawn in draw([label.hs10 for label in labels], chances):
        for category, codes in members.items():
            of_category = drawn[:, codes]
            for level, relevance in enumerate(first_levels):
                counted = (of_category == level).astype(np.float64) @ dollars[codes]
                blocks.setdefault((relevance, category), []).append(counted)
    levels: Sums = {key: np.concatenate(parts) for key, parts in blocks.items()}
    for category, codes in members.items():
        # Every code has some relevance: what has none of the others has the last one.
        others = [levels[relevance, category] for relevance in first_levels]
        levels[last, category] = np.broadcast_to(dollars[codes].sum(axis=0), (DRAWS, dollars.shape[1])) - sum(others)
    sums: Sums = {}
    for (relevance, category), drawn_dollars in levels.items():
        group = options.group if relevance in options.relevances else relevance
        # What is drawn as the reference level has no category, whatever it would have else.
        counts_as = space.reference_category if relevance == space.reference else category
        for key in ((group, counts_as), (group, None)):
            sums[key] = sums[key] + drawn_dollars if key in sums else drawn_dollars
    return sums
