"""The command line. Standard output carries data, standard error messages and progress."""

from aitrade.cli.app import main

__all__ = ["main"]
