"""Tiny random models of the causal architectures of the installed transformers, and how ours compare with its own."""

import math
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from toys import chat_tokenizer

from aitrade.models.architecture import model_class

# Every setting of size that any family has, by whatever name.
SIZES: dict[str, Any] = (
    dict.fromkeys(["hidden_size", "n_embd", "d_model", "embed_dim", "word_embed_proj_dim", "lru_width"], 32)
    | dict.fromkeys(["n_layer", "n_layers", "num_layers", "num_hidden_layers", "decoder_layers"], 2)
    | dict.fromkeys(["num_attention_heads", "n_head", "n_heads", "num_heads", "decoder_attention_heads"], 4)
    | dict.fromkeys(["intermediate_size", "ffn_dim", "n_inner", "decoder_ffn_dim"], 48)
    | dict.fromkeys(["sliding_window", "window_size", "attention_window", "attention_window_size"], 12)
    | dict.fromkeys(["num_experts", "num_local_experts", "n_routed_experts"], 4)
    | dict.fromkeys(["moe_intermediate_size", "shared_expert_intermediate_size"], 16)
    | dict.fromkeys(["max_position_embeddings", "n_positions", "n_ctx"], 512)
    | dict.fromkeys(["num_experts_per_tok", "moe_topk", "linear_num_key_heads", "num_key_value_heads"], 2)
    | dict.fromkeys(["head_dim", "qk_rope_head_dim", "qk_nope_head_dim", "v_head_dim"], 8)
    | dict.fromkeys(["state_size", "mamba_d_state", "linear_key_head_dim", "linear_value_head_dim"], 8)
    | dict.fromkeys(["hidden_size_per_layer_input", "mamba_d_head"], 8)
    | dict.fromkeys(["time_step_rank", "mamba_dt_rank", "mamba_n_heads", "linear_num_value_heads"], 4)
    | dict.fromkeys(["n_group", "topk_group", "first_k_dense_replace"], 1)
    | {"vocab_size": 700, "vocab_size_per_layer_input": 700, "q_lora_rank": 16, "kv_lora_rank": 16}
    | {"attention_chunk_size": 16, "attention_hidden_size": 32, "initializer_range": 0.3}
    | {"bos_token_id": 0, "eos_token_id": 2, "pad_token_id": 0}
)
UNSET = {"sliding_window", "pad_token_id", "bos_token_id", "eos_token_id"}  # given also where the default is None
# What a family needs besides, or cannot have: None leaves a setting as it is.
LATENT = {"head_dim": None, "num_key_value_heads": 4}
SPECIAL: dict[str, dict[str, Any]] = {
    "falcon": {"head_dim": None},
    "bamba": {"mamba_n_heads": 8, "mamba_d_head": 8},
    "granitemoehybrid": {"mamba_n_heads": 8, "mamba_d_head": 8},
    "mamba2": {"num_heads": 8, "head_dim": 8},
    "lfm2": {"layer_types": ["conv", "full_attention"]},
    "gptj": {"rotary_dim": 8},
    "codegen": {"rotary_dim": 8},
    "gpt_neo": {"attention_types": [[["global", "local"], 1]]},
    "jamba": {"attn_layer_offset": 1, "attn_layer_period": 2},
    "nemotron": {"num_key_value_heads": 2},
    "hunyuan_v1_dense": {"head_dim": 8},
    "hunyuan_v1_moe": {"head_dim": 8},
    "ministral": {"head_dim": 8},
    "exaone4": {"num_hidden_layers": 4, "sliding_window_pattern": 2},
    "gemma2": {"num_hidden_layers": 4, "attn_logit_softcapping": 5.0, "final_logit_softcapping": 5.0},
    "gemma3_text": {"num_hidden_layers": 6},
    "qwen3_next": {"num_hidden_layers": 4},
    "recurrent_gemma": {"num_hidden_layers": 3},
    "llama4_text": {"num_hidden_layers": 4},
    "phi3": {
        "original_max_position_embeddings": 64,
        "rope_parameters": {
            "rope_type": "longrope", "rope_theta": 10000.0, "original_max_position_embeddings": 64,
            "short_factor": [1.0] * 4, "long_factor": [4.0] * 4, "factor": 8.0, "partial_rotary_factor": 1.0,
        },
    },
}  # fmt: skip
_TEXT = {name: SIZES[name] for name in ("vocab_size", "hidden_size", "intermediate_size", "num_hidden_layers")} | {
    name: SIZES[name] for name in ("num_attention_heads", "num_key_value_heads", "head_dim", "initializer_range")
}
_IMAGES = _TEXT | {"num_hidden_layers": 1}
# Whole models of which the text part alone is used.
READERS_OF_IMAGES: dict[str, dict[str, Any]] = {
    "mistral3": {
        "text_config": _TEXT | {"model_type": "mistral"},
        "vision_config": {name: value for name, value in _IMAGES.items() if name != "vocab_size"}
        | {"model_type": "pixtral"},
        "image_token_index": 690,
    }
}
# Texts of other models, of which the causal class is a part, and configs of two text models.
NO_LANGUAGE_MODEL = {"musicgen", "musicgen_melody", "blt"}


def tiny_config(family: str) -> Any:
    """The config of a family with small sizes; of a family that reads images too, that of its text part."""
    from transformers.models.auto.configuration_auto import CONFIG_MAPPING

    if family in READERS_OF_IMAGES:
        return CONFIG_MAPPING[family](**READERS_OF_IMAGES[family])
    default = CONFIG_MAPPING[family]().get_text_config()
    given = {
        name: value
        for name, value in SIZES.items()
        if hasattr(default, name) and (name in UNSET or _is_number(getattr(default, name)))
    }
    if getattr(default, "kv_lora_rank", None):
        given |= LATENT
    given |= SPECIAL.get(family, {})
    return type(default)(**{name: value for name, value in given.items() if value is not None})


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def save_tiny(family: str, folder: Path) -> Path:
    """Write a seeded tiny model of a family with the toy tokenizer."""
    import torch
    from transformers.utils.logging import disable_progress_bar

    torch.manual_seed(7)
    config = tiny_config(family)
    model = model_class(config).from_config(config).eval()
    with torch.no_grad():  # some families begin with zeros, which would hide what they compute
        for weight in model.parameters():
            if not weight.any():
                weight.normal_(0, 0.1)
        logits = model(torch.tensor([list(range(3, 60))]), use_cache=False).logits
    if not torch.isfinite(logits).all():
        raise ValueError("a tiny model of this family computes no numbers")
    disable_progress_bar()
    model.save_pretrained(folder)
    tokenizer = chat_tokenizer()
    tokenizer.chat_template = None  # trying one out takes longer than all the rest
    tokenizer.save_pretrained(folder)
    return folder


def own_logprobs(
    folder: Path, prompts: Sequence[tuple[int, ...]], labels: Sequence[tuple[int, ...]]
) -> list[list[float]]:
    """Log-probabilities of labels by the library's own pass over each sequence alone: no cache, no mask of ours."""
    import torch
    from transformers import AutoConfig

    loader = model_class(AutoConfig.from_pretrained(folder))
    model = loader.from_pretrained(folder, local_files_only=True, dtype=torch.float32).eval()

    def alone(prompt: tuple[int, ...], label: tuple[int, ...]) -> float:
        with torch.no_grad():
            logits = model(torch.tensor([prompt + label]), use_cache=False).logits[0].log_softmax(-1)
        return math.fsum(logits[len(prompt) + i - 1, token].item() for i, token in enumerate(label))

    return [[alone(prompt, label) for label in labels] for prompt in prompts]


@dataclass(frozen=True)
class Outcome:
    """How a family did: the engine and the largest difference, or why it was refused, and in how many seconds."""

    family: str
    engine: str = ""
    difference: float = math.nan
    refused: str = ""
    seconds: float = 0.0

    @property
    def is_right(self) -> bool:
        """Whether the numbers are the library's own, or the family was refused in time."""
        return self.seconds < 5 if self.refused else self.difference < 1e-3


def compare(
    family: str, folder: Path, prompts: Sequence[tuple[int, ...]], labels: Sequence[tuple[int, ...]]
) -> Outcome:
    """Add a tiny model as a user would, score labels, and compare with the library's own.

    Args:
        family: the model type.
        folder: what :func:`save_tiny` wrote; AITRADE_MODELS has to name another one.
        prompts: longer than the toy windows.
        labels: token sequences.
    """
    import numpy as np

    from aitrade.core.device import Runtime
    from aitrade.core.errors import ModelError
    from aitrade.llm.engine_loading import load_engine
    from aitrade.llm.label_scoring import score_labels
    from aitrade.models.add import add_folder

    started = time.process_time()
    try:
        added = add_folder(folder, f"tiny-{family}".replace("_", "-"), "none")
    except ModelError as error:
        return Outcome(family, refused=error.what, seconds=time.process_time() - started)
    seconds = time.process_time() - started
    engine = load_engine(str(added.folder), Runtime("cpu", "float32"))
    found = score_labels(engine, prompts, labels).logprobs
    expected = np.array(own_logprobs(folder, prompts, labels))
    assert np.ptp(expected) > 0.1, "the toy model tells nothing apart, so nothing was tested"
    return Outcome(family, engine.kind, float(np.abs(found - expected).max()), seconds=seconds)


def families() -> list[str]:
    """Every causal architecture of the installed transformers."""
    from transformers.models.auto.modeling_auto import MODEL_FOR_CAUSAL_LM_MAPPING_NAMES

    causal = [family for family in MODEL_FOR_CAUSAL_LM_MAPPING_NAMES if family not in NO_LANGUAGE_MODEL]
    return [*causal, *READERS_OF_IMAGES]
