"""Load a causal LLM from a Hugging Face folder, and choose the engine that runs it as its library does."""

import logging
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

from aitrade.core.device import Runtime
from aitrade.core.errors import ModelError
from aitrade.llm.engine import Engine
from aitrade.llm.engine_choice import copies_its_cache, why_not_the_tree
from aitrade.llm.plain_engine import PlainEngine
from aitrade.llm.upcast import has_buffers_in, stored_dtype, upcast_on_use
from aitrade.models.architecture import first_line, model_class, read_config

if TYPE_CHECKING:
    import torch

_log = logging.getLogger(__name__)


def load_engine(folder: str, runtime: Runtime) -> Engine | PlainEngine:
    """Load a Hugging Face model folder (safetensors) for inference.

    The tree engine runs what it computes right, the plain engine everything else. Weights of the tree engine stay in
    the 16 bits that they are stored in where possible, also when the model computes in float32.

    Raises:
        ModelError: weights are missing, or the library cannot load the model.
    """
    from transformers import AutoTokenizer
    from transformers.utils.logging import disable_progress_bar

    started = time.perf_counter()
    disable_progress_bar()
    tokenizer = AutoTokenizer.from_pretrained(folder, local_files_only=True, trust_remote_code=False)
    dtype = runtime.dtype if runtime.arithmetic != "float32" else stored_dtype(Path(folder))
    model = _load(folder, dtype)
    if dtype != runtime.dtype and has_buffers_in(model, dtype):
        dtype = runtime.dtype
        model = _load(folder, dtype)
    model = model.to(runtime.torch_device).eval()
    if dtype != runtime.dtype:
        upcast_on_use(model)
    reason = why_not_the_tree(model, tokenizer, runtime)
    _log.info("loaded %s in %.1f s: weights in %s", folder, time.perf_counter() - started, dtype)
    if reason is None:
        return Engine(model, tokenizer, runtime)
    if dtype != runtime.dtype:
        del model
        model = _load(folder, runtime.dtype).to(runtime.torch_device).eval()
    _log.info("the plain engine runs %s: %s", folder, reason)
    return PlainEngine(model, tokenizer, runtime, reason, copies_its_cache(model, tokenizer, runtime))


def load_tree_engine(folder: str, runtime: Runtime) -> Engine:
    """Load a model that has to run in the tree engine, as tuned ones do.

    Raises:
        ModelError: it does not, or what :func:`load_engine` raises.
    """
    engine = load_engine(folder, runtime)
    if isinstance(engine, PlainEngine):
        raise ModelError(
            f"this model cannot be tuned: {engine.reason}",
            where=folder,
            fix="use it as a base model, or tune one whose layers are like Llama's, Qwen's, Mistral's or Gemma 3's",
        )
    return engine


def _load(folder: str, dtype: "torch.dtype") -> Any:
    """Load a model.

    Raises:
        ModelError: weights are missing, or something that the model needs.
    """
    config = read_config(Path(folder))
    if (loader := model_class(config)) is None:
        raise ModelError(f"{config.model_type} is no causal LLM", where=folder, fix="choose another model")
    try:
        model, report = loader.from_pretrained(
            folder,
            config=config,
            local_files_only=True,
            trust_remote_code=False,
            use_safetensors=True,
            dtype=dtype,
            output_loading_info=True,
        )
    except (OSError, ValueError, ImportError, RuntimeError, KeyError, AttributeError, TypeError) as error:
        raise ModelError(
            f"transformers cannot load the model: {first_line(error)}",
            where=folder,
            fix="add it again from a complete download, or choose another model",
        ) from error
    if missing := sorted(report["missing_keys"]):
        raise ModelError(
            f"the weights lack {missing[0]}", where=folder, fix="download the complete model and add it again"
        )
    return model
