"""A tuned embedder: brings together what is used alike, and shows calibrations exemplars that it has not learnt."""

import dataclasses
import shutil
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import questions
import toys
from conftest import MODEL, Outcome
from questions import DEFAULT_EMBEDDER, LABELS, METHOD, QUESTION, on_exemplars

from aitrade.classification.classifier import Classifier
from aitrade.classification.fitting.gather import gather
from aitrade.classification.fitting.probe import fit_probe
from aitrade.classification.loading import install_index
from aitrade.core.device import Runtime
from aitrade.core.errors import ModelError
from aitrade.core.softmax import softmax
from aitrade.demo import DEMO_EMBEDDER
from aitrade.models.adapter_files import LORA_FILES, AdapterManifest, read_manifest
from aitrade.models.installed import locate
from aitrade.nomenclature.code_text import describe
from aitrade.question.exemplars import ExemplarSet
from aitrade.question.folds import subheading_folds
from aitrade.retrieval.embedder import _sha256, embedder_sha256, load_embedder
from aitrade.retrieval.index import installed_indexes, open_index
from aitrade.tuning import embedder as embedder_module
from aitrade.tuning.embedder import make_embedder_adapter
from aitrade.tuning.embedder_learner import new_embedder_learner
from aitrade.tuning.job import Task
from aitrade.tuning.learner import vectors_of
from aitrade.tuning.settings import TuneSettings

CPU = Runtime("cpu", "float32")
SETTINGS = TuneSettings(rank=4, epochs=20, batch=8, learning_rate=3e-2, head_rate=5e-2)
FOLDS = 2


def tune(
    exemplars: ExemplarSet, parent: Path, on_step: Callable[[str, int, int, float | None], None] = lambda *_: None
) -> AdapterManifest:
    target, work = parent / DEFAULT_EMBEDDER, parent / ".work"
    task = Task("relevance", locate(DEMO_EMBEDDER), on_exemplars(exemplars), CPU, SETTINGS, FOLDS)
    return make_embedder_adapter(task, target, work, on_step)


@pytest.fixture(scope="module")
def workspace_with_adapter(toy_weights: Path, exemplars: ExemplarSet, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A workspace whose own tuned embedder was tuned without a stop."""
    folder = tmp_path_factory.mktemp("tuned")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("AITRADE_MODELS", str(toy_weights))
        tune(exemplars, folder / "adapters")
    return folder


@pytest.fixture
def adapters(workspace_with_adapter: Path, models: Path) -> Path:
    return workspace_with_adapter / "adapters"


@pytest.mark.filterwarnings("ignore:.*is_gradient_checkpointing:FutureWarning")  # peft asks transformers for it
def test_the_embeddings_are_those_of_the_encoder_with_its_lora(adapters: Path, models: Path) -> None:
    import torch
    from peft import PeftModel
    from transformers import AutoModel, AutoTokenizer

    texts = [describe(code, QUESTION.words) for code in toys.toy_codes()]
    found = load_embedder(CPU, DEFAULT_EMBEDDER, QUESTION, (adapters,)).embed(texts)
    plain = AutoModel.from_pretrained(models / DEMO_EMBEDDER)
    tuned = PeftModel.from_pretrained(plain, str(adapters / DEFAULT_EMBEDDER)).eval()
    tokenizer = AutoTokenizer.from_pretrained(models / DEMO_EMBEDDER)
    for row, text in enumerate(texts):
        with torch.no_grad():
            mean = tuned(**tokenizer(text, return_tensors="pt")).last_hidden_state[0].mean(0)
        assert found[row] == pytest.approx((mean / mean.norm()).numpy(), abs=1e-4)


def test_an_adapter_is_merged_before_anything_is_rounded(adapters: Path) -> None:
    import torch

    wide, short = (
        load_embedder(Runtime("cpu", kind), DEFAULT_EMBEDDER, QUESTION, (adapters,)) for kind in ("float32", "bfloat16")
    )
    rounded = wide.model.to(torch.bfloat16).state_dict()
    assert all(torch.equal(tensor, rounded[name]) for name, tensor in short.model.state_dict().items())


def test_the_hash_is_of_the_base_and_of_both_files_of_the_lora(adapters: Path, tmp_path: Path) -> None:
    """Kept indexes go by it: one that is not told apart would hold another embedder's vectors."""
    base = locate(DEMO_EMBEDDER)
    other = dataclasses.replace(base, files=base.files[1:])
    found = {load_embedder(CPU, DEFAULT_EMBEDDER, QUESTION, (adapters,)).sha256, base.sha256}
    assert embedder_sha256(DEFAULT_EMBEDDER, QUESTION, (adapters,)) in found
    found |= {load_embedder(CPU, DEFAULT_EMBEDDER, QUESTION, (adapters,), fold).sha256 for fold in range(FOLDS)}
    found.add(_sha256(other, adapters / DEFAULT_EMBEDDER))
    for name in LORA_FILES:
        folder = shutil.copytree(adapters / DEFAULT_EMBEDDER, tmp_path / name)
        (folder / name).write_bytes((folder / name).read_bytes() + b"\n")
        found.add(_sha256(base, folder))
    assert len(found) == 2 + FOLDS + 1 + len(LORA_FILES)


def test_what_learns_makes_the_embeddings_that_are_used_later(exemplars: ExemplarSet, models: Path) -> None:
    """Whatever stands beside a text in its batch, and whatever is drawn: fresh matrices change nothing."""
    import torch

    task = Task("own", locate(DEMO_EMBEDDER), on_exemplars(exemplars), CPU, SETTINGS, FOLDS)
    learners = [new_embedder_learner(dataclasses.replace(task, settings=dataclasses.replace(SETTINGS, seed=seed)))
                for seed in (1, 1, 2)]  # fmt: skip
    expected = load_embedder(CPU, DEMO_EMBEDDER, QUESTION).embed(
        [describe(e.code, QUESTION.words) for e in exemplars.exemplars]
    )
    with torch.no_grad():
        found = learners[0].vectors(embedder_module._examples(task)).numpy()
    assert found / 10 == pytest.approx(expected, abs=1e-5)
    heads = [learner.heads["relevance"].weight for learner in learners]
    assert torch.equal(heads[0], heads[1])
    assert not torch.isclose(heads[0], heads[2]).any()


def test_figures_are_of_what_each_fold_held_out(
    exemplars: ExemplarSet, models: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    task = Task("relevance", locate(DEMO_EMBEDDER), on_exemplars(exemplars), CPU, SETTINGS, FOLDS)
    scored: list[list[list[int]]] = []
    monkeypatch.setattr(embedder_module, "learn", lambda *_: None)
    monkeypatch.setattr(
        embedder_module,
        "vectors_of",
        lambda learner, examples, _: (
            scored.append([e.inputs.tolist() for e in examples]) or vectors_of(learner, examples)
        ),
    )
    make_embedder_adapter(task, tmp_path / DEFAULT_EMBEDDER, tmp_path / ".work", lambda *_: None)
    examples = embedder_module._examples(task)
    parts = subheading_folds([e.code for e in exemplars.exemplars], FOLDS)
    assert scored == [[examples[row].inputs.tolist() for row in np.flatnonzero(parts == fold)] for fold in range(FOLDS)]


def test_what_is_used_alike_comes_nearer_than_it_reads(adapters: Path, exemplars: ExemplarSet) -> None:
    texts = [describe(e.code, QUESTION.words) for e in exemplars.exemplars]
    levels = np.array([LABELS.position(e.relevance) for e in exemplars.exemplars])
    alike = levels[:, None] == levels

    def contrast(embed: Callable[[list[str]], "np.ndarray[tuple[int, ...], np.dtype[np.float32]]"]) -> float:
        vectors = embed(texts)
        similar = vectors @ vectors.T
        return float(similar[alike].mean() - similar[~alike].mean())

    before, after = (
        load_embedder(CPU, name, QUESTION, (adapters,)).embed for name in (DEMO_EMBEDDER, DEFAULT_EMBEDDER)
    )
    assert contrast(after) > contrast(before) + 0.2


def test_a_fold_learns_nothing_from_what_it_holds_out(adapters: Path, exemplars: ExemplarSet, tmp_path: Path) -> None:
    parts = subheading_folds([e.code for e in exemplars.exemplars], FOLDS)
    place = int(np.flatnonzero(parts == 0)[0])
    changed = list(exemplars.exemplars)
    low = changed[place].relevance == "Low"
    changed[place] = dataclasses.replace(
        changed[place],
        relevance="High" if low else "Low",
        category="Compute_Hardware" if low else "Not_DC_Related",
    )
    tune(ExemplarSet(tuple(changed)), tmp_path)
    files = read_manifest(tmp_path / DEFAULT_EMBEDDER).files
    kept = read_manifest(adapters / DEFAULT_EMBEDDER).files
    same = {name for name in kept if name.endswith(".safetensors") and kept[name] == files[name]}
    assert same == {"fold0/adapter_model.safetensors"}


def test_tuning_that_was_stopped_goes_on_and_gives_the_same_adapter(
    adapters: Path, exemplars: ExemplarSet, tmp_path: Path
) -> None:
    def stop(stage: str, step: int, steps: int, loss: float | None) -> None:
        if (stage, step) == ("fold 2 of 2", 5):
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        tune(exemplars, tmp_path, stop)
    again: list[str] = []
    tune(exemplars, tmp_path, lambda stage, _, __, loss: None if loss is None else again.append(stage))
    assert again[0] == "fold 2 of 2", "what was tuned before the stop was tuned again"
    assert read_manifest(tmp_path / DEFAULT_EMBEDDER) == read_manifest(adapters / DEFAULT_EMBEDDER)
    assert [p.name for p in tmp_path.iterdir()] == [DEFAULT_EMBEDDER]


def test_a_calibration_sees_each_exemplar_through_the_fold_that_holds_it_out(
    workspace_with_adapter: Path, adapters: Path, exemplars: ExemplarSet, toy_classifier: Callable[..., Classifier]
) -> None:
    embedder = load_embedder(CPU, DEFAULT_EMBEDDER, QUESTION, (adapters,))
    index = open_index(exemplars, QUESTION.words, embedder, workspace_with_adapter / "index")
    classifier = toy_classifier(embedder=embedder, index=index, runtime=CPU)
    training = gather(classifier, toys.toy_codes(), workspace_with_adapter, None, lambda *_: None)
    codes = [e.code for e in exemplars.exemplars]
    parts = subheading_folds(codes, FOLDS)
    assert np.array_equal(training.vectors, index.vectors)
    assert sum(view.held_out.astype(int) for view in training.views).tolist() == [1] * len(codes)
    for fold in range(FOLDS):
        unseen = load_embedder(CPU, DEFAULT_EMBEDDER, QUESTION, (adapters,), fold)
        seen_so = open_index(exemplars, QUESTION.words, unseen, workspace_with_adapter / "index")
        near = questions.near(seen_so, codes, seen_so.vectors, METHOD.neighbours)
        for row in np.flatnonzero(parts == fold):
            found, expected = training.neighbours[row], near[row]
            assert [n.exemplar for n in found] == [n.exemplar for n in expected]
            assert [n.similarity for n in found] == pytest.approx([n.similarity for n in expected], abs=1e-5)
    naive = dataclasses.replace(
        training, views=[dataclasses.replace(view, vectors=training.vectors) for view in training.views]
    )
    rows = np.arange(len(codes)), training.targets
    right, flattered = (float(softmax(fit_probe(t).held_out)[rows].mean()) for t in (training, naive))
    assert flattered > right, "the probe is measured on embeddings that were learnt from the very labels"


def test_what_installing_embedded_is_not_embedded_to_refit_a_calibration(
    workspace_with_adapter: Path,
    exemplars: ExemplarSet,
    toy_classifier: Callable[..., Classifier],
    toy_weights: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    models = shutil.copytree(toy_weights, tmp_path / "models")
    monkeypatch.setenv("AITRADE_MODELS", str(models))
    monkeypatch.setattr("aitrade.classification.loading.choose_runtime", lambda *_: CPU)
    toy = on_exemplars(exemplars)
    question = dataclasses.replace(toy, settings=dataclasses.replace(toy.settings, embedder=DEFAULT_EMBEDDER))
    said: list[str] = []
    for _ in range(2):
        install_index(question, workspace_with_adapter, said.append)
    assert (len(list((models / ".index").iterdir())), len(said)) == (1 + FOLDS, 1)
    shutil.copytree(workspace_with_adapter / "adapters", tmp_path / "adapters")
    embedder = load_embedder(CPU, DEFAULT_EMBEDDER, question, (tmp_path / "adapters",))
    index = open_index(exemplars, question.words, embedder, installed_indexes())
    classifier = toy_classifier(embedder=embedder, index=index, runtime=CPU)
    training = gather(classifier, toys.toy_codes(), tmp_path, None, lambda *_: None)
    assert [np.array_equal(view.vectors, training.vectors) for view in training.views] == [False] * FOLDS
    assert not (tmp_path / "index").exists(), "an index was built in the workspace"


def test_an_adapter_fits_the_embedder_that_it_was_tuned_on_only(adapters: Path, tmp_path: Path) -> None:
    shutil.copytree(adapters / DEFAULT_EMBEDDER, tmp_path / DEFAULT_EMBEDDER)
    manifest = tmp_path / DEFAULT_EMBEDDER / "aitrade.json"
    own = locate(DEMO_EMBEDDER).source_sha256
    manifest.write_text(manifest.read_text("utf-8").replace(own, "0" * 64), "utf-8")
    with pytest.raises(ModelError, match=f"tuned on another model.*aitrade models install {DEMO_EMBEDDER}"):
        load_embedder(CPU, DEFAULT_EMBEDDER, QUESTION, (tmp_path,))


def test_llm_and_embedder_are_tuned_by_one_command(
    aitrade: Callable[..., Outcome],
    models: Path,
    exemplars: ExemplarSet,
    workspace: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for base, epochs, use in ((DEMO_EMBEDDER, 4, "LLM+ADAPTER"), (MODEL, 12, f"{MODEL}+relevance")):
        found = aitrade("models", "tune", base, "--name", "relevance", "--folds", "2", "--rank", "2", "--device", "cpu")
        assert found.code == 0, found.err
        assert f"Next: aitrade calibrate --model {use}" in found.err
        settings = read_manifest(workspace / "adapters" / f"{base}+relevance").settings
        assert (settings["epochs"], settings["rank"], settings["folds"]) == (epochs, 2, 2)
    assert aitrade("calibrate", "--model", f"{MODEL}+relevance", "--device", "cpu").code == 0
