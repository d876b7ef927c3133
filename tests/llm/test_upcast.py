"""Weights kept in 16 bits give exactly the float32 results of weights that are upcast on loading."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from safetensors.torch import load_file, save_file
from toys import ARCHITECTURES, save_llm, toy_model
from transformers import AutoModelForCausalLM

from aitrade.core.device import Runtime
from aitrade.llm.engine import Engine
from aitrade.llm.engine_loading import load_engine
from aitrade.llm.label_scoring import score_labels
from aitrade.llm.upcast import stored_dtype
from aitrade.models.lora import merge_lora, without_peft_warnings

FLOAT32 = Runtime("cpu", "float32")
PROMPTS = [tuple(range(3, 30)), tuple(range(3, 20)), (9, 8, 7)]
LABELS = [(3,), (4, 5), (4, 6, 7)]


def upcast_on_loading(folder: Path) -> Any:
    return AutoModelForCausalLM.from_pretrained(folder, dtype=torch.float32).eval()


def logprobs(engine: Engine) -> np.ndarray:
    return score_labels(engine, PROMPTS, LABELS).logprobs


@pytest.mark.parametrize("architecture", ARCHITECTURES)
def test_the_numbers_are_those_of_a_model_in_float32(tmp_path: Path, architecture: str) -> None:
    folder = save_llm(tmp_path, architecture, "bfloat16")
    expected = logprobs(Engine(upcast_on_loading(folder), None, FLOAT32))
    assert (logprobs(load_engine(str(folder), FLOAT32)) == expected).all()


@pytest.mark.parametrize("dtype", ["bfloat16", "float16"])
def test_the_layers_are_held_in_the_bits_they_come_in(tmp_path: Path, dtype: str) -> None:
    """Held in float32, the default would take 11 GB in place of 6."""
    model = load_engine(str(save_llm(tmp_path, "qwen2", dtype)), FLOAT32).model
    logits = model(torch.tensor([PROMPTS[0]])).logits
    assert logits.dtype == torch.float32
    held = {name: p.dtype for name, p in model.named_parameters() if p.dim() > 1}
    assert len(held) == 15  # seven matrices of each layer, and the embeddings, which are the head too
    assert set(held.values()) == {getattr(torch, dtype)}


def test_what_comes_in_float32_is_not_rounded(tmp_path: Path) -> None:
    """Whatever its configuration says: only the file tells."""
    folder = save_llm(tmp_path, "llama")
    config = json.loads((folder / "config.json").read_text())
    (folder / "config.json").write_text(json.dumps(config | {"dtype": "bfloat16"}))
    expected = logprobs(Engine(toy_model("llama"), None, FLOAT32))
    assert (logprobs(load_engine(str(folder), FLOAT32)) == expected).all()


def test_what_comes_in_several_kinds_is_held_in_the_widest(tmp_path: Path) -> None:
    folder = save_llm(tmp_path, "llama", "bfloat16")
    assert stored_dtype(folder) == torch.bfloat16
    tensors = load_file(folder / "model.safetensors")
    tensors["lm_head.weight"] = tensors["lm_head.weight"].float()
    save_file(tensors, folder / "model.safetensors", {"format": "pt"})
    assert stored_dtype(folder) == torch.float32


def test_an_adapter_is_merged_without_rounding(tmp_path: Path) -> None:
    folder, adapter = save_llm(tmp_path / "base", "qwen2", "bfloat16"), tmp_path / "adapter"
    save_toy_lora(upcast_on_loading(folder), adapter)
    engine, plain = load_engine(str(folder), FLOAT32), Engine(upcast_on_loading(folder), None, FLOAT32)
    before = logprobs(engine)
    engine.truncate()
    engine.model = merge_lora(engine.model, adapter, torch.float32)
    plain.model = merge_lora(plain.model, adapter, torch.float32)
    merged = logprobs(plain)
    assert np.abs(merged - before).max() > 0.01
    assert (logprobs(engine) == merged).all()


def save_toy_lora(model: Any, folder: Path) -> None:
    """LoRA of random matrices on some of the upper layer's."""
    from peft import LoraConfig, get_peft_model

    torch.manual_seed(5)
    config = LoraConfig(r=2, target_modules=["q_proj", "up_proj"], layers_to_transform=[1], init_lora_weights=False)
    with without_peft_warnings():
        get_peft_model(model, config).save_pretrained(folder)


def test_learning_through_the_buffer_is_refused(tmp_path: Path) -> None:
    """Each layer writes over what the ones before would need for their gradients."""
    model = load_engine(str(save_llm(tmp_path, "llama", "bfloat16")), FLOAT32).model
    loss = model(inputs_embeds=torch.ones(1, 4, 32, requires_grad=True)).logits.sum()
    with pytest.raises(RuntimeError, match="modified by an inplace operation"):
        loss.backward()
