"""``aitrade models tune``."""

from pathlib import Path
from typing import Annotated

import typer

from aitrade.cli.options import Device, DeviceOption
from aitrade.cli.progress import stages
from aitrade.cli.state import say, state
from aitrade.core.progress import OnStep


def tune(
    context: typer.Context,
    base: Annotated[str, typer.Argument(help="Installed LLM or embedder to tune.", metavar="BASE")],
    name: Annotated[str, typer.Option(help="Name of the adapter, used as --model BASE+NAME.")],
    output: Annotated[
        Path | None, typer.Option("--output", "-o", metavar="DIR", help="Where adapters go; the workspace by default.")
    ] = None,
    epochs: Annotated[
        int | None,
        typer.Option(
            min=1,
            help="Passes over the exemplars; 4 for an embedder, for an LLM 2, more where they are few.",
        ),
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
    device: Device = DeviceOption.auto,
) -> None:
    """Tune a LoRA adapter of a model on the exemplars. Stop with Ctrl-C; the same command goes on after its last epoch.

    An LLM's adapter is used as --model BASE+NAME. The adapter "relevance" of the embedder all-minilm-l6-v2 goes with
    every LLM; one in the workspace comes before the shipped one.

    Example: aitrade models tune qwen2.5-coder-0.5b-instruct --name relevance
    Example: aitrade models tune all-minilm-l6-v2 --name relevance
    """
    from aitrade.models.installed import locate

    say(f"loading {base}")
    show: dict[str, OnStep] = {}
    with stages() as on_stage:

        def on_step(stage: str, step: int, steps: int, loss: float | None) -> None:
            if stage not in show:
                show[stage] = on_stage(f"tuning {name}, {stage}")
                if loss is not None:
                    say(f"{stage}: first loss {loss:.3f}")
            show[stage](step, steps)

        adapter, folder = (
            state(context)
            .open()
            .tune(
                base,
                name,
                output=output,
                epochs=epochs,
                rank=rank,
                share=share,
                folds=folds,
                scored=scored,
                device=device.value,
                on_step=on_step,
            )
        )
    for figure, value in adapter.figures.items():
        say(f"{figure}: {value:.3f}")
    model = folder.name if locate(base).kind == "llm" else "LLM+ADAPTER"
    say(f"adapter in {folder}. Next: aitrade calibrate --model {model}")
