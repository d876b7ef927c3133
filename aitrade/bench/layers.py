"""The layers of an LLM apart from what is around them: how long they run, how many weights each token meets."""

import time
from typing import TYPE_CHECKING, Any

from aitrade.llm.engine import Engine

if TYPE_CHECKING:
    from types import TracebackType


def weights_per_token(model: Any) -> int:
    """Weights of a causal LM that every token is multiplied with: all but the embeddings and the head over the words.

    The head is left out because it is computed for the few tokens that a label follows only.
    """
    total = sum(weight.numel() for weight in model.base_model.parameters())
    embeddings: int = model.get_input_embeddings().weight.numel()
    return int(total) - embeddings


class LayersTimer:
    """Times the layers of an engine's model while a ``with`` block runs.

    On a GPU the times are those of the device's own clock, read at the end, so that nothing waits for anything.
    """

    def __init__(self, engine: Engine) -> None:
        self._model, self._on_gpu = engine.model.base_model, engine.runtime.device == "cuda"
        self._spans: list[list[Any]] = []
        self._hooks: list[Any] = []

    def __enter__(self) -> "LayersTimer":
        self._hooks = [
            self._model.register_forward_pre_hook(lambda *_: self._spans.append([self._now()])),
            self._model.register_forward_hook(lambda *_: self._spans[-1].append(self._now())),
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

        moment = torch.cuda.Event(enable_timing=True)  # type: ignore[no-untyped-call]
        moment.record()
        return moment

    @property
    def seconds(self) -> float:
        """Seconds in the layers so far."""
        if not self._on_gpu:
            return float(sum(end - begin for begin, end in self._spans))
        import torch

        torch.cuda.synchronize()
        return float(sum(begin.elapsed_time(end) for begin, end in self._spans)) / 1000
