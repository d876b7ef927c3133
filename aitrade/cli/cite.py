"""``aitrade cite``: how to cite what figures rest on."""

from typing import Annotated

import typer

from aitrade.cli.options import Run
from aitrade.cli.state import emit, say_run, state


def cite(
    context: typer.Context,
    run: Run = None,
    bibtex: Annotated[bool, typer.Option("--bibtex", help="Write BibTeX entries.")] = False,
) -> None:
    """Print what to cite: the software, the run, its models, the trade files by their hashes, and the paper.

    Example: aitrade cite --bibtex > aitrade.bib
    """
    workspace = state(context).open()
    say_run(workspace, run)
    for one in workspace.citations(run):
        emit(one.as_bibtex() if bibtex else one.as_text())
