"""``aitrade explain``."""

import json
from typing import TYPE_CHECKING, Annotated

import typer

from aitrade.cli.options import AsJson, FlowOption, Run
from aitrade.cli.progress import stages
from aitrade.cli.state import emit, say, state
from aitrade.core.errors import ModelError

if TYPE_CHECKING:
    from aitrade.classification.explain import Explanation


def explain(
    context: typer.Context,
    hs10: Annotated[str, typer.Argument(help="Ten-digit code, with or without dots.", metavar="HS10")],
    flow: Annotated[FlowOption, typer.Option(help="Import (HTS) or export (Schedule B) code.")] = FlowOption.imports,
    run: Run = None,
    write: Annotated[str | None, typer.Option(metavar="MODEL", help="Have this model write a short rationale.")] = None,
    as_json: AsJson = False,
) -> None:
    """Show why a code got its label: probabilities, what the model said, the nearest exemplars and their reasons.

    Example: aitrade explain 8471.50.01.50
    """
    workspace = state(context).open()
    found = workspace.explain(hs10, flow=flow.value, run=run)
    if not found.neighbours and len(found.question.exemplars):
        try:
            with stages() as on_stage:
                found = workspace.explain(hs10, flow=flow.value, run=run, find=True, on_stage=on_stage)
        except ModelError as error:
            say(f"run {found.run} kept no near exemplars, and they cannot be found: {error}")
    written = None
    if write:
        from aitrade.classification.explain import write_rationale
        from aitrade.core.device import choose_runtime
        from aitrade.llm.engine_loading import load_engine
        from aitrade.models.installed import locate

        say(f"{write} is writing")
        written = write_rationale(load_engine(str(locate(write).folder), choose_runtime()), found)
    emit(json.dumps(found.as_dict() | {"written": written}, indent=1) if as_json else _text(found, written))


def _decider(found: "Explanation") -> str:
    if found.decided_by:
        return f"the {found.decided_by}, neighbours and probe: the LLM was asked and adds nothing"
    return found.source


def _text(found: "Explanation", written: str | None) -> str:
    levels = found.question.labels.levels
    sure = zip(levels, found.probabilities or (), strict=False)
    lines = [
        f"{found.code.hs10} ({found.code.flow}): {found.code.description}",
        f"{found.relevance}, {found.category}    run {found.run}, decided by {_decider(found)}",
        ", ".join(f"{level} {p:.1%}" for level, p in sure) or "no probabilities",
    ]
    if found.rationale:
        lines.append(f"labelled by hand: {found.rationale}")
    if found.note:
        lines.append(f"note: {found.note}")
    if found.llm:
        scores = ", ".join(f"{name} {score:.2f}" for name, score in zip(levels, found.llm, strict=True))
        mass = "" if found.label_mass is None else f"; {found.label_mass:.0%} of its answer is a label"
        lines.append(f"the LLM's scores: {scores}{mass}")
    nearest = f"nearest exemplars, found now by {found.found_by}" if found.found_by else "nearest exemplars"
    for whose, neighbours in ((nearest, found.neighbours), ("nearest to the LLM", found.llm_neighbours)):
        if neighbours:
            lines.append(f"{whose}:")
        for exemplar, similarity in neighbours:
            lines.append(f"  {similarity:.2f}  {exemplar.code.hs10}  {exemplar.relevance:6} {exemplar.category}")
            lines.append(f"        {exemplar.code.description}")
            lines.append(f"        {exemplar.rationale}")
    if found.contrary:
        exemplar, similarity = found.contrary
        lines.append(
            f"nearest of another level: {exemplar.code.hs10} {exemplar.relevance}, similarity {similarity:.2f}"
        )
    if written:
        lines += ["", f"written by the model: {written}"]
    return "\n".join(lines)
