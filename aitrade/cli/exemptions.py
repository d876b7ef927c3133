"""``aitrade exemptions``: tariff exemption lists."""

import json
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from aitrade.cli.options import AsJson
from aitrade.cli.state import emit, say, state

group = typer.Typer(no_args_is_help=True, help="Tariff exemption lists, which table exemptions counts by.")


@group.command("import")
def import_file(
    context: typer.Context,
    file: Annotated[Path, typer.Argument(metavar="FILE", help="CSV file.")],
    name: Annotated[str, typer.Option(metavar="NAME", help="What the list is called from now on.")],
) -> None:
    """Take an exemption list into the workspace; a list of the same name is replaced.

    The file has the headings in a column HTSUS or hts_code: 4, 6, 8 or 10 digits, dots allowed. An entry covers every
    code below it; one of ten digits may be a shorter heading padded with zeros, as 8471300000 is for 8471.30.

    Example: aitrade exemptions import annex-II-exemptions.csv --name annex_ii
    """
    imported = state(context).open().import_exemptions(file, name)
    replaced = ", replacing the one of this name" if imported.replaced else ""
    say(f"list {imported.name}: {imported.entries} entries{replaced}")


@group.command("remove")
def remove_list(
    context: typer.Context, name: Annotated[str, typer.Argument(metavar="NAME", help="Name of the list.")]
) -> None:
    """Remove a list from the workspace; those that come with aitrade stay.

    Example: aitrade exemptions remove section122
    """
    say(f"removed list {name} of {state(context).open().remove_exemptions(name)} entries")


@group.command("list")
def list_lists(context: typer.Context, as_json: AsJson = False) -> None:
    """Show the lists of the workspace and those that come with aitrade.

    Example: aitrade exemptions list
    """
    from aitrade.trade.tables.exemptions import known_lists
    from aitrade.workspace import DATABASE, read_workspace

    workspace = state(context).workspace
    if (workspace / DATABASE).exists():
        with read_workspace(workspace) as con:
            lists = known_lists(con)
    else:
        say(f"there is no workspace at {workspace}: only the lists that come with aitrade")
        lists = known_lists(None)
    if as_json:
        emit(json.dumps([{key: value for key, value in asdict(each).items() if key != "replaced"} for each in lists]))
        return
    emit("\n".join(f"{each.name}  {each.entries} entries  ({each.path})" for each in lists))
