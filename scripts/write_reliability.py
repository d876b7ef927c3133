"""Write the figures that the tests of reliability printed into docs/reliability.md.

AITRADE_LONG=1 AITRADE_FIGURES=FILE pytest tests/torture tests/fuzz tests/injection, then: this script with FILE
"""

import json
import sys
from pathlib import Path

PAGE = Path(__file__).resolve().parents[1] / "docs" / "reliability.md"
BEGIN, END = "<!-- figures: scripts/write_reliability.py -->", "<!-- end of figures -->"


def table(lines: list[str]) -> str:
    """The figures by group, the last one said of each; numbers of a group are summed below it."""
    groups: dict[str, dict[str, int | str]] = {}
    for line in lines:
        group, what, figure = json.loads(line)
        groups.setdefault(group, {})[what] = figure
    rows = ["| | |", "|---|---|"]
    for group, figures in groups.items():
        if len(numbers := [figure for figure in figures.values() if isinstance(figure, int)]) > 2:
            rows.append(f"| **{group}** | **{sum(numbers):,}** |")
        rows += [f"| {what} | {figure:,} |" if isinstance(figure, int) else f"| {what} | {figure} |"
                 for what, figure in sorted(figures.items())]  # fmt: skip
    return "\n".join(rows)


def main() -> None:
    lines = Path(sys.argv[1]).read_text("utf-8").splitlines()
    text = PAGE.read_text("utf-8")
    before, rest = text.split(BEGIN)
    _, after = rest.split(END)
    PAGE.write_text(f"{before}{BEGIN}\n{table(lines)}\n{END}{after}", "utf-8")


if __name__ == "__main__":
    main()
