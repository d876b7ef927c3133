"""Where the time of a classification goes, taken from outside: the classifier itself holds no timers."""

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields, replace
from typing import TYPE_CHECKING

from aitrade.classification.classifier import Classifier
from aitrade.llm.scorer import Neighbourhoods, Scorer, Scores
from aitrade.nomenclature.codes import Code
from aitrade.retrieval.embedder import Embedder

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

EMBEDDING, NEIGHBOURS, LLM, JOINING = STAGES = ("embedding", "neighbours", "llm", "joining")


@dataclass
class Stopwatch:
    """Seconds by stage; at any moment one stage is being timed, or none.

    Attributes:
        seconds: of each stage so far.
    """

    seconds: dict[str, float] = field(default_factory=lambda: dict.fromkeys(STAGES, 0.0))
    _stage: str | None = None
    _since: float = 0.0

    def enter(self, stage: str | None) -> None:
        """End the stage that is being timed and begin another; None begins none."""
        now = time.perf_counter()
        if self._stage is not None:
            self.seconds[self._stage] += now - self._since
        self._stage, self._since = stage, now


def timed(classifier: Classifier, watch: Stopwatch) -> Classifier:
    """The same classifier, telling a stopwatch which stage begins.

    After embedding come the neighbours, after the LLM the joining; whoever calls ``predict`` begins with embedding
    and ends the last stage.
    """
    parts = {one.name: getattr(classifier.embedder, one.name) for one in fields(classifier.embedder)}
    return replace(
        classifier, embedder=TimedEmbedder(**parts, watch=watch), scorer=TimedScorer(classifier.scorer, watch)
    )


@dataclass(frozen=True)
class TimedEmbedder(Embedder):
    """An embedder that tells a stopwatch when it has ended."""

    watch: Stopwatch

    def embed(self, texts: Sequence[str]) -> "NDArray[np.float32]":
        """See :class:`Embedder`."""
        vectors = super().embed(texts)
        self.watch.enter(NEIGHBOURS)
        return vectors


class TimedScorer(Scorer):
    """A judge that tells a stopwatch when it begins and ends."""

    def __init__(self, scorer: Scorer, watch: Stopwatch) -> None:
        self.scorer, self.watch = scorer, watch
        self.engine, self.sha256, self.vectors = scorer.engine, scorer.sha256, scorer.vectors

    def relevance(self, codes: Sequence[Code], neighbours: Neighbourhoods) -> Scores:
        """See :class:`Scorer`."""
        self.watch.enter(LLM)
        scores = self.scorer.relevance(codes, neighbours)
        self.watch.enter(JOINING)
        return scores

    def category(
        self, codes: Sequence[Code], neighbours: Neighbourhoods, related: Mapping[int, str]
    ) -> "NDArray[np.float64]":
        """See :class:`Scorer`."""
        self.watch.enter(LLM)
        scores = self.scorer.category(codes, neighbours, related)
        self.watch.enter(JOINING)
        return scores
