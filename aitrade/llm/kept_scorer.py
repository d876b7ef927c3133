"""A scorer whose answers are kept in the workspace, so that no LLM is asked the same twice."""

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np

from aitrade.core.device import Runtime
from aitrade.llm.scorer import Neighbourhoods, PassedOn, Scorer, Scores, scores_from_rows
from aitrade.nomenclature.codes import Code
from aitrade.workspace.scores import ScoreStore, content_key

if TYPE_CHECKING:
    from numpy.typing import NDArray


class KeptScorer(PassedOn):
    """A scorer that gives the answers of another one, which is asked only what is not kept."""

    def __init__(self, scorer: Scorer, store: ScoreStore, runtime: Runtime) -> None:
        super().__init__(scorer)
        self._store, self._runtime = store, runtime
        self._asked = self._reused = 0

    def take_counts(self) -> tuple[int, int]:
        """Count the codes that the LLM was asked about since the last call, and those whose scores were kept."""
        counts = self._asked, self._reused
        self._asked = self._reused = 0
        return counts

    def kept(self, codes: Sequence[Code], neighbours: Neighbourhoods) -> list[bool]:
        """Say of each code whether its scores are kept, so that the LLM would not be asked about it."""
        keys = self._keys("relevance", self.reads(codes, neighbours))
        kept = self._store.read(keys)
        return [key in kept for key in keys]

    def relevance(self, codes: Sequence[Code], neighbours: Neighbourhoods) -> Scores:
        """See :class:`Scorer`."""
        keys = self._keys("relevance", self.reads(codes, neighbours))

        def ask(rows: list[int]) -> "NDArray[np.float64]":
            return self.scorer.relevance([codes[row] for row in rows], [neighbours[row] for row in rows]).rows()

        rows, fresh = self._kept_or_asked(keys, ask)
        self._asked += fresh
        self._reused += len(codes) - fresh
        return scores_from_rows(rows, self.columns)

    def category(
        self, codes: Sequence[Code], neighbours: Neighbourhoods, related: Mapping[int, str]
    ) -> "NDArray[np.float64]":
        """See :class:`Scorer`."""
        keys = self._keys("category", self.reads_category(codes, neighbours, related))
        levels = list(related.items())
        return self._kept_or_asked(
            keys, lambda places: self.scorer.category(codes, neighbours, dict(levels[place] for place in places))
        )[0]

    def _keys(self, what: str, texts: Sequence[str]) -> list[str]:
        runtime = self._runtime
        return [content_key(what, self.sha256, runtime.device, runtime.arithmetic, text) for text in texts]

    def _kept_or_asked(
        self, keys: Sequence[str], ask: "Callable[[list[int]], NDArray[np.float64]]"
    ) -> "tuple[NDArray[np.float64], int]":
        """The numbers under each key, asked for where they are not kept, and of how many rows they were not."""
        kept = self._store.read(keys)
        first = {key: row for row, key in reversed(list(enumerate(keys))) if key not in kept}
        fresh = sum(key in first for key in keys)
        if first:
            answers = ask(list(first.values()))
            made = {key: answer.tobytes() for key, answer in zip(first, answers, strict=True)}
            self._store.keep(made)
            kept |= made
        return np.array([np.frombuffer(kept[key], np.float64) for key in keys]), fresh
