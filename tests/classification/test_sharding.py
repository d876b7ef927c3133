"""Several classifiers at once: the predictions of one, in its order, with each of them at work."""

import dataclasses
import threading
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest
import toys
from conftest import MODEL, fill
from questions import SMALL, on_exemplars

from aitrade.classification.classifier import Classifier
from aitrade.classification.loading import load_classifiers
from aitrade.classification.prediction import Prediction
from aitrade.classification.run import classify
from aitrade.classification.sharding import judge_batches
from aitrade.core import device as device_module
from aitrade.core.errors import StoppedError, UsageError
from aitrade.nomenclature.codes import Code
from aitrade.question.exemplars import ExemplarSet
from aitrade.workspace import open_workspace

BATCHES = [toys.toy_codes()[at : at + 6] for at in range(0, len(toys.toy_codes()), 6)]
PATIENCE = 60  # seconds; a classifier that is never asked would be waited for for ever


@pytest.fixture
def two(models: Path, exemplars: ExemplarSet, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> list[Classifier]:
    """Two classifiers, loaded as on a machine with two GPUs."""
    cpus = [dataclasses.replace(device_module.choose_runtime("cpu"), gpu=gpu) for gpu in (0, 1)]
    monkeypatch.setattr("aitrade.classification.loading.choose_runtimes", lambda *_: cpus)
    return load_classifiers(on_exemplars(exemplars), MODEL, "cuda", tmp_path / "kept", method=SMALL)


@pytest.fixture
def together(monkeypatch: pytest.MonkeyPatch) -> list[Classifier]:
    """Who judged, in order; the first two judge at the same time, or the test fails."""
    asked: list[Classifier] = []
    meeting = threading.Barrier(2)
    alone = Classifier.predict

    def predict(self: Classifier, codes: list[Code]) -> list[Prediction]:
        asked.append(self)
        if len(asked) <= 2:
            meeting.wait(PATIENCE)
        return alone(self, codes)

    monkeypatch.setattr(Classifier, "predict", predict)
    return asked


def test_two_classifiers_give_what_one_does(
    two: list[Classifier], toy_classifier: Callable[[], Classifier], together: list[Classifier]
) -> None:
    found = list(judge_batches(two, BATCHES))
    assert {id(classifier) for classifier in together} == {id(classifier) for classifier in two}
    assert found == list(judge_batches([toy_classifier()], BATCHES))


def test_each_classifier_has_a_model_of_its_own(two: list[Classifier]) -> None:
    assert [classifier.runtime.gpu for classifier in two] == [0, 1]
    assert two[0].scorer.engine.model is not two[1].scorer.engine.model
    assert two[0].settings == two[1].settings, "the GPU stands in the fingerprint"


@pytest.mark.parametrize("count", [1, 2])
def test_what_fails_in_a_batch_is_raised(two: list[Classifier], monkeypatch: pytest.MonkeyPatch, count: int) -> None:
    def broken(self: Classifier, codes: list[Code]) -> list[Prediction]:
        raise MemoryError("the GPU is full")

    monkeypatch.setattr(Classifier, "predict", broken)
    with pytest.raises(MemoryError, match="the GPU is full"):
        list(judge_batches(two[:count], BATCHES))


def test_a_closed_iterator_begins_no_further_batch(two: list[Classifier], together: list[Classifier]) -> None:
    many = BATCHES * 20
    with closing(judge_batches(two, many)) as judged:
        next(judged)
    assert len(together) < len(many)


def test_a_run_stopped_on_two_goes_on_with_one(
    two: list[Classifier],
    toy_classifier: Callable[[], Classifier],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    asked: list[Code] = []
    alone = Classifier.predict

    def predict(self: Classifier, codes: list[Code]) -> list[Prediction]:
        asked.append(codes[0])
        if codes[0] in BATCHES[2]:
            raise KeyboardInterrupt
        return alone(self, codes)

    with open_workspace(fill(tmp_path / "workspace")) as con:
        codes = toys.toy_codes()
        with monkeypatch.context() as patch, pytest.raises(StoppedError, match=f"stopped after 12 of {len(codes)}"):
            patch.setattr(Classifier, "predict", predict)
            classify(con, two, codes, lambda *_: None)
        told: list[int] = []
        run = classify(con, [toy_classifier()], codes, lambda done, _: told.append(done))
        assert (told[0], run.finished, run.predictions) == (12, True, len(codes))


def test_two_classifiers_tell_within_their_batches_how_far_both_are(
    two: list[Classifier], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each waits in the middle of its first batch of six codes, so that what is told is of both."""
    both = threading.Barrier(2)
    first: set[int] = set()
    told: list[int] = []
    at_half: list[int] = []

    def predict(self: Classifier, codes: list[Code]) -> list[Prediction]:
        if id(self) not in first:
            first.add(id(self))
            self.scorer._on_step(5, 10)
            both.wait(PATIENCE)
            at_half.append(max(told))
            both.wait(PATIENCE)
        return alone(self, codes)

    alone = Classifier.predict
    monkeypatch.setattr(Classifier, "predict", predict)
    with open_workspace(fill(tmp_path / "workspace")) as con:
        codes = toys.toy_codes()
        classify(con, two, codes, lambda done, _: told.append(done))
    assert at_half == [4, 4], "half of five of each of two batches, rounded down, nothing being kept"
    assert told == sorted(told), "it never goes back"
    assert (told[0], told[-1]) == (0, len(codes))


def test_every_gpu_of_the_first_ones_kind_takes_part(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("torch.cuda.is_available", lambda: True)
    monkeypatch.setattr("torch.cuda.device_count", lambda: 4)
    monkeypatch.setattr("torch.cuda.get_device_name", lambda gpu: "T4" if gpu == 2 else "H200")
    monkeypatch.setattr("torch.cuda.is_bf16_supported", lambda **_: True)
    found = device_module.choose_runtimes()
    assert [m.torch_device for m in found] == ["cuda:0", "cuda:1", "cuda:3"], "another kind gives other numbers"
    assert {(m.device, m.arithmetic) for m in found} == {("cuda", "bfloat16")}
    assert [m.torch_device for m in device_module.choose_runtimes("cpu", "float32")] == ["cpu"]


def test_float32_is_no_less(monkeypatch: pytest.MonkeyPatch) -> None:
    """An environment may have set it lower, and fingerprints would not tell."""
    import torch

    torch.set_float32_matmul_precision("medium")
    try:
        device_module.choose_runtime("cpu", "float32")
        assert torch.get_float32_matmul_precision() == "highest"
    finally:
        torch.set_float32_matmul_precision("highest")


@pytest.mark.parametrize(("names", "dtype"), [((), "float32"), (("avx512_bf16",), "bfloat16"), (("bf16",), "bfloat16")])
def test_a_cpu_computes_in_bfloat16_where_it_multiplies_that(
    monkeypatch: pytest.MonkeyPatch, names: tuple[str, ...], dtype: str
) -> None:
    """AVX-512's on Intel and AMD, Arm's own."""
    monkeypatch.setattr("torch.cpu.get_capabilities", lambda: {"avx512_bf16": False} | dict.fromkeys(names, True))
    assert device_module.choose_runtime("cpu").arithmetic == dtype


@pytest.mark.parametrize(("device", "arithmetic", "said"), [("gpu", "auto", "device 'gpu'"), ("cpu", "half", "'half'")])
def test_names_that_are_none_are_refused(device: str, arithmetic: str, said: str) -> None:
    with pytest.raises(UsageError, match=f"there is no .*{said}.*choose from auto"):
        device_module.choose_runtime(device, arithmetic)


def test_a_gpu_without_bfloat16_computes_in_float32(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("torch.cuda.is_available", lambda: True)
    monkeypatch.setattr("torch.cuda.is_bf16_supported", lambda including_emulation=True: including_emulation)
    assert device_module.choose_runtime().arithmetic == "float32"
    assert device_module.choose_runtime(arithmetic="bfloat16").arithmetic == "bfloat16"  # asked for, it is emulated
