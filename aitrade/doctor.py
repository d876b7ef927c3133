"""What this installation is and whether it can work: versions, machine, models, workspace."""

import importlib.metadata
import platform
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from aitrade import __version__
from aitrade.core.errors import AitradeError, BadInputError
from aitrade.core.extras import EXTRAS, require_extra
from aitrade.core.paths import weights_folder
from aitrade.question.question import Question

LIBRARIES = ("torch", "transformers", "sentence-transformers", "faiss-cpu", "duckdb", "typer")


@dataclass(frozen=True)
class Line:
    """One finding: what was looked at, what was found, and the fix where it is not as it should be."""

    about: str
    found: str
    fix: str | None = None


def examine(workspace: Path, question: Question) -> list[Line]:
    """Look at everything that a classification needs; what cannot be looked at is a finding too.

    Nothing is changed but an older workspace's schema, which every command brings up to date.
    """
    lines = [Line("aitrade", f"{__version__} on Python {platform.python_version()}, {platform.platform()}")]
    lines += [Line(name, importlib.metadata.version(name)) for name in LIBRARIES]
    lines += [_extra(extra) for extra in EXTRAS]
    lines += [*_machine(), *_question(question), *_models()]
    lines.append(_tried("default model", partial(_default_model, workspace, question)))
    return [*lines, _tried("workspace", partial(_workspace, workspace))]


def _extra(extra: str) -> Line:
    """Whether the libraries are there that only some commands need."""
    try:
        require_extra(extra, "this extra")
    except AitradeError as error:
        return Line(f"extra {extra}", error.what, error.fix)
    return Line(f"extra {extra}", "installed")


def _tried(about: str, look: Callable[[], str]) -> Line:
    """What is found, or what stands in the way of it with the fix."""
    try:
        return Line(about, look())
    except AitradeError as error:
        return Line(about, ": ".join(part for part in (error.where, error.what) if part), error.fix)


def _machine() -> list[Line]:
    import torch

    from aitrade.core.device import choose_runtimes

    lines = []
    for runtime in choose_runtimes():
        on_gpu = runtime.device == "cuda"
        chip = torch.cuda.get_device_name(runtime.gpu) if on_gpu else platform.processor() or platform.machine()
        lines.append(Line("computes on", f"{runtime.torch_device} ({chip}) in {runtime.arithmetic}"))
    return [*lines, Line("threads", str(torch.get_num_threads()))]


def _question(question: Question) -> list[Line]:
    rubric = question.rubric
    return [
        Line("question", question.name),
        Line("rubric", f"{len(rubric.categories)} categories, {len(rubric.rules)} rules"),
        Line("exemplars", f"{len(question.exemplars):,}"),
    ]


def _models() -> list[Line]:
    from aitrade.models.installed import installed_names
    from aitrade.models.manifest import load_manifests

    names = sorted({*load_manifests(), *installed_names()})
    return [Line("weights folder", str(weights_folder())), *(_tried(name, partial(_model, name)) for name in names)]


def _model(name: str) -> str:
    from aitrade.models.installed import locate

    model = locate(name)
    said = f"installed, {model.size / 1e6:,.0f} MB, files as recorded"
    if model.kind != "llm":
        return said
    from aitrade.llm.engine_choice import expected_engine
    from aitrade.models.architecture import read_config

    return f"{said}, {expected_engine(read_config(model.folder))}"


def _default_model(workspace: Path, question: Question) -> str:
    """Say whether the default's parts are installed and made for each other, without loading any of them."""
    from aitrade.classification.loading import calibration_inputs, fitting_calibration
    from aitrade.classification.method import Method

    model, embedder = question.settings.model, question.settings.embedder
    if fitting_calibration(question, Method(), model, embedder, workspace):
        return f"{model}, calibrated"
    calibration_inputs(question, Method(), model, embedder, workspace)  # refuses models that are not installed
    return f"{model}, not calibrated"


def _workspace(folder: Path) -> str:
    from aitrade.workspace import DATABASE, read_workspace

    if not (folder / DATABASE).is_file():
        raise BadInputError(f"none in {folder}", fix="aitrade codes import FILE")
    with read_workspace(folder) as con:
        counts = con.execute(
            "SELECT (SELECT count(*) FROM codes), (SELECT count(*) FROM flows), (SELECT count(*) FROM runs)"
        ).fetchone()
    codes, flows, runs = counts or (0, 0, 0)
    return f"{folder}: {codes:,} codes, {flows:,} rows of trade, {runs:,} runs"
