"""``aitrade calibrate``."""

from pathlib import Path
from typing import Annotated

import typer

from aitrade.cli.options import Device, DeviceOption, Embedder, Model, Sample
from aitrade.cli.progress import stages
from aitrade.cli.state import say, state


def calibrate(
    context: typer.Context,
    model: Model = None,
    embedder: Embedder = None,
    device: Device = DeviceOption.auto,
    sample: Sample = 400,
    output: Annotated[
        Path | None,
        typer.Option("-o", "--output", metavar="DIR", help="For EMBEDDER/MODEL.json; the workspace's by default."),
    ] = None,
) -> None:
    """Fit how a model's scores and the neighbours' votes become probabilities, on the exemplars and the nomenclature.

    Example: aitrade calibrate --model qwen2.5-coder-1.5b-instruct
    """
    workspace = state(context).open()
    with stages() as on_stage:
        calibration, path = workspace.calibrate(
            model=model,
            embedder=embedder,
            device=device.value,
            sample=sample,
            output=output,
            on_step=on_stage("scoring exemplars"),
            on_stage=on_stage,
        )
    for figure, value in calibration.figures.items():
        say(f"{figure}: {value:.3f}")
    say(calibration.expected)
    say(f"wrote {path}")
