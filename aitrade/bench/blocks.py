"""Which codes a benchmark classifies: whole batches, so that their prefixes are shared as in a real run."""

import math
from collections.abc import Sequence

from aitrade.classify import Plan
from aitrade.codes import Code


def whole_batches(codes: Sequence[Code], count: int) -> list[tuple[Code, ...]]:
    """Batches of a run over all codes, picked evenly over the nomenclature.

    Args:
        codes: all codes, in the order that a run takes them.
        count: how many codes are wanted; rounded up to whole batches, and all of them where there are fewer.

    Returns:
        The batches, in order, none twice.
    """
    batches = Plan(tuple(codes), {}).batches
    picked = min(math.ceil(count / len(batches[0])), len(batches))
    return [batches[(2 * place + 1) * len(batches) // (2 * picked)] for place in range(picked)]
