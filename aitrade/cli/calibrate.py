"""``aitrade calibrate``."""

from pathlib import Path
from typing import Annotated

import typer

from aitrade.cli.app import app
from aitrade.cli.options import Device, Embedder, Model, Sample
from aitrade.cli.progress import progress
from aitrade.cli.state import say, state
from aitrade.question.defaults import DEFAULT_MODEL


@app.command()
def calibrate(
    context: typer.Context,
    model: Model = DEFAULT_MODEL,
    embedder: Embedder = None,
    device: Device = "auto",
    sample: Sample = 400,
    output: Annotated[
        Path | None,
        typer.Option("-o", "--output", metavar="DIR", help="For EMBEDDER/MODEL.json; the workspace's by default."),
    ] = None,
) -> None:
    """Fit how a model's scores and the neighbours' votes become probabilities, on the exemplars and the nomenclature.

    Example: aitrade calibrate --model qwen2.5-coder-1.5b-instruct
    """
    from aitrade.classification.calibration import calibration_file, save_calibration
    from aitrade.classification.fitting.fit import fit_calibration
    from aitrade.classification.fitting.gather import gather
    from aitrade.classification.loading import calibration_inputs, load_classifier
    from aitrade.core.files import require_writable
    from aitrade.question.defaults import DEFAULT_EMBEDDER
    from aitrade.workspace import read_workspace
    from aitrade.workspace.codes import read_codes

    workspace, embedder = state(context).workspace, embedder or DEFAULT_EMBEDDER
    path = (output or workspace / "calibration") / calibration_file(model, embedder)
    with read_workspace(workspace) as con:
        nomenclature = read_codes(con, ("imports",))
    require_writable(path)
    classifier = load_classifier(model, device, workspace, embedder=embedder, calibrated=False)
    with progress("scoring exemplars") as on_step:
        training = gather(classifier, nomenclature, workspace, sample, on_step)
    inputs = calibration_inputs(model, embedder, workspace, classifier.index.exemplars)
    made = fit_calibration(training, model, inputs)
    save_calibration(made, path)
    for figure, value in made.figures.items():
        say(f"{figure}: {value:.3f}")
    say(f"wrote {path}")
