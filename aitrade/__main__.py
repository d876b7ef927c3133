"""Run the command line as ``python -m aitrade``."""

from aitrade.cli import main

main()
