"""What this installation is and whether it can work: versions, machine, models, workspace."""

import importlib.metadata
import platform
from dataclasses import dataclass
from pathlib import Path

from aitrade import __version__
from aitrade.errors import AitradeError
from aitrade.paths import weights_folder

LIBRARIES = ("torch", "transformers", "sentence-transformers", "faiss-cpu", "duckdb", "typer", "peft")


@dataclass(frozen=True)
class Line:
    """One finding: what was looked at, what was found, and the mend where it is not as it should be."""

    about: str
    found: str
    mend: str | None = None


def examine(workspace: Path) -> list[Line]:
    """Look at everything that a classification needs. Nothing is changed."""
    lines = [Line("aitrade", f"{__version__} on Python {platform.python_version()}, {platform.platform()}")]
    lines += [Line(name, importlib.metadata.version(name)) for name in LIBRARIES]
    return [*lines, *_machine(), *_shipped(), *_models(), _workspace(workspace)]


def _machine() -> list[Line]:
    import torch

    from aitrade.llm.machine import choose_machines

    lines = []
    for machine in choose_machines():
        on_gpu = machine.device == "cuda"
        chip = torch.cuda.get_device_name(machine.gpu) if on_gpu else platform.processor() or platform.machine()
        lines.append(Line("computes on", f"{machine.where} ({chip}) in {machine.dtype_name}"))
    return [*lines, Line("threads", str(torch.get_num_threads()))]


def _shipped() -> list[Line]:
    from aitrade.exemplars import load_exemplars
    from aitrade.rubric import load_rubric

    rubric = load_rubric()
    return [
        Line("rubric", f"{len(rubric.categories)} categories, {len(rubric.rules)} rules"),
        Line("exemplars", f"{len(load_exemplars()):,}"),
    ]


def _models() -> list[Line]:
    from aitrade.weights.installed import list_installed, locate
    from aitrade.weights.manifest import load_manifests

    lines = [Line("weights folder", str(weights_folder()))]
    for name in sorted({*load_manifests(), *list_installed()}):
        if name not in list_installed():
            lines.append(Line(name, "not installed", f"aitrade models install {name}"))
            continue
        try:
            lines.append(Line(name, f"installed, {locate(name).size / 1e6:,.0f} MB, files as recorded"))
        except AitradeError as error:
            lines.append(Line(name, error.what, error.mend))
    return lines


def _workspace(folder: Path) -> Line:
    from aitrade.store import DATABASE, open_workspace

    if not (folder / DATABASE).is_file():
        return Line("workspace", f"none in {folder}", "aitrade codes import FILE")
    with open_workspace(folder, create=False) as con:
        counts = con.execute(
            "SELECT (SELECT count(*) FROM codes), (SELECT count(*) FROM flows), (SELECT count(*) FROM runs)"
        ).fetchone()
    codes, flows, runs = counts or (0, 0, 0)
    return Line("workspace", f"{folder}: {codes:,} codes, {flows:,} rows of trade, {runs:,} runs")
