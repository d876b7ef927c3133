"""Write docs/cli.md: every command with its arguments and options, as `--help` has them.

Usage: python scripts/cli_reference.py [FILE]
"""

import re
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import typer

from aitrade.cli.app import app
from aitrade.core.files import write_file

PAGE = Path(__file__).parents[1] / "docs" / "cli.md"
HEAD = """# Commands

Generated from `--help` by `python scripts/cli_reference.py`; a test checks that this page is up to date.

Standard output carries data, standard error carries messages and progress. Exit codes: 0 done, 1 unexpected, 2 usage,
3 bad input, 4 model, 5 stopped but resumable.
"""
LEFT_OUT = ("--help", "--install-completion", "--show-completion")


def reference() -> str:
    """Describe every command in Markdown; the text does not depend on the terminal."""
    return HEAD + "".join(_described(typer.main.get_command(app), "aitrade"))


def _described(command: Any, name: str) -> Iterator[str]:
    context = command.context_class(command, info_name=name)
    yield f"\n## {name}\n\n```\n{name} {' '.join(command.collect_usage_pieces(context))}\n```\n"
    yield _help_text(command.help or "")
    parameters = [p for p in command.get_params(context) if not set(p.opts) & set(LEFT_OUT)]
    records = [record for p in parameters if (record := p.get_help_record(context)) is not None]
    if records:
        yield "\n" + "".join(f"- `{usage}`: {' '.join(text.split())}\n" for usage, text in records)
    for child in sorted(getattr(command, "commands", {})):
        yield from _described(command.commands[child], f"{name} {child}")


def _help_text(text: str) -> str:
    """Format a help text; paragraphs that keep their lines (a backspace before them) and examples become code."""
    written = []
    for paragraph in re.split(r"\n\s*\n", text.strip()):
        if paragraph.strip().startswith("\b"):
            written.append(f"\n```\n{paragraph.strip().removeprefix(chr(8)).strip()}\n```\n")
        elif paragraph.startswith("Example:"):
            lines = (line.removeprefix("Example:").strip() for line in paragraph.splitlines())
            written.append("\n```\n" + "\n".join(lines) + "\n```\n")
        else:
            written.append(f"\n{' '.join(paragraph.split())}\n")
    return "".join(written)


if __name__ == "__main__":
    write_file(Path(sys.argv[1]) if len(sys.argv) > 1 else PAGE, reference().encode())
