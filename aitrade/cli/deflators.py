"""``aitrade deflators``: price indices for real figures."""

from pathlib import Path
from typing import Annotated

import typer

from aitrade.cli.state import emit, say, state

group = typer.Typer(no_args_is_help=True, help="Price indices by month, which table --real divides trade by.")


@group.command("import")
def import_file(
    context: typer.Context,
    file: Annotated[Path, typer.Argument(metavar="FILE", help="CSV file.")],
    name: Annotated[str, typer.Option(metavar="NAME", help="What the deflator is called from now on.")],
) -> None:
    """Take a deflator into the workspace; one of the same name is replaced.

    Columns: month (2023-01) and index; hs where groups of codes have prices of their own: the 2, 4, 6, 8 or 10 digits
    that the codes begin with, empty for all others; flow where imports and exports differ.

    Example: aitrade deflators import bls_import_prices.csv --name import-prices
    """
    made = state(context).open().import_deflator(file, name)
    say(f"deflator {made.name}: {made.prices:,} prices of {made.groups} groups, {made.first} to {made.last}")


@group.command("list")
def list_deflators(context: typer.Context) -> None:
    """Show the deflators of the workspace.

    Example: aitrade deflators list
    """
    for one in state(context).open().deflators():
        emit(f"{one.name}  {one.prices:,} prices of {one.groups} groups  {one.first} to {one.last}")
