"""The command line. Standard output carries data, standard error messages and progress."""

import sys

from aitrade.core.errors import StoppedError, is_interrupt

__all__ = ["main"]


def main() -> None:
    """Run the command line; Ctrl-C is no traceback either while the commands are still being loaded."""
    try:
        from aitrade.cli.app import main as run

        run()
    except (KeyboardInterrupt, Exception) as error:
        if not is_interrupt(error):
            raise
        sys.stderr.write("aitrade: stopped\n")
        sys.exit(StoppedError.exit_code)
