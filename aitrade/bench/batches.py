"""Choose the batches of a run that a benchmark classifies: complete ones, so that codes share prompts as in a run."""

import math
from collections.abc import Container, Sequence

from aitrade.classification.run import Plan
from aitrade.core.errors import BadInputError
from aitrade.nomenclature.codes import Code


def sample_batches(
    codes: Sequence[Code], count: int, exemplar_keys: Container[tuple[str, str]], codes_per_batch: int
) -> tuple[list[tuple[Code, ...]], int]:
    """Choose batches evenly over the nomenclature, without the exemplars.

    Args:
        codes: all codes, in the order of a run.
        count: how many codes to choose, exemplars counted; rounded up to complete batches.
        exemplar_keys: flow and hs10 of the exemplars, which keep their hand labels and are not put to the LLM.
        codes_per_batch: how many codes a batch of a run holds.

    Returns:
        The chosen batches in order, none of them twice and none empty; and the number of codes in all batches of the
        run that are put to the LLM.

    Raises:
        BadInputError: every code is an exemplar.
    """
    planned = Plan(tuple(codes), {}, codes_per_batch).batches
    without_exemplars = (tuple(code for code in batch if code.key not in exemplar_keys) for batch in planned)
    batches = [batch for batch in without_exemplars if batch]
    if not batches:
        raise BadInputError("every code is an exemplar, so that none is put to the LLM", fix="import more codes")
    chosen_count = min(math.ceil(count / len(planned[0])), len(batches))
    chosen = [batches[(2 * number + 1) * len(batches) // (2 * chosen_count)] for number in range(chosen_count)]
    return chosen, sum(map(len, batches))
