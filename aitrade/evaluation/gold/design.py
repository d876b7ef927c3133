"""Design a sample of codes: strata by how likely a wrong label is, and inclusion probabilities by trade value.

What is to be estimated is the value of the counted levels, so an error counts by its dollars. Of all designs with a
given number of codes, the variance of the difference estimator is smallest where the inclusion probability of a code is
proportional to its value times sqrt(e (1 - e)), e being the probability that its label is wrong (Neyman 1934; Särndal,
Swensson and Wretman 1992, section 12.2). Nobody knows e; strata stand for what is assumed of it, and the estimate is
unbiased whatever is assumed.

A label is suspect where the run's probabilities say so, and where the other codes of its heading (HS4) have labels on
the other side of the line between what counts and what does not: hand labels come without probabilities, and of the
published labels that differ from the paper's, nearly all stand in such headings.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

FEW, MOST = 0.02, 0.5
"""Where a label begins to be suspect, and where it is so more than not."""

RATES = {
    ("reference", "calm"): 0.0015,
    ("reference", "mixed"): 0.12,
    ("reference", "odd"): 0.4,
    ("between", "calm"): 0.01,
    ("between", "mixed"): 0.12,
    ("between", "odd"): 0.4,
    ("counted", "calm"): 0.1,
    ("counted", "mixed"): 0.12,
    ("counted", "odd"): 0.2,
}
"""Assumed error rates, by the level's role and how suspect a label is."""

FLOOR = 0.02
"""Share of each stratum's sample that is spread evenly over its codes, so that no inclusion probability is near 0."""

FEWEST = 3
"""Codes drawn of every stratum, where it has as many."""


@dataclass(frozen=True)
class Design:
    """Who may be drawn, and how likely.

    Attributes:
        names: of the strata.
        rates: assumed error rate of each stratum.
        stratum: of each code, as a number.
        probability: inclusion probability of each code; their sum is the size of the sample, within each stratum the
            sum over the codes that are not certain is a whole number.
    """

    names: tuple[str, ...]
    rates: "NDArray[np.float64]"
    stratum: "NDArray[np.int64]"
    probability: "NDArray[np.float64]"


def suspicion(hs10: Sequence[str], counts: "NDArray[np.bool_]", chance: "NDArray[np.float64]") -> "NDArray[np.float64]":
    """How suspect each label is: its probability of lying across the line, or the share of its heading that does.

    Args:
        hs10: the codes.
        counts: whether the run's level of each code counts.
        chance: probability that the run gives to the other side; 0 for labels by hand.
    """
    import numpy as np

    _, heading = np.unique([code[:4] for code in hs10], return_inverse=True)
    others = np.bincount(heading)[heading] - 1
    counting = np.bincount(heading, counts)[heading] - counts
    across = np.where(counts, others - counting, counting) / np.maximum(others, 1)
    return np.asarray(np.maximum(across, chance), dtype=np.float64)


def make_design(
    roles: Sequence[str], suspect: "NDArray[np.float64]", value: "NDArray[np.float64]", size: int
) -> Design:
    """Make strata and inclusion probabilities for a sample of ``size`` codes.

    Codes whose probability would be 1 or more are certain; the rest of the sample goes to strata in proportion to the
    sum of value times sqrt(e (1 - e)), at least :data:`FEWEST` to each.

    Args:
        roles: of each code's level: counted, between or reference.
        suspect: how suspect each label is, see :func:`suspicion`.
        value: dollars of each code, above 0.
        size: codes to draw; all where there are no more.
    """
    import numpy as np

    degrees = np.where(suspect >= MOST, "odd", np.where(suspect > FEW, "mixed", "calm"))
    pairs = [(role, str(degree)) for role, degree in zip(roles, degrees, strict=True)]
    names = sorted(set(pairs), key=list(RATES).index)
    stratum = np.array([names.index(pair) for pair in pairs])
    rates = np.array([RATES[name] for name in names])
    spread = value * np.sqrt(rates * (1 - rates))[stratum]
    certain = np.zeros(len(value), bool) if size < len(value) else np.ones(len(value), bool)
    while True:
        probability = certain.astype(np.float64)
        share = _allocate(stratum, len(names), spread, certain, size)
        for number, drawn in enumerate(share.tolist()):
            codes = np.flatnonzero((stratum == number) & ~certain)
            if len(codes):
                even = drawn / len(codes)
                probability[codes] = (1 - FLOOR) * drawn * value[codes] / value[codes].sum() + FLOOR * even
        over = ~certain & (probability >= 1 - 1e-9)
        if not over.any():
            named = tuple(f"{role}, {degree}" for role, degree in names)
            return Design(named, rates, stratum, probability)
        certain |= over


def _allocate(
    stratum: "NDArray[np.int64]", strata: int, spread: "NDArray[np.float64]", certain: "NDArray[np.bool_]", size: int
) -> "NDArray[np.int64]":
    """Codes to draw of each stratum beside the certain ones, Neyman's allocation rounded to whole codes."""
    import numpy as np

    left = np.bincount(stratum[~certain], minlength=strata)
    sums = np.bincount(stratum[~certain], spread[~certain], minlength=strata)
    least = np.minimum(FEWEST, left)
    number = max(size - int(certain.sum()), int(least.sum()))
    share = least.astype(np.float64)
    open_ = left > 0
    while open_.any():
        rest = number - share[~open_].sum()
        wanted = rest * sums / max(sums[open_].sum(), 1e-300)
        low, high = open_ & (wanted < least), open_ & (wanted > left)
        if not (low | high).any():
            share[open_] = wanted[open_]
            break
        share[low], share[high] = least[low], left[high]
        open_ &= ~(low | high)
    whole = np.floor(share + 1e-9).astype(np.int64)
    for number_up in np.argsort(whole - share, kind="stable")[: max(round(float(share.sum())) - int(whole.sum()), 0)]:
        whole[number_up] += 1
    return whole


def draw_sample(made: Design, seed: int) -> "NDArray[np.bool_]":
    """Draw a sample: within each stratum systematically from a random order (Madow 1949; Hartley and Rao 1962).

    Args:
        made: the design.
        seed: of the generator, numpy's PCG64.

    Returns:
        Whether each code is drawn.
    """
    import numpy as np

    generator = np.random.Generator(np.random.PCG64(seed))
    drawn = made.probability >= 1
    for number in range(len(made.names)):
        codes = generator.permutation(np.flatnonzero((made.stratum == number) & (made.probability < 1)))
        if len(codes):
            ends = np.cumsum(made.probability[codes])
            ticks = np.arange(round(float(ends[-1]))) + generator.random()
            drawn[codes[np.minimum(np.searchsorted(ends, ticks), len(codes) - 1)]] = True
    return np.asarray(drawn)
