"""``aitrade question``: begin, check, show and extend what is asked of every code."""

import json
from collections import Counter
from pathlib import Path
from typing import Annotated, Any

import typer

from aitrade.cli.options import AsJson, Format, Output
from aitrade.cli.progress import busy
from aitrade.cli.state import emit, say, state, write
from aitrade.core.errors import BadInputError

group = typer.Typer(no_args_is_help=True, help="What is asked of every code: begin, check, show and extend it.")

Named = Annotated[str | None, typer.Argument(metavar="NAME|DIR", help="Which question; that of --question by default.")]


@group.command()
def new(
    context: typer.Context,
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="Folder to write; its name is the question's.")],
    source: Annotated[
        str | None, typer.Option("--from", metavar="NAME|DIR", help="Copy this question; a skeleton by default.")
    ] = None,
) -> None:
    """Begin a question of your own: a folder with a commented question.toml and an empty list of exemplars.

    A folder below WORKSPACE/questions is found by its name: aitrade --question NAME.

    Example: aitrade question new workspace/questions/clean-energy
    """
    from aitrade.api.questions import new_question

    written = new_question(folder, source=source, workspace=state(context).workspace)
    say(f"wrote {written}. Next: change its texts, then aitrade question check {folder}")


@group.command("list")
def list_command(context: typer.Context, as_json: AsJson = False) -> None:
    """List the questions that --question finds by name: those in WORKSPACE/questions, then those that ship."""
    from dataclasses import asdict

    from aitrade.api.questions import list_questions
    from aitrade.core.render import render
    from aitrade.core.table import Column, Table

    named = list_questions(state(context).workspace)
    if as_json:
        emit(json.dumps([asdict(one) for one in named], indent=1, default=str))
        return
    columns = (
        Column("name", "question"),
        Column("title", "title"),
        *(Column(name, name, "count") for name in ("levels", "categories", "exemplars")),
        Column("where", "where"),
    )
    rows = tuple(
        (q.name, q.title, q.levels, q.categories, q.exemplars, "ships with aitrade" if q.ships else str(q.folder))
        for q in named
    )
    emit(render(Table("questions", "Questions found by name", columns, rows), "text"))


@group.command()
def check(
    context: typer.Context,
    question: Named = None,
    model: Annotated[
        str | None,
        typer.Option(help="Installed model whose prompts are measured.", show_default="the question's, if installed"),
    ] = None,
) -> None:
    """Check a question: its files, twins that contradict each other, rationales, gold, and the length of prompts.

    A gold sample of the workspace has to be kept apart: none of its codes may have become an exemplar since it was
    drawn, and no adapter may have been tuned on it. Calibrations and indexes are made from exemplars alone.

    Advice, which is no failure: codes that read nearly alike and are labelled unlike, and chapters, headings, levels
    and categories without exemplars. What has to be fixed goes to standard output.

    Example: aitrade question check workspace/questions/clean-energy
    """
    opened = state(context).with_question(question).open()
    with busy("checking"):
        checked = opened.check_question(model=model)
    for advice in checked.advice:
        say(f"advice: {advice.about}: {advice.found}")
    say(str(checked.prompt) if checked.prompt else f"prompts are not measured: {checked.model} is not installed")
    for sample in checked.gold:
        say(str(sample))
    for failure in checked.failures:
        emit(f"{failure.check}: {failure.about}: {failure.found}")
    exemplars = f"{len(opened.question.exemplars):,} exemplars"
    if count := len(checked.failures):
        raise BadInputError(
            f"question {opened.question.name}: {count} {'finding' if count == 1 else 'findings'}, {exemplars}",
            fix="change the lines that are named",
        )
    say(f"question {opened.question.name}: {exemplars}, nothing to fix")


@group.command()
def show(context: typer.Context, question: Named = None, as_json: AsJson = False) -> None:
    """Show a question: levels, categories, rules, settings, exemplars, gold, and what gold it was revised against."""
    summary = state(context).with_question(question).open().question_summary()
    emit(json.dumps(summary, indent=1, ensure_ascii=False) if as_json else _text(summary))


@group.command("add-exemplars")
def add_exemplars(
    context: typer.Context,
    file: Annotated[Path, typer.Argument(metavar="FILE", help="CSV with hs10, flow, description, relevance, ...")],
    replace: Annotated[
        bool, typer.Option("--replace", help="Let them take the place of exemplars of the same codes.")
    ] = False,
) -> None:
    """Add exemplars to the folder of your own question: all of the file, or nothing.

    Columns: hs10, flow, description, relevance, rationale; category where the question has any; naics and
    naics_description where they are known. A question that ships is copied first: aitrade question new DIR --from NAME.

    Example: aitrade --question clean-energy question add-exemplars labelled.csv
    """
    say(str(state(context).open().add_exemplars(file, replace=replace)))


@group.command()
def diff(
    context: typer.Context,
    before: Annotated[str, typer.Argument(metavar="A", help="Question by name or folder, or a run.")],
    after: Annotated[str, typer.Argument(metavar="B", help="What it is compared with, likewise.")],
    format_name: Format = None,
    output: Output = None,
) -> None:
    """Show what is unlike in two questions, and what the change did in codes and dollars.

    Levels, categories, rules, settings, prompts and exemplars are compared. Where the workspace holds finished runs of
    both, codes are counted by their level in the one and in the other, with the imports and exports of the latest full
    year. A run stands for its question as it was asked.

    Example: aitrade question diff ai-data-centers my-ai
    """
    found = state(context).open().diff_questions(before, after)
    for name, run in zip((before, after), found.runs, strict=True):
        if run is None:
            say(f"the workspace holds no finished run of {name} as it is now, so codes and dollars are not compared")
    counts = Counter(str(row["part"]) for row in found.differences)
    say("unlike: " + (", ".join(f"{part} {count:,}" for part, count in counts.items()) or "nothing"))
    write([result.table for result in (found.differences, *found.movement)], format_name, output)


@group.command()
def pack(
    context: typer.Context,
    file: Annotated[Path, typer.Argument(metavar="FILE.zip", help="File to write.")],
) -> None:
    """Write the question of --question as one file, to mail or to keep; the same question gives the same bytes.

    It holds what belongs to a question in its folder: rubric, exemplars, prompts, titles, gold, calibrations, adapters.

    Example: aitrade --question clean-energy question pack clean-energy.zip
    """
    opened = state(context).open()
    say(f"wrote {file}: {opened.pack_question(file)} files of question {opened.question.name}")


@group.command()
def unpack(
    context: typer.Context,
    file: Annotated[Path, typer.Argument(metavar="FILE.zip", help="What question pack wrote.")],
) -> None:
    """Unpack a question into WORKSPACE/questions, where --question finds it by its name.

    Example: aitrade question unpack clean-energy.zip
    """
    from aitrade.api.questions import unpack_question

    folder = unpack_question(file, state(context).workspace)
    say(f"unpacked into {folder}. Next: aitrade --question {folder.name} question check")


def _text(summary: dict[str, Any]) -> str:
    from aitrade.question.question import golds_in_words

    rubric, settings = summary["rubric"], summary["settings"]
    lines = [
        f"{summary['name']}: {summary['title']}",
        f"in {summary['folder']}",
        f"asked: {rubric['question']}",
        f"subject: {rubric['subject']}",
        "",
    ]
    for level in rubric["levels"]:
        count = summary["exemplars_by_level"][level["name"]]
        lines.append(f"{level['name']} ({level['role']}, {count:,} exemplars): {level['definition']}")
        lines += [f"  {part}: {level[part]}" for part in ("test", "includes", "excludes") if level[part]]
    for title, parts, name, text in (
        ("categories", rubric["categories"], "name", "definition"),
        ("rules", rubric["rules"], "topic", "text"),
    ):
        if parts:
            lines += ["", f"{title}:", *(f"  {part[name]}: {part[text]}" for part in parts)]
    lines += ["", "settings:"]
    for name, value in settings.items():
        if name != "without":
            lines.append(f"  {name}: {', '.join(value) if isinstance(value, list | tuple) else value}")
    lines += [f"  without {one['name']}: {', '.join(one['categories'])}" for one in settings["without"]]
    lines += ["", f"revised after reading disagreements with: {golds_in_words(summary['revised_against'])}"]
    lines += ["", f"{summary['exemplars']:,} exemplars, {summary['gold']:,} gold labels, hash {summary['sha256'][:12]}"]
    return "\n".join(lines)
