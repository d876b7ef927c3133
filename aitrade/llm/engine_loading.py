"""Load a causal LLM from a Hugging Face folder, where it is one that can read prefix trees."""

from aitrade.errors import ModelError
from aitrade.llm.engine import Engine
from aitrade.machine import Machine

_LAYERS = {"full_attention", "sliding_attention"}


def load_engine(folder: str, machine: Machine) -> Engine:
    """Load a Hugging Face model folder (safetensors) for inference.

    Raises:
        ModelError: its weights are not all there, or it has layers that are no attention, or attend in chunks or in
            some other way that cannot read prefix trees.
    """
    from transformers import AutoModelForCausalLM, AutoTokenizer
    from transformers.utils import logging

    logging.disable_progress_bar()
    tokenizer = AutoTokenizer.from_pretrained(folder, local_files_only=True)
    model, report = AutoModelForCausalLM.from_pretrained(
        folder,
        local_files_only=True,
        use_safetensors=True,
        dtype=machine.dtype,
        attn_implementation="sdpa",
        output_loading_info=True,
    )
    if missing := sorted(report["missing_keys"]):
        raise ModelError(f"the weights lack {missing[0]}", where=folder, mend="get the whole model and add it again")
    if unknown := set(getattr(model.config, "layer_types", None) or ()) - _LAYERS:
        raise ModelError(
            f"layers of kind {', '.join(sorted(unknown))} cannot be used here",
            where=folder,
            mend="choose a model with full or sliding-window attention",
        )
    return Engine(model.to(machine.where).eval(), tokenizer, machine)
