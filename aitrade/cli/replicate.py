"""``aitrade replicate``: the paper's figures beside the workspace's."""

import typer

from aitrade.cli.options import Format, Output, Run
from aitrade.cli.progress import busy
from aitrade.cli.state import say_run, state, write


def replicate_command(
    context: typer.Context, run: Run = None, format_name: Format = None, output: Output = None
) -> None:
    """Compare every published figure with what the workspace computes: published, computed, difference.

    A figure that the workspace can't compute says why: trade, labels or exemption lists that are not there. The lists
    are looked for as annex_ii, section_122 and consumer_electronics_2025-04-11, which comes with aitrade.

    Example: aitrade replicate --run paper-dev --format csv -o replicate.csv
    """
    workspace = state(context).open()
    say_run(workspace, run)
    with busy("computing every published figure"):
        write([workspace.replicate(run).table], format_name, output)
