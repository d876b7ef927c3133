"""Estimate from a probability sample of codes that people labelled: the difference estimator and its interval.

Of every code i of the frame the run's label m(i) is known; of the codes of the sample s also the gold label g(i). With
inclusion probabilities pi(i), the total of y (such as dollars of the counted levels) is estimated by

    T = sum over all i of y(i, m(i))  +  sum over i in s of (y(i, g(i)) - y(i, m(i))) / pi(i),

the difference estimator of Särndal, Swensson and Wretman (1992, section 6.3): unbiased whatever the run's labels are
worth, and the surer the fewer of them are wrong. Egami et al. (2023, design-based supervised learning) and Angelopoulos
et al. (2023, prediction-powered inference) use it for labels that a machine made. Gold alone gives the estimator of
Horvitz and Thompson (1952), sum over s of y(i, g(i)) / pi(i).

The interval is not that of a normal distribution: errors are rare, so that a stratum often shows none, and its
estimated variance is then 0. Instead the labels of the codes that nobody has seen are drawn (Ghosh and Meeden 1997,
Bayesian methods for finite population sampling). In each cell, a stratum and a level of the run, the share of labels on
the wrong side of the line between what counts and what does not has a Beta distribution: the errors seen, weighted by
size / pi and scaled to the number of codes seen, on top of a prior that stands for :data:`PRIOR` of an error in as many
codes as make the assumed error rate of the stratum. So a cell without an error seen still has some, fewer the more was
looked at. Levels on one side have a Dirichlet distribution in the same way.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

PRIOR = 0.5
"""Codes at a wrong level that the prior stands for, Jeffreys' for a proportion."""

BESIDE = 0.1
"""Assumed rate at which a label is wrong without crossing the line, at the least: samples are not drawn by it."""

DRAWS = 2_000
_BLOCK = 100


@dataclass(frozen=True)
class GoldSample:
    """The frame of a sample, and what people said of the codes drawn.

    Attributes:
        stratum: of each code, as a number.
        rates: assumed error rate of each stratum.
        size: of each code, what the inclusion probability was made proportional to (dollars).
        probability: of each code to be drawn; 1 for those that are certain to be.
        gold: level of each code that was drawn, as a number; -1 of the others.
    """

    stratum: "NDArray[np.int64]"
    rates: "NDArray[np.float64]"
    size: "NDArray[np.float64]"
    probability: "NDArray[np.float64]"
    gold: "NDArray[np.int64]"

    @property
    def weights(self) -> "NDArray[np.float64]":
        """Design weights, 1 / pi for the codes drawn and 0 for the others."""
        import numpy as np

        return np.asarray(np.where(self.gold >= 0, 1 / self.probability, 0.0), dtype=np.float64)


def standard_error(sample: GoldSample, differences: "NDArray[np.float64]") -> float:
    """Standard error of the sum of ``differences / pi`` over the sample, by strata.

    Within a stratum of n codes, after Hájek (1964): n / (n - 1) times the sum of (1 - pi) (d / pi - D)², where D is the
    mean of d / pi weighted by 1 - pi. With equal probabilities it is the variance of stratified sampling with its
    finite population correction. Codes that are certain to be drawn add nothing.

    Args:
        sample: the sample.
        differences: a figure for each code of the frame; only those of the sample are looked at.
    """
    import numpy as np

    variance = 0.0
    for stratum in range(len(sample.rates)):
        codes = np.flatnonzero((sample.stratum == stratum) & (sample.gold >= 0) & (sample.probability < 1))
        if len(codes) < 2:
            continue
        left = 1 - sample.probability[codes]
        expanded = differences[codes] / sample.probability[codes]
        centred = expanded - (left * expanded).sum() / left.sum()
        variance += len(codes) / (len(codes) - 1) * float((left * centred**2).sum())
    return float(np.sqrt(variance))


def draw_levels(
    sample: GoldSample, levels: "NDArray[np.int64]", counted: "NDArray[np.bool_]", seed: int, draws: int = DRAWS
) -> Iterator["NDArray[np.int8]"]:
    """Draw the true level of every code of the frame, as blocks of draws × codes.

    A code that was seen has its gold level in every draw, a code without a label of the run (-1) stays without one.

    Args:
        sample: the sample with its gold.
        levels: what the run says of each code, as numbers; -1 where nothing.
        counted: for each level, whether it counts.
        seed: of the generator, numpy's PCG64.
        draws: how many.
    """
    import numpy as np

    generator = np.random.Generator(np.random.PCG64(seed))
    parts = [part for part in _cells(sample, levels, len(counted)) if len(part.unseen)]
    fixed = np.where(sample.gold >= 0, sample.gold, levels).astype(np.int8)
    shares = [_shares(part, counted, generator, draws) for part in parts]
    for start in range(0, draws, _BLOCK):
        block = np.repeat(fixed[None, :], min(_BLOCK, draws - start), axis=0)
        for part, limits in zip(parts, shares, strict=True):
            uniform = generator.random((len(block), len(part.unseen)), dtype=np.float32)
            limit = limits[start : start + len(block)]
            block[:, part.unseen] = sum((uniform >= limit[:, [n]]).astype(np.int8) for n in range(limit.shape[1]))
        yield block


def gold_interval(estimate: float, draws: "NDArray[np.float64]", percent: float) -> tuple[float, float]:
    """Ends that hold a share of the draws in their middle, and the estimate.

    Args:
        estimate: the difference estimator's.
        draws: the figure in every draw.
        percent: how many percent of the draws.
    """
    import numpy as np

    tail = (100 - percent) / 200
    lower, upper = np.quantile(draws, [tail, 1 - tail]).tolist()
    return min(lower, estimate), max(upper, estimate)


@dataclass(frozen=True)
class _Cell:
    """A stratum and a level of the run.

    Attributes:
        level: the run's, as a number.
        rate: assumed error rate of the stratum.
        seen: codes seen at each level, weighted by size / pi and scaled to their number.
        unseen: places of the codes that nobody saw.
    """

    level: int
    rate: float
    seen: "NDArray[np.float64]"
    unseen: "NDArray[np.int64]"


def _cells(sample: GoldSample, levels: "NDArray[np.int64]", number: int) -> Iterator[_Cell]:
    import numpy as np

    for stratum, rate in enumerate(sample.rates.tolist()):
        for level in range(number):
            within = (sample.stratum == stratum) & (levels == level)
            seen = np.flatnonzero(within & (sample.gold >= 0) & (sample.probability < 1))
            weights = sample.size[seen] / sample.probability[seen]
            weights = weights * len(seen) / weights.sum() if weights.sum() > 0 else np.ones(len(seen))
            found = np.bincount(sample.gold[seen], weights, minlength=number).astype(np.float64)
            yield _Cell(level, rate, found, np.flatnonzero(within & (sample.gold < 0)))


def _shares(
    cell: _Cell, counted: "NDArray[np.bool_]", generator: "np.random.Generator", draws: int
) -> "NDArray[np.float32]":
    """Shares of the true levels in a cell, drawn: draws × levels less the last, cumulated.

    Which side of the line between what counts and what does not is drawn first, then the level on that side.
    """
    import numpy as np

    own = counted == counted[cell.level]
    side = generator.beta(cell.seen[~own].sum() + PRIOR, cell.seen[own].sum() + PRIOR * (1 / cell.rate - 1), draws)
    shares = np.zeros((draws, len(counted)))
    for within, share in ((own, 1 - side), (~own, side)):
        wrong = within.copy()
        wrong[cell.level] = False
        prior = np.where(wrong, PRIOR / max(wrong.sum(), 1), PRIOR * (1 / max(cell.rate, BESIDE) - 1))
        shares[:, within] = share[:, None] * generator.dirichlet((cell.seen + prior)[within], draws)
    return np.asarray(np.cumsum(shares, axis=1)[:, :-1], dtype=np.float32)
