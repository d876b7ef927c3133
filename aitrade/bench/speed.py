"""Measure how fast codes are classified, compared with the most that this machine can do."""

import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from aitrade.bench.batches import sample_batches
from aitrade.bench.limits import matmul_peak, peak_gpu_memory, reset_peak_gpu_memory
from aitrade.bench.stages import LLM, LayersTimer, Stopwatch, timed
from aitrade.classification.classifier import Classifier
from aitrade.core.device import peak_memory
from aitrade.core.progress import within
from aitrade.nomenclature.codes import Code


@dataclass(frozen=True)
class Speed:
    """Measurements of a classification.

    Attributes:
        model: ``BASE`` or ``BASE+ADAPTER``.
        engine: tree, or plain and why.
        device: cpu or cuda.
        arithmetic: bfloat16 or float32.
        threads: CPU threads of torch.
        codes: number of codes put to the LLM.
        batches: number of batches.
        all_codes: number of codes that a run over all codes would put to the LLM.
        load_seconds: time to load libraries, models and index, and to compute the prompts' common prefix.
        first_seconds: time to classify a first code, which warms up.
        stage_seconds: time by stage; their sum is the time of all codes.
        layers_seconds: time of the LLM's layers within the llm stage, which also makes prompts and scores labels.
        tokens_asked: tokens of all sequences, each label after its complete prompt counted as one sequence: what
            scoring them one by one would compute.
        tokens_computed: tokens that went through the layers.
        weights: weights that each token is multiplied with, without embeddings and head.
        peak: floating-point operations per second of a large matrix product.
        memory: peak bytes of the process, None where the system does not tell.
        gpu_memory: peak bytes of tensors on the GPU, None without one.
    """

    model: str
    engine: str
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
        """Seconds of all stages."""
        return sum(self.stage_seconds.values())

    @property
    def flop(self) -> int:
        """Floating-point operations of the layers: two for each weight and token, without those of attention."""
        return 2 * self.weights * self.tokens_computed

    def record(self) -> dict[str, Any]:
        """Return measurements and what follows from them, as a JSON object in bytes, seconds and FLOP/s."""
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
    """Classify complete batches of codes as a run without the cascade would, and store nothing.

    Args:
        load: loads the classifier.
        codes: all codes that a run would classify, in its order.
        count: how many to take, rounded up to complete batches; exemplars among them are not put to the LLM.
        on_batch: called with (codes done, codes) after each batch.
    """
    import torch

    started = time.perf_counter()
    classifier = load()
    engine, _ = classifier.scorer.engine, classifier.embedder.model  # both are loaded when they are first needed
    loaded = time.perf_counter()
    batches, all_codes = sample_batches(
        codes, count, classifier.index.exemplars.by_code, classifier.method.codes_per_batch
    )
    chosen = time.perf_counter()
    classifier.predict(batches[0][:1])
    warm = time.perf_counter()
    runtime = classifier.runtime
    peak = matmul_peak(runtime)
    reset_peak_gpu_memory(runtime)
    requested, computed = engine.tokens_requested, engine.tokens_computed
    watch, layers = Stopwatch(), LayersTimer(engine)
    with layers:
        _predict(timed(classifier, watch), batches, on_batch)
    memory, gpu_memory = peak_memory(), peak_gpu_memory(runtime)
    return Speed(
        model=classifier.model,
        engine=engine.kind,
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
        tokens_asked=engine.tokens_requested - requested,
        tokens_computed=engine.tokens_computed - computed,
        weights=weights_per_token(engine.model),
        peak=max(peak, matmul_peak(runtime)),  # measured before and after, in case the machine was busy at one time
        memory=memory,
        gpu_memory=gpu_memory,
    )


def weights_per_token(model: Any) -> int:
    """Count the weights of a causal LM that every token is multiplied with: all but embeddings and head.

    The head is left out because it is only computed for the few tokens that a label follows.
    """
    total = sum(weight.numel() for weight in model.base_model.parameters())
    embeddings: int = model.get_input_embeddings().weight.numel()
    return int(total) - embeddings


def _predict(classifier: Classifier, batches: Sequence[Sequence[Code]], on_batch: Callable[[int, int], None]) -> None:
    done, total = 0, sum(map(len, batches))
    on_batch(done, total)
    for batch in batches:
        with classifier.scorer.telling(within(on_batch, done, len(batch), total)):
            classifier.predict(batch)
        done += len(batch)
        on_batch(done, total)
