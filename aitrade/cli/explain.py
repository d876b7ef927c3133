"""``aitrade explain``."""

import json
from typing import TYPE_CHECKING, Annotated

import typer

from aitrade.cli.app import app
from aitrade.cli.options import AsJson, FlowOption, Run
from aitrade.cli.state import emit, say, state
from aitrade.question.rubric import RELEVANCES

if TYPE_CHECKING:
    from aitrade.classification.explain import Explanation


@app.command()
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
    from aitrade.classification.explain import explain as explain_code
    from aitrade.classification.explain import write_rationale
    from aitrade.nomenclature.codes import parse_hs10
    from aitrade.question.exemplars import load_exemplars
    from aitrade.trade.tables.run import choose_run
    from aitrade.workspace import read_workspace

    with read_workspace(state(context).workspace) as con:
        chosen = choose_run(con, run, flow.value)
        found = explain_code(con, parse_hs10(hs10), flow.value, chosen.run, load_exemplars())
    written = None
    if write:
        from aitrade.core.device import choose_runtime
        from aitrade.llm.engine_loading import load_engine
        from aitrade.models.installed import locate

        say(f"{write} is writing")
        written = write_rationale(load_engine(str(locate(write).folder), choose_runtime()), found)
    emit(json.dumps(found.as_dict() | {"written": written}, indent=1) if as_json else _text(found, written))


def _text(found: "Explanation", written: str | None) -> str:
    sure = zip(RELEVANCES, found.probabilities or (), strict=False)
    lines = [
        f"{found.code.hs10} ({found.code.flow}): {found.code.description}",
        f"{found.relevance}, {found.category}    run {found.run}, decided by {found.source}",
        ", ".join(f"{level} {p:.1%}" for level, p in sure) or "no probabilities",
    ]
    if found.rationale:
        lines.append(f"labelled by hand: {found.rationale}")
    if found.llm:
        scores = ", ".join(f"{name} {score:.2f}" for name, score in zip(RELEVANCES, found.llm, strict=True))
        mass = "" if found.label_mass is None else f"; {found.label_mass:.0%} of its answer is a label"
        lines.append(f"the LLM's scores: {scores}{mass}")
    for whose, neighbours in (("nearest exemplars", found.neighbours), ("nearest to the LLM", found.llm_neighbours)):
        if neighbours:
            lines.append(f"{whose}:")
        for exemplar, similarity in neighbours:
            lines.append(f"  {similarity:.2f}  {exemplar.code.hs10}  {exemplar.relevance:6} {exemplar.category}")
            lines.append(f"        {exemplar.code.description}")
            lines.append(f"        {exemplar.rationale}")
    if written:
        lines += ["", f"written by the model: {written}"]
    return "\n".join(lines)
