"""``aitrade classify-text``: judge descriptions that have no code."""

from pathlib import Path
from typing import Annotated

import typer

from aitrade.cli.options import Device, DeviceOption, Embedder, Format, Model, Output
from aitrade.cli.progress import stages
from aitrade.cli.state import say, state, write
from aitrade.core.errors import UsageError


def classify_text(
    context: typer.Context,
    texts: Annotated[list[str] | None, typer.Argument(metavar="TEXT...", help="Descriptions, each in quotes.")] = None,
    file: Annotated[
        Path | None, typer.Option(metavar="FILE.csv", help="Descriptions of a file's column description.")
    ] = None,
    model: Model = None,
    embedder: Embedder = None,
    device: Device = DeviceOption.auto,
    format_name: Format = None,
    output: Output = None,
) -> None:
    """Judge descriptions without a code, as of a catalogue, by the LLM and the exemplars nearest in meaning.

    No workspace is needed. Nothing is kept: codes, runs and tables stay as they are.

    Example: aitrade classify-text "liquid cooling plate for a server" "frozen shrimp"
    Example: aitrade classify-text --file catalogue.csv -o judged.xlsx
    """
    from aitrade.api.texts import classify
    from aitrade.core.textfile import read_records

    if bool(texts) == bool(file):
        raise UsageError(
            "descriptions come from the command line or from a file",
            fix='classify-text "ball bearings", or --file FILE',
        )
    shared = state(context)
    asked = list(texts or ())
    if file is not None:
        asked = [record.values["description"] for record in read_records(file, ("description",))[1]]
    with stages() as on_stage:
        judged = classify(
            asked,
            question=shared.question,
            model=model,
            embedder=embedder,
            device=device.value,
            workspace=shared.workspace,
            on_step=on_stage("judging descriptions"),
            on_stage=on_stage,
            on_message=say,
        )
    write([judged.table], format_name, output)
