"""Time the stages of a classification from outside, so that the classifier itself holds no timers."""

import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, fields
from typing import TYPE_CHECKING, Any

from aitrade.classification.classifier import Classifier
from aitrade.classification.decision import Retrieved
from aitrade.llm.engine import Engine
from aitrade.llm.plain_engine import PlainEngine
from aitrade.llm.scorer import Neighbourhoods, PassedOn, Scorer, Scores
from aitrade.nomenclature.codes import Code
from aitrade.retrieval.embedder import Embedder

if TYPE_CHECKING:
    from types import TracebackType

    import numpy as np
    from numpy.typing import NDArray

EMBEDDING = "embedding"
NEIGHBOURS = "neighbours"
LLM = "llm"
CALIBRATION = "joining"  # features, calibration and predictions; the name in the JSON of ``bench speed``
STAGES = (EMBEDDING, NEIGHBOURS, LLM, CALIBRATION)


@dataclass
class Stopwatch:
    """Seconds by stage.

    Attributes:
        seconds: of each stage so far.
    """

    seconds: dict[str, float] = field(default_factory=lambda: dict.fromkeys(STAGES, 0.0))

    @contextmanager
    def stage(self, name: str) -> Iterator[None]:
        """Add the time of a ``with`` block to a stage; a stage inside another is counted only as the inner one."""
        inner = sum(self.seconds.values())
        started = time.perf_counter()
        try:
            yield
        finally:
            elapsed = time.perf_counter() - started
            self.seconds[name] += elapsed - (sum(self.seconds.values()) - inner)


@dataclass(frozen=True)
class TimedClassifier(Classifier):
    """A classifier that gives the same predictions and adds the time of each stage to a stopwatch.

    What is in none of the stages inside (features, calibration, making predictions) counts as calibration.
    """

    watch: Stopwatch = field(default_factory=Stopwatch)

    def predict(self, codes: Sequence[Code]) -> list[Any]:
        """See :class:`Classifier`."""
        with self.watch.stage(CALIBRATION):
            return super().predict(codes)

    def retrieve(self, codes: Sequence[Code]) -> Retrieved:
        """See :class:`Classifier`."""
        with self.watch.stage(NEIGHBOURS):
            return super().retrieve(codes)


def timed(classifier: Classifier, watch: Stopwatch) -> TimedClassifier:
    """Make a classifier that gives the same predictions and adds the time of each stage to a stopwatch."""
    parts = {part.name: getattr(classifier, part.name) for part in fields(classifier)}
    embedder = {part.name: getattr(classifier.embedder, part.name) for part in fields(classifier.embedder)}
    embedder["load"] = lambda: classifier.embedder.model
    parts["embedder"] = TimedEmbedder(**embedder, watch=watch)
    parts["scorer"] = TimedScorer(classifier.scorer, watch)
    return TimedClassifier(**parts, watch=watch)


@dataclass(frozen=True)
class TimedEmbedder(Embedder):
    """An embedder whose time is added to a stopwatch."""

    watch: Stopwatch = field(kw_only=True)

    def embed(self, texts: Sequence[str]) -> "NDArray[np.float32]":
        """See :class:`Embedder`."""
        with self.watch.stage(EMBEDDING):
            return super().embed(texts)


class TimedScorer(PassedOn):
    """A scorer whose time is added to a stopwatch."""

    def __init__(self, scorer: Scorer, watch: Stopwatch) -> None:
        super().__init__(scorer)
        self.watch = watch

    def relevance(self, codes: Sequence[Code], neighbours: Neighbourhoods) -> Scores:
        """See :class:`Scorer`."""
        with self.watch.stage(LLM):
            return super().relevance(codes, neighbours)

    def category(
        self, codes: Sequence[Code], neighbours: Neighbourhoods, related: Mapping[int, str]
    ) -> "NDArray[np.float64]":
        """See :class:`Scorer`."""
        with self.watch.stage(LLM):
            return super().category(codes, neighbours, related)


class LayersTimer:
    """Time the layers of an engine's model while a ``with`` block runs.

    On a GPU the times are recorded on the device and read at the end, so that timing makes nothing wait.
    """

    def __init__(self, engine: Engine | PlainEngine) -> None:
        self._model, self._on_gpu = engine.model.base_model, engine.runtime.device == "cuda"
        self._passes: list[list[Any]] = []  # begin and end of each forward pass
        self._hooks: list[Any] = []

    def __enter__(self) -> "LayersTimer":
        self._hooks = [
            self._model.register_forward_pre_hook(lambda *_: self._passes.append([self._now()])),
            self._model.register_forward_hook(lambda *_: self._passes[-1].append(self._now())),
        ]
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: "TracebackType | None"
    ) -> None:
        for hook in self._hooks:
            hook.remove()

    def _now(self) -> Any:
        if not self._on_gpu:
            return time.perf_counter()
        import torch

        event = torch.cuda.Event(enable_timing=True)  # type: ignore[no-untyped-call]
        event.record()
        return event

    @property
    def seconds(self) -> float:
        """Seconds spent in the layers so far."""
        if not self._on_gpu:
            return float(sum(end - begin for begin, end in self._passes))
        import torch

        torch.cuda.synchronize()
        return float(sum(begin.elapsed_time(end) for begin, end in self._passes)) / 1000
