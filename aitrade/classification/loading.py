"""Load a classifier: find its parts on this machine, and check that they were made for each other."""

from collections.abc import Callable, Sequence
from pathlib import Path

from aitrade.classification.calibration import Calibration, find_calibration, how_to_calibrate, load_calibration
from aitrade.classification.classifier import Classifier
from aitrade.classification.method import Method
from aitrade.core.device import Runtime, choose_runtime, choose_runtimes
from aitrade.core.errors import ModelError
from aitrade.core.progress import OnStage, unheard_stage
from aitrade.llm.kept_scorer import KeptScorer
from aitrade.llm.prompt import prompt_sha256
from aitrade.llm.scorer_loading import load_scorer, scorer_source_sha256
from aitrade.question.artifacts import adapter_folders
from aitrade.question.question import Question
from aitrade.retrieval.embedder import embedder_sha256, load_embedder, load_unlearnt
from aitrade.retrieval.index import index_file, installed_indexes, open_index
from aitrade.retrieval.kept_embedder import keep_vectors
from aitrade.workspace.scores import ScoreStore


def load_classifier(
    question: Question,
    model: str,
    device: str,
    workspace: Path,
    *,
    method: Method,
    embedder: str | None = None,
    arithmetic: str = "auto",
    cascade: bool = False,
    calibrated: bool = True,
    store: ScoreStore | None = None,
    on_stage: OnStage = unheard_stage,
) -> Classifier:
    """Load everything for a model.

    Args:
        question: what is asked of every code.
        model: ``BASE`` or ``BASE+ADAPTER``.
        device: auto, cpu or cuda.
        workspace: folder where the index is kept, and calibrations and adapters of the user's own.
        method: the numbers of the method.
        embedder: ``BASE`` or ``BASE+ADAPTER`` too; the question's by default.
        arithmetic: auto, bfloat16 or float32.
        cascade: do not ask the LLM about codes that are surely of the reference level without the LLM; needs a
            calibration.
        calibrated: False leaves the calibration out even where there is one.
        store: where what models say is kept and read; None asks the models always.
        on_stage: told when a model is loaded, now or when it is first asked, and when many texts are embedded.

    Raises:
        ModelError: a model is missing or altered, or the calibration was fitted from other exemplars or models.
    """
    runtimes = [choose_runtime(device, arithmetic)]
    names = model, embedder or question.settings.embedder
    (loaded,) = _load(
        question,
        method,
        *names,
        runtimes,
        workspace,
        cascade=cascade,
        calibrated=calibrated,
        store=store,
        on_stage=on_stage,
    )
    return loaded


def load_classifiers(
    question: Question,
    model: str,
    device: str,
    workspace: Path,
    *,
    method: Method,
    embedder: str | None = None,
    arithmetic: str = "auto",
    cascade: bool = False,
    store: ScoreStore | None = None,
    on_stage: OnStage = unheard_stage,
) -> list[Classifier]:
    """Load what :func:`load_classifier` loads, once for every GPU that CUDA shows; once where there is none."""
    runtimes = choose_runtimes(device, arithmetic)
    names = model, embedder or question.settings.embedder
    return _load(
        question,
        method,
        *names,
        runtimes,
        workspace,
        cascade=cascade,
        calibrated=True,
        store=store,
        on_stage=on_stage,
    )


def _load(
    question: Question,
    method: Method,
    model: str,
    embedder_name: str,
    runtimes: Sequence[Runtime],
    workspace: Path,
    *,
    cascade: bool,
    calibrated: bool,
    store: ScoreStore | None,
    on_stage: OnStage,
) -> list[Classifier]:
    # Refused before anything is loaded.
    calibration = fitting_calibration(question, method, model, embedder_name, workspace) if calibrated else None
    adapters, cascade = adapter_folders(question, workspace), cascade and calibration is not None

    def on(runtime: Runtime) -> Classifier:
        scorer = load_scorer(model, runtime, question, method.prompt_neighbours, adapters, on_stage)
        embedder = load_embedder(runtime, embedder_name, question, adapters, on_stage=on_stage)
        if store:
            scorer, embedder = KeptScorer(scorer, store, runtime), keep_vectors(embedder, store)
        folders = installed_indexes(), workspace / "index"
        index = open_index(question.exemplars, question.words, embedder, *folders, keep=store is None)
        return Classifier(question, method, model, scorer, embedder, index, calibration, runtime, cascade)

    return [on(runtime) for runtime in runtimes]


def install_index(
    question: Question, workspace: Path, report: Callable[[str], None], on_stage: OnStage = unheard_stage
) -> None:
    """Embed the exemplars by the question's embedder, once for all workspaces; does nothing where that was done.

    So do the embedders that were tuned without a part of them, so that refitting a calibration takes seconds.

    Args:
        question: whose exemplars.
        workspace: folder of the user's own adapters.
        report: told before the work begins, for the user.
        on_stage: told how far the work is.

    Raises:
        ModelError: the embedder is missing or altered.
    """
    name, runtime = question.settings.embedder, choose_runtime("auto")
    exemplars, words, adapters = question.exemplars, question.words, adapter_folders(question, workspace)
    whole = load_embedder(runtime, name, question, adapters, on_stage=on_stage)
    embedders = whole, *load_unlearnt(runtime, name, question, adapters, on_stage)
    missing = [
        embedder
        for embedder in embedders
        if not (installed_indexes() / index_file(exemplars, words, embedder)).is_file()
    ]
    if missing:
        report("the exemplars are embedded once for every workspace (about a minute on two cores)")
    for embedder in missing:
        open_index(exemplars, words, embedder, installed_indexes())


def fitting_calibration(
    question: Question, method: Method, model: str, embedder: str, workspace: Path
) -> Calibration | None:
    """Load the calibration of a model with an embedder; None where there is none.

    Raises:
        ModelError: it was fitted from other labels, exemplars, models, prompts or numbers of the method.
    """
    path = find_calibration(model, embedder, question, workspace)
    if path is None:
        return None
    calibration, inputs = load_calibration(path), calibration_inputs(question, method, model, embedder, workspace)
    changed = [name.removesuffix("_sha256") for name, value in inputs.items() if calibration.inputs.get(name) != value]
    if calibration.labels != question.labels:
        changed.append("label space")
    if changed:
        raise ModelError(
            f"the calibration was fitted with another {', '.join(changed)}",
            where=str(path),
            fix=f"refit it: {how_to_calibrate(model, embedder, question)}",
        )
    return calibration


def calibration_inputs(
    question: Question, method: Method, model: str, embedder: str, workspace: Path
) -> dict[str, str]:
    """Hash what a calibration depends on; of the LLM what is published, so that it serves every installation."""
    adapters = adapter_folders(question, workspace)
    return {
        "model_sha256": scorer_source_sha256(model, question, adapters),
        "embedder_sha256": embedder_sha256(embedder, question, adapters),
        "exemplars_sha256": question.exemplars.sha256,
        "prompt_sha256": prompt_sha256(model, question),
        "method_sha256": method.sha256,
    }
