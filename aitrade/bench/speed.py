"""How fast codes are classified here, against what the machine could do at most."""

import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from aitrade.bench.blocks import asked_batches
from aitrade.bench.layers import LayersTimer, weights_per_token
from aitrade.bench.limits import forget_peak_gpu_memory, matmul_peak, peak_gpu_memory, peak_memory
from aitrade.bench.stages import EMBEDDING, LLM, Stopwatch, timed
from aitrade.classification.classifier import Classifier
from aitrade.nomenclature.codes import Code


@dataclass(frozen=True)
class Speed:
    """What was measured.

    Attributes:
        model: ``BASE`` or ``BASE+ADAPTER``.
        device: cpu or cuda.
        arithmetic: what it computed in.
        threads: CPU threads of a matrix product.
        codes: how many the LLM was asked about.
        batches: in so many batches.
        all_codes: how many a run over everything would ask about.
        load_seconds: of loading libraries, models and index, the preamble's keys and values included.
        first_seconds: of classifying one code after that, before anything is timed.
        stage_seconds: by stage; together the time of all codes.
        layers_seconds: what the LLM's layers took of the llm stage, which also makes prompts and scores labels.
        tokens_asked: tokens of every sequence that the LLM had to read, each label after its prompt counted as one
            sequence and its preamble with it: what scoring them one by one would compute.
        tokens_computed: tokens that went through the layers.
        weights: weights that each token is multiplied with, without embeddings and head.
        peak: floating-point operations a second of a large matrix product.
        memory: peak bytes of the process, None where the system does not tell.
        gpu_memory: peak bytes of tensors on the GPU, None without one.
    """

    model: str
    device: str
    arithmetic: str
    threads: int
    codes: int
    batches: int
    all_codes: int
    load_seconds: float
    first_seconds: float
    stage_seconds: dict[str, float]
    layers_seconds: float
    tokens_asked: int
    tokens_computed: int
    weights: int
    peak: float
    memory: int | None
    gpu_memory: int | None

    @property
    def seconds(self) -> float:
        """Time of all stages."""
        return sum(self.stage_seconds.values())

    @property
    def flop(self) -> int:
        """Floating-point operations of the layers: two for each weight and token, attention's own left out."""
        return 2 * self.weights * self.tokens_computed

    def record(self) -> dict[str, Any]:
        """Everything as a JSON object: what was measured and what follows from it."""
        rate = self.codes / self.seconds
        layers_flops, llm_flops = self.flop / self.layers_seconds, self.flop / self.stage_seconds[LLM]
        return asdict(self) | {
            "seconds": self.seconds,
            "codes_per_second": rate,
            "all_codes_seconds": self.all_codes / rate,
            "tokens_saved": self.tokens_asked - self.tokens_computed,
            "saved_share": 1 - self.tokens_computed / self.tokens_asked,
            "tokens_per_second": self.tokens_computed / self.stage_seconds[LLM],
            "flops": llm_flops,
            "flops_share_of_peak": llm_flops / self.peak,
            "layers_flops": layers_flops,
            "layers_flops_share_of_peak": layers_flops / self.peak,
        }


def measure(
    load: Callable[[], Classifier], codes: Sequence[Code], count: int, on_batch: Callable[[int, int], None]
) -> Speed:
    """Classify whole batches of codes as a run without the cascade would, writing nothing.

    Args:
        load: loads the classifier.
        codes: all codes that a run would classify, in its order.
        count: how many to take, rounded up to whole batches; the exemplars among them are not asked about.
        on_batch: told (codes done, codes) after each batch.
    """
    import torch

    started = time.perf_counter()
    classifier = load()
    loaded = time.perf_counter()
    batches, all_codes = asked_batches(
        codes, count, classifier.index.exemplars.by_code, classifier.method.codes_per_batch
    )
    chosen = time.perf_counter()
    classifier.predict(batches[0][:1])
    warm = time.perf_counter()
    runtime, engine = classifier.runtime, classifier.scorer.engine
    peak = matmul_peak(runtime)
    forget_peak_gpu_memory(runtime)
    asked, computed = engine.asked, engine.computed
    watch, layers = Stopwatch(), LayersTimer(engine)
    with layers:
        _predict(timed(classifier, watch), batches, watch, on_batch)
    memory, gpu_memory = peak_memory(), peak_gpu_memory(runtime)
    return Speed(
        model=classifier.model,
        device=runtime.device,
        arithmetic=runtime.arithmetic,
        threads=torch.get_num_threads(),
        codes=sum(map(len, batches)),
        batches=len(batches),
        all_codes=all_codes,
        load_seconds=loaded - started,
        first_seconds=warm - chosen,
        stage_seconds=watch.seconds,
        layers_seconds=layers.seconds,
        tokens_asked=engine.asked - asked,
        tokens_computed=engine.computed - computed,
        weights=weights_per_token(engine.model),
        peak=max(peak, matmul_peak(runtime)),  # measured on both sides, so that a busy moment does not flatter us
        memory=memory,
        gpu_memory=gpu_memory,
    )


def _predict(
    classifier: Classifier,
    batches: Sequence[Sequence[Code]],
    watch: Stopwatch,
    on_batch: Callable[[int, int], None],
) -> None:
    done, total = 0, sum(map(len, batches))
    on_batch(done, total)
    for batch in batches:
        watch.enter(EMBEDDING)
        classifier.predict(batch)
        watch.enter(None)
        done += len(batch)
        on_batch(done, total)
