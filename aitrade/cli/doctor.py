"""``aitrade doctor``."""

import json
from dataclasses import asdict
from typing import Annotated

import typer

from aitrade.cli.state import emit, state


def doctor(
    context: typer.Context,
    as_json: Annotated[bool, typer.Option("--json", help="Print a list of objects.")] = False,
) -> None:
    """Say what this installation is, what it would compute on, and what is missing, with the fix."""
    from aitrade.doctor import examine

    lines = examine(state(context).workspace, state(context).open().question)
    if as_json:
        emit(json.dumps([asdict(line) for line in lines], indent=1))
        return
    width = max(len(line.about) for line in lines)
    for line in lines:
        emit(f"{line.about:{width}}  {line.found}" + (f"  ->  {line.fix}" if line.fix else ""))
