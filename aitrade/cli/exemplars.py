"""``aitrade exemplars``: check the set, and suggest what to label next."""

from pathlib import Path
from typing import Annotated

import typer

from aitrade.cli.options import AsJson, FormatOption, Run
from aitrade.cli.state import emit, say, state, write
from aitrade.core.errors import BadInputError

group = typer.Typer(no_args_is_help=True, help="The hand-labelled exemplars.")


@group.command()
def check(
    context: typer.Context,
    file: Annotated[Path | None, typer.Argument(help="Exemplar CSV; the question's by default.")] = None,
) -> None:
    """Check the exemplars: twins that contradict each other, and rationales; with advice on what lacks exemplars."""
    from dataclasses import replace

    from aitrade.question.exemplar_checks import check_exemplars, coverage_advice
    from aitrade.question.exemplars import read_exemplars

    question = state(context).open().question
    if file:
        question = replace(question, exemplars=read_exemplars(file, question.labels))
    exemplars, findings = question.exemplars, check_exemplars(question)
    for advice in coverage_advice(question):
        say(f"advice: {advice.about}: {advice.found}")
    for finding in findings:
        emit(f"{finding.check}: {finding.about}: {finding.found}")
    if findings:
        raise BadInputError(
            f"{len(findings)} {'finding' if len(findings) == 1 else 'findings'} in {len(exemplars):,} exemplars",
            fix="relabel or add exemplars",
        )
    say(f"{len(exemplars):,} exemplars, nothing to fix")


@group.command()
def suggest(
    context: typer.Context,
    run: Run = None,
    count: Annotated[int, typer.Option("-n", min=1, help="How many codes.")] = 50,
    as_json: AsJson = False,
) -> None:
    """List the codes to label by hand next: uncertain, and with much trade where trade is known.

    The order is that of aitrade review export: by uncertainty (1 less the largest probability) times the square root of
    trade value in the latest full year, without HS chapters 27, 71, 98 and 99.
    """
    found = state(context).open().suggest_exemplars(count, run=run)
    write([found.given], FormatOption.json if as_json else FormatOption.text, None)
