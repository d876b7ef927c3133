"""Options that several commands have, said once."""

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from aitrade.nomenclature.codes import FLOWS


class FlowOption(StrEnum):
    """A direction of trade on the command line."""

    imports = "imports"
    exports = "exports"


class FlowsOption(StrEnum):
    """One direction of trade or both."""

    imports = "imports"
    exports = "exports"
    all = "all"

    @property
    def flows(self) -> tuple[str, ...]:
        """The directions meant."""
        return FLOWS if self is FlowsOption.all else (self.value,)


class FormatOption(StrEnum):
    """How a table is written."""

    text = "text"
    csv = "csv"
    json = "json"
    markdown = "markdown"
    latex = "latex"
    html = "html"
    xlsx = "xlsx"
    parquet = "parquet"
    dta = "dta"


class DeviceOption(StrEnum):
    """What computes."""

    auto = "auto"
    cpu = "cpu"
    cuda = "cuda"


class ArithmeticOption(StrEnum):
    """What a model's numbers are computed in."""

    auto = "auto"
    bfloat16 = "bfloat16"
    float32 = "float32"


Model = Annotated[
    str | None,
    typer.Option(help="BASE or BASE+ADAPTER; see `aitrade models list`.", show_default="the question's"),
]
NamedModel = Annotated[str, typer.Option(help="BASE or BASE+ADAPTER; see `aitrade models list`.")]
Embedder = Annotated[
    str | None,
    typer.Option(
        help="What finds the exemplars near a code: BASE or BASE+ADAPTER. Each has calibrations of its own.",
        show_default="the question's",
    ),
]
Device = Annotated[DeviceOption, typer.Option(help="What computes; auto takes a GPU where there is one.")]
Sample = Annotated[int, typer.Option(min=100, help="Ask a base model about this many exemplars.")]
Run = Annotated[str | None, typer.Option(help="Run whose labels are used; see `aitrade runs default`.")]
BaseYear = Annotated[
    int | None,
    typer.Option(
        metavar="YEAR", help="Where indices, changes and the counterfactual start.", show_default="the question's"
    ),
]
Format = Annotated[
    FormatOption | None,
    typer.Option("--format", help="How it is written.", show_default="what the file's suffix says, or text"),
]
Output = Annotated[
    Path | None,
    typer.Option(
        "--output",
        "-o",
        metavar="FILE",
        help="Write it there; .csv, .json, .md, .tex, .html, .txt, .xlsx, .parquet or .dta says how.",
    ),
]
Replace = Annotated[bool, typer.Option("--replace", help="Replace the labels that have this name.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON.")]
Pad = Annotated[bool, typer.Option("--pad", help="Put back the leading zero of codes of nine digits.")]
