"""``aitrade runs``: list, show, export, resume, set the default, merge, remove."""

import json
from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Any

import typer

from aitrade.cli.options import AsJson, Replace
from aitrade.cli.progress import stages
from aitrade.cli.state import emit, say, say_default, state

group = typer.Typer(help="The classifications in the workspace.", invoke_without_command=True)

RunArgument = Annotated[str, typer.Argument(help="Name of a run, or the beginning of it.", metavar="RUN")]


@group.callback()
def default(context: typer.Context) -> None:
    """List the runs where no command is given."""
    if context.invoked_subcommand is None:
        list_runs(context, as_json=False)


@group.command("list")
def list_runs(context: typer.Context, as_json: AsJson = False) -> None:
    """Show every run: name, question, kind, how far it is, when it was made."""
    found = state(context).open().runs()
    if as_json:
        emit(json.dumps([_plain(run) for run in found], indent=1, default=str))
        return
    from aitrade.core.render import render
    from aitrade.core.table import Column, Table

    columns = tuple(Column(name, name) for name in ("run", "question", "kind", "predictions", "state", "started"))
    rows = tuple(
        (
            run.run,
            run.question,
            run.kind,
            f"{run.predictions:,} of {run.codes:,}",
            "finished" if run.finished else "can be resumed",
            f"{run.started_at:%Y-%m-%d %H:%M}",
        )
        for run in found
    )
    emit(render(Table("runs", "Runs, oldest first", columns, rows), "text"))


@group.command()
def show(context: typer.Context, run: RunArgument) -> None:
    """Print a run with everything that determines it, as JSON, and the codes that it decides by a hair.

    Those are near ties: the two likeliest levels are within 0.004, and another processor may turn them round.
    """
    from aitrade.workspace import read_workspace
    from aitrade.workspace.predictions import near_ties
    from aitrade.workspace.runs import get_run

    with read_workspace(state(context).workspace) as con:
        found = get_run(con, run)
        ties = [" ".join(code) for code in near_ties(con, found.run)]
    emit(json.dumps(_plain(found) | {"near_ties": ties}, indent=1, default=str))


@group.command()
def export(
    context: typer.Context,
    run: RunArgument,
    output: Annotated[Path, typer.Option("--output", "-o", metavar="FILE.csv", help="File to write.")],
) -> None:
    """Write a run's predictions as CSV.

    Columns: hs10, flow, description, relevance, category, p_high, p_medium, p_low, source.
    """
    workspace = state(context).open()
    name = workspace.run(run).run
    say(f"wrote {workspace.export_run(name, output):,} predictions of {name} to {output}")


@group.command()
def resume(context: typer.Context, run: RunArgument) -> None:
    """Go on with a run that was stopped. It must still find the models, exemplars and codes that it was begun with."""
    workspace = state(context).open()
    begun = workspace.run(run)
    if begun.finished:
        say(f"run {begun.run} is finished: {begun.predictions:,} predictions")
        return
    say(f"preparing {begun.settings['model']}")
    with stages() as on_stage:
        done = workspace.resume(begun.run, on_step=on_stage("classifying"), on_stage=on_stage)
    say(f"run {done.run}: {done.predictions:,} predictions")


@group.command("default")
def default_command(
    context: typer.Context,
    run: Annotated[
        str | None, typer.Argument(help="Name of a run, or the beginning of it; none to see which one is used.")
    ] = None,
) -> None:
    """Set the run whose labels are used where no run is named, or show which it is.

    Where none was set, it is the last finished run that labels 99.5% of the trade's value, else the one that labels
    most. References, reviews and runs made from others are used only where they are set or named.

    Example: aitrade runs default reviewed-2026
    """
    workspace = state(context).open()
    if run is not None:
        workspace.choose_default(run)
    emit(workspace.default_run())


@group.command()
def merge(
    context: typer.Context,
    base: Annotated[str, typer.Argument(help="Run that gives the labels that the other lacks.", metavar="BASE")],
    overlay: Annotated[str, typer.Argument(help="Run whose labels come first.", metavar="OVERLAY")],
    name: Annotated[str, typer.Option("--name", help="Name of the new run.")],
    replace: Replace = False,
) -> None:
    """Make a run with the labels of OVERLAY, and those of BASE where it has none; both stay as they are.

    Example: aitrade runs merge published experts-2026 --name published-with-experts
    """
    workspace = state(context).open()
    made = workspace.merge_runs(base, overlay, name, replace=replace)
    say(f"run {made.run}: {made.predictions:,} labels")
    say_default(workspace, made.run)


@group.command()
def remove(
    context: typer.Context, run: Annotated[str, typer.Argument(help="Whole name of the run.", metavar="RUN")]
) -> None:
    """Remove a run with all its labels. Runs that were made from it keep theirs.

    Example: aitrade runs remove experts-2025
    """
    if state(context).open().remove_run(run):
        say(f"removed run {run}, which was the default; see: aitrade runs default")
    else:
        say(f"removed run {run}")


def _plain(run: Any) -> dict[str, Any]:
    return asdict(run) | {"finished": run.finished}
