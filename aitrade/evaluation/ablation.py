"""What each kind of evidence adds to the strongest rival without an LLM, neighbours and probe joined."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from aitrade.evaluation.metrics import Interval, bootstrap, intervals, replicate
from aitrade.evaluation.variants import RIVAL, VARIANTS, Judged

REPLICATES = 1000
SEED = 2026


@dataclass(frozen=True)
class Ablated:
    """Figures of every variant over some codes.

    Attributes:
        codes: how many codes.
        high: how many of them are labelled High.
        figures: of each variant, in the order of ``FIGURES``.
        differences: of each variant, from the rival without an LLM, paired.
    """

    codes: int
    high: int
    figures: dict[str, list[Interval]]
    differences: dict[str, list[Interval]]


def ablate(populations: Mapping[str, Judged], on_step: Callable[[int, int], None]) -> dict[str, Ablated]:
    """Figures over each population.

    Args:
        populations: codes, by name.
        on_step: told (replicates done, replicates).
    """
    steps, done = len(populations) * len(VARIANTS) * REPLICATES, 0

    def step() -> None:
        nonlocal done
        done += 1
        on_step(done, steps)

    found = {}
    for name, one in populations.items():
        times = bootstrap(one.headings, REPLICATES, SEED)
        drawn = {v: replicate(p, one.targets, times, step) for v, p in one.probabilities.items()}
        found[name] = Ablated(
            codes=len(one.targets),
            high=int((one.targets == 0).sum()),
            figures={v: intervals(values) for v, values in drawn.items()},
            differences={v: intervals(values - drawn[RIVAL]) for v, values in drawn.items()},
        )
    return found
