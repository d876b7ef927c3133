"""``aitrade compare``: runs beside a reference."""

from enum import StrEnum
from typing import Annotated

import typer

from aitrade.cli.options import FlowsOption, Format, Output
from aitrade.cli.progress import busy
from aitrade.cli.state import say, state, write


class Decided(StrEnum):
    """What decided a label."""

    llm = "llm"
    cascade = "cascade"
    exemplar = "exemplar"
    human = "human"


def compare(
    context: typer.Context,
    reference: Annotated[str, typer.Argument(metavar="RUN_A", help="Run taken as the reference.")],
    runs: Annotated[list[str], typer.Argument(metavar="RUN_B", help="Run, or runs, compared with it.")],
    flow: Annotated[FlowsOption, typer.Option(help="Which codes.")] = FlowsOption.imports,
    year: Annotated[
        int | None,
        typer.Option(help="Year whose trade weighs the codes; the latest full calendar year by default."),
    ] = None,
    differences: Annotated[
        int, typer.Option(metavar="N", min=0, help="Also list the N codes labelled differently with the most trade.")
    ] = 0,
    exclude_exemplars: Annotated[
        bool, typer.Option("--exclude-exemplars", help="Leave out the codes that were labelled by hand as exemplars.")
    ] = False,
    same_codes: Annotated[
        bool, typer.Option("--same-codes", help="Compare several runs over the codes that every one of them labels.")
    ] = False,
    only: Annotated[
        Decided | None, typer.Option(help="Compare the codes alone that this decided in every run compared.")
    ] = None,
    format_name: Format = None,
    output: Output = None,
) -> None:
    """Measure how well runs agree with a reference, such as models with labels made by hand.

    Over the codes that both label: accuracy, Cohen's kappa, macro F1, precision, recall and F1 of High, and the share
    of the same category among what both call High; all of it by code, and by trade value without chapters 27, 71, 98
    and 99. Two runs have their confusion matrix too; of more, each is compared with RUN_A, the best first.

    Kappa has a 95% interval from a bootstrap over whole headings; of several runs, those marked = cannot be told from
    the best. A table says what decided the codes: runs that share exemplars and cascade agree there by construction, so
    --only llm compares the rest.

    Exemplars say nothing of how well a model generalises: leave them out of a figure that you quote.

    CSV, JSON, Parquet and Stata files hold one table: a row for each run with every figure, or, with --differences, the
    codes that differ.

    Example: aitrade compare paper smollm2-135m qwen2.5-0.5b --exclude-exemplars --format latex -o models.tex
    """
    from aitrade.core.render import ONE_TABLE, choose_format

    one_table = choose_format(output, format_name) in ONE_TABLE
    with busy("comparing"):
        compared = (
            state(context)
            .open()
            .compare(
                reference,
                runs,
                flow=flow.value,
                year=year,
                differences=differences,
                exclude_exemplars=exclude_exemplars,
                same_codes=same_codes,
                only=only.value if only else None,
            )
        )
    differing = [compared.differences] if compared.differences else []
    if one_table:
        results = differing or [compared.agreement]
    else:
        results = [*compared.reading, *differing]
        for note in compared.notes:
            say(f"note: {note}")
    write([result.table for result in results], format_name, output)
