"""What each kind of evidence adds to the baseline without an LLM, neighbours and probe joined."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from aitrade.evaluation.metrics import Interval, Said, bootstrap, intervals, replicate
from aitrade.evaluation.variants import BASELINE, VARIANTS, Judged
from aitrade.question.labels import LabelSpace

REPLICATES = 1000
SEED = 2026


@dataclass(frozen=True)
class Ablated:
    """Figures of every variant over some codes.

    Attributes:
        codes: how many codes.
        counted: how many of them have a counted level.
        figures: of each variant, in the order of ``FIGURES``.
        differences: of each variant, from the baseline without an LLM, paired.
    """

    codes: int
    counted: int
    figures: dict[str, list[Interval]]
    differences: dict[str, list[Interval]]


def ablate(
    populations: Mapping[str, Judged], labels: LabelSpace, on_step: Callable[[int, int], None]
) -> dict[str, Ablated]:
    """Figures over each population.

    Args:
        populations: codes, by name.
        labels: the label space.
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
        drawn = {v: replicate(Said(p, one.targets, labels), times, step) for v, p in one.probabilities.items()}
        found[name] = Ablated(
            codes=len(one.targets),
            counted=sum(int((one.targets == labels.position(level)).sum()) for level in labels.counted),
            figures={v: intervals(values) for v, values in drawn.items()},
            differences={v: intervals(values - drawn[BASELINE]) for v, values in drawn.items()},
        )
    return found
