"""``aitrade bench``: measure this machine and the methods; no prediction is kept."""

import json
from pathlib import Path
from typing import Annotated

import typer

from aitrade.cli.options import Device, DeviceOption, FlowsOption, Format, Model, Output, Sample
from aitrade.cli.progress import progress, stages
from aitrade.cli.state import emit, say, state, write
from aitrade.core.errors import BadInputError, UsageError
from aitrade.core.wording import duration

group = typer.Typer(no_args_is_help=True, help="Measure this machine and the methods. No prediction is kept.")

CodesOption = Annotated[
    int, typer.Option(min=1, metavar="N", help="Number of codes, exemplars counted, rounded up to batches of 128.")
]


@group.command()
def speed(
    context: typer.Context,
    model: Model = None,
    codes: CodesOption = 1024,
    flow: Annotated[FlowsOption, typer.Option(help="Which codes of the workspace.")] = FlowsOption.imports,
    device: Device = DeviceOption.auto,
    as_json: Annotated[
        bool, typer.Option("--json", help="Print one JSON object, in bytes, seconds and FLOP/s.")
    ] = False,
) -> None:
    """Time the classification of some codes, and compare it with the most that this machine can do.

    The codes are complete batches chosen evenly over the nomenclature, so that they share prompts as in a run over all
    codes with --cascade off. Exemplars are not put to the LLM. The LLM's speed is compared with that of a large matrix
    product. Let nothing else run on the machine meanwhile.

    Example: aitrade bench speed --model qwen2.5-coder-0.5b-instruct --codes 512
    """
    from aitrade.bench.speed import measure
    from aitrade.bench.speed_text import NOTES, lines
    from aitrade.classification.loading import load_classifier
    from aitrade.workspace import read_workspace
    from aitrade.workspace.codes import read_codes

    workspace = state(context).workspace
    with read_workspace(workspace) as con:
        everything = read_codes(con, flow.flows)
    opened = state(context).open()
    question, method, name = opened.question, opened.method, model or opened.question.settings.model
    say(f"preparing {name}")
    with stages() as on_stage:
        found = measure(
            lambda: load_classifier(question, name, device.value, workspace, method=method, on_stage=on_stage),
            everything,
            codes,
            on_stage("classifying"),
        )
    for note in NOTES:
        say(f"note: {note}")
    if as_json:
        emit(json.dumps(found.record(), indent=1))
        return
    table = lines(found)
    width = max(len(name) for name, _ in table)
    for name, figures in table:
        emit(f"{name:{width}}  {figures}")


@group.command()
def operations(
    context: typer.Context,
    model: Model = None,
    codes: CodesOption = 256,
    device: Device = DeviceOption.auto,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object, in seconds.")] = False,
) -> None:
    """Show where the LLM's time goes: matrix products, attention, moving of data, the rest.

    Example: aitrade bench operations --model smollm2-135m-instruct+relevance
    """
    from aitrade.bench.operations import operation_seconds
    from aitrade.classification.loading import load_classifier
    from aitrade.workspace import read_workspace
    from aitrade.workspace.codes import read_codes

    workspace = state(context).workspace
    with read_workspace(workspace) as con:
        everything = read_codes(con, ("imports",))
    opened = state(context).open()
    name = model or opened.question.settings.model
    say(f"preparing {name}")
    with stages() as on_stage:
        classifier = load_classifier(
            opened.question, name, device.value, workspace, method=opened.method, on_stage=on_stage
        )
        found = operation_seconds(classifier, everything, codes)
    if as_json:
        emit(json.dumps(found, indent=1))
        return
    width, total = max(map(len, found)), sum(found.values())
    for kind, seconds in found.items():
        emit(f"{kind:{width}}  {seconds:8.2f} s  {seconds / total:6.1%}")


@group.command()
def ablation(
    context: typer.Context,
    run: Annotated[str, typer.Argument(help="Run whose LLM scores are used.", metavar="RUN")],
    reference: Annotated[str, typer.Option(help="Run of labels to measure against.", metavar="RUN")],
    sample: Sample = 400,
    device: Device = DeviceOption.auto,
    format_name: Format = None,
    output: Output = None,
) -> None:
    """Measure what each kind of evidence adds: neighbours, probe and LLM, alone and joined, against labels.

    Exemplars are judged out of fold: by scores made without their subheading, and never by their own label. Further
    tables hold only the codes that are not exemplars, and the exemplars against their own labels. Intervals come from a
    bootstrap over whole headings; the tables of differences are paired, each variant against the baseline without
    an LLM.

    Example: aitrade bench ablation RUN --reference paper-dev --format markdown
    """
    from aitrade.classification.fitting.gather import gather
    from aitrade.classification.loading import load_classifier
    from aitrade.core.render import ONE_TABLE, choose_format
    from aitrade.evaluation.ablation import ablate
    from aitrade.evaluation.ablation_tables import data_table, reading_tables
    from aitrade.evaluation.variants import judge_variants
    from aitrade.workspace import read_workspace
    from aitrade.workspace.codes import read_codes
    from aitrade.workspace.runs import get_run

    one_table = choose_format(output, format_name) in ONE_TABLE
    workspace = state(context).workspace
    with read_workspace(workspace) as con:
        made, against = get_run(con, run), get_run(con, reference)
        if made.kind != "classification":
            raise BadInputError(f"run {run} was imported and holds no scores of an LLM", fix="give a run of classify")
        nomenclature = read_codes(con, ("imports",))
        model, embedder = made.settings["model"], made.settings["embedder"]
        opened = state(context).open()
        question, method = opened.question, opened.method
        say(f"preparing {model}")
        with stages() as on_stage:
            classifier = load_classifier(
                question,
                model,
                device.value,
                workspace,
                method=method,
                embedder=embedder,
                calibrated=False,
                on_stage=on_stage,
            )
            training = gather(classifier, nomenclature, workspace, sample, on_stage("scoring exemplars"))
        say("judging the codes of the reference")
        judged = judge_variants(con, classifier, training, made, against)
    with progress("drawing headings again") as on_step:
        found = ablate(judged, question.labels, on_step)
    not_asked = len(training.exemplars) - len(training.asked)
    tables = (data_table(found, question.labels),) if one_table else reading_tables(found, question.labels, not_asked)
    write(tables, format_name, output)


@group.command("models")
def bench_models(
    context: typer.Context,
    model: Annotated[list[str], typer.Option("--model", metavar="NAME", help="BASE or BASE+ADAPTER; again for more.")],
    gold: Annotated[
        str,
        typer.Option(
            metavar="RUN|FILE",
            help="Labels that are known to be right; exemplars: out of fold; sample: the gold sample.",
        ),
    ] = "exemplars",
    limit: Annotated[
        int | None, typer.Option(min=50, metavar="N", help="Draw whole headings until there are N codes.")
    ] = None,
    seed: Annotated[int, typer.Option(help="Of the draw.")] = 2026,
    run: Annotated[
        list[str] | None, typer.Option("--run", metavar="RUN", help="Labels that are a row too; again for more.")
    ] = None,
    device: Device = DeviceOption.auto,
    robustness: Annotated[
        int,
        typer.Option(
            min=0,
            metavar="N",
            help="Ask each model about N codes again with orders, arithmetic and batches changed: labels flipped.",
        ),
    ] = 0,
    gold_made: Annotated[
        str,
        typer.Option(
            metavar="YYYY[-MM]",
            help="When the gold was labelled: a model that came out before cannot have read its labels.",
        ),
    ] = "",
    plan: Annotated[bool, typer.Option("--plan", help="Say what would be asked, and stop.")] = False,
    format_name: Format = None,
    output: Output = None,
) -> None:
    """Compare models on codes whose labels are known, beside what stands without a model.

    Rows without a model: the majority, words alone (TF-IDF), and the baseline of neighbours and probe. Each model is
    judged alone, and joined with the baseline's evidence; several also by the mean of their probabilities. Labels of a
    run, such as a hosted model's, can be a row: nothing is asked for them. Rows are kept in the workspace, so that a
    stopped benchmark goes on, and a further model is all that is asked.

    Files in .csv, .json, .parquet, .dta and .xlsx have every figure with its interval, and what each row may have
    learnt of the gold before; the others what people read first. An output without a suffix is a folder: an offline
    page, the table as CSV, JSON and LaTeX, and the costliest disagreements.

    Example: aitrade bench models --model smollm2-135m-instruct --model qwen2.5-coder-0.5b-instruct --limit 500
    """
    from aitrade.core.render import ONE_TABLE, choose_format

    as_folder = output is not None and not output.suffix and not output.is_file()
    with_all = not as_folder and choose_format(output, format_name) in (*ONE_TABLE, "xlsx")
    opened = state(context).open()
    if plan:
        planned = opened.plan_models(model, gold=gold, limit=limit, seed=seed, device=device)
        emit(f"{planned.codes:,} codes, {planned.exemplars:,} of them exemplars")
        emit(f"to be asked: {', '.join(planned.asked) or 'no model, every row is kept'}")
        for name, seconds in zip(planned.asked, planned.seconds, strict=True):
            emit(f"{name}: {'time not known yet' if seconds is None else duration(seconds)}")
        return
    with stages() as on_stage:
        found = opened.bench_models(
            model,
            gold=gold,
            limit=limit,
            seed=seed,
            runs=run or (),
            device=device.value,
            robustness=robustness,
            gold_made=gold_made,
            on_step=on_stage,
            on_message=say,
        )
    if as_folder and output is not None:
        for file in found.save(output):
            say(f"wrote {file}")
    else:
        flips = [found.measured.robustness] if found.measured.robustness and not with_all else []
        write([(found.data if with_all else found.reading).table, *flips], format_name, output)
    say(f"rows are kept in {found.folder}")


@group.command("add")
def bench_add(
    context: typer.Context,
    file: Annotated[
        Path, typer.Argument(metavar="FILE", help="CSV with hs10, and relevance or p_LEVEL of each level.")
    ],
    name: Annotated[str, typer.Option("--name", help="Name of the row.")],
) -> None:
    """Keep predictions that were made elsewhere, as a row of bench models; nothing is asked for them.

    They are in every benchmark of the workspace whose codes they all cover, such as a hosted model's or a published
    list's. Adding again under the same name replaces them.

    Example: aitrade bench add hosted.csv --name hosted-2026
    """
    added = state(context).open().bench_add(file, name)
    say(f"{added.name}: predictions of {len(added.said):,} codes, in every benchmark whose codes they cover")


@group.command()
def learn(
    context: typer.Context,
    labels: Annotated[str, typer.Option(metavar="RUN", help="Run whose labels play the labeller.")],
    sizes: Annotated[str, typer.Option(metavar="N,N", help="Numbers of labels.")] = "0,30,100,300,1000,3000",
    draws: Annotated[int, typer.Option(min=1, help="How often exemplars are drawn.")] = 3,
    model: Annotated[
        list[str] | None, typer.Option("--model", metavar="NAME", help="Base model that is asked; again for more.")
    ] = None,
    tune_embedder: Annotated[
        bool, typer.Option("--tune-embedder", help="Tune the embedder on every draw too (some minutes each).")
    ] = False,
    tune_model: Annotated[
        list[str] | None,
        typer.Option("--tune-model", metavar="NAME", help="LLM to tune on every draw too (minutes to hours each)."),
    ] = None,
    flow: Annotated[FlowsOption, typer.Option(help="Which codes of the labels.")] = FlowsOption.imports,
    limit: Annotated[
        int | None, typer.Option(min=50, metavar="N", help="Measure N codes, in whole headings; all by default.")
    ] = None,
    seed: Annotated[int, typer.Option(help="Of the draws.")] = 2026,
    device: Device = DeviceOption.auto,
    format_name: Format = None,
    output: Output = None,
) -> None:
    """Measure how many labels one needs: the learning curve, without an LLM, with base models, and tuned.

    The codes of the labels are cut in two by subheading. Exemplars are drawn from one half, the smaller draws within
    the larger; what is learnt from them is measured on the other half. The baseline is neighbours and probe on a base
    embedder; with --tune-embedder also on one that is tuned on the draw, and models are joined with that, as
    calibrate joins them: where a model adds nothing by the exemplars, the baseline decides.

    Example: aitrade bench learn --labels paper-dev --sizes 30,300,3000 -o learning.xlsx
    """
    from aitrade.api.arguments import names
    from aitrade.core.render import choose_format

    choose_format(output, format_name)
    wrong = [part for part in names(sizes) if not part.isdigit()]
    if wrong:
        raise UsageError(f"--sizes {wrong[0]!r} is no number of labels", fix="write such as 30,300,3000")
    with stages() as on_stage:
        found = (
            state(context)
            .open()
            .learning_curve(
                labels,
                sizes=[int(part) for part in names(sizes)],
                draws=draws,
                models=model or (),
                tune_embedder=tune_embedder,
                tune_models=tune_model or (),
                flow=flow.value,
                limit=limit,
                seed=seed,
                device=device.value,
                on_step=on_stage("learning"),
                on_stage=on_stage,
            )
        )
    write([found.table], format_name, output)
