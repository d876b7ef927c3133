"""Load a judge by the name of its model, or say what it is made from."""

from pathlib import Path

from aitrade.errors import ModelError
from aitrade.llm.adapter import apply_adapter
from aitrade.llm.code_vectors import read_vectors
from aitrade.llm.engine_loading import load_engine
from aitrade.llm.judge import Judge
from aitrade.llm.label_judge import LabelJudge
from aitrade.llm.tuned_judge import TunedJudge
from aitrade.machine import Machine
from aitrade.weights.adapter_files import base_and_adapter, own_adapter, with_adapter
from aitrade.weights.installed import locate


def load_judge(model: str, machine: Machine, adapters: Path | None = None) -> Judge:
    """Load ``BASE`` or ``BASE+ADAPTER``.

    Raises:
        ModelError: the base is not installed or no LLM, the adapter is missing or belongs to another base.
    """
    base_name, adapter_name = base_and_adapter(model)
    base = locate(base_name)
    if base.kind != "llm":
        raise ModelError(f"{base_name} is not an LLM", mend="choose one: aitrade models list")
    if not adapter_name:
        return LabelJudge(load_engine(str(base.folder), machine), base.sha256)
    folder = own_adapter(model, base, adapters)
    engine = load_engine(str(base.folder), machine)
    heads = apply_adapter(engine, folder)
    return TunedJudge(engine, heads, with_adapter(base.sha256, folder), read_vectors(folder))


def judge_source_sha256(model: str, adapters: Path | None = None) -> str:
    """Hash of what is published of ``BASE`` or ``BASE+ADAPTER``: the same wherever it was installed. Loads nothing.

    Raises:
        ModelError: the base is not installed, the adapter is missing or belongs to another base.
    """
    base_name, adapter_name = base_and_adapter(model)
    base = locate(base_name)
    return with_adapter(base.source_sha256, own_adapter(model, base, adapters)) if adapter_name else base.source_sha256
