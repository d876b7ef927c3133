"""Load a causal LLM from a Hugging Face folder, where it is one that can read prefix trees."""

from pathlib import Path
from typing import TYPE_CHECKING, Any

from aitrade.core.device import Runtime
from aitrade.core.errors import ModelError
from aitrade.llm.engine import Engine
from aitrade.llm.upcast import has_constants_in, stored_dtype, widen

if TYPE_CHECKING:
    import torch

_LAYERS = {"full_attention", "sliding_attention"}
# Kinds of models whose scores the tests compare with their own pass over each sequence; others are compared here.
TESTED = {"cohere", "gemma3_text", "granite", "llama", "mistral", "qwen2"}
_PROBE = "Servers, switches and transformers for a data center"
_LIKELIEST = 16  # next tokens that are compared
_TOLERANCE = {"float32": 0.01, "bfloat16": 1.0}  # of log-probabilities; a scale that is left out moves them further


def load_engine(folder: str, runtime: Runtime) -> Engine:
    """Load a Hugging Face model folder (safetensors) for inference, its weights in no more bits than they come in.

    Raises:
        ModelError: its weights are not all there, or it has layers that are no attention, or attend in chunks or in
            some other way that cannot read prefix trees, or something else in it is not computed here.
    """
    from transformers import AutoTokenizer
    from transformers.utils import logging

    logging.disable_progress_bar()
    tokenizer = AutoTokenizer.from_pretrained(folder, local_files_only=True)
    held = runtime.dtype if runtime.arithmetic != "float32" else stored_dtype(Path(folder))
    model, report = _load(folder, held)
    if held != runtime.dtype and has_constants_in(model, held):
        held = runtime.dtype
        model, report = _load(folder, held)
    if missing := sorted(report["missing_keys"]):
        raise ModelError(f"the weights lack {missing[0]}", where=folder, fix="get the whole model and add it again")
    if unknown := set(getattr(model.config, "layer_types", None) or ()) - _LAYERS:
        raise ModelError(
            f"layers of kind {', '.join(sorted(unknown))} cannot be used here",
            where=folder,
            fix="choose a model with full or sliding-window attention",
        )
    model = model.to(runtime.where).eval()
    if held != runtime.dtype:
        widen(model)
    if model.config.model_type not in TESTED:
        _require_own_logprobs(Engine(model, tokenizer, runtime), folder)
    return Engine(model, tokenizer, runtime)


def _require_own_logprobs(engine: Engine, folder: str) -> None:
    """Refuse a model whose own pass over a short text makes other next tokens likely: something is left out here."""
    import torch

    tokens = tuple(engine.tokenizer(_PROBE)["input_ids"])
    with torch.inference_mode():
        logits = engine.model(torch.tensor([tokens], device=engine.runtime.where)).logits[0, -1]
    own, likeliest = logits.float().log_softmax(-1).topk(_LIKELIEST)
    last = engine.hidden([engine.read([tokens])[0][-1]])
    found = engine.token_logprobs(last, torch.zeros_like(likeliest), likeliest)
    if not (found - own).abs().max() <= _TOLERANCE[engine.runtime.arithmetic]:
        raise ModelError(
            f"{type(engine.model).__name__} computes something that is not computed here",
            where=folder,
            fix="choose a model whose layers and head are like Llama's, Qwen's, Mistral's or Gemma 3's",
        )


def _load(folder: str, dtype: "torch.dtype") -> Any:
    """A model and transformers' report of what its weights lack."""
    from transformers import AutoModelForCausalLM

    return AutoModelForCausalLM.from_pretrained(
        folder,
        local_files_only=True,
        use_safetensors=True,
        dtype=dtype,
        attn_implementation="sdpa",
        output_loading_info=True,
    )
