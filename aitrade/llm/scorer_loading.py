"""Load a scorer by the name of its model, or say what it is made from."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from aitrade.core.device import Runtime
from aitrade.core.errors import ModelError
from aitrade.core.progress import OnStage, unheard_stage
from aitrade.llm.code_vectors import read_vectors
from aitrade.llm.engine import Engine
from aitrade.llm.engine_loading import load_engine, load_tree_engine
from aitrade.llm.head_scorer import HeadScorer
from aitrade.llm.heads import Heads, apply_adapter
from aitrade.llm.plain_engine import PlainEngine
from aitrade.llm.prompt_scorer import PromptScorer
from aitrade.llm.scorer import Scorer
from aitrade.models.adapter_files import base_and_adapter, own_adapter, with_adapter
from aitrade.models.installed import locate
from aitrade.question.question import Question


def load_scorer(
    model: str,
    runtime: Runtime,
    question: Question,
    prompt_neighbours: int,
    adapters: Sequence[Path] = (),
    on_stage: OnStage = unheard_stage,
) -> Scorer:
    """Find ``BASE`` or ``BASE+ADAPTER``; its weights are loaded when it is first asked.

    Args:
        model: its name.
        runtime: device and arithmetic.
        question: what it is asked.
        prompt_neighbours: how many exemplars stand in a base model's prompt.
        adapters: folders of adapters, looked at before those that ship.
        on_stage: told when the weights are loaded.

    Raises:
        ModelError: the base is not installed or no LLM, the adapter is missing or belongs to another base.
    """
    base_name, adapter_name = base_and_adapter(model)
    base = locate(base_name)
    if base.kind != "llm":
        raise ModelError(f"{base_name} is not an LLM", fix="choose one: aitrade models list")
    if not adapter_name:
        tokenizer = load_tokenizer(str(base.folder))

        def load_base() -> Engine | PlainEngine:
            on_stage(f"loading {model}")(0, 0)
            return load_engine(str(base.folder), runtime)

        return PromptScorer(load_base, tokenizer, base.sha256, question, prompt_neighbours)
    folder = own_adapter(model, base, question, adapters)

    def load() -> tuple[Engine, Heads]:
        on_stage(f"loading {model}")(0, 0)
        engine = load_tree_engine(str(base.folder), runtime)
        return engine, apply_adapter(engine, folder)

    return HeadScorer(load, with_adapter(base.sha256, folder), question, read_vectors(folder))


def load_tokenizer(folder: str) -> Any:
    """Load the tokenizer of a Hugging Face model folder."""
    from transformers import AutoTokenizer

    return AutoTokenizer.from_pretrained(folder, local_files_only=True, trust_remote_code=False)


def scorer_source_sha256(model: str, question: Question, adapters: Sequence[Path] = ()) -> str:
    """Hash of what is published of ``BASE`` or ``BASE+ADAPTER``: the same wherever it was installed. Loads nothing.

    Raises:
        ModelError: the base is not installed, the adapter is missing or belongs to another base.
    """
    base_name, adapter_name = base_and_adapter(model)
    base = locate(base_name)
    if not adapter_name:
        return base.source_sha256
    return with_adapter(base.source_sha256, own_adapter(model, base, question, adapters))
