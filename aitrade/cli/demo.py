"""``aitrade demo``."""

from pathlib import Path
from typing import TYPE_CHECKING

import typer

from aitrade.cli.options import Device, DeviceOption, NamedModel
from aitrade.cli.progress import stages
from aitrade.cli.state import emit, say, state
from aitrade.demo import DEMO_MODEL
from aitrade.nomenclature.codes import FLOWS

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

FOLDER = Path("demo")
MISSES = 5


def demo(
    context: typer.Context,
    model: NamedModel = DEMO_MODEL,
    device: Device = DeviceOption.auto,
) -> None:
    """Classify the bundled sample with a local LLM and compare the tables with the paper's. Some minutes on two cores.

    The sample is 241 real codes labelled by hand, with trade whose yearly totals are the published ones when every
    label is right. Months, and how much falls on which code and country, are made up. A base model is shown none
    of these labels, so the differences are its mistakes; one tuned by aitrade has learnt most of them.

    It works in the folder ./demo, or in the one that --workspace before the command names; AITRADE_WORKSPACE is not
    looked at, so that made-up trade never gets into your own workspace. Stop with Ctrl-C; the same command goes on.

    Example: aitrade demo
    Example: aitrade --workspace /tmp/demo demo --model smollm2-135m-instruct
    """
    from aitrade.classification.loading import load_classifier
    from aitrade.classification.method import Method
    from aitrade.demo.classification import classify_sample, embedder_of, hold_out, require_models
    from aitrade.demo.sample import HAND_LABELS, import_sample, sample_codes, sample_folder
    from aitrade.models.adapter_files import is_tuned
    from aitrade.question.question import SHIPPED, load_question
    from aitrade.report.contents import gather
    from aitrade.report.writing import write_page
    from aitrade.workspace import open_workspace

    workspace, folder = _workspace(context), sample_folder()
    require_models(model)
    say(f"sample: {folder} (what is real in it and what is made up: README.txt there)")
    with open_workspace(workspace, reads=[folder]) as con:
        import_sample(con, folder, say)
        codes = sample_codes(folder)
        say(f"preparing {model}")
        question = load_question(SHIPPED)
        with stages() as on_stage:
            whole = load_classifier(
                question,
                model,
                device.value,
                workspace,
                method=Method(),
                embedder=embedder_of(model),
                on_stage=on_stage,
            )
            classifier = hold_out(whole, codes)
            runtime = classifier.runtime
            if is_tuned(model):
                say(f"{model} was tuned on most of these codes: how often it is right here says little of other codes")
            say(f"asking {model} about {len(codes)} codes on {runtime.device} in {runtime.arithmetic}")
            run = classify_sample(con, classifier, codes, on_stage("classifying"), _again(workspace, model))
        print_results(con, run.run)
        page = workspace / "report.html"
        write_page(gather(con, run.run, HAND_LABELS), page)
    _where(workspace, run.run)
    say(f"report: {page} (open it in a browser)")


def print_results(con: "DuckDBPyConnection", run: str) -> None:
    """Print what came out: the summary beside the published one, the agreement with the hand labels, the misses."""
    from aitrade.core.render import render
    from aitrade.demo.agreement import agreement, missed, read_judged
    from aitrade.demo.published import beside_published
    from aitrade.demo.sample import HAND_LABELS, MADE_UP
    from aitrade.trade.paper.paper_figures import load_paper_figures

    emit(f"{MADE_UP}\nPublished: {load_paper_figures().source}.\n")
    for flow in FLOWS:
        emit(render(beside_published(con, run, flow), "text") + "\n")
    judged = read_judged(con, run, HAND_LABELS)
    emit(f"{agreement(judged)}\n")
    largest = missed(judged, MISSES)
    emit(render(largest, "text") if largest.rows else "Every code stands in its line of the summary.")


def _workspace(context: typer.Context) -> Path:
    source = context.find_root().get_parameter_source("workspace")
    return state(context).workspace if source and source.name == "COMMANDLINE" else FOLDER


def _again(workspace: Path, model: str) -> str:
    return f"aitrade --workspace {workspace} demo --model {model}"


def _where(workspace: Path, run: str) -> None:
    from aitrade.demo.sample import HAND_LABELS
    from aitrade.workspace.database import DATABASE

    say(f"workspace: {workspace / DATABASE}, with the run {run} and the hand labels as the run {HAND_LABELS}")
    say(f"next: aitrade --workspace {workspace} table top --run {run}")
    say(f"      aitrade --workspace {workspace} table summary --run {HAND_LABELS}    (the paper's figures)")
    say(f"      aitrade --workspace {workspace} runs export {run} -o predictions.csv")
