"""Classify codes, and read, change and export the runs of a workspace."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from aitrade.api.arguments import flows, only_codes
from aitrade.api.fitting import Fitting
from aitrade.api.result import Result
from aitrade.api.telling import log_message, log_stage, log_steps
from aitrade.core.progress import OnStage, OnStep

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

    from aitrade.classification.classifier import Classifier
    from aitrade.classification.forecast import Forecast
    from aitrade.nomenclature.codes import Code
    from aitrade.workspace.runs import Run


class Runs(Fitting):
    """What makes labels, and the runs that hold them."""

    def classify(
        self,
        *,
        flow: str = "imports",
        codes: Sequence[str] | str | Path | None = None,
        limit: int | None = None,
        model: str | None = None,
        embedder: str | None = None,
        device: str = "auto",
        arithmetic: str = "auto",
        cascade: bool = True,
        pad: bool = False,
        allow_low_label_mass: bool = False,
        on_step: OnStep = log_steps,
        on_stage: OnStage = log_stage,
        on_message: Callable[[str], None] = log_message,
    ) -> "Run":
        """Classify codes of the workspace with a local LLM and the exemplars near each code.

        Args:
            flow: imports, exports or all.
            codes: HS10 codes, or a file with the column hs10; every code of the flow by default.
            limit: only this many codes, spread evenly over the nomenclature.
            model: ``BASE`` or ``BASE+ADAPTER``; the question's by default.
            embedder: what finds the exemplars near a code; the question's by default.
            device: auto, cpu or cuda.
            arithmetic: auto, bfloat16 or float32.
            cascade: do not ask the LLM about codes that are certain without it.
            pad: put back the leading zero of codes of nine digits in a file.
            allow_low_label_mass: go on, with a warning kept with the run, where a base model hardly answers with a
                label; such a run stops otherwise.
            on_step: told (codes done, codes): after each batch, and within one by how much of it the LLM has computed.
            on_stage: told when a model is loaded or many texts are embedded.
            on_message: told what the work is doing, in a sentence.

        Returns:
            The finished run; the same call goes on with a run that was stopped.

        Raises:
            ModelError: a model is missing or altered, its calibration does not fit, or it hardly answers with a label.
            StoppedError: Ctrl-C; every finished batch is kept.
        """
        from aitrade.classification.run import classify
        from aitrade.workspace import open_workspace
        from aitrade.workspace.codes import read_codes

        model = model or self.question.settings.model
        with open_workspace(self.folder) as con:
            chosen = read_codes(con, flows(flow), limit, only_codes(codes, pad))
            on_message(f"preparing {model}")
            classifiers = self._classifiers(con, model, embedder, device, arithmetic, on_stage, cascade=cascade)
            self._tell(classifiers, chosen, on_message)
            run = classify(con, classifiers, chosen, on_step, allow_low_label_mass=allow_low_label_mass)
            for warning in run.settings.get("warnings", []):
                on_message(f"warning: {warning}")
            return run

    def forecast(
        self,
        *,
        flow: str = "imports",
        codes: Sequence[str] | str | Path | None = None,
        limit: int | None = None,
        model: str | None = None,
        embedder: str | None = None,
        device: str = "auto",
        arithmetic: str = "auto",
        cascade: bool = True,
        pad: bool = False,
        on_step: OnStep = log_steps,
        on_stage: OnStage = log_stage,
        on_message: Callable[[str], None] = log_message,
    ) -> "Forecast":
        """Find what :meth:`classify` would do with these arguments, and how long the LLM would take.

        No run is begun. The LLM is asked about up to 32 codes to time it; what it says is kept.

        Raises:
            ModelError: a model is missing or altered, or its calibration does not fit.
        """
        from dataclasses import replace

        from aitrade.classification.forecast import forecast
        from aitrade.nomenclature.codes import FLOWS, by_heading
        from aitrade.workspace import open_workspace
        from aitrade.workspace.codes import read_codes

        model = model or self.question.settings.model
        with open_workspace(self.folder) as con:
            chosen = read_codes(con, flows(flow), limit, only_codes(codes, pad))
            on_message(f"preparing {model}")
            classifiers = self._classifiers(con, model, embedder, device, arithmetic, on_stage, cascade=cascade)
            knowing = classifiers[0].knowing(by_heading(read_codes(con, FLOWS)))
            found = forecast(knowing, chosen, on_step, on_stage)
            return replace(found, seconds=found.seconds / len(classifiers))

    def _classifiers(
        self,
        con: "DuckDBPyConnection",
        model: str,
        embedder: str | None,
        device: str,
        arithmetic: str,
        on_stage: OnStage,
        *,
        cascade: bool,
    ) -> "list[Classifier]":
        from aitrade.classification.loading import load_classifiers
        from aitrade.workspace.scores import ScoreStore

        return load_classifiers(
            self.question,
            model,
            device,
            self.folder,
            method=self.method,
            embedder=embedder,
            arithmetic=arithmetic,
            cascade=cascade,
            store=ScoreStore(con),
            on_stage=on_stage,
        )

    def _tell(
        self, classifiers: "Sequence[Classifier]", codes: "Sequence[Code]", on_message: Callable[[str], None]
    ) -> None:
        """Say on what codes are classified, and what a reader of the labels has to know."""
        from aitrade.classification.calibration import how_to_calibrate

        runtimes = [classifier.runtime for classifier in classifiers]
        devices = ", ".join(runtime.torch_device for runtime in runtimes)
        on_message(f"{len(codes):,} codes on {devices} in {runtimes[0].arithmetic}")
        if reused := sum(classifiers[0].reused_number(code) is not None for code in codes):
            on_message(
                f"{reused:,} codes have the number of an exemplar that is another product by its description; they "
                "are judged as codes without a label (aitrade explain HS10 says so)"
            )
        calibration, model, embedder = classifiers[0].calibration, classifiers[0].model, classifiers[0].embedder.name
        if calibration is None:
            how = how_to_calibrate(model, embedder, self.question)
            on_message(
                f"the probabilities will not be calibrated: there is no calibration for {model} (make one: {how})"
            )
        else:
            on_message(calibration.expected)

    def resume(self, run: str, *, on_step: OnStep = log_steps, on_stage: OnStage = log_stage) -> "Run":
        """Go on with a run that was stopped; a finished run is returned as it is.

        Raises:
            BadInputError: there is no such run, or something that it was begun with has changed.
        """
        from aitrade.classification.run import classify, planned_codes
        from aitrade.workspace import open_workspace
        from aitrade.workspace.runs import get_run

        with open_workspace(self.folder, create=False) as con:
            begun = get_run(con, run)
            if begun.finished:
                return begun
            of = begun.settings
            classifiers = self._classifiers(
                con, of["model"], of["embedder"], of["device"], of["arithmetic"], on_stage, cascade=of["cascade"]
            )
            return classify(con, classifiers, planned_codes(con, begun, classifiers[0]), on_step)

    def runs(self) -> "list[Run]":
        """List the runs, oldest first."""
        from aitrade.workspace import read_workspace
        from aitrade.workspace.runs import list_runs

        with read_workspace(self.folder) as con:
            return list_runs(con)

    def run(self, name: str) -> "Run":
        """Find a run by its name, or by the beginning of the name.

        Raises:
            BadInputError: no run, or several, have this name.
        """
        from aitrade.workspace import read_workspace
        from aitrade.workspace.runs import get_run

        with read_workspace(self.folder) as con:
            return get_run(con, name)

    def predictions(self, run: str) -> Result:
        """List a run's predictions: code, flow, description, label, probabilities and source."""
        from aitrade.core.table import Column, Table
        from aitrade.workspace import read_workspace
        from aitrade.workspace.predictions import export_columns, export_rows
        from aitrade.workspace.questions import question_of_run
        from aitrade.workspace.runs import get_run

        with read_workspace(self.folder) as con:
            name = get_run(con, run).run
            names = export_columns(question_of_run(con, name).labels)
            rows = tuple(export_rows(con, name))
        columns = tuple(Column(column, column, "ratio" if column.startswith("p_") else "text") for column in names)
        return Result(Table("predictions", f"Predictions of run {name}", columns, rows))

    def choose_default(self, run: str) -> "Run":
        """Make a run the one whose labels are used where no run is named.

        Raises:
            BadInputError: there is no such run, or it is not finished.
        """
        from aitrade.workspace import open_workspace
        from aitrade.workspace.default_run import choose_default

        with open_workspace(self.folder, create=False) as con:
            return choose_default(con, run)

    def why_not_default(self, run: str) -> str | None:
        """Say which run goes on being used, and why not this one; None where this one is used."""
        from aitrade.workspace import read_workspace
        from aitrade.workspace.default_run import why_not_default

        with read_workspace(self.folder) as con:
            return why_not_default(con, run)

    def merge_runs(self, base: str, overlay: str, name: str, *, replace: bool = False) -> "Run":
        """Make a run with the labels of ``overlay``, and those of ``base`` where it has none.

        Raises:
            UsageError: the name cannot name a run, or is that of one of the two.
            BadInputError: a run is missing, not finished or of another question, or the name is taken.
        """
        from aitrade.workspace import open_workspace
        from aitrade.workspace.run_changes import merge_runs

        with open_workspace(self.folder, create=False) as con:
            return merge_runs(con, base, overlay, name, replace=replace)

    def remove_run(self, name: str) -> bool:
        """Remove a run with its predictions; returns whether it was the default that was chosen.

        Raises:
            BadInputError: no run has exactly this name.
        """
        from aitrade.workspace import open_workspace
        from aitrade.workspace.run_changes import remove_run

        with open_workspace(self.folder, create=False) as con:
            return remove_run(con, name)

    def export_run(self, run: str, path: str | Path) -> int:
        """Write a run's predictions as CSV; returns how many.

        Raises:
            BadInputError: there is no such run, or the file cannot be written.
        """
        from aitrade.workspace import read_workspace
        from aitrade.workspace.predictions import export_csv
        from aitrade.workspace.runs import get_run

        with read_workspace(self.folder) as con:
            return export_csv(con, get_run(con, run).run, Path(path))
