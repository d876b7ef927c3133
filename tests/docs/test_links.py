"""Every link and path in the docs leads to a file, and every command and function that they show exists."""

import re
from pathlib import Path

import pytest
import typer

import aitrade
from aitrade.cli.app import app

ROOT = Path(__file__).parents[2]
PAGES = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")])


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_links_lead_to_files(page: Path) -> None:
    links = re.findall(r"\]\((?!https?:)([^)#\s]+)(?:#[^)]*)?\)", page.read_text("utf-8"))
    assert [link for link in links if not (page.parent / link).exists()] == []


def is_command(words: list[str]) -> bool:
    """Whether words after ``aitrade`` begin with a command, whose long options are those that it has."""
    command = typer.main.get_command(app)
    while words and (commands := getattr(command, "commands", None)):
        if words[0] in ("--workspace", "--question"):
            words = words[2:]
        elif words[0] in commands:
            command, words = commands[words[0]], words[1:]
        else:
            return False
    options = {option for parameter in command.params for option in parameter.opts} | {"--help"}
    return {word.split("=")[0] for word in words if word.startswith("--")} <= options


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_commands_exist(page: Path) -> None:
    blocks = "\n".join(re.findall(r"^```(?:sh|bash)?\n(.*?)^```", page.read_text("utf-8"), re.M | re.S))
    lines = re.findall(r"^aitrade ([a-z-].*?)(?:\s+#.*)?$", blocks, re.M)
    commands = [line for line in lines if "[OPTIONS]" not in line and " .." not in line]
    assert [line for line in commands if not is_command(line.replace("[", "").replace("]", "").split())] == []


# The changes name files that are gone.
@pytest.mark.parametrize(
    "page", [page for page in PAGES if page.name != "CHANGELOG.md"], ids=lambda page: str(page.relative_to(ROOT))
)
def test_paths_of_the_repository_exist(page: Path) -> None:
    paths = re.findall(r"`((?:aitrade|data|docs|scripts|tests|models)/[\w./-]*)`", page.read_text("utf-8"))
    rooms = re.findall(r"`(\w+/[\w/]+\.py)`", page.read_text("utf-8"))
    roots = (ROOT, ROOT / "aitrade")
    wrong = [path for path in paths + rooms if not any((root / path).exists() for root in roots)]
    assert [path for path in wrong if "NAME" not in path and not path.startswith("models/weights")] == []


def test_functions_shown_in_the_readme_exist() -> None:
    called = re.findall(r"\bws\.(\w+)\(", (ROOT / "README.md").read_text("utf-8"))
    assert called
    assert [name for name in called if not hasattr(aitrade.Workspace, name)] == []
