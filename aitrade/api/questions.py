"""Begin, list, check and extend questions; what the commands of ``aitrade question`` do."""

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from aitrade.api.data import Data
from aitrade.api.result import Result
from aitrade.core.table import Column
from aitrade.question.question import Question, load_question

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

    from aitrade.evaluation.gold.separation import Separation
    from aitrade.llm.prompt_length import PromptLength
    from aitrade.question.add_exemplars import ExemplarsReceipt
    from aitrade.question.exemplar_checks import Finding


ENOUGH_TO_TUNE = 100  # exemplars; docs/experiments/learning-curve.md
_SIDES = (Column("before", "Before", "prose"), Column("after", "After", "prose"))


@dataclass(frozen=True)
class QuestionCheck:
    """What a check of a question found.

    Attributes:
        failures: what has to be fixed.
        advice: what could be better: near twins that are labelled unlike, chapters and levels without exemplars, an
            embedder that is worth tuning.
        prompt: how long the prompts are; None where the model is not installed.
        model: the model that ``prompt`` is of.
        gold: of each gold sample of the workspace, whether anything has learnt from it.
    """

    failures: "tuple[Finding, ...]"
    advice: "tuple[Finding, ...]"
    prompt: "PromptLength | None"
    model: str
    gold: "tuple[Separation, ...]" = ()


@dataclass(frozen=True)
class NamedQuestion:
    """A question that is found by its name.

    Attributes:
        name: what ``--question`` takes.
        title: what its report is called.
        levels: how many levels, categories and exemplars it has.
        categories, exemplars: likewise.
        folder: where it lies.
        ships: whether it ships with aitrade.
    """

    name: str
    title: str
    levels: int
    categories: int
    exemplars: int
    folder: Path
    ships: bool


def new_question(folder: str | Path, *, source: str | Path | None = None, workspace: str | Path = "workspace") -> Path:
    """Write the folder of a new question, named by it: a commented skeleton, or a copy of another question.

    Args:
        folder: where.
        source: name or folder of the question to copy; the skeleton by default.
        workspace: where questions are looked for by name, before those that ship.

    Returns:
        The ``question.toml``.

    Raises:
        UsageError: the folder holds a question already, or its name cannot name one.
        BadInputError: there is no such question to copy, or a file cannot be written.
    """
    from aitrade.question.catalogue import find_question
    from aitrade.question.skeleton import new_question as write

    return write(Path(folder), None if source is None else find_question(source, Path(workspace)))


def list_questions(workspace: str | Path = "workspace") -> list[NamedQuestion]:
    """List the questions that are found by name: those of the workspace's folder, then those that ship.

    Raises:
        BadInputError: a question is wrong.
    """
    from aitrade.question.catalogue import is_shipped, question_folders

    named = []
    for name, folder in question_folders(Path(workspace)).items():
        question = load_question(folder)
        counts = len(question.labels.levels), len(question.labels.categories), len(question.exemplars)
        named.append(NamedQuestion(name, question.title, *counts, folder, is_shipped(folder)))
    return named


@dataclass(frozen=True)
class QuestionDiff:
    """What a change of a question did.

    Attributes:
        differences: a row for each thing that is unlike: part, name, before, after.
        movement: by flow, codes and dollars by their level before and after; none where a run is missing.
        runs: the runs that ``movement`` is of; None where the workspace holds no finished run of a question.
    """

    differences: Result
    movement: tuple[Result, ...]
    runs: tuple[str | None, str | None]


def unpack_question(file: str | Path, workspace: str | Path = "workspace") -> Path:
    """Unpack a question into the workspace's folder, where it is found by its name; returns its folder.

    Raises:
        UsageError: there is a question of this name already.
        BadInputError: the file is no packed question, or cannot be written.
    """
    from aitrade.question.catalogue import workspace_questions
    from aitrade.question.pack import unpack_question as unpack

    parent = workspace_questions(Path(workspace))
    return parent / unpack(Path(file), parent).name


def _tuning_advice(question: Question) -> "list[Finding]":
    """Say that the embedder is worth tuning, where there are labels enough and it is not tuned."""
    from aitrade.models.adapter_files import is_tuned
    from aitrade.question.exemplar_checks import Finding

    embedder, count = question.settings.embedder, len(question.exemplars)
    if is_tuned(embedder) or count < ENOUGH_TO_TUNE:
        return []
    named = f"--question {question.folder or question.name}"
    how = (
        f"aitrade {named} models tune {embedder} --name NAME; then name {embedder}+NAME in question.toml and calibrate"
    )
    return [Finding("tuning", embedder, f"{count:,} exemplars are enough to tune it on: {how}")]


class Questions(Data):
    """What is done with the question of a workspace."""

    def check_question(self, *, model: str | None = None) -> QuestionCheck:
        """Check the question's exemplars, gold labels and prompts; its files were checked when it was read.

        Nothing may have learnt from gold: neither from the question's own nor from a sample of the workspace.

        Args:
            model: ``BASE`` or ``BASE+ADAPTER`` whose prompts are measured; the question's by default.

        Raises:
            BadInputError: a file of gold labels is wrong.
            ModelError: the model that is named is not installed.
        """
        from aitrade.evaluation.gold.separation import gold_separations
        from aitrade.llm.prompt_length import prompt_length
        from aitrade.models.adapter_files import base_and_adapter
        from aitrade.models.installed import list_installed
        from aitrade.question.exemplar_checks import Finding, check_exemplars, coverage_advice, near_twins_advice
        from aitrade.workspace import DATABASE, read_workspace

        question, chosen = self.question, model or self.question.settings.model
        failures = check_exemplars(question)
        length = None
        if model or base_and_adapter(chosen)[0] in list_installed():
            length = prompt_length(question, chosen, self.method.prompt_neighbours)
            if not length.fits:
                failures.append(Finding("prompt", chosen, f"the prompt is longer than the model reads: {length}"))
        gold = []
        if (self.folder / DATABASE).is_file():
            with read_workspace(self.folder) as con:
                gold = gold_separations(con, question, self.folder)
        failures += [finding for one in gold for finding in one.findings]
        advice = (*near_twins_advice(question), *coverage_advice(question), *_tuning_advice(question))
        return QuestionCheck(tuple(failures), advice, length, chosen, tuple(gold))

    def question_summary(self) -> dict[str, Any]:
        """Say what the question is: rubric, labels, settings, hash, exemplars and gold, also that of revisions."""
        from collections import Counter

        from aitrade.question.gold import read_gold

        question = self.question
        contents = {name: value for name, value in question.contents.items() if name != "exemplars"}
        counts = Counter(e.relevance for e in question.exemplars.exemplars)
        return contents | {
            "folder": str(question.folder) if question.folder else None,
            "sha256": question.sha256,
            "exemplars": len(question.exemplars),
            "exemplars_by_level": {level: counts[level] for level in question.labels.levels},
            "revised_against": question.revised_against,
            "gold": len(read_gold(question.folder, question.labels)),
        }

    def pack_question(self, file: str | Path) -> int:
        """Write the question as one file, the same bytes for the same question; returns how many files it holds.

        Raises:
            UsageError: the question has no folder, or the file is not called .zip.
            BadInputError: the file cannot be written.
        """
        from aitrade.question.pack import pack_question

        return pack_question(self.question, Path(file))

    def diff_questions(self, before: str | Path, after: str | Path) -> QuestionDiff:
        """Say what is unlike in two questions, and what that did where the workspace holds runs of both.

        Args:
            before: a question by name or folder, whose latest finished run is taken; or a run, whose question is taken
                as it was asked.
            after: likewise.

        Raises:
            BadInputError: there is neither a question nor a run of this name.
        """
        from contextlib import ExitStack

        from aitrade.core.table import Table
        from aitrade.evaluation.compare.movement import movement_table
        from aitrade.nomenclature.codes import FLOWS
        from aitrade.question.difference import differences
        from aitrade.workspace import DATABASE, read_workspace

        with ExitStack() as stack:
            con = stack.enter_context(read_workspace(self.folder)) if (self.folder / DATABASE).is_file() else None
            (old, first), (new, second) = (self._question_and_run(con, name) for name in (before, after))
            tables = []
            if con and first and second and first != second:
                tables = [movement_table(con, first, second, flow) for flow in FLOWS]
        columns = (Column("part", "Part"), Column("name", "Name"), *_SIDES)
        rows = tuple((one.part, one.name, one.before, one.after) for one in differences(old, new))
        title = f"What is unlike in {before} and {after}"
        moved = tuple(Result(one, flow) for one, flow in zip(tables, FLOWS, strict=False) if one.rows)
        return QuestionDiff(Result(Table("diff", title, columns, rows)), moved, (first, second))

    def _question_and_run(self, con: "DuckDBPyConnection | None", name: str | Path) -> tuple[Question, str | None]:
        """A question by name or folder with its latest finished run; else a run by name with its question."""
        from aitrade.workspace.questions import question_of_run
        from aitrade.workspace.runs import get_run, latest_run_of, list_runs

        if con and not Path(name).is_dir() and str(name) in {run.run for run in list_runs(con)}:
            run = get_run(con, str(name)).run
            return question_of_run(con, run), run
        question = load_question(name, self.folder)
        return question, latest_run_of(con, question) if con else None

    def add_exemplars(self, file: str | Path, *, replace: bool = False) -> "ExemplarsReceipt":
        """Add exemplars of a file to the question's own folder: all of them, or nothing.

        Args:
            file: CSV with the columns hs10, flow, description, relevance and rationale, category where the question
                has any, and naics and naics_description where they are known.
            replace: let an exemplar of the file take the place of one of the same code.

        Raises:
            UsageError: the question ships; copy it first.
            BadInputError: the file is wrong, a code has another exemplar already, or a code is gold.
        """
        from aitrade.question.add_exemplars import own_folder, prepare_exemplars
        from aitrade.question.exemplars import read_exemplars

        rubric = own_folder(self.question) / "question.toml"
        new = read_exemplars(Path(file), self.question.labels, rubric)
        return prepare_exemplars(self.question, new, replace=replace).write()
