"""Load a causal LLM from a Hugging Face folder and check that it can read prefix trees."""

import logging
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

from aitrade.core.device import Runtime
from aitrade.core.errors import ModelError
from aitrade.llm.engine import Engine
from aitrade.llm.upcast import has_buffers_in, stored_dtype, upcast_on_use

if TYPE_CHECKING:
    import torch

_log = logging.getLogger(__name__)

_LAYERS = {"full_attention", "sliding_attention"}
# Architectures for which the tests compare our scores with the model's own. Others are compared when they are loaded.
TESTED = {"cohere", "gemma3_text", "granite", "llama", "mistral", "qwen2"}
_PROBE = "Servers, switches and transformers for a data center"
_COMPARED_TOKENS = 16  # the likeliest next tokens
_TOLERANCE = {"float32": 0.01, "bfloat16": 1.0}  # of log-probabilities; a missing scale changes them by more


def load_engine(folder: str, runtime: Runtime) -> Engine:
    """Load a Hugging Face model folder (safetensors) for inference.

    Weights stay in the 16 bits that they are stored in where possible, also when the model computes in float32.

    Raises:
        ModelError: weights are missing, a layer's attention cannot read prefix trees (chunked or linear attention, for
            instance), or the model computes something that is not computed here.
    """
    from transformers import AutoTokenizer
    from transformers.utils.logging import disable_progress_bar

    started = time.perf_counter()
    disable_progress_bar()
    tokenizer = AutoTokenizer.from_pretrained(folder, local_files_only=True)
    dtype = runtime.dtype if runtime.arithmetic != "float32" else stored_dtype(Path(folder))
    model, report = _load(folder, dtype)
    if dtype != runtime.dtype and has_buffers_in(model, dtype):
        dtype = runtime.dtype
        model, report = _load(folder, dtype)
    if missing := sorted(report["missing_keys"]):
        raise ModelError(
            f"the weights lack {missing[0]}", where=folder, fix="download the complete model and add it again"
        )
    if unknown := set(getattr(model.config, "layer_types", None) or ()) - _LAYERS:
        raise ModelError(
            f"layers of kind {', '.join(sorted(unknown))} cannot be used here",
            where=folder,
            fix="choose a model with full or sliding-window attention",
        )
    model = model.to(runtime.torch_device).eval()
    if dtype != runtime.dtype:
        upcast_on_use(model)
    if model.config.model_type not in TESTED:
        _require_own_logprobs(Engine(model, tokenizer, runtime), folder)
    _log.info("loaded %s in %.1f s: weights in %s", folder, time.perf_counter() - started, dtype)
    return Engine(model, tokenizer, runtime)


def _require_own_logprobs(engine: Engine, folder: str) -> None:
    """Refuse a model whose own forward pass over a short text gives other log-probabilities than the engine."""
    import torch

    tokens = tuple(engine.tokenizer(_PROBE)["input_ids"])
    with torch.inference_mode():
        logits = engine.model(torch.tensor([tokens], device=engine.runtime.torch_device)).logits[0, -1]
    own, likeliest = logits.float().log_softmax(-1).topk(_COMPARED_TOKENS)
    last = engine.hidden_states([engine.prefill([tokens])[0][-1]])
    logprobs = engine.token_logprobs(last, torch.zeros_like(likeliest), likeliest)
    if not (logprobs - own).abs().max() <= _TOLERANCE[engine.runtime.arithmetic]:
        raise ModelError(
            f"{type(engine.model).__name__} computes something that is not computed here",
            where=folder,
            fix="choose a model whose layers and head are like Llama's, Qwen's, Mistral's or Gemma 3's",
        )


def _load(folder: str, dtype: "torch.dtype") -> Any:
    """Load a model and transformers' report, which lists missing weights."""
    from transformers import AutoModelForCausalLM

    return AutoModelForCausalLM.from_pretrained(
        folder,
        local_files_only=True,
        use_safetensors=True,
        dtype=dtype,
        attn_implementation="sdpa",
        output_loading_info=True,
    )
