"""Adapters: tuned the same way every time, stopped or not, and read alike by trees and by plain forward passes."""

import csv
import dataclasses
import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import tiny_models
import toys
from conftest import MODEL, Outcome
from questions import DEFAULT_EMBEDDER, LABELS, METHOD, QUESTION, on_exemplars
from safetensors.torch import load_file, save_file

from aitrade.classification.calibration import load_calibration
from aitrade.classification.classifier import Classifier
from aitrade.classification.fitting.gather import _llm_neighbours
from aitrade.core.device import Runtime
from aitrade.core.errors import ModelError
from aitrade.demo import DEMO_EMBEDDER
from aitrade.llm import scorer_loading as judge_loading
from aitrade.llm.code_vectors import FULL, read_vectors
from aitrade.llm.engine_loading import load_engine
from aitrade.llm.out_of_fold import read_out_of_fold
from aitrade.llm.scorer_loading import load_scorer, scorer_source_sha256
from aitrade.models.adapter_files import (
    HEADS,
    OUT_OF_FOLD,
    AdapterManifest,
    find_adapter,
    own_adapter,
    read_manifest,
    with_adapter,
)
from aitrade.models.add import add_folder
from aitrade.models.installed import locate
from aitrade.nomenclature.code_text import short_text
from aitrade.question.exemplars import ExemplarSet
from aitrade.question.folds import fold_name, subheading_folds
from aitrade.question.question import Question
from aitrade.tuning import embedder as embedder_module
from aitrade.tuning import llm as llm_module
from aitrade.tuning.embedder import make_embedder_adapter
from aitrade.tuning.job import Task
from aitrade.tuning.learner import example, score, vectors_of
from aitrade.tuning.llm import make_llm_adapter
from aitrade.tuning.llm_learner import new_llm_learner
from aitrade.tuning.lower import first_tuned, lower_states, require_whole
from aitrade.tuning.settings import TuneSettings

CPU = Runtime("cpu", "float32")
TUNED = f"{MODEL}+own"
SETTINGS = TuneSettings(rank=2, epochs=3, batch=4, learning_rate=2e-2, head_rate=5e-2)
STEPS = len(toys.LABELLED) // SETTINGS.batch  # of an epoch
FOLDS = 2


def tune(
    exemplars: ExemplarSet,
    parent: Path,
    on_learnt: Callable[[str, int], None] = lambda *_: None,
    *,
    scored: int = FOLDS,
) -> AdapterManifest:
    def on_step(stage: str, step: int, steps: int, loss: float | None) -> None:
        if loss is not None:
            on_learnt(stage, step)

    work = parent / ".own"
    task = Task("own", locate(MODEL), on_exemplars(exemplars), CPU, SETTINGS, FOLDS)
    return make_llm_adapter(task, scored, parent / TUNED, work, on_step)


@pytest.fixture(scope="module")
def adapters(toy_weights: Path, exemplars: ExemplarSet, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with an adapter ``own`` that was tuned without a stop."""
    parent = tmp_path_factory.mktemp("adapters")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("AITRADE_MODELS", str(toy_weights))
        tune(exemplars, parent)
    return parent


def test_an_adapter_says_what_made_it_and_leaves_no_work_behind(
    adapters: Path, exemplars: ExemplarSet, models: Path
) -> None:
    manifest = read_manifest(find_adapter(TUNED, (adapters,)))
    assert (manifest.base, manifest.base_sha256) == (MODEL, locate(MODEL).source_sha256)
    assert manifest.exemplars_sha256 == exemplars.sha256
    assert manifest.settings["rank"] == 2
    lora = json.loads((adapters / TUNED / "adapter_config.json").read_text("utf-8"))
    assert (lora["r"], lora["lora_alpha"]) == (2, 4)
    assert lora["base_model_name_or_path"] == MODEL, "a path of this machine: no other would make the same adapter"
    assert {"adapter_model.safetensors", HEADS, OUT_OF_FOLD} <= set(manifest.files)
    assert [p.name for p in adapters.iterdir()] == [TUNED]


def test_every_exemplar_has_scores_of_a_model_that_did_not_see_it(adapters: Path, exemplars: ExemplarSet) -> None:
    kept = read_out_of_fold(adapters / TUNED / OUT_OF_FOLD)
    assert set(kept) == {(e.code.flow, e.code.hs10) for e in exemplars.exemplars}
    assert {len(row) for row in kept.values()} == {len(LABELS.names)}
    categories = np.exp([row[3:] for row in kept.values()])
    assert categories.sum(1) == pytest.approx(np.ones(len(kept)), abs=1e-3)
    with (adapters / TUNED / OUT_OF_FOLD).open(encoding="utf-8", newline="") as file:
        assert next(csv.reader(file))[:3] == ["flow", "hs10", "High"]


def test_scores_stand_beside_the_codes_that_they_are_of(
    exemplars: ExemplarSet, models: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    numbers = np.arange(1.0, len(exemplars.exemplars) + 1)
    monkeypatch.setattr(llm_module, "learn", lambda *_: None)
    monkeypatch.setattr(llm_module, "vectors_of", lambda *_: np.tile(numbers[:, None], 40))
    monkeypatch.setattr(llm_module, "score", lambda _, vectors: vectors[:, : len(LABELS.names)])
    tune(exemplars, tmp_path)
    kept = read_out_of_fold(tmp_path / TUNED / OUT_OF_FOLD)
    assert [kept[e.code.flow, e.code.hs10][0] for e in exemplars.exemplars] == numbers.tolist()


def test_a_fold_learns_nothing_from_what_it_holds_out(
    adapters: Path, exemplars: ExemplarSet, models: Path, tmp_path: Path
) -> None:
    parts = subheading_folds([e.code for e in exemplars.exemplars], FOLDS)
    changed = list(exemplars.exemplars)
    place = next(row for row in np.flatnonzero(parts == 0) if changed[row].relevance == "Low")
    changed[place] = dataclasses.replace(changed[place], relevance="High", category="Compute_Hardware")
    tune(ExemplarSet(tuple(changed)), tmp_path)
    before, after = (read_out_of_fold(folder / TUNED / OUT_OF_FOLD) for folder in (adapters, tmp_path))
    for exemplar, fold in zip(exemplars.exemplars, parts, strict=True):
        key = exemplar.code.flow, exemplar.code.hs10
        assert (before[key] == after[key]) == (fold == 0), key
    views = [read_vectors(folder / TUNED) for folder in (adapters, tmp_path)]
    same = [name for name in (fold_name(0), fold_name(1), FULL) if np.array_equal(*(v.views[name] for v in views if v))]
    assert same == [fold_name(0)]


@pytest.mark.parametrize(
    "stop_at", [("fold 2 of 2", 2), ("all exemplars", STEPS + 2)], ids=["in a fold", "in the last"]
)
def test_tuning_that_was_stopped_goes_on_and_gives_the_same_adapter(
    adapters: Path, exemplars: ExemplarSet, models: Path, tmp_path: Path, stop_at: tuple[str, int]
) -> None:
    seen: list[tuple[str, int]] = []

    def on_learnt(stage: str, step: int) -> None:
        seen.append((stage, step))
        if (stage, step) == stop_at:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        tune(exemplars, tmp_path, on_learnt)
    again: list[tuple[str, int]] = []
    tune(exemplars, tmp_path, lambda stage, step: again.append((stage, step)))
    assert again[0][0] == stop_at[0], "what was tuned before the stop was tuned again"
    if stop_at[0] == "all exemplars":
        assert again[0][1] == STEPS + 1, "the first epoch was not kept"
    assert read_manifest(tmp_path / TUNED) == read_manifest(adapters / TUNED)  # the hash of every file too


def test_checkpoints_of_other_exemplars_are_not_gone_on_with(
    exemplars: ExemplarSet, models: Path, tmp_path: Path
) -> None:
    def stop(stage: str, step: int) -> None:
        if stage == "all exemplars":
            raise KeyboardInterrupt

    stages: list[str] = []
    with pytest.raises(KeyboardInterrupt):
        tune(exemplars, tmp_path, stop)
    tune(ExemplarSet(exemplars.exemplars[1:]), tmp_path, lambda stage, step: stages.append(stage))
    assert stages[0] == "fold 1 of 2"
    assert [p.name for p in tmp_path.iterdir()] == [TUNED]


@pytest.mark.filterwarnings("ignore:.*is_gradient_checkpointing:FutureWarning")  # peft asks transformers for it
def test_the_tuned_judge_says_what_plain_forward_passes_say(
    adapters: Path, exemplars: ExemplarSet, models: Path
) -> None:
    import torch
    from peft import PeftModel
    from safetensors.torch import load_file
    from transformers import AutoModelForCausalLM, AutoTokenizer

    codes = toys.toy_codes()
    scorer = load_scorer(TUNED, CPU, QUESTION, METHOD.prompt_neighbours, (adapters,))
    found = scorer.relevance(codes, [()] * len(codes))
    base = AutoModelForCausalLM.from_pretrained(models / MODEL)
    plain = PeftModel.from_pretrained(base, str(adapters / TUNED)).eval()
    tokenizer, heads = AutoTokenizer.from_pretrained(models / MODEL), load_file(adapters / TUNED / HEADS)
    kept = read_vectors(adapters / TUNED)
    assert kept is not None
    assert found.vectors is not None
    for row, code in enumerate(codes):
        tokens = torch.tensor(
            [tokenizer(short_text(code, QUESTION.prompts.short, QUESTION.words), add_special_tokens=False)["input_ids"]]
        )
        with torch.no_grad():
            last = plain.base_model.model.model(tokens).last_hidden_state[0, -1]
        relevance = heads["relevance"] @ last + heads["relevance_bias"]
        category = torch.log_softmax(heads["category"] @ last + heads["category_bias"], 0)
        assert found.relevance[row] == pytest.approx(relevance.numpy(), abs=1e-3)
        assert found.category is not None
        assert found.category[row] == pytest.approx(category.numpy(), abs=1e-3)
        placed = last.numpy() @ kept.projection
        assert found.vectors[row] == pytest.approx(placed / np.linalg.norm(placed), abs=1e-3)
    assert found.mass is None
    assert np.ptp(found.relevance, axis=0).min() > 0.1


def test_exemplars_are_kept_where_the_adapter_places_them(adapters: Path, exemplars: ExemplarSet, models: Path) -> None:
    kept = read_vectors(adapters / TUNED)
    assert kept is not None
    assert set(kept.views) == {FULL, fold_name(0), fold_name(1)}
    codes = [e.code for e in exemplars.exemplars]
    found = (
        load_scorer(TUNED, CPU, QUESTION, METHOD.prompt_neighbours, (adapters,))
        .relevance(codes, [()] * len(codes))
        .vectors
    )
    # A byte a dimension, and the adapter's weights rounded to bfloat16 when they were saved.
    assert (kept.views[FULL] * found).sum(1).min() > 0.99
    assert (kept.views[fold_name(0)] * found).sum(1).min() < 0.99, "a fold's model places codes as the adapter does"


def test_exemplars_are_calibrated_on_the_llms_neighbours_by_the_fold_that_did_not_see_them(
    adapters: Path, exemplars: ExemplarSet, models: Path, toy_classifier: Callable[..., Classifier]
) -> None:
    """Against a plain search; nothing is its own neighbour, and neighbours may come from any fold."""
    asked = list(exemplars.exemplars)[::2]
    scorer = load_scorer(TUNED, CPU, QUESTION, METHOD.prompt_neighbours, (adapters,))
    classifier = toy_classifier(model=TUNED, scorer=scorer)
    found = _llm_neighbours(classifier, asked, (adapters,))
    kept = read_vectors(adapters / TUNED)
    assert kept is not None
    places = {code: place for place, code in enumerate(kept.codes)}
    for exemplar, neighbours, fold in zip(
        asked, found, subheading_folds([e.code for e in asked], FOLDS).tolist(), strict=True
    ):
        view, own = kept.views[fold_name(fold)], exemplar.code
        expected = {}
        for other in exemplars.exemplars:
            if other is not exemplar:
                near = float(view[places[other.code.flow, other.code.hs10]] @ view[places[own.flow, own.hs10]])
                bonus = 0.15 * (other.code.hs4 == own.hs4) + 0.15 * (other.code.hs6 == own.hs6)
                expected[other.code.flow, other.code.hs10] = near + bonus
        assert {(n.exemplar.code.flow, n.exemplar.code.hs10): n.closeness for n in neighbours} == pytest.approx(
            expected, abs=1e-5
        )
        assert [n.closeness for n in neighbours] == sorted((n.closeness for n in neighbours), reverse=True)


def test_tuning_learns_its_exemplars(adapters: Path, exemplars: ExemplarSet, models: Path) -> None:
    codes = [e.code for e in exemplars.exemplars]
    found = (
        load_scorer(TUNED, CPU, QUESTION, METHOD.prompt_neighbours, (adapters,))
        .relevance(codes, [()] * len(codes))
        .relevance
    )
    levels = [("High", "Medium", "Low")[i] for i in found.argmax(1)]
    hits = sum(level == e.relevance for level, e in zip(levels, exemplars.exemplars, strict=True))
    assert hits > len(codes) / 2


def test_the_judges_hash_is_of_base_and_adapter(adapters: Path, models: Path, tmp_path: Path) -> None:
    plain, tuned = (
        load_scorer(MODEL, CPU, QUESTION, METHOD.prompt_neighbours),
        load_scorer(TUNED, CPU, QUESTION, METHOD.prompt_neighbours, (adapters,)),
    )
    assert plain.sha256 == locate(MODEL).sha256
    assert tuned.sha256 not in (plain.sha256, read_manifest(adapters / TUNED).base_sha256)
    assert with_adapter("1" * 64, adapters / TUNED) != with_adapter("2" * 64, adapters / TUNED)
    for name, sha256 in read_manifest(adapters / TUNED).files.items():
        other = shutil.copytree(adapters / TUNED, tmp_path / name / TUNED) / "aitrade.json"
        other.write_text(other.read_text("utf-8").replace(sha256, "0" * 64), "utf-8")
        assert with_adapter("1" * 64, other.parent) != with_adapter("1" * 64, adapters / TUNED), name
    copied = shutil.copytree(adapters / TUNED, tmp_path / f"{MODEL}+twin")
    assert (
        load_scorer(f"{MODEL}+twin", CPU, QUESTION, METHOD.prompt_neighbours, (copied.parent,)).sha256 == tuned.sha256
    )  # a name is not what it says


def test_a_judges_hash_tells_conversions_apart_and_its_source_does_not(
    adapters: Path, models: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A run is of the numbers that lie here; a calibration serves every machine that installed what is published."""

    def hashes() -> list[tuple[str, str]]:
        return [
            (
                load_scorer(name, CPU, QUESTION, METHOD.prompt_neighbours, (adapters,)).sha256,
                scorer_source_sha256(name, QUESTION, (adapters,)),
            )
            for name in (MODEL, TUNED)
        ]

    before, base = hashes(), locate(MODEL)
    monkeypatch.setattr(judge_loading, "locate", lambda _: dataclasses.replace(base, files=base.files[1:]))
    for (judge, source), (other_judge, other_source) in zip(before, hashes(), strict=True):
        assert (judge == other_judge, source == other_source) == (False, True)


def test_a_tuned_judge_forgets_one_batch_before_the_next(adapters: Path, models: Path) -> None:
    """All codes of a nomenclature would not fit into memory."""
    scorer, codes = load_scorer(TUNED, CPU, QUESTION, METHOD.prompt_neighbours, (adapters,)), toys.toy_codes()[:5]
    computed = []
    for _ in range(2):
        scorer.relevance(codes, [()] * len(codes))
        computed.append(scorer.engine.tokens_computed)
    assert computed[1] == 2 * computed[0] > 0


def test_loading_an_adapter_looks_for_no_gpu(adapters: Path, models: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """peft by itself loads onto the first GPU that there is, wherever the model is."""

    def looked() -> str:
        raise AssertionError("peft chose a device")

    monkeypatch.setattr("peft.peft_model.infer_device", looked)
    load_scorer(TUNED, CPU, QUESTION, METHOD.prompt_neighbours, (adapters,))


def with_other_words(question: Question) -> Question:
    return dataclasses.replace(question, words=dataclasses.replace(question.words, longs={}))


def with_levels_in_another_order(question: Question) -> Question:
    labels = dataclasses.replace(question.labels, levels=question.labels.levels[::-1])
    return dataclasses.replace(question, labels=labels)


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        (with_other_words, "tuned on texts with other shorthand"),
        (with_levels_in_another_order, "tuned on other labels, or in another order"),
    ],
)
def test_an_adapter_tuned_on_texts_or_labels_of_before_is_refused(
    adapters: Path, models: Path, changed: Callable[[Question], Question], said: str
) -> None:
    """Its heads know labels by their place alone."""
    with pytest.raises(ModelError, match=said) as caught:
        load_scorer(TUNED, CPU, changed(QUESTION), METHOD.prompt_neighbours, (adapters,))
    assert f"aitrade models tune {MODEL} --name own" in str(caught.value.fix)


@pytest.mark.parametrize(("before", "after"), [('"text_sha256"', '"prompt_sha256"'), ("{", "[")])
def test_a_manifest_of_an_earlier_version_or_a_torn_one_names_the_fix(
    adapters: Path, models: Path, tmp_path: Path, before: str, after: str
) -> None:
    path = shutil.copytree(adapters / TUNED, tmp_path / TUNED) / "aitrade.json"
    path.write_text(path.read_text("utf-8").replace(before, after, 1), "utf-8")
    with pytest.raises(ModelError, match="manifest cannot be read") as caught:
        load_scorer(TUNED, CPU, QUESTION, METHOD.prompt_neighbours, (tmp_path,))
    assert (caught.value.where, caught.value.fix) == (str(path), f"aitrade models tune {MODEL} --name own")


def test_a_file_that_no_manifest_knows_is_refused(adapters: Path, models: Path, tmp_path: Path) -> None:
    shutil.copytree(adapters / TUNED, tmp_path / TUNED)
    (tmp_path / TUNED / ".DS_Store").write_bytes(b"left by a file manager")
    assert find_adapter(TUNED, (tmp_path,)) == tmp_path / TUNED
    (tmp_path / TUNED / "chat_template.jinja").write_text("else", "utf-8")
    with pytest.raises(ModelError, match="not in the adapter's manifest") as caught:
        find_adapter(TUNED, (tmp_path,))
    assert str(caught.value.where).endswith("chat_template.jinja")


def test_an_altered_or_missing_adapter_is_refused(adapters: Path, models: Path, tmp_path: Path) -> None:
    shutil.copytree(adapters / TUNED, tmp_path / TUNED)
    path = tmp_path / TUNED / HEADS
    path.write_bytes(path.read_bytes()[:-1] + b"\x01")
    with pytest.raises(ModelError, match="missing or altered") as caught:
        load_scorer(TUNED, CPU, QUESTION, METHOD.prompt_neighbours, (tmp_path,))
    assert caught.value.where == str(path)
    with pytest.raises(ModelError, match="no adapter other"):
        load_scorer(f"{MODEL}+other", CPU, QUESTION, METHOD.prompt_neighbours, (tmp_path,))


def test_an_adapter_fits_the_base_that_it_was_tuned_on_only(
    adapters: Path, toy_weights: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AITRADE_MODELS", str(tmp_path / "weights"))
    add_folder(toys.save_llm(tmp_path / "other", "qwen2"), "toy-qwen", "none")
    with pytest.raises(ModelError, match=r"toy-qwen has no adapter own.*models tune toy-qwen --name own"):
        load_scorer("toy-qwen+own", CPU, QUESTION, METHOD.prompt_neighbours, (adapters,))
    shutil.copytree(adapters / TUNED, tmp_path / "toy-qwen+own")  # called as if it were
    with pytest.raises(ModelError, match=rf"tuned on another model than toy-qwen.*use {MODEL}\+own"):
        load_scorer("toy-qwen+own", CPU, QUESTION, METHOD.prompt_neighbours, (tmp_path,))


def test_an_adapter_serves_its_base_converted_by_other_libraries(adapters: Path, models: Path) -> None:
    base = locate(MODEL)
    other = dataclasses.replace(base, files=base.files[1:])
    assert other.sha256 != base.sha256
    assert own_adapter(TUNED, other, QUESTION, (adapters,)) == adapters / TUNED


def test_long_texts_lose_their_end(exemplars: ExemplarSet, models: Path) -> None:
    for base, examples, most in ((MODEL, lambda task: llm_module._examples(task, lambda *_: None), 9),
                                 (DEMO_EMBEDDER, embedder_module._examples, 5)):  # fmt: skip
        made = [
            examples(
                Task(
                    "own",
                    locate(base),
                    on_exemplars(exemplars),
                    CPU,
                    dataclasses.replace(SETTINGS, max_tokens=tokens),
                    FOLDS,
                )
            )
            for tokens in (most, 128)
        ]
        cut, whole = ([len(e.inputs) for e in some] for some in made)
        assert cut == [min(most, length) for length in whole]
        assert max(whole) > most


def test_what_an_adapter_begins_with_is_drawn_by_the_seed() -> None:
    import torch

    def begin(seed: int, other: int) -> Any:
        model = toys.toy_model("llama")
        torch.manual_seed(other)
        learner = new_llm_learner(model, dataclasses.replace(SETTINGS, seed=seed), LABELS)
        matrices = (p for name, p in learner.model.named_parameters() if "lora_A" in name)
        return torch.cat([next(matrices).flatten(), learner.heads["relevance"].weight.flatten()])

    assert torch.equal(begin(1, 5), begin(1, 6))
    assert not torch.isclose(begin(1, 5), begin(2, 5)).any()


@pytest.mark.parametrize("scored", [FOLDS, 1])
def test_a_tuned_model_calibrates_and_classifies(
    aitrade: Callable[..., Outcome], adapters: Path, exemplars: ExemplarSet, models: Path, workspace: Path, scored: int
) -> None:
    """From ``calibrate`` to predictions, with the scores that tuning kept and the embedder tuned alike."""
    own = workspace / "adapters"
    if scored == FOLDS:
        shutil.copytree(adapters, own)
    else:
        manifest = tune(exemplars, own, scored=scored)
        assert manifest.settings["scored"] == scored
        said = read_out_of_fold(own / TUNED / OUT_OF_FOLD)
        hits = [e.relevance == ("High", "Medium", "Low")[int(np.argmax(said[e.code.key][:3]))]
                for e in exemplars.exemplars if e.code.key in said]  # fmt: skip
        assert manifest.figures["out_of_fold_accuracy"] == pytest.approx(np.mean(hits))
    task = Task("relevance", locate(DEMO_EMBEDDER), on_exemplars(exemplars), CPU, SETTINGS, FOLDS)
    make_embedder_adapter(task, own / DEFAULT_EMBEDDER, own / ".work", lambda *_: None)
    found = aitrade("calibrate", "--model", TUNED, "--embedder", DEFAULT_EMBEDDER, "--device", "cpu")
    assert found.code == 0, found.err
    calibration = load_calibration(workspace / "calibration" / DEFAULT_EMBEDDER / f"{MODEL}+own.json")
    parts = subheading_folds([e.code for e in exemplars.exemplars], FOLDS)
    assert calibration.figures["exemplars"] == (parts < scored).sum()
    found = aitrade("classify", "--model", TUNED, "--embedder", DEFAULT_EMBEDDER, "--device", "cpu", "--flow", "all")
    assert found.code == 0
    assert "not be calibrated" not in found.err
    assert f"{len(toys.toy_codes())} predictions" in found.err
    run = json.loads(aitrade("runs", "list", "--json").out)[0]["run"]
    assert DEFAULT_EMBEDDER in aitrade("runs", "show", run).out
    said = json.loads(aitrade("explain", toys.UNLABELLED[0][1], "--json").out)
    near = [n["similarity"] for n in said["llm_neighbours"]]
    assert near
    assert near != [n["similarity"] for n in said["neighbours"]]
    assert "nearest to the LLM:" in aitrade("explain", toys.UNLABELLED[0][1]).out


@pytest.mark.parametrize("file", ["adapter_model.safetensors", HEADS, OUT_OF_FOLD])
def test_a_base_that_comes_in_16_bits_is_tuned_as_its_numbers_in_float32_are(
    adapters_of_both: tuple[Path, Path], file: str
) -> None:
    short, wide = adapters_of_both
    assert (short / TUNED / file).read_bytes() == (wide / TUNED / file).read_bytes()


@pytest.fixture(scope="module")
def adapters_of_both(exemplars: ExemplarSet, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """Adapters tuned on a base in bfloat16, and on the same numbers in float32."""
    made = []
    for kind in ("bfloat16", "float32"):
        weights, parent = tmp_path_factory.mktemp(kind), tmp_path_factory.mktemp(f"{kind}-adapters")
        folder = toys.save_llm(weights / MODEL, dtype="bfloat16")
        if kind == "float32":
            tensors = load_file(folder / "model.safetensors")
            save_file({name: t.float() for name, t in tensors.items()}, folder / "model.safetensors", {"format": "pt"})
        toys.register(folder, MODEL, "llm")
        with pytest.MonkeyPatch.context() as patch:
            patch.setenv("AITRADE_MODELS", str(weights))
            tune(exemplars, parent, scored=1)
        made.append(parent)
    return made[0], made[1]


def test_a_model_whose_parts_do_not_make_the_whole_is_not_tuned(tmp_path: Path) -> None:
    engine = load_engine(str(toys.save_llm(tmp_path)), CPU)
    text = engine.tokenizer("SERVERS")["input_ids"]
    (states,) = lower_states(engine.model, [text], 1, lambda *_: None)
    require_whole(engine.model, text, states, 1)
    with pytest.raises(ModelError, match="LlamaForCausalLM cannot be run in two parts"):
        require_whole(engine.model, text, 3 * states, 1)  # as where embeddings are scaled twice


@pytest.mark.parametrize(
    ("family", "message"),
    [
        ("gpt2", "GPT2LMHeadModel cannot be tuned: it keeps its layers"),
        ("mamba", "cannot be tuned: it has layers of kind"),
    ],
)
def test_a_model_that_lora_cannot_reach_is_refused_before_any_work(
    family: str, message: str, exemplars: ExemplarSet, tmp_path: Path, no_models: Path
) -> None:
    base = add_folder(tiny_models.save_tiny(family, tmp_path / family), family, "none")
    job = Task("x", base, on_exemplars(exemplars), CPU, TuneSettings(), 2)
    told: list[object] = []
    with pytest.raises(ModelError, match=message) as caught:
        make_llm_adapter(job, 1, tmp_path / "made", tmp_path / "work", lambda *step: told.append(step))
    assert "base model" in str(caught.value.fix)
    assert told == []


@pytest.mark.parametrize("share", [0.5, 1.0])
@pytest.mark.parametrize("architecture", toys.ARCHITECTURES)
def test_layers_that_stay_and_tuned_ones_make_the_whole(
    exemplars: ExemplarSet, architecture: str, share: float, tmp_path: Path
) -> None:
    """Of layers that take turns with sliding and whole attention too: each is tuned as what it is in the model."""
    import torch

    engine = load_engine(str(toys.save_llm(tmp_path / architecture, architecture)), CPU)
    texts = [
        engine.tokenizer(short_text(e.code, QUESTION.prompts.short, QUESTION.words))["input_ids"]
        for e in exemplars.exemplars
    ]
    states = lower_states(engine.model, texts, first_tuned(engine.model, share), lambda *_: None)
    require_whole(engine.model, texts[0], states[0], first_tuned(engine.model, share))
    tuned = new_llm_learner(engine.model, TuneSettings(rank=2, share=share), LABELS)
    touched = {
        name.split(".layers.")[1].partition(".")[0] for name, p in tuned.model.named_parameters() if p.requires_grad
    }
    assert len(touched) == round(share * engine.model.config.num_hidden_layers)
    found = score(
        tuned.heads,
        vectors_of(tuned, [example(e, s, LABELS) for e, s in zip(exemplars.exemplars, states, strict=True)], batch=5),
    )
    for row, text in zip(found, texts, strict=True):
        with torch.no_grad():
            last = tuned.model.base_model.model.model(torch.tensor([text])).last_hidden_state[0, -1]
            relevance = tuned.heads["relevance"](last)
        assert row[:3] == pytest.approx(relevance.numpy(), abs=1e-4)
