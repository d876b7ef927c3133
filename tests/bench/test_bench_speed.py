"""``aitrade bench speed``: counts are of what was computed, and timing changes and stores nothing."""

import json
import time
from collections.abc import Callable
from itertools import pairwise
from types import SimpleNamespace
from typing import Any

import pytest
import torch
import toys
from conftest import MODEL, Outcome
from hypothesis import given
from hypothesis import strategies as st
from questions import METHOD

from aitrade.bench import limits
from aitrade.bench.batches import sample_batches
from aitrade.bench.operations import ELEMENTWISE, KINDS, OUTSIDE, kind_of, operation_seconds
from aitrade.bench.speed import Speed, measure, weights_per_token
from aitrade.bench.speed_text import lines
from aitrade.bench.stages import STAGES, LayersTimer, Stopwatch, timed
from aitrade.classification.classifier import Classifier
from aitrade.core.device import Runtime
from aitrade.core.errors import BadInputError
from aitrade.llm import engine as engine_module
from aitrade.llm.engine import Engine
from aitrade.llm.prefix_tree import Tokens
from aitrade.llm.prompt_scorer import heading_neighbours
from aitrade.nomenclature.codes import Code

CODES = toys.toy_codes()
LABELLED = {row[:2] for row in toys.LABELLED}
ASKED = [code for code in CODES if code.key not in LABELLED]
BATCH = 6


@pytest.fixture(autouse=True)
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "SIDE", {"cpu": 64})


def measured(classifier: Classifier, count: int) -> Speed:
    return measure(lambda: classifier, CODES, count, lambda *_: None)


def questions(classifier: Classifier, batch: tuple[Code, ...]) -> list[list[Tokens]]:
    """What each question about a batch puts to the LLM: every label after every prompt, but its last token."""
    near = classifier.retrieve(batch).neighbours
    prompter = classifier.scorer.prompter

    shared = heading_neighbours(batch, near, METHOD.prompt_neighbours)
    prompts = [prompter.prompt(code, [n.exemplar for n in ns]) for code, ns in zip(batch, shared, strict=True)]
    first = [p + label[:-1] for p in prompts for label in prompter.relevance_labels]
    relevances = [prediction.relevance for prediction in classifier.predict(batch)]
    related = [row for row, relevance in enumerate(relevances) if relevance != "Low"]
    second = [
        prompter.category_prompt(prompts[row], relevances[row]) + label[:-1]
        for row in related
        for label in prompter.category_labels
    ]
    return [first, second]


def test_tokens_are_those_of_an_independent_count(
    toy_classifier: Callable[..., Classifier], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(engine_module.PACK_NODES, "cpu", 7)  # what packs share is not computed again
    classifier = toy_classifier()
    preamble = len(classifier.scorer.prompter.preamble)
    asked = computed = 0
    batches, _ = sample_batches(CODES, 13, LABELLED, BATCH)
    for batch in batches:
        sequences = [s for question in questions(classifier, batch) for s in question]
        asked += sum(map(len, sequences))
        computed += len({s[:n] for s in sequences for n in range(preamble + 1, len(s) + 1)})
    found = measured(classifier, 13)
    assert (found.codes, found.batches) == (9, 3)
    assert (found.tokens_asked, found.tokens_computed) == (asked, computed)
    again = measured(classifier, 13)
    assert (again.tokens_asked, again.tokens_computed) == (asked, computed), (
        "counts of an earlier measurement were added"
    )


def test_figures_are_positive_and_fit_together(toy_classifier: Callable[..., Classifier]) -> None:
    found = measured(toy_classifier(), 10**6)
    record = json.loads(json.dumps(found.record()))
    assert (record["codes"], record["all_codes"]) == (len(ASKED), len(ASKED))
    assert record["all_codes_seconds"] == pytest.approx(record["seconds"])
    assert list(record["stage_seconds"]) == list(STAGES)
    unmeasured = {key for key, value in record.items() if value is None}
    assert unmeasured == {"gpu_memory"}
    assert all(v > 0 for v in record.values() if isinstance(v, (int, float)))
    assert all(v > 0 for v in record["stage_seconds"].values())
    assert record["layers_seconds"] < record["stage_seconds"]["llm"] < record["seconds"]
    assert record["tokens_saved"] == record["tokens_asked"] - record["tokens_computed"] > 0
    assert record["saved_share"] == pytest.approx(record["tokens_saved"] / record["tokens_asked"])
    assert 0.5 < record["saved_share"] < 1
    assert record["tokens_per_second"] * record["stage_seconds"]["llm"] == pytest.approx(record["tokens_computed"])
    assert record["flops_share_of_peak"] * record["peak"] == pytest.approx(record["flops"])
    assert 0 < record["flops"] < record["layers_flops"]
    assert record["flops"] * record["stage_seconds"]["llm"] == pytest.approx(
        2 * record["weights"] * record["tokens_computed"]
    )
    assert record["memory"] > 50e6, "a process with torch in it holds more"


def test_the_llm_is_asked_what_a_run_asks_it(
    toy_classifier: Callable[..., Classifier], monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[Code] = []
    real = Classifier.predict
    monkeypatch.setattr(Classifier, "predict", lambda self, codes: asked.extend(codes) or real(self, codes))
    measured(toy_classifier(), 10**6)
    assert asked == [ASKED[0], *ASKED]  # the first one warms up
    assert len(ASKED) < len(CODES)


def test_timing_changes_no_prediction_and_every_second_is_in_a_stage(toy_classifier: Callable[..., Classifier]) -> None:
    plain, watch = toy_classifier(), Stopwatch()
    timed_classifier = timed(toy_classifier(), watch)
    started = time.perf_counter()
    predictions = timed_classifier.predict(CODES)
    elapsed = time.perf_counter() - started
    assert predictions == plain.predict(CODES)
    assert any(p.relevance != "Low" for p in predictions), "no category was scored, so that half of the LLM is untimed"
    assert all(seconds > 0 for seconds in watch.seconds.values())
    assert 0.9 * elapsed < sum(watch.seconds.values()) <= elapsed


@pytest.mark.parametrize("slow", ["embedding", "llm"])
def test_the_time_of_a_slow_part_is_in_its_stage(
    toy_classifier: Callable[..., Classifier], slow: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    classifier, watch, now = toy_classifier(), Stopwatch(), clock(monkeypatch)
    part, method = {"embedding": (classifier.embedder.model, "forward"), "llm": (classifier.scorer, "relevance")}[slow]
    quick = getattr(part, method)

    def slowly(*given: Any, **named: Any) -> Any:
        now[0] += 3.0
        return quick(*given, **named)

    monkeypatch.setattr(part, method, slowly)
    timed(classifier, watch).predict(CODES[:3])
    assert watch.seconds[slow] >= 3.0
    assert {seconds for stage, seconds in watch.seconds.items() if stage != slow} == {0.0}


def test_time_of_an_inner_stage_is_not_counted_in_the_outer_one(monkeypatch: pytest.MonkeyPatch) -> None:
    watch, now = Stopwatch(), clock(monkeypatch)
    with watch.stage("llm"):
        for _ in range(2):
            with watch.stage("embedding"):
                now[0] += 5.0
        now[0] += 2.0
    now[0] += 7.0  # in no stage
    assert {stage: seconds for stage, seconds in watch.seconds.items() if seconds} == {"embedding": 10.0, "llm": 2.0}


def clock(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """A clock that a test sets, in place of that of the stages."""
    now = [0.0]
    monkeypatch.setattr("aitrade.bench.stages.time", SimpleNamespace(perf_counter=lambda: now[0]))
    return now


def test_what_is_done_between_batches_is_not_timed(toy_classifier: Callable[..., Classifier]) -> None:
    started = time.perf_counter()
    speed = measure(toy_classifier, CODES, 13, lambda *_: time.sleep(0.2))
    elapsed = time.perf_counter() - started
    assert 0 < speed.seconds < elapsed - 4 * 0.2  # once at the start, and after each of three batches
    assert 0 < speed.load_seconds < elapsed - speed.seconds


def test_only_the_layers_are_timed_and_only_within_the_block() -> None:
    engine = Engine(toys.toy_model("llama"), None, Runtime("cpu", "float32"))
    layer = engine.model.base_model.layers[0]
    layer.register_forward_pre_hook(lambda *_: time.sleep(0.02))
    layers = LayersTimer(engine)
    started = time.perf_counter()
    with layers:
        for _ in range(3):
            engine.prefill([(5, 6, 7)])
            engine.truncate()
            time.sleep(0.1)  # not in the layers
    elapsed = time.perf_counter() - started
    assert 3 * 0.02 <= layers.seconds <= elapsed - 3 * 0.1
    before = layers.seconds
    engine.prefill([(5, 6, 7)])
    assert layers.seconds == before


def test_every_second_of_the_llm_is_of_some_kind_of_operation(toy_classifier: Callable[..., Classifier]) -> None:
    started = time.perf_counter()
    found = operation_seconds(toy_classifier(), CODES, 13)
    wall = time.perf_counter() - started
    assert list(found) == [*KINDS, ELEMENTWISE, OUTSIDE]
    assert all(seconds > 0 for seconds in found.values())
    assert sum(found.values()) < wall


@pytest.mark.parametrize(
    ("operation", "kind"),
    [
        ("aten::addmm", "matrix products"),
        ("aten::baddbmm", "attention"),
        ("aten::_scaled_dot_product_flash_attention_for_cpu", "attention"),
        ("aten::index_select", "moving, masking, upcasting weights"),
        ("aten::rsqrt", ELEMENTWISE),
    ],
)
def test_kinds_of_operation(operation: str, kind: str) -> None:
    assert kind_of(operation) == kind


@pytest.mark.parametrize("architecture", ["llama", "qwen2"])  # a head of its own, and one tied to the embeddings
def test_weights_per_token_are_those_of_the_layers(architecture: str) -> None:
    model = toys.toy_model(architecture)
    width, inner, heads = 32, 48, 32 // 4
    matrices = 2 * (2 * width * width + 2 * width * 2 * heads + 3 * width * inner)
    norms_and_biases = sum(w.numel() for name, w in model.named_parameters() if w.dim() == 1)
    assert weights_per_token(model) == matrices + norms_and_biases


def test_the_peak_is_operations_over_the_shortest_time() -> None:
    assert limits.operations_per_second(64, [2.0, 0.5, 5.0]) == 2 * 64**3 / 0.5


def test_the_peak_is_measured_in_the_given_arithmetic() -> None:
    started = time.perf_counter()
    peak = limits.matmul_peak(Runtime("cpu", "bfloat16"))
    elapsed = time.perf_counter() - started
    assert peak >= 2 * 64**3 * limits.REPEATS / elapsed, "the fastest product took longer than all of them on average"


def test_the_peak_is_the_best_of_before_and_after(
    toy_classifier: Callable[..., Classifier], monkeypatch: pytest.MonkeyPatch
) -> None:
    peaks = iter([5e12, 3e12, 3e12, 5e12])
    monkeypatch.setattr("aitrade.bench.speed.matmul_peak", lambda _: next(peaks))
    assert [measured(toy_classifier(), 1).peak for _ in range(2)] == [5e12] * 2


def test_the_text_says_figures_in_the_units_that_it_names() -> None:
    found = Speed(
        model="toy", engine="tree", device="cuda", arithmetic="bfloat16", threads=2, codes=10, batches=1,
        all_codes=1200, load_seconds=3.0, first_seconds=0.2,
        stage_seconds={"embedding": 0.1, "neighbours": 0.05, "llm": 0.8, "joining": 0.05}, layers_seconds=0.5,
        tokens_asked=4000, tokens_computed=1000, weights=10**6, peak=1e10, memory=1_500_000_000, gpu_memory=250_000_000,
    )  # fmt: skip
    text = dict(lines(found))
    assert text["speed"] == "10.00 codes a second; all of them in 2.0 minutes"
    assert "(100.0 a code), 75.0% saved by sharing; 1,250 computed a second" in text["tokens"]
    # 2 x 1,000,000 weights x 1,000 tokens in half a second, and in 0.8.
    assert text["arithmetic"].startswith("4.0 GFLOP/s in the layers (40.0% of the 10.0 of a matrix product here), 2.5 ")
    assert text["memory"] == "1.50 GB at most, tensors on the GPU 0.25 GB at most"


@given(total=st.integers(1, 400), count=st.integers(1, 500))
def test_batches_are_complete_and_spread_evenly(total: int, count: int) -> None:
    codes = [Code(f"{n:010d}", "imports", "x") for n in range(total)]
    batches, everything = sample_batches(codes, count, (), BATCH)
    assert everything == total
    starts = [int(batch[0].hs10) for batch in batches]
    assert all(start % BATCH == 0 for start in starts)
    assert all(list(b) == codes[start : start + BATCH] for b, start in zip(batches, starts, strict=True))
    assert sum(map(len, batches)) >= min(count, total) - (BATCH - 1)  # the last batch of all may be short
    gaps = [right - left for left, right in pairwise(starts)]
    assert all(gap > 0 for gap in gaps)
    assert max(gaps, default=0) - min(gaps, default=0) <= BATCH
    before, after = starts[0] // BATCH, (total - 1 - starts[-1]) // BATCH
    assert abs(before - after) <= 1, "the sample leans to one end of the nomenclature"


@given(exemplar=st.lists(st.booleans(), min_size=1, max_size=60))
def test_batches_are_cut_before_the_exemplars_are_left_out(exemplar: list[bool]) -> None:
    codes = [Code(f"{n:010d}", "imports", "x") for n in range(len(exemplar))]
    labelled = {code.key for code, by_hand in zip(codes, exemplar, strict=True) if by_hand}
    if all(exemplar):
        with pytest.raises(BadInputError, match="every code is an exemplar"):
            sample_batches(codes, 10**6, labelled, BATCH)
        return
    batches, everything = sample_batches(codes, 10**6, labelled, BATCH)
    by_batch: dict[int, list[Code]] = {}
    for place, code in enumerate(codes):
        if not exemplar[place]:
            by_batch.setdefault(place // BATCH, []).append(code)
    assert [list(batch) for batch in batches] == list(by_batch.values())
    assert everything == exemplar.count(False)


def test_the_command(aitrade: Callable[..., Outcome], models: object, opened: Callable[[], Any]) -> None:
    command = ("bench", "speed", "--model", MODEL, "--device", "cpu", "--flow", "all", "--codes", "7")
    found = aitrade(*command)
    assert found.code == 0, found.err
    assert [line.split()[0] for line in found.out.splitlines()] == [
        "model", "engine", "codes", "speed", "seconds", "tokens", "arithmetic", "loading", "memory",
    ]  # fmt: skip
    assert f" 6 of the {len(ASKED)} that are not exemplars, in 2 complete batches" in found.out
    assert "classifying: 6 of 6" in found.err
    assert "not put to the LLM" in found.err
    found = aitrade(*command, "--json")
    record = json.loads(found.out)
    assert (record["model"], record["device"], record["codes"]) == (MODEL, "cpu", 6)
    assert record["threads"] == torch.get_num_threads()
    with opened() as con:
        assert con.execute("SELECT count(*) FROM runs").fetchone() == (0,)


def test_the_command_that_shows_operations(aitrade: Callable[..., Outcome], models: object) -> None:
    command = ("bench", "operations", "--model", MODEL, "--device", "cpu", "--codes", "7")
    lines = aitrade(*command).out.splitlines()
    assert [line.rsplit("  ", 3)[0].rstrip() for line in lines] == [*KINDS, ELEMENTWISE, OUTSIDE]
    shares = [float(line.rsplit(maxsplit=1)[1].rstrip("%")) for line in lines]
    assert sum(shares) == pytest.approx(100, abs=0.5)
    assert list(json.loads(aitrade(*command, "--json").out)) == [*KINDS, ELEMENTWISE, OUTSIDE]


def test_the_command_without_codes_or_a_workspace(aitrade: Callable[..., Outcome], workspace: Any) -> None:
    from aitrade.workspace import open_workspace

    with open_workspace(workspace) as con:
        con.execute("DELETE FROM codes")
    assert aitrade("bench", "speed").code == 3
    (workspace / "aitrade.duckdb").unlink()
    found = aitrade("bench", "speed")
    assert (found.code, "there is no workspace here" in found.err) == (3, True)


def test_batches_of_the_help_are_those_of_a_run() -> None:
    assert METHOD.codes_per_batch == 128
