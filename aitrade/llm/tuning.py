"""Make an adapter: out-of-fold scores of exemplars first, then the adapter tuned on all of them."""

import csv
import dataclasses
import hashlib
import shutil
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from aitrade.calibrate import subheading_folds
from aitrade.exemplars import Exemplar, ExemplarSet
from aitrade.llm.adapter import HEADS, OUT_OF_FOLD, AdapterManifest, write_manifest
from aitrade.llm.engine import load_engine
from aitrade.llm.machine import Machine
from aitrade.llm.prompt import prompt_sha256, related_categories
from aitrade.llm.tune import Tuned, TuneSettings, batches, new_tuned, train
from aitrade.rubric import RELEVANCES
from aitrade.weights.installed import Installed

if TYPE_CHECKING:
    from numpy.typing import NDArray

OnStep = Callable[[str, int, int, float], None]


def make_adapter(
    name: str,
    base: Installed,
    exemplars: ExemplarSet,
    machine: Machine,
    settings: TuneSettings,
    folds: int,
    scored: int,
    target: Path,
    work: Path,
    on_step: OnStep,
) -> AdapterManifest:
    """Tune an adapter; a second call with the same arguments goes on where the first stopped.

    Checkpoints of other exemplars, settings, prompts or weights are not gone on with.

    Args:
        name: of the adapter.
        base: the base model.
        exemplars: what to tune on.
        machine: device and arithmetic.
        settings: how.
        folds: into how many parts the subheadings are cut.
        scored: how many of the parts are held out in turn and scored by a model that has not seen their subheadings;
            the calibration is fitted on these exemplars. All of them is best; one saves most of the time.
        target: folder of the adapter.
        work: folder of checkpoints; removed at the end.
        on_step: told (stage, step, steps, loss).
    """
    made_of = (base.sha256, exemplars.sha256, prompt_sha256(), str(machine), str(settings), str(folds))
    checkpoints = work / hashlib.sha256(" ".join(made_of).encode()).hexdigest()[:16]
    checkpoints.mkdir(parents=True, exist_ok=True)
    parts = subheading_folds([e.code for e in exemplars.exemplars], folds)
    held_out: list[Exemplar] = []
    scores = []
    for fold in range(scored):
        kept = checkpoints / f"fold{fold}.npy"
        mine = [e for e, part in zip(exemplars.exemplars, parts, strict=True) if part == fold]
        if not kept.is_file():
            seen = [e for e, part in zip(exemplars.exemplars, parts, strict=True) if part != fold]
            stage = f"fold {fold + 1} of {scored}"
            tuned = _tune(base, machine, seen, settings, checkpoints / f"fold{fold}", stage, on_step)
            np.save(checkpoints / "partial.npy", score_exemplars(tuned, mine, settings))
            (checkpoints / "partial.npy").replace(kept)
        held_out += mine
        scores.append(np.load(kept))
    out_of_fold = np.concatenate(scores)
    tuned = _tune(base, machine, exemplars.exemplars, settings, checkpoints / "all", "all exemplars", on_step)
    _save(tuned, base.name, target)
    write_out_of_fold(target / OUT_OF_FOLD, held_out, out_of_fold)
    manifest = AdapterManifest(
        name=name,
        base=base.name,
        base_sha256=base.source_sha256,
        exemplars_sha256=exemplars.sha256,
        prompt_sha256=prompt_sha256(),
        settings=dataclasses.asdict(settings) | {"folds": folds, "scored": scored},
        figures=_figures(out_of_fold, held_out),
        files={},
    )
    write_manifest(target, manifest)
    shutil.rmtree(work)
    return manifest


def score_exemplars(tuned: Tuned, exemplars: Sequence[Exemplar], settings: TuneSettings) -> "NDArray[np.float64]":
    """Logits of relevance and log-probabilities of category, shape (n, 3 + categories), in the exemplars' order."""
    import torch

    rows = []
    with torch.inference_mode():
        for batch in batches(tuned, exemplars, settings, None):
            relevance, category = tuned.logits(batch)
            rows.append(torch.cat([relevance, torch.log_softmax(category, -1)], 1).double().cpu().numpy())
    return np.concatenate(rows)


def write_out_of_fold(path: Path, exemplars: Sequence[Exemplar], scores: "NDArray[np.float64]") -> None:
    """Write scores beside the codes that they are of."""
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(["flow", "hs10", *RELEVANCES, *related_categories()])
        for exemplar, row in zip(exemplars, scores, strict=True):
            writer.writerow([exemplar.code.flow, exemplar.code.hs10, *(f"{value:.4f}" for value in row)])


def read_out_of_fold(path: Path) -> dict[tuple[str, str], list[float]]:
    """Scores by (flow, hs10): logits of relevance, then log-probabilities of the related categories."""
    with path.open(encoding="utf-8", newline="") as file:
        rows = csv.reader(file)
        next(rows)
        return {(row[0], row[1]): [float(value) for value in row[2:]] for row in rows}


def _tune(
    base: Installed,
    machine: Machine,
    exemplars: Sequence[Exemplar],
    settings: TuneSettings,
    keep: Path,
    stage: str,
    on_step: OnStep,
) -> Tuned:
    engine = load_engine(str(base.folder), machine)
    tuned = new_tuned(engine.model, engine.tokenizer, settings)
    train(tuned, exemplars, settings, lambda step, steps, loss: on_step(stage, step, steps, loss), keep)
    return tuned


def _save(tuned: Tuned, base: str, target: Path) -> None:
    import torch
    from safetensors.torch import save_file

    shutil.rmtree(target, ignore_errors=True)
    tuned.model.peft_config["default"].base_model_name_or_path = base  # a name, not a path of this machine
    tuned.model.to(torch.bfloat16).save_pretrained(str(target), safe_serialization=True, save_embedding_layers=False)
    (target / "README.md").unlink(missing_ok=True)  # peft's template model card says nothing
    relevance, category = tuned.heads["relevance"], tuned.heads["category"]
    tensors = {
        "relevance": relevance.weight,
        "relevance_bias": relevance.bias,
        "category": category.weight,
        "category_bias": category.bias,
    }
    save_file({key: value.detach().float().cpu().contiguous() for key, value in tensors.items()}, target / HEADS)


def _figures(scores: "NDArray[np.float64]", exemplars: Sequence[Exemplar]) -> dict[str, float]:
    targets = np.array([RELEVANCES.index(e.relevance) for e in exemplars])
    predicted = scores[:, : len(RELEVANCES)].argmax(1)
    hit = float(((predicted == 0) & (targets == 0)).sum())
    return {
        "out_of_fold_accuracy": float((predicted == targets).mean()),
        "out_of_fold_high_f1": 2 * hit / max(1.0, float((predicted == 0).sum() + (targets == 0).sum())),
    }
