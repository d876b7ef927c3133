"""Fixtures for every test: toy models that nothing has to be downloaded for, and workspaces with a few codes."""

import importlib.util
import os
import signal
import sys
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from functools import partial
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING, Any, NamedTuple

import hypothesis
import pytest
import toys
from questions import LABELS, METHOD, QUESTION, SMALL, on_exemplars, question_folder

from aitrade.demo import DEMO_EMBEDDER
from aitrade.question.exemplars import read_exemplars

# Before any Hugging Face library is imported: no test may reach a network.
os.environ.update(HF_HUB_OFFLINE="1", TRANSFORMERS_OFFLINE="1", TOKENIZERS_PARALLELISM="false")
# Before torch is: threads would spend more time waiting for each other than toy matrices take.
os.environ.setdefault("OMP_NUM_THREADS", "1")
# A shell has its background jobs ignore Ctrl-C, and what they start: tests of stopping would wait for nothing.
signal.signal(signal.SIGINT, signal.default_int_handler)

if TYPE_CHECKING:
    from chromium import Chromium

    from aitrade.classification.classifier import Classifier
    from aitrade.question.exemplars import ExemplarSet

# A busy machine makes no test wrong.
hypothesis.settings.register_profile("aitrade", deadline=None)
hypothesis.settings.load_profile("aitrade")

pytest_plugins = ["skips"]
MODEL = "toy-llama"
SCRIPTS = Path(__file__).resolve().parents[1] / "scripts"


@pytest.fixture(scope="session")
def toy_weights(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A weights folder with a toy LLM and, under the embedder's name, a toy embedder."""
    from aitrade.models.add import add_folder

    folder = tmp_path_factory.mktemp("weights")
    source = toys.answer_with_labels(toys.save_llm(tmp_path_factory.mktemp("source") / "llama"), QUESTION)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("AITRADE_MODELS", str(folder))
        add_folder(source, MODEL, "none")
        toys.register(toys.save_embedder(folder / DEMO_EMBEDDER), DEMO_EMBEDDER, "embedder")
    return folder


@pytest.fixture
def models(toy_weights: Path, monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Have the product find the toy models, and nothing else."""
    monkeypatch.setenv("AITRADE_MODELS", str(toy_weights))
    if "AITRADE_QUESTION" not in os.environ:  # the command line's fixture has one of its own
        monkeypatch.setenv("AITRADE_QUESTION", str(question_folder(tmp_path_factory.mktemp("question"))))
    return toy_weights


@pytest.fixture
def no_models(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty weights folder."""
    folder = tmp_path / "weights"
    monkeypatch.setenv("AITRADE_MODELS", str(folder))
    return folder


@pytest.fixture(scope="session")
def exemplar_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The toy exemplars as a CSV file."""
    return toys.write_exemplars(tmp_path_factory.mktemp("exemplars") / "exemplars.csv")


@pytest.fixture(scope="session")
def exemplars(exemplar_file: Path) -> "ExemplarSet":
    """The toy exemplars."""

    return read_exemplars(exemplar_file, LABELS)


@pytest.fixture
def workspace(tmp_path: Path) -> Path:
    """A workspace that holds the toy codes."""
    return fill(tmp_path / "workspace")


def fill(folder: Path) -> Path:
    """Put the toy codes into a workspace."""
    from aitrade.workspace import open_workspace

    with open_workspace(folder) as con:
        con.executemany(
            "INSERT INTO codes VALUES (?, ?, ?, ?, ?)",
            [[c.flow, c.hs10, c.description, c.naics, c.naics_description] for c in toys.toy_codes()],
        )
    return folder


@pytest.fixture(scope="session")
def toy_classifier(
    toy_weights: Path, exemplars: "ExemplarSet", tmp_path_factory: pytest.TempPathFactory
) -> Callable[..., "Classifier"]:
    """Load the toy classifier; keyword arguments replace parts of it."""
    import dataclasses

    from aitrade.classification.loading import load_classifier

    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("AITRADE_MODELS", str(toy_weights))
        loaded = load_classifier(on_exemplars(exemplars), MODEL, "cpu", tmp_path_factory.mktemp("kept"), method=SMALL)
    return lambda **parts: dataclasses.replace(loaded, **parts)


@pytest.fixture
def opened(workspace: Path) -> Callable[[], AbstractContextManager[Any]]:
    """Open the workspace."""
    from aitrade.workspace import open_workspace

    @contextmanager
    def connect() -> Iterator[Any]:
        with open_workspace(workspace, create=False) as con:
            yield con

    return connect


class Outcome(NamedTuple):
    """What a command line left: its exit code, standard output and standard error."""

    code: int
    out: str
    err: str


@pytest.fixture
def command_line(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Callable[..., Outcome]:
    """Run ``aitrade --workspace WORKSPACE ...`` in this process: called with the workspace and the arguments."""
    from aitrade.cli import main

    def run(workspace: Path, *arguments: str | Path) -> Outcome:
        monkeypatch.setattr("sys.argv", ["aitrade", "--workspace", str(workspace), *map(str, arguments)])
        capsys.readouterr()
        with pytest.raises(SystemExit) as ended:
            main()
        code = ended.value.code
        assert code is None or isinstance(code, int)
        return Outcome(code or 0, *capsys.readouterr())

    return run


@pytest.fixture
def calibrated(
    toy_classifier: "Callable[..., Classifier]", models: Path, exemplars: "ExemplarSet", tmp_path: Path
) -> Path:
    """A workspace with a calibration of the toy model."""
    from aitrade.classification.calibration import calibration_file, save_calibration
    from aitrade.classification.fitting.fit import fit_calibration
    from aitrade.classification.fitting.gather import gather
    from aitrade.classification.loading import calibration_inputs

    classifier = toy_classifier()
    training = gather(classifier, toys.toy_codes(), tmp_path, None, lambda *_: None)
    inputs = calibration_inputs(on_exemplars(exemplars), METHOD, MODEL, DEMO_EMBEDDER, tmp_path)
    made = fit_calibration(training, MODEL, inputs)
    save_calibration(made, tmp_path / "calibration" / calibration_file(MODEL, DEMO_EMBEDDER))
    return tmp_path


@pytest.fixture
def aitrade(
    workspace: Path,
    exemplar_file: Path,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path_factory: pytest.TempPathFactory,
    command_line: Callable[..., Outcome],
) -> Callable[..., Outcome]:
    """The command line on the toy workspace, with the toy exemplars and batches of 6 codes."""
    folder = question_folder(tmp_path_factory.mktemp("question"), exemplar_file)
    monkeypatch.setenv("AITRADE_QUESTION", str(folder))
    monkeypatch.setattr("aitrade.api.data.Method", lambda: SMALL)
    return partial(command_line, workspace)


@pytest.fixture(scope="module")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator["Chromium"]:
    """Chromium with the network cut."""
    from chromium import Chromium

    folder = tmp_path_factory.mktemp("chromium")
    (folder / "downloads").mkdir()
    opened = Chromium(folder / "profile", folder / "downloads")
    yield opened
    opened.close()


@contextmanager
def loaded_script(name: str) -> Iterator[ModuleType]:
    """A program of ``scripts/``, as a module."""
    spec = importlib.util.spec_from_file_location(name, SCRIPTS / f"{name}.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module  # dataclasses look themselves up there
    spec.loader.exec_module(module)
    try:
        yield module
    finally:
        del sys.modules[name]
