"""Figures of the tests of reliability: printed by tests, and kept in a file for scripts/write_reliability.py."""

import json
import os
from pathlib import Path


def record(group: str, what: str, figure: int | str) -> None:
    """Print a figure, and append it to the file that AITRADE_FIGURES names."""
    print(f"{group}: {what}: {figure}")  # noqa: T201
    if place := os.environ.get("AITRADE_FIGURES"):
        with Path(place).open("a", encoding="utf-8") as file:
            file.write(json.dumps([group, what, figure]) + "\n")
