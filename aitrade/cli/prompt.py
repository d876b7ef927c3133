"""``aitrade prompt``: what a model is shown."""

import json
from typing import Annotated

import typer

from aitrade.cli.options import AsJson, Embedder, FlowOption, Model
from aitrade.cli.progress import stages
from aitrade.cli.state import emit, say, state

group = typer.Typer(no_args_is_help=True, help="See what a model is shown of a code.")


@group.callback()
def prompts() -> None:
    """Keep ``show`` a command of its own."""


@group.command()
def show(
    context: typer.Context,
    hs10: Annotated[str, typer.Argument(help="Ten-digit code, with or without dots.", metavar="HS10")],
    model: Model = None,
    embedder: Embedder = None,
    flow: Annotated[FlowOption, typer.Option(help="Import (HTS) or export (Schedule B) code.")] = FlowOption.imports,
    as_json: AsJson = False,
) -> None:
    """Print the prompt that a model reads of a code, control tokens included, to where the level follows.

    The model itself is not loaded. `--json` adds the tokens, and those of each level as they are scored.

    Example: aitrade prompt show 8471.50.01.50 --model qwen2.5-coder-0.5b-instruct
    """
    with stages() as on_stage:
        shown = state(context).open().prompt(hs10, flow=flow.value, model=model, embedder=embedder, on_stage=on_stage)
    say(f"{len(shown.tokens)} tokens for {shown.model}")
    emit(json.dumps(shown.as_dict(), indent=1, ensure_ascii=False) if as_json else shown.text)
