"""``aitrade classify``."""

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from aitrade.cli.app import app
from aitrade.cli.options import Device, Embedder, FlowsOption, Model
from aitrade.cli.progress import progress
from aitrade.cli.state import say, state
from aitrade.question.defaults import DEFAULT_MODEL


class Switch(StrEnum):
    """On or off."""

    on = "on"
    off = "off"


@app.command()
def classify(
    context: typer.Context,
    flow: Annotated[FlowsOption, typer.Option(help="Which codes of the workspace.")] = FlowsOption.imports,
    model: Model = DEFAULT_MODEL,
    embedder: Embedder = None,
    codes: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Classify only the codes of this file (column hs10).")
    ] = None,
    device: Device = "auto",
    arithmetic: Annotated[
        str, typer.Option(help="auto, bfloat16 or float32. float32 is slower and gives every machine the same figures.")
    ] = "auto",
    cascade: Annotated[
        Switch, typer.Option(help="Whether codes that are Low beyond doubt without the LLM are not put to it.")
    ] = Switch.on,
    limit: Annotated[
        int | None, typer.Option(min=1, help="Only this many codes, spread evenly over the nomenclature.")
    ] = None,
    pad: Annotated[bool, typer.Option("--pad", help="Put back leading zeros in --codes.")] = False,
) -> None:
    """Classify codes with the local LLM and its neighbours.

    Stop with Ctrl-C; the same command goes on where it stopped. Every GPU takes part; CUDA_VISIBLE_DEVICES chooses.

    Example: aitrade classify --model qwen2.5-coder-0.5b-instruct --limit 500
    """
    from aitrade.classification.calibration import how_to_calibrate
    from aitrade.classification.loading import load_classifiers
    from aitrade.classification.run import classify as classify_codes
    from aitrade.workspace import open_workspace
    from aitrade.workspace.codes import read_codes

    workspace = state(context).workspace
    with open_workspace(workspace) as con:
        chosen = read_codes(con, flow.flows, limit, _read_only(codes, pad))
        say(f"loading {model}")
        classifiers = load_classifiers(
            model, device, workspace, embedder=embedder, arithmetic=arithmetic, cascade=cascade is Switch.on
        )
        runtimes = [classifier.runtime for classifier in classifiers]
        say(f"{len(chosen):,} codes on {', '.join(m.torch_device for m in runtimes)} in {runtimes[0].arithmetic}")
        if classifiers[0].calibration is None:
            say(
                f"the probabilities will not be calibrated: there is no calibration for {model} "
                f"(make one: {how_to_calibrate(model, classifiers[0].embedder.name)})"
            )
        with progress("classifying") as on_batch:
            run = classify_codes(con, classifiers, chosen, on_batch)
    say(f"run {run.run}: {run.predictions:,} predictions. Next: aitrade table summary --run {run.run}")


def _read_only(path: Path | None, pad: bool) -> list[str] | None:
    if path is None:
        return None
    from aitrade.core.errors import BadInputError, at
    from aitrade.core.textfile import read_records
    from aitrade.nomenclature.codes import parse_hs10

    _, records = read_records(path, ("hs10",))
    if not records:
        raise BadInputError("the file names no code", where=str(path), fix="list the codes to classify below hs10")
    return [parse_hs10(r.values["hs10"], where=at(path, r.line, "hs10"), pad=pad) for r in records]
