"""Calibrate and tune models on the question's exemplars."""

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from aitrade.api.questions import Questions
from aitrade.api.telling import log_stage, log_steps
from aitrade.core.progress import OnStage, OnStep
from aitrade.question.artifacts import adapter_folders, calibration_folders

if TYPE_CHECKING:
    from aitrade.classification.calibration import Calibration
    from aitrade.models.adapter_files import AdapterManifest


class Fitting(Questions):
    """What is learnt from the exemplars."""

    def calibrate(
        self,
        *,
        model: str | None = None,
        embedder: str | None = None,
        device: str = "auto",
        sample: int = 400,
        output: str | Path | None = None,
        on_step: OnStep = log_steps,
        on_stage: OnStage = log_stage,
    ) -> "tuple[Calibration, Path]":
        """Fit how a model's scores and the neighbours' votes become probabilities.

        Args:
            model: ``BASE`` or ``BASE+ADAPTER``; the question's by default.
            embedder: what finds the exemplars near a code; the question's by default.
            device: auto, cpu or cuda.
            sample: about how many exemplars a base model is asked about.
            output: folder for ``EMBEDDER/MODEL.json``; the workspace's by default.
            on_step: told (exemplars scored, exemplars), also while a batch of them is scored.
            on_stage: told when a model is loaded or many texts are embedded.

        Returns:
            The calibration and its file.

        Raises:
            BadInputError: the workspace holds no import codes, or the file cannot be written.
            ModelError: a model is missing or altered.
            StoppedError: Ctrl-C; the same call embeds and asks about the rest.
        """
        from aitrade.classification.calibration import calibration_file, save_calibration
        from aitrade.classification.fitting.fit import fit_calibration
        from aitrade.classification.fitting.gather import gather
        from aitrade.classification.loading import calibration_inputs, load_classifier
        from aitrade.core.errors import StoppedError
        from aitrade.core.files import require_writable
        from aitrade.nomenclature.codes import FLOWS, by_heading
        from aitrade.workspace import open_workspace
        from aitrade.workspace.codes import read_codes
        from aitrade.workspace.scores import ScoreStore

        settings = self.question.settings
        model, embedder = model or settings.model, embedder or settings.embedder
        path = Path(output or calibration_folders(self.question, self.folder)[0]) / calibration_file(model, embedder)
        require_writable(path)
        on_stage(f"preparing {model}")(0, 0)
        with open_workspace(self.folder, create=False) as con:
            imports, store = read_codes(con, ("imports",)), ScoreStore(con)
            everything = by_heading(read_codes(con, FLOWS))
            try:
                classifier = load_classifier(
                    self.question,
                    model,
                    device,
                    self.folder,
                    method=self.method,
                    embedder=embedder,
                    calibrated=False,
                    store=store,
                    on_stage=on_stage,
                )
                knows = classifier.knowing(everything)
                evidence = gather(knows, imports, self.folder, sample, on_step, store)
            except KeyboardInterrupt:
                raise StoppedError(
                    "stopped; what was embedded and asked so far is kept", fix="the same command goes on with the rest"
                ) from None
        inputs = calibration_inputs(self.question, self.method, model, embedder, self.folder)
        calibration = fit_calibration(evidence, model, inputs)
        save_calibration(calibration, path)
        return calibration, path

    def tune(
        self,
        base: str,
        name: str,
        *,
        output: str | Path | None = None,
        epochs: int | None = None,
        rank: int = 16,
        share: float = 0.5,
        folds: int = 3,
        scored: int | None = None,
        device: str = "auto",
        on_step: "Callable[[str, int, int, float | None], None]" = lambda *_: None,
    ) -> "tuple[AdapterManifest, Path]":
        """Tune a LoRA adapter of an LLM or an embedder on the exemplars.

        Args:
            base: installed LLM or embedder.
            name: of the adapter, used as ``BASE+NAME``.
            output: folder for adapters; the workspace's by default.
            epochs: passes over the exemplars; by default 4 for an embedder, for an LLM 2, more where they are few.
            rank: of the LoRA matrices.
            share: share of an LLM's layers that is tuned, from the top.
            folds: parts that the exemplars' subheadings are cut into.
            scored: parts held out in turn of an LLM; all by default.
            device: auto, cpu or cuda.
            on_step: told (stage, step, steps, loss).

        Returns:
            What was made, with its metrics, and the adapter's folder.

        Raises:
            UsageError: peft is not installed.
            ModelError: the base is not installed, or cannot be tuned.
            KeyboardInterrupt: Ctrl-C; the same call goes on after the last epoch.
        """
        from dataclasses import replace

        from aitrade.core.device import choose_runtime
        from aitrade.core.files import require_writable
        from aitrade.models.installed import locate
        from aitrade.tuning.embedder import make_embedder_adapter
        from aitrade.tuning.job import Task
        from aitrade.tuning.llm import make_llm_adapter
        from aitrade.tuning.settings import EMBEDDER_SETTINGS, llm_settings

        folder = Path(output or adapter_folders(self.question, self.folder)[0])
        installed = locate(base)
        is_llm = installed.kind == "llm"
        of_llm = replace(llm_settings(len(self.question.exemplars.exemplars)), share=share)
        usual = of_llm if is_llm else EMBEDDER_SETTINGS
        settings = replace(usual, rank=rank, epochs=epochs or usual.epochs)
        target, work = folder / f"{base}+{name}", folder / f".{base}+{name}"
        require_writable(work / "state.json")
        job = Task(name, installed, self.question, choose_runtime(device), settings, folds)
        if is_llm:
            return make_llm_adapter(job, min(scored or folds, folds), target, work, on_step), target
        return make_embedder_adapter(job, target, work, on_step), target
