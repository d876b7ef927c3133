"""The numbers of the method."""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from aitrade.nomenclature.codes import Code
    from aitrade.retrieval.index import Index
    from aitrade.retrieval.neighbours import Neighbour


@dataclass(frozen=True)
class Method:
    """Every number that a prediction depends on beside models, question and calibration.

    Attributes:
        neighbours: how many exemplars a code is compared with.
        prompt_neighbours: how many of them stand in a base model's prompt.
        same_hs4, same_hs6: what closeness gains where an exemplar shares the heading, and the subheading.
        inverse_temperature: how fast the weight of a neighbour's vote falls with its distance.
        prior_votes: votes that each level has before any neighbour's (additive smoothing).
        llm_prior_votes: the same for the neighbours that a tuned LLM finds.
        codes_per_batch: how many codes share a prefix tree.
        version: changes where the meaning of a number does.
    """

    neighbours: int = 32
    prompt_neighbours: int = 8
    same_hs4: float = 0.15
    same_hs6: float = 0.15
    inverse_temperature: float = 10.0
    prior_votes: float = 0.5
    llm_prior_votes: float = 0.05
    codes_per_batch: int = 128
    version: int = 1

    @property
    def sha256(self) -> str:
        """Hash of all numbers."""
        return hashlib.sha256(json.dumps(asdict(self), sort_keys=True).encode()).hexdigest()

    def near(
        self, index: "Index", codes: "Sequence[Code]", vectors: "NDArray[np.float32]", count: int | None = None
    ) -> "list[tuple[Neighbour, ...]]":
        """Find the exemplars of an index that are nearest to codes with these vectors: ``neighbours``, or a count."""
        from aitrade.retrieval.neighbours import find_neighbours

        count = self.neighbours if count is None else count
        return find_neighbours(index, codes, vectors, count, same_hs4=self.same_hs4, same_hs6=self.same_hs6)
