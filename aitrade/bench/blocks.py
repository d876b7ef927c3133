"""What a benchmark puts to the LLM: whole batches of a run, so that prefixes are shared as they are there."""

import math
from collections.abc import Container, Sequence

from aitrade.classification.run import Plan
from aitrade.core.errors import BadInputError
from aitrade.nomenclature.codes import Code


def asked_batches(
    codes: Sequence[Code], count: int, labelled: Container[tuple[str, str]], codes_per_batch: int
) -> tuple[list[tuple[Code, ...]], int]:
    """Batches of a run over all codes without its exemplars, picked evenly over the nomenclature.

    Args:
        codes: all codes, in the order that a run takes them.
        count: how many codes the batches are to hold, exemplars counted; rounded up to whole batches, and all of them
            where there are fewer.
        labelled: flow and hs10 of the exemplars, which have their labels by hand.
        codes_per_batch: how many codes a batch of a run holds.

    Returns:
        The batches, in order, none twice and none empty; and how many codes all batches of the run have.

    Raises:
        BadInputError: every code is an exemplar.
    """
    planned = Plan(tuple(codes), {}, codes_per_batch).batches
    rest = (tuple(code for code in batch if code.key not in labelled) for batch in planned)
    batches = [batch for batch in rest if batch]
    if not batches:
        raise BadInputError("every code is an exemplar, so that the LLM is asked about none", fix="import more codes")
    picked = min(math.ceil(count / len(planned[0])), len(batches))
    chosen = [batches[(2 * place + 1) * len(batches) // (2 * picked)] for place in range(picked)]
    return chosen, sum(map(len, batches))
