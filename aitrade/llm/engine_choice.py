"""Choose between the tree engine and the plain one: the tree engine has to give the library's own log-probabilities."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from aitrade.core.device import Runtime
from aitrade.llm.engine import Engine
from aitrade.llm.plain_engine import PlainEngine
from aitrade.llm.prefix_tree import Tokens

_log = logging.getLogger(__name__)

TREE_LAYERS = {"full_attention", "sliding_attention"}
# Rotations that depend on a sequence's length: what was computed for a short one is wrong for a long one.
LENGTH_ROPES = {"dynamic", "longrope"}
# Architectures for which the tests compare our scores with the model's own. Others are compared when they are loaded.
TESTED = {"cohere", "gemma3_text", "granite", "llama", "mistral", "qwen2"}
_PROBE = (
    "Servers, switches and transformers for a data center. Bananas, fresh. Horses, live, purebred. "
    "Fiber optic cables. Water chillers, centrifugal. T-shirts of cotton. "
)
_BRANCHES = (
    "Product: parts of power supplies for automatic data processing machines\nRelevance:",
    "Product: furniture of wood of a kind used in offices, other than seats\nRelevance:",
)
_PROBE_WINDOW = 16  # tokens that sliding layers see during the comparison; all parts of the probe are longer
_COMPARED_TOKENS = 16  # the likeliest next tokens
_TOLERANCE = {"float32": 2e-3, "bfloat16": 1.0}  # of log-probabilities; a missing scale changes them by more


def why_not_the_tree(model: Any, tokenizer: Any, runtime: Runtime) -> str | None:
    """Say why the tree engine does not run a model; None where it does.

    A family that no test covers reads a prompt with two branches, each longer than its windows, which are narrowed for
    it, in both ways. A model that is refused here is left as it was loaded.
    """
    if (said := static_reason(model.config)) is not None:
        return said
    if model.config.model_type in TESTED:
        return None
    before, name = model.config._attn_implementation, type(model).__name__
    try:
        with _narrow_windows(model):
            difference = _tree_difference(model, tokenizer, runtime)
    except Exception as error:  # somebody else's layers, given what they may not expect: they fail as they like
        _log.info("the tree engine does not run %s: %r", name, error)
        difference = float("inf")
    if difference <= _TOLERANCE[runtime.arithmetic]:
        return None
    model.set_attn_implementation(before)
    return f"{name} computes something that the tree engine does not"


def expected_engine(config: Any) -> str:
    """Say from a model's config alone which engine will run it."""
    if (reason := static_reason(config)) is not None:
        return f"plain engine: {reason}"
    if config.model_type in TESTED:
        return "tree engine"
    return "tree engine where it computes this family right, else the plain one (decided on loading)"


def static_reason(config: Any) -> str | None:
    """Say what in a model's config rules the tree engine out; None where nothing does."""
    text = config.get_text_config()
    if text is not config:
        return "it is the text part of a model that reads images or sound too"
    if unknown := set(getattr(config, "layer_types", None) or ()) - TREE_LAYERS:
        return f"it has layers of kind {', '.join(sorted(unknown))}"
    if kinds := _rope_kinds(getattr(config, "rope_parameters", None)) & LENGTH_ROPES:
        return f"its rotation depends on the length of a prompt ({', '.join(sorted(kinds))})"
    return None


def copies_its_cache(model: Any, tokenizer: Any, runtime: Runtime) -> bool:
    """Check whether labels may go on from copies of a prompt's cache: the same numbers as all at once."""
    if _rope_kinds(getattr(model.config.get_text_config(), "rope_parameters", None)) & LENGTH_ROPES:
        return False
    prompt, branches = _probe(tokenizer)
    labels = [branch[len(branch) // 2 :][:4] for branch in branches]
    if len(set(labels)) < 2:
        return False
    whole = PlainEngine(model, tokenizer, runtime, "", copies_cache=False).label_logprobs([prompt], labels)
    try:
        copied = PlainEngine(model, tokenizer, runtime, "").label_logprobs([prompt], labels)
    except Exception as error:  # a cache of its own kind, or none
        _log.info("labels are computed with their prompt: %r", error)
        return False
    return bool(abs(copied - whole).max() <= _TOLERANCE[runtime.arithmetic] / 5)


def _rope_kinds(parameters: Any) -> set[str]:
    """Kinds of rotation; a model may have one for each kind of layer."""
    if not isinstance(parameters, dict):
        return set()
    own = {str(parameters[key]) for key in ("rope_type", "type") if parameters.get(key)}
    return own.union(*(_rope_kinds(value) for value in parameters.values()))


def _tree_difference(model: Any, tokenizer: Any, runtime: Runtime) -> float:
    """Largest difference of log-probabilities between the engine, branch after branch, and the library's own pass."""
    import torch

    prompt, branches = _probe(tokenizer)
    sequences = [prompt + branch for branch in branches]
    device, differences, own = runtime.torch_device, [], []
    with torch.inference_mode():
        for sequence in sequences:
            logits = model(torch.tensor([sequence], device=device), use_cache=False).logits[0, len(prompt) :]
            own.append(logits.float().log_softmax(-1).topk(_COMPARED_TOKENS))
    engine = Engine(model, tokenizer, runtime)
    engine.cache_prefix(prompt)
    paths = engine.prefill(sequences)
    for path, (logprobs, likeliest) in zip(paths, own, strict=True):
        nodes = path[len(prompt) :]
        rows = torch.arange(len(nodes), device=device).repeat_interleave(_COMPARED_TOKENS)
        ours = engine.token_logprobs(engine.hidden_states(nodes), rows, likeliest.flatten())
        differences.append((ours - logprobs.flatten()).abs().max().item())
    return float(max(differences))


def _probe(tokenizer: Any) -> tuple[Tokens, list[Tokens]]:
    def tokens(text: str) -> Tokens:
        return tuple(tokenizer(text, add_special_tokens=False)["input_ids"])

    return tokens(_PROBE), [tokens(branch) for branch in _BRANCHES]


@contextmanager
def _narrow_windows(model: Any) -> Iterator[None]:
    """Let sliding layers see fewer tokens for a while, so that a short probe is longer than what they see."""
    holders = [model.config, *model.modules()]
    windows = [
        (holder, window)
        for holder in holders
        if isinstance(window := getattr(holder, "sliding_window", None), int) and window > _PROBE_WINDOW
    ]
    try:
        for holder, _ in windows:
            holder.sliding_window = _PROBE_WINDOW
        yield
    finally:
        for holder, window in windows:
            holder.sliding_window = window
