"""Scores and hidden states of packed prefix trees equal those of each sequence alone, whatever the architecture."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from safetensors.torch import load_file, save_file
from toys import ARCHITECTURES, save_llm, toy_model
from transformers import AutoConfig, LlamaForCausalLM

from aitrade.core.device import Runtime
from aitrade.core.errors import ModelError
from aitrade.llm import attention, engine_choice
from aitrade.llm import engine as engine_module
from aitrade.llm.engine import Engine
from aitrade.llm.engine_choice import static_reason
from aitrade.llm.engine_loading import load_engine, load_tree_engine
from aitrade.llm.label_scoring import last_hidden, score_labels
from aitrade.llm.plain_engine import PlainEngine
from aitrade.llm.prefix_tree import Tokens, Tree

RANDOM = np.random.default_rng(5)


def tokens(length: int) -> Tokens:
    return tuple(RANDOM.integers(3, 700, length).tolist())


PREAMBLE = tokens(30)  # longer than the toy windows of 12
SHARED = tokens(9)
PROMPTS = [PREAMBLE + SHARED + tokens(n) for n in (1, 5, 14)] + [PREAMBLE + tokens(4), PREAMBLE + SHARED]
LABELS = [(3,), (4, 5), (4, 6, 7), (8, *tokens(4))]


def new_engine(architecture: str) -> Engine:
    return Engine(toy_model(architecture), None, Runtime("cpu", "float32"))


@pytest.fixture(scope="module", params=ARCHITECTURES)
def architecture(request: pytest.FixtureRequest) -> str:
    return request.param


@pytest.fixture(scope="module")
def model(architecture: str) -> Any:
    return toy_model(architecture)


@pytest.fixture(scope="module")
def reference(model: Any) -> np.ndarray:
    """Label scores by the plain way: one sequence at a time, no cache, no mask, softmax over the whole vocabulary."""
    return np.array([[alone(model, prompt, label) for label in LABELS] for prompt in PROMPTS])


def alone(model: Any, prompt: Tokens, label: Tokens) -> float:
    with torch.no_grad():
        logits = model(torch.tensor([prompt + label])).logits[0].log_softmax(-1)
    return sum(logits[len(prompt) + i - 1, token].item() for i, token in enumerate(label))


@pytest.fixture
def engine(model: Any) -> Engine:
    return Engine(model, None, Runtime("cpu", "float32"))


@pytest.mark.parametrize("cached", [(), PREAMBLE, PREAMBLE[:7]], ids=["nothing", "preamble", "part"])
@pytest.mark.parametrize(("pack", "block"), [(4096, 4096), (4096, 9), (60, 25)])
def test_label_scores_are_those_of_each_sequence_alone(
    engine: Engine, reference: np.ndarray, cached: Tokens, pack: int, block: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(engine_module.PACK_NODES, "cpu", pack)
    monkeypatch.setattr(attention, "KEYS", block)
    engine.cache_prefix(cached)
    scores = score_labels(engine, PROMPTS, LABELS)
    assert np.abs(scores.logprobs - reference).max() < 1e-4
    assert np.ptp(reference) > 1, "the toy model tells nothing apart, so nothing was tested"


@pytest.mark.parametrize("cached", [(), PREAMBLE], ids=["nothing", "preamble"])
def test_last_hidden_states_are_those_of_each_sequence_alone(engine: Engine, model: Any, cached: Tokens) -> None:
    engine.cache_prefix(cached)
    with torch.no_grad():
        expected = [model.base_model(torch.tensor([p])).last_hidden_state[0, -1] for p in PROMPTS]
    assert torch.allclose(last_hidden(engine, PROMPTS), torch.stack(expected), atol=1e-4)


def test_a_prompt_scores_the_same_in_any_company(engine: Engine, reference: np.ndarray) -> None:
    engine.cache_prefix(PREAMBLE)
    together = score_labels(engine, PROMPTS[::-1], LABELS).logprobs[::-1]
    for row, prompt in enumerate(PROMPTS):
        single = score_labels(engine, [prompt], LABELS).logprobs[0]
        assert np.abs(single - together[row]).max() < 1e-4


@pytest.mark.parametrize("plain", [False, True], ids=["tree", "plain"])
def test_an_engine_says_after_every_pass_how_far_it_is(
    engine: Engine, model: Any, plain: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(engine_module.PACK_NODES, "cpu", 11)
    told: list[tuple[int, int]] = []
    asked: Engine | PlainEngine = PlainEngine(model, None, engine.runtime, "") if plain else engine
    asked.cache_prefix(PREAMBLE)
    before = asked.tokens_computed
    score_labels(asked, PROMPTS, LABELS, lambda *step: told.append(step))
    count = len(PROMPTS) if plain else asked.tokens_computed - before
    assert told == [(done, count) for done in range(1, count + 1) if plain or done % 11 == 0 or done == count]


def test_a_second_question_goes_on_where_the_first_ended(
    engine: Engine, model: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What was read for the first is not computed again, in however many packs, and is there as it was."""
    monkeypatch.setitem(engine_module.PACK_NODES, "cpu", 11)
    engine.cache_prefix(PREAMBLE)
    engine.truncate()  # of a batch before
    score_labels(engine, PROMPTS, LABELS)
    before = engine.tokens_computed
    second = [(*prompt, 9, 10) for prompt in PROMPTS]
    found = score_labels(engine, second, LABELS).logprobs
    expected = [[alone(model, prompt, label) for label in LABELS] for prompt in second]
    assert np.abs(found - expected).max() < 1e-4
    first = {(p + label[:-1])[:n] for p in PROMPTS for label in LABELS for n in range(len(p + label))}
    new = {(p + label[:-1])[:n] for p in second for label in LABELS for n in range(len(p + label))} - first
    assert engine.tokens_computed == before + len(new)


def test_what_a_failed_pass_left_behind_is_not_taken_for_computed(
    engine: Engine, reference: np.ndarray, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(engine_module.PACK_NODES, "cpu", 20)
    engine.cache_prefix(PREAMBLE)
    engine.truncate()
    passes: list[int] = []
    real = Engine._forward

    def fail_at_the_second(self: Engine, start: int, stop: int) -> None:
        passes.append(start)
        if len(passes) == 2:
            raise KeyboardInterrupt
        real(self, start, stop)

    with monkeypatch.context() as patch:
        patch.setattr(Engine, "_forward", fail_at_the_second)
        with pytest.raises(KeyboardInterrupt):
            score_labels(engine, PROMPTS, LABELS)
    assert np.abs(score_labels(engine, PROMPTS, LABELS).logprobs - reference).max() < 1e-4


def test_no_graph_is_kept(engine: Engine) -> None:
    (path,) = engine.prefill([PROMPTS[0]])
    hidden = engine.hidden_states(path)
    rows = torch.tensor([len(path) - 1])
    assert not engine.token_logprobs(hidden, rows, torch.tensor([3])).requires_grad
    assert not last_hidden(engine, PROMPTS).requires_grad


def test_what_was_truncated_is_computed_again_and_memory_is_used_again(engine: Engine, reference: np.ndarray) -> None:
    engine.cache_prefix(PREAMBLE)
    score_labels(engine, [(*p[:-1], 11) for p in PROMPTS[::-1]], LABELS)
    engine.truncate()
    before = engine.tokens_computed
    assert np.abs(score_labels(engine, PROMPTS, LABELS).logprobs - reference).max() < 1e-4
    sequences = {(p + label[:-1])[:n] for p in PROMPTS for label in LABELS for n in range(len(p + label))}
    assert engine.tokens_computed - before == len({s for s in sequences if len(s) > len(PREAMBLE)})


def test_a_cached_preamble_survives_use_and_gives_way_to_another(engine: Engine, reference: np.ndarray) -> None:
    engine.cache_prefix(PREAMBLE)
    first = score_labels(engine, PROMPTS, LABELS).logprobs
    assert np.array_equal(first, score_labels(engine, PROMPTS, LABELS).logprobs)
    engine.cache_prefix(PREAMBLE[:20])
    assert np.abs(score_labels(engine, PROMPTS, LABELS).logprobs - reference).max() < 1e-4


def test_prompts_that_do_not_begin_with_the_preamble_are_scored_all_the_same(engine: Engine, model: Any) -> None:
    engine.cache_prefix(PREAMBLE)
    prompts = [PROMPTS[0], tokens(8), PREAMBLE[:10], PREAMBLE]
    expected = [[alone(model, p, label) for label in LABELS] for p in prompts]
    assert np.abs(score_labels(engine, prompts, LABELS).logprobs - expected).max() < 1e-4


def test_sharing_computes_each_distinct_beginning_once() -> None:
    engine = new_engine("llama")
    engine.cache_prefix(PREAMBLE)
    score_labels(engine, PROMPTS, LABELS)
    sequences = [p + label[:-1] for p in PROMPTS for label in LABELS]  # nothing is read after a label
    distinct = {s[:n] for s in sequences for n in range(len(PREAMBLE) + 1, len(s) + 1)}
    assert engine.tokens_computed == len(PREAMBLE) + len(distinct)
    assert engine.tokens_requested == sum(len(s) for s in sequences)


def test_vocabulary_logits_are_computed_a_few_rows_at_a_time(
    engine: Engine, reference: np.ndarray, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("aitrade.llm.label_scoring._LOGIT_ROWS", 3)
    assert np.abs(score_labels(engine, PROMPTS, LABELS).logprobs - reference).max() < 1e-4


def test_a_head_with_a_bias_is_scored_with_it() -> None:
    model = toy_model("llama")
    torch.manual_seed(11)
    model.lm_head.bias = torch.nn.Parameter(torch.randn(700))
    expected = [[alone(model, prompt, label) for label in LABELS] for prompt in PROMPTS]
    found = score_labels(Engine(model, None, Runtime("cpu", "float32")), PROMPTS, LABELS)
    assert np.abs(found.logprobs - expected).max() < 1e-4


def test_mass_and_probabilities() -> None:
    scores = score_labels(new_engine("llama"), PROMPTS, LABELS)
    expected = np.exp(scores.logprobs)
    assert np.allclose(scores.mass, expected.sum(1))
    assert (scores.mass < 1).all()
    assert np.allclose(scores.probabilities, expected / expected.sum(1, keepdims=True))


def test_the_mass_of_all_next_tokens_is_one() -> None:
    assert score_labels(new_engine("gemma3"), PROMPTS[:1], [(t,) for t in range(700)]).mass == pytest.approx(
        [1.0], abs=1e-4
    )


@pytest.mark.parametrize(
    "labels", [[(3,), (3, 4)], [(3, 4), (5,), (3, 4)], [(), (3,)]], ids=["beginning", "twice", "empty"]
)
def test_labels_that_overlap_are_refused(labels: Sequence[Tokens]) -> None:
    """Their probabilities would be counted twice."""
    with pytest.raises(ValueError, match="begin another"):
        score_labels(new_engine("llama"), PROMPTS[:1], labels)
    same = (3, 4)
    with pytest.raises(ValueError, match="begin another"):
        score_labels(new_engine("llama"), PROMPTS[:1], [same, same])


def test_a_saved_model_is_loaded_as_it_was(tmp_path: Path) -> None:
    expected = score_labels(new_engine("gemma3"), PROMPTS, LABELS).logprobs
    loaded = load_engine(str(save_llm(tmp_path, "gemma3")), Runtime("cpu", "float32"))
    assert not loaded.model.training
    assert np.abs(score_labels(loaded, PROMPTS, LABELS).logprobs - expected).max() < 1e-4


def test_a_model_that_lacks_weights_is_refused(tmp_path: Path) -> None:
    """What is missing would be filled with random numbers, and every run give other predictions."""
    path = save_llm(tmp_path) / "model.safetensors"
    tensors = load_file(path)
    del tensors["model.layers.1.mlp.up_proj.weight"]
    save_file(tensors, path, {"format": "pt"})
    with pytest.raises(ModelError, match=r"lack model\.layers\.1\.mlp\.up_proj\.weight"):
        load_engine(str(tmp_path), Runtime("cpu", "float32"))


def test_layers_that_cannot_read_prefix_trees_are_left_to_the_plain_engine(tmp_path: Path) -> None:
    path = save_llm(tmp_path, "qwen2") / "config.json"
    path.write_text(path.read_text().replace('"full_attention"', '"chunked_attention"', 1))
    assert static_reason(AutoConfig.from_pretrained(tmp_path)) == "it has layers of kind chunked_attention"


def test_bfloat16_ranks_labels_as_float32_does_where_they_are_apart() -> None:
    exact = score_labels(new_engine("llama"), PROMPTS, LABELS).logprobs
    coarse = score_labels(Engine(toy_model("llama").bfloat16(), None, Runtime("cpu", "bfloat16")), PROMPTS, LABELS)
    assert np.abs(coarse.logprobs - exact).max() < 1.0
    assert (coarse.logprobs.argmax(1) == exact.argmax(1)).mean() >= 0.8


def test_what_all_keys_have_in_common_costs_bfloat16_no_digits() -> None:
    """Keys of real models have large biases, which change no probability but swamp the scores."""
    tree = Tree()
    tree.add([tokens(50)])
    blocks = attention.attention_blocks(tree, 0, 50, "cpu")
    torch.manual_seed(3)
    query, value = torch.randn(1, 4, 50, 16).bfloat16(), torch.randn(1, 2, 50, 16).bfloat16()
    key = (torch.randn(1, 2, 50, 16) + 50).bfloat16()
    exact, _ = attention._attend(None, query.float(), key.float(), value.float(), None, blocks=blocks)
    found, _ = attention._attend(None, query, key, value, None, blocks=blocks)
    assert (found - exact).abs().max() < 0.03


def test_a_model_that_computes_what_the_tree_does_not_is_left_to_the_plain_engine(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its scores would be others than its own, without a word; here its head is followed by a scale that none knows."""
    folder = save_llm(tmp_path)
    real = LlamaForCausalLM.forward

    def scaled(*given: Any, **named: Any) -> Any:
        output = real(*given, **named)
        output.logits = 1.5 * output.logits
        return output

    monkeypatch.setattr(engine_choice, "TESTED", set())
    tree = load_engine(str(folder), Runtime("cpu", "float32"))
    assert (tree.kind, tree.tokens_computed) == ("tree", 0)
    monkeypatch.setattr(LlamaForCausalLM, "forward", scaled)
    engine = load_engine(str(folder), Runtime("cpu", "float32"))
    assert engine.kind == "plain: LlamaForCausalLM computes something that the tree engine does not"
    expected = [[alone(engine.model, prompt, label) for label in LABELS] for prompt in PROMPTS]
    assert np.abs(score_labels(engine, PROMPTS, LABELS).logprobs - expected).max() < 1e-4
    with pytest.raises(ModelError, match="cannot be tuned: LlamaForCausalLM computes something"):
        load_tree_engine(str(folder), Runtime("cpu", "float32"))


def test_models_that_are_not_compared_on_loading_are_those_compared_here() -> None:
    assert {toy_model(name).config.model_type for name in ARCHITECTURES} == engine_choice.TESTED


@pytest.mark.parametrize("more", ["softcap", "s_aux", "position_bias"])
def test_attention_that_has_more_to_it_is_refused(more: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Left out, it would give other scores without a word."""
    engine = new_engine("llama")
    real = engine.model.base_model.forward
    monkeypatch.setattr(engine.model.base_model, "forward", lambda **given: real(**given, **{more: torch.ones(1)}))
    with pytest.raises(ModelError, match=f"attention of LlamaAttention with {more} cannot read prefix trees"):
        engine.prefill(PROMPTS)


def test_layers_that_do_not_pass_blocks_on_are_refused() -> None:
    """StableLM's do not pass blocks on to their attention, which would let every node attend to every other."""
    from transformers import StableLmConfig, StableLmForCausalLM

    config = StableLmConfig(
        vocab_size=700, hidden_size=32, intermediate_size=48, num_hidden_layers=2, num_attention_heads=4,
        num_key_value_heads=4,
    )  # fmt: skip
    engine = Engine(StableLmForCausalLM(config).eval(), None, Runtime("cpu", "float32"))
    with pytest.raises(ModelError, match="attention of StableLmAttention cannot read prefix trees"):
        engine.prefill(PROMPTS)


def test_a_model_whose_attention_cannot_be_replaced_is_refused() -> None:
    from transformers import FalconConfig, FalconForCausalLM

    config = FalconConfig(vocab_size=700, hidden_size=32, num_hidden_layers=2, num_attention_heads=4)
    with pytest.raises(ModelError, match="attention of FalconForCausalLM cannot read prefix trees"):
        Engine(FalconForCausalLM(config).eval(), None, Runtime("cpu", "float32"))
