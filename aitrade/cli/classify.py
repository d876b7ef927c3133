"""``aitrade classify``."""

from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from aitrade.cli.options import ArithmeticOption, Device, DeviceOption, Embedder, FlowsOption, Model
from aitrade.cli.progress import stages
from aitrade.cli.state import say, state
from aitrade.core.wording import duration

if TYPE_CHECKING:
    from aitrade.classification.forecast import Forecast


class Switch(StrEnum):
    """On or off."""

    on = "on"
    off = "off"


def classify(
    context: typer.Context,
    flow: Annotated[FlowsOption, typer.Option(help="Which codes of the workspace.")] = FlowsOption.imports,
    model: Model = None,
    embedder: Embedder = None,
    codes: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Classify only the codes of this file (column hs10).")
    ] = None,
    device: Device = DeviceOption.auto,
    arithmetic: Annotated[
        ArithmeticOption, typer.Option(help="float32 is slower and gives every machine the same figures.")
    ] = ArithmeticOption.auto,
    cascade: Annotated[
        Switch, typer.Option(help="Do not ask the LLM about codes that are certain without it.")
    ] = Switch.on,
    limit: Annotated[
        int | None, typer.Option(min=1, help="Only this many codes, spread evenly over the nomenclature.")
    ] = None,
    allow_low_label_mass: Annotated[
        bool,
        typer.Option(
            "--allow-low-label-mass",
            help="Go on, with a warning kept with the run, where a base model hardly ever answers with a label.",
        ),
    ] = False,
    pad: Annotated[bool, typer.Option("--pad", help="Put back leading zeros in --codes.")] = False,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Only say how many codes the LLM would be asked about, and how long.")
    ] = False,
) -> None:
    """Classify codes with the local LLM and its neighbours.

    Stop with Ctrl-C; the same command goes on where it stopped. Every GPU takes part; CUDA_VISIBLE_DEVICES chooses.

    Example: aitrade classify --model qwen2.5-coder-0.5b-instruct --limit 500
    """
    workspace = state(context).open()
    asked: dict[str, Any] = {
        "flow": flow.value,
        "codes": codes,
        "limit": limit,
        "model": model,
        "embedder": embedder,
        "device": device.value,
        "arithmetic": arithmetic.value,
        "cascade": cascade is Switch.on,
        "pad": pad,
        "on_message": say,
    }
    if dry_run:
        with stages() as on_stage:
            found = workspace.forecast(**asked, on_step=on_stage("looking up"), on_stage=on_stage)
        typer.echo(_in_words(found))
        return
    with stages() as on_stage:
        run = workspace.classify(
            **asked,
            allow_low_label_mass=allow_low_label_mass,
            on_step=on_stage("classifying"),
            on_stage=on_stage,
        )
    if why := workspace.why_not_default(run.run):
        say(why)
    say(f"run {run.run}: {run.predictions:,} predictions. Next: aitrade table summary --run {run.run}")


def _in_words(found: "Forecast") -> str:
    return "\n".join(
        (
            f"{found.codes:,} codes to classify",
            f"{found.exemplars:,} have a label by hand",
            f"{found.certain:,} are certain without the LLM",
            f"{found.kept:,} were put to the LLM before, and its scores are kept",
            f"{found.asked:,} are put to the LLM, which takes {duration(found.seconds) if found.asked else 'no time'}",
        )
    )
