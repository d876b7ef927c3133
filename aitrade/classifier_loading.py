"""Load a classifier: find its parts on this machine, and check that they were made for each other."""

import hashlib
import json
from pathlib import Path

from aitrade import defaults
from aitrade.calibrate import Calibration, find_calibration, how_to_calibrate, load_calibration
from aitrade.classifier import Classifier, method
from aitrade.errors import ModelError
from aitrade.exemplars import ExemplarSet, load_exemplars
from aitrade.llm.judge_loading import judge_source_sha256, load_judge
from aitrade.llm.prompt import prompt_sha256
from aitrade.machine import Machine, choose_machine, choose_machines
from aitrade.retrieval.embedder import embedder_sha256, load_embedder
from aitrade.retrieval.index import installed_indexes, open_index


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
        embedder: ``BASE`` or ``BASE+ADAPTER`` too; :data:`aitrade.defaults.DEFAULT_EMBEDDER` by default.
        exemplars: the shipped set by default.
        calibrated: False leaves the calibration out even where there is one.

    Raises:
        ModelError: a model is missing or altered, or the calibration was fitted from other exemplars or models.
    """
    machine, exemplars = choose_machine(device, arithmetic), load_exemplars() if exemplars is None else exemplars
    embedder = embedder or defaults.DEFAULT_EMBEDDER
    # Refused before anything is loaded.
    calibration = fitting_calibration(model, embedder, workspace, exemplars) if calibrated else None
    return _load(model, embedder, machine, workspace, cascade, exemplars, calibration)


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
    machines, exemplars = choose_machines(device, arithmetic), load_exemplars()
    embedder = embedder or defaults.DEFAULT_EMBEDDER
    calibration = fitting_calibration(model, embedder, workspace, exemplars)
    return [_load(model, embedder, machine, workspace, cascade, exemplars, calibration) for machine in machines]


def _load(
    model: str,
    embedder: str,
    machine: Machine,
    workspace: Path,
    cascade: bool,
    exemplars: ExemplarSet,
    calibration: Calibration | None,
) -> Classifier:
    judge = load_judge(model, machine, workspace / "adapters")
    loaded = load_embedder(machine, embedder, workspace / "adapters")
    index = open_index(exemplars, loaded, installed_indexes(), workspace / "index")
    return Classifier(model, judge, loaded, index, calibration, machine, cascade and calibration is not None)


def install_index() -> None:
    """Embed the exemplars by the default embedder as it ships, once for all workspaces.

    Raises:
        ModelError: the embedder is missing or altered.
    """
    embedder = load_embedder(choose_machine("auto"), defaults.DEFAULT_EMBEDDER)
    open_index(load_exemplars(), embedder, installed_indexes())


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
            mend=f"refit it: {how_to_calibrate(model, embedder)}",
        )
    return calibration


def calibration_inputs(model: str, embedder: str, workspace: Path, exemplars: ExemplarSet) -> dict[str, str]:
    """Hashes of what a calibration depends on; of the LLM what is published, so that it serves every installation."""
    adapters = workspace / "adapters"
    return {
        "model_sha256": judge_source_sha256(model, adapters),
        "embedder_sha256": embedder_sha256(embedder, adapters),
        "exemplars_sha256": exemplars.sha256,
        "prompt_sha256": prompt_sha256(model),
        "method_sha256": hashlib.sha256(json.dumps(method(), sort_keys=True).encode()).hexdigest(),
    }
