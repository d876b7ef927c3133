"""``aitrade calibrate``."""

from pathlib import Path
from typing import Annotated

import typer

from aitrade.cli.app import app
from aitrade.cli.options import Device, Model, Sample
from aitrade.cli.progress import progress
from aitrade.cli.state import say, state
from aitrade.defaults import DEFAULT_MODEL


@app.command()
def calibrate(
    context: typer.Context,
    model: Model = DEFAULT_MODEL,
    device: Device = "auto",
    sample: Sample = 400,
    output: Annotated[
        Path | None,
        typer.Option("-o", "--output", metavar="DIR", help="Folder for MODEL.json; the workspace's by default."),
    ] = None,
) -> None:
    """Fit how a model's scores and the neighbours' votes become probabilities, on the exemplars and the nomenclature.

    Example: aitrade calibrate --model qwen2.5-coder-1.5b-instruct
    """
    from aitrade.calibrate import save_calibration
    from aitrade.calibration.fit import fit_calibration
    from aitrade.calibration.gather import gather
    from aitrade.classifier_loading import calibration_inputs, load_classifier
    from aitrade.output import require_writable, writing
    from aitrade.store import open_workspace
    from aitrade.store.codes import read_codes

    workspace = state(context).workspace
    path = (output or workspace / "calibration") / f"{model}.json"
    with open_workspace(workspace, create=False) as con:
        nomenclature = read_codes(con, ("imports",))
    require_writable(path)
    classifier = load_classifier(model, device, workspace, calibrated=False)
    with progress("scoring exemplars") as on_step:
        training = gather(classifier, nomenclature, workspace, sample, on_step)
    made = fit_calibration(training, model, calibration_inputs(model, workspace, classifier.index.exemplars))
    with writing(path):
        save_calibration(made, path)
    for figure, value in made.figures.items():
        say(f"{figure}: {value:.3f}")
    say(f"wrote {path}")
