"""Load a classifier: find its parts on this machine, and check that they were made for each other."""

import hashlib
import json
from pathlib import Path

from aitrade.calibrate import Calibration, find_calibration, load_calibration
from aitrade.classifier import Classifier, method
from aitrade.errors import ModelError
from aitrade.exemplars import ExemplarSet, load_exemplars
from aitrade.llm.judge_loading import judge_source_sha256, load_judge
from aitrade.llm.prompt import prompt_sha256
from aitrade.machine import Machine, choose_machine, choose_machines
from aitrade.retrieval.embedder import embedder_of, embedder_sha256, load_embedder
from aitrade.retrieval.index import open_index


def load_classifier(
    model: str,
    device: str,
    workspace: Path,
    *,
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
        exemplars: the shipped set by default.
        calibrated: False leaves the calibration out even where there is one.

    Raises:
        ModelError: a model is missing or altered, or the calibration was fitted from other exemplars or models.
    """
    machine, exemplars = choose_machine(device, arithmetic), load_exemplars() if exemplars is None else exemplars
    calibration = fitting_calibration(model, workspace, exemplars) if calibrated else None  # refused before loading
    return _load(model, machine, workspace, cascade, exemplars, calibration)


def load_classifiers(
    model: str, device: str, workspace: Path, *, arithmetic: str = "auto", cascade: bool = False
) -> list[Classifier]:
    """What :func:`load_classifier` loads, once for every GPU that CUDA shows; once where there is none."""
    machines, exemplars = choose_machines(device, arithmetic), load_exemplars()
    calibration = fitting_calibration(model, workspace, exemplars)
    return [_load(model, machine, workspace, cascade, exemplars, calibration) for machine in machines]


def _load(
    model: str,
    machine: Machine,
    workspace: Path,
    cascade: bool,
    exemplars: ExemplarSet,
    calibration: Calibration | None,
) -> Classifier:
    judge = load_judge(model, machine, workspace / "adapters")
    embedder = load_embedder(machine, embedder_of(model), workspace / "adapters")
    index = open_index(exemplars, embedder, workspace / "index")
    return Classifier(model, judge, embedder, index, calibration, machine, cascade and calibration is not None)


def fitting_calibration(model: str, workspace: Path, exemplars: ExemplarSet) -> Calibration | None:
    """The calibration of a model, None where it has none.

    Raises:
        ModelError: it was fitted from other exemplars, models, prompts or numbers of the method.
    """
    path = find_calibration(model, workspace)
    if path is None:
        return None
    calibration, inputs = load_calibration(path), calibration_inputs(model, workspace, exemplars)
    changed = [name.removesuffix("_sha256") for name, value in inputs.items() if calibration.inputs.get(name) != value]
    if changed:
        raise ModelError(
            f"the calibration was fitted with another {', '.join(changed)}",
            where=str(path),
            mend=f"refit it: aitrade calibrate --model {calibration.model}",
        )
    return calibration


def calibration_inputs(model: str, workspace: Path, exemplars: ExemplarSet) -> dict[str, str]:
    """Hashes of what a calibration depends on; of the LLM what is published, so that it serves every installation."""
    adapters = workspace / "adapters"
    return {
        "model_sha256": judge_source_sha256(model, adapters),
        "embedder_sha256": embedder_sha256(embedder_of(model), adapters),
        "exemplars_sha256": exemplars.sha256,
        "prompt_sha256": prompt_sha256(model),
        "method_sha256": hashlib.sha256(json.dumps(method(), sort_keys=True).encode()).hexdigest(),
    }
