"""Load a classifier: find its parts on this machine, and check that they were made for each other."""

import hashlib
import json
from collections.abc import Callable, Sequence
from pathlib import Path

from aitrade.classification.calibration import Calibration, find_calibration, how_to_calibrate, load_calibration
from aitrade.classification.classifier import Classifier, method
from aitrade.core.device import Runtime, choose_runtime, choose_runtimes
from aitrade.core.errors import ModelError
from aitrade.llm.prompt import prompt_sha256
from aitrade.llm.scorer_loading import load_scorer, scorer_source_sha256
from aitrade.question import defaults
from aitrade.question.exemplars import ExemplarSet, load_exemplars
from aitrade.retrieval.embedder import embedder_sha256, load_embedder
from aitrade.retrieval.index import index_file, installed_indexes, open_index


def load_classifier(
    model: str,
    device: str,
    workspace: Path,
    *,
    embedder: str | None = None,
    arithmetic: str = "auto",
    cascade: bool = False,
    exemplars: ExemplarSet | None = None,
    calibrated: bool = True,
) -> Classifier:
    """Load everything for a model.

    Args:
        model: ``BASE`` or ``BASE+ADAPTER``.
        device: auto, cpu or cuda.
        arithmetic: auto, bfloat16 or float32.
        cascade: do not ask the LLM about codes that are Low beyond doubt without it; needs a calibration.
        workspace: folder where the index is kept, and calibrations and adapters of the user's own.
        embedder: ``BASE`` or ``BASE+ADAPTER`` too; :data:`aitrade.question.defaults.DEFAULT_EMBEDDER` by default.
        exemplars: the shipped set by default.
        calibrated: False leaves the calibration out even where there is one.

    Raises:
        ModelError: a model is missing or altered, or the calibration was fitted from other exemplars or models.
    """
    runtimes, exemplars = [choose_runtime(device, arithmetic)], load_exemplars() if exemplars is None else exemplars
    (loaded,) = _load(model, embedder, runtimes, workspace, exemplars, cascade=cascade, calibrated=calibrated)
    return loaded


def load_classifiers(
    model: str,
    device: str,
    workspace: Path,
    *,
    embedder: str | None = None,
    arithmetic: str = "auto",
    cascade: bool = False,
) -> list[Classifier]:
    """What :func:`load_classifier` loads, once for every GPU that CUDA shows; once where there is none."""
    runtimes, exemplars = choose_runtimes(device, arithmetic), load_exemplars()
    return _load(model, embedder, runtimes, workspace, exemplars, cascade=cascade, calibrated=True)


def _load(
    model: str,
    embedder_name: str | None,
    runtimes: Sequence[Runtime],
    workspace: Path,
    exemplars: ExemplarSet,
    *,
    cascade: bool,
    calibrated: bool,
) -> list[Classifier]:
    embedder_name = embedder_name or defaults.DEFAULT_EMBEDDER
    # Refused before anything is loaded.
    calibration = fitting_calibration(model, embedder_name, workspace, exemplars) if calibrated else None

    def on(runtime: Runtime) -> Classifier:
        scorer = load_scorer(model, runtime, workspace / "adapters")
        embedder = load_embedder(runtime, embedder_name, workspace / "adapters")
        index = open_index(exemplars, embedder, installed_indexes(), workspace / "index")
        return Classifier(model, scorer, embedder, index, calibration, runtime, cascade and calibration is not None)

    return [on(runtime) for runtime in runtimes]


def install_index(report: Callable[[str], None]) -> None:
    """Embed the exemplars by the default embedder as it ships, once for all workspaces; a no-op where that was done.

    Args:
        report: told before the work begins, for the user.

    Raises:
        ModelError: the embedder is missing or altered.
    """
    name, runtime, exemplars = defaults.DEFAULT_EMBEDDER, choose_runtime("auto"), load_exemplars()
    file = index_file(exemplars, embedder_sha256(name), runtime.device, runtime.arithmetic)
    if not (installed_indexes() / file).is_file():
        report("the exemplars are embedded once for every workspace (some 20 seconds on two cores)")
        open_index(exemplars, load_embedder(runtime, name), installed_indexes())


def fitting_calibration(model: str, embedder: str, workspace: Path, exemplars: ExemplarSet) -> Calibration | None:
    """The calibration of a model with an embedder, None where there is none.

    Raises:
        ModelError: it was fitted from other exemplars, models, prompts or numbers of the method.
    """
    path = find_calibration(model, embedder, workspace)
    if path is None:
        return None
    calibration, inputs = load_calibration(path), calibration_inputs(model, embedder, workspace, exemplars)
    changed = [name.removesuffix("_sha256") for name, value in inputs.items() if calibration.inputs.get(name) != value]
    if changed:
        raise ModelError(
            f"the calibration was fitted with another {', '.join(changed)}",
            where=str(path),
            fix=f"refit it: {how_to_calibrate(model, embedder)}",
        )
    return calibration


def calibration_inputs(model: str, embedder: str, workspace: Path, exemplars: ExemplarSet) -> dict[str, str]:
    """Hashes of what a calibration depends on; of the LLM what is published, so that it serves every installation."""
    adapters = workspace / "adapters"
    return {
        "model_sha256": scorer_source_sha256(model, adapters),
        "embedder_sha256": embedder_sha256(embedder, adapters),
        "exemplars_sha256": exemplars.sha256,
        "prompt_sha256": prompt_sha256(model),
        "method_sha256": hashlib.sha256(json.dumps(method(), sort_keys=True).encode()).hexdigest(),
    }
