"""``aitrade runs``: list, show, export, resume."""

import json
from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Any

import typer

from aitrade.cli.app import app
from aitrade.cli.options import AsJson
from aitrade.cli.progress import progress
from aitrade.cli.state import emit, say, state

group = typer.Typer(help="The classifications in the workspace.", invoke_without_command=True)
app.add_typer(group, name="runs")

RunArgument = Annotated[str, typer.Argument(help="Name of a run, or the beginning of it.", metavar="RUN")]


@group.callback()
def default(context: typer.Context) -> None:
    """List the runs where no command is given."""
    if context.invoked_subcommand is None:
        list_runs(context, as_json=False)


@group.command("list")
def list_runs(context: typer.Context, as_json: AsJson = False) -> None:
    """Show every run: name, kind, how far it is, when it was made."""
    from aitrade.workspace import read_workspace
    from aitrade.workspace import runs as stored

    with read_workspace(state(context).workspace) as con:
        found = stored.list_runs(con)
    if as_json:
        emit(json.dumps([_plain(run) for run in found], indent=1, default=str))
        return
    from aitrade.core.render import render
    from aitrade.core.table import Column, Table

    columns = tuple(Column(name, name) for name in ("run", "kind", "predictions", "state", "started"))
    rows = tuple(
        (
            run.run,
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
    """Print a run with everything that determines it, as JSON."""
    from aitrade.workspace import read_workspace
    from aitrade.workspace.runs import get_run

    with read_workspace(state(context).workspace) as con:
        emit(json.dumps(_plain(get_run(con, run)), indent=1, default=str))


@group.command()
def export(
    context: typer.Context,
    run: RunArgument,
    output: Annotated[Path, typer.Option("--output", "-o", metavar="FILE.csv", help="File to write.")],
) -> None:
    """Write a run's predictions as CSV.

    Columns: hs10, flow, description, relevance, category, p_high, p_medium, p_low, source.
    """
    from aitrade.workspace import read_workspace
    from aitrade.workspace.predictions import export_csv
    from aitrade.workspace.runs import get_run

    with read_workspace(state(context).workspace) as con:
        name = get_run(con, run).run
        count = export_csv(con, name, output)
    say(f"wrote {count:,} predictions of {name} to {output}")


@group.command()
def resume(context: typer.Context, run: RunArgument) -> None:
    """Go on with a run that was stopped. It must still find the models, exemplars and codes that it was begun with."""
    from aitrade.classification.loading import load_classifiers
    from aitrade.classification.run import classify, planned_codes
    from aitrade.workspace import open_workspace
    from aitrade.workspace.runs import get_run

    workspace = state(context).workspace
    with open_workspace(workspace, create=False) as con:
        found = get_run(con, run)
        if found.finished:
            say(f"run {found.run} is finished: {found.predictions:,} predictions")
            return
        made_by = found.settings
        classifiers = load_classifiers(
            made_by["model"],
            made_by["device"],
            workspace,
            embedder=made_by["embedder"],
            arithmetic=made_by["arithmetic"],
            cascade=made_by["cascade"],
        )
        codes = planned_codes(con, found, classifiers[0])
        with progress("classifying") as on_batch:
            done = classify(con, classifiers, codes, on_batch)
    say(f"run {done.run}: {done.predictions:,} predictions")


def _plain(run: Any) -> dict[str, Any]:
    return asdict(run) | {"finished": run.finished}
