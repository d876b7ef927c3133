"""``aitrade models tune``."""

from dataclasses import replace
from pathlib import Path
from typing import Annotated

import typer

from aitrade.cli.models import group
from aitrade.cli.options import Device
from aitrade.cli.progress import progress
from aitrade.cli.state import say, state


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
    device: Device = "auto",
) -> None:
    """Tune a LoRA adapter of a model on the exemplars. Stop with Ctrl-C; the same command goes on after its last epoch.

    An LLM's adapter is used as --model BASE+NAME. The adapter "relevance" of the embedder all-minilm-l6-v2 goes with
    every LLM; one in the workspace comes before the shipped one.

    Example: aitrade models tune qwen2.5-coder-0.5b-instruct --name relevance
    Example: aitrade models tune all-minilm-l6-v2 --name relevance
    """
    from aitrade.core.device import choose_runtime
    from aitrade.core.files import require_writable
    from aitrade.models.installed import locate
    from aitrade.question.exemplars import load_exemplars
    from aitrade.tuning.embedder import make_embedder_adapter
    from aitrade.tuning.job import Task
    from aitrade.tuning.llm import make_llm_adapter
    from aitrade.tuning.settings import EMBEDDER_SETTINGS, LLM_SETTINGS

    folder = output or state(context).workspace / "adapters"
    installed = locate(base)
    is_llm = installed.kind == "llm"
    usual = replace(LLM_SETTINGS, share=share) if is_llm else EMBEDDER_SETTINGS
    settings = replace(usual, rank=rank, epochs=epochs or usual.epochs)
    target, work = folder / f"{base}+{name}", folder / f".{base}+{name}"
    require_writable(work / "state.json")
    task = Task(name, installed, load_exemplars(), choose_runtime(device), settings, folds)
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
