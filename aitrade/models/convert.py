"""Convert a GGUF file, once, to bfloat16 safetensors with its tokenizer, which load in seconds instead of a minute."""

import importlib.metadata
from pathlib import Path


def convert_gguf(gguf: Path, target: Path) -> None:
    """Dequantize a GGUF file and save model and tokenizer as a Hugging Face folder.

    Args:
        gguf: the file; its hash has been checked.
        target: folder to make.
    """
    import torch
    from transformers import AutoModelForCausalLM, AutoTokenizer
    from transformers.utils import logging

    logging.disable_progress_bar()
    logging.set_verbosity_error()  # it advises against bfloat16 for packed weights; these are unpacked and saved
    source = {"gguf_file": gguf.name, "local_files_only": True}
    tokenizer = AutoTokenizer.from_pretrained(gguf.parent, **source)
    model = AutoModelForCausalLM.from_pretrained(gguf.parent, **source, dtype=torch.bfloat16)
    # The loaded model still believes that it is quantized, and would refuse to be saved.
    model.hf_quantizer = None
    model.is_quantized = False
    if hasattr(model.config, "quantization_config"):
        del model.config.quantization_config
    model.save_pretrained(target, safe_serialization=True)
    tokenizer.save_pretrained(target)


def library_versions() -> dict[str, str]:
    """Versions of the libraries that a converted model depends on."""
    return {name: importlib.metadata.version(name) for name in ("torch", "transformers", "gguf", "safetensors")}
