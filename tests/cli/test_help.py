"""The command line answers at once, offline, and its help teaches."""

import json
import subprocess
import sys
from pathlib import Path

import pytest
import typer

from aitrade import __version__
from aitrade.cli.app import app

HEAVY = ("torch", "transformers", "sentence_transformers", "faiss", "duckdb", "numpy", "scipy", "openpyxl", "peft")

PROBE = """
import json, sys
sys.argv = ["aitrade", *sys.argv[1:]]
from aitrade.cli import main
try:
    main()
except SystemExit as end:
    import os
    offline = [os.environ.get("HF_HUB_OFFLINE"), os.environ.get("TRANSFORMERS_OFFLINE")]
    print(json.dumps([end.code, sorted(m for m in sys.modules if "." not in m), offline]), file=sys.stderr)
"""


def probe(*arguments: str, folder: Path) -> tuple[int, set[str], list[str], str]:
    done = subprocess.run(
        [sys.executable, "-c", PROBE, *arguments],
        capture_output=True,
        text=True,
        check=True,
        cwd=folder,
        env={"PATH": "", "HOME": str(folder)},
    )
    code, modules, offline = json.loads(done.stderr.splitlines()[-1])
    return code or 0, set(modules), offline, done.stdout


@pytest.mark.parametrize("arguments", [("--help",), ("classify", "--help"), ("models", "list", "--json")], ids=" ".join)
def test_what_needs_no_model_loads_no_library_of_models(arguments: tuple[str, ...], tmp_path: Path) -> None:
    code, modules, offline, out = probe(*arguments, folder=tmp_path)
    assert code == 0
    assert modules.isdisjoint(HEAVY)
    assert offline == ["1", "1"]
    assert out
    assert list(tmp_path.iterdir()) == []  # asking for help makes no workspace


def commands(group: "typer.core.TyperGroup", path: tuple[str, ...] = ()) -> list[tuple[tuple[str, ...], object]]:
    found = []
    for name, command in group.commands.items():
        found.append(((*path, name), command))
        if hasattr(command, "commands"):
            found += commands(command, (*path, name))
    return found


ALL = commands(typer.main.get_command(app))


@pytest.mark.parametrize("command", [c for _, c in ALL], ids=[" ".join(path) for path, _ in ALL])
def test_every_command_and_option_says_what_it_is_for(command: object) -> None:
    assert command.help
    for parameter in command.params:
        if parameter.param_type_name == "option":
            assert parameter.help, f"{parameter.name} has no help"


def test_the_commands_of_the_contract_are_there() -> None:
    found = {" ".join(path) for path, _ in ALL}
    assert {"models list", "models install", "models verify", "models add", "models pack"} <= found
    assert {"codes import", "trade import", "labels import", "classify", "table"} <= found
    assert {"runs list", "runs show", "runs export", "runs resume"} <= found


def test_version_and_no_arguments(tmp_path: Path) -> None:
    assert probe("--version", folder=tmp_path)[3] == f"aitrade {__version__}\n"
    assert probe(folder=tmp_path)[0] == 2
