"""Begin, list, check and extend questions; what the commands of ``aitrade question`` do."""

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from aitrade.api.data import Data
from aitrade.question.question import load_question

if TYPE_CHECKING:
    from aitrade.llm.prompt_length import PromptLength
    from aitrade.question.add_exemplars import ExemplarsReceipt
    from aitrade.question.exemplar_checks import Finding


@dataclass(frozen=True)
class QuestionCheck:
    """What a check of a question found.

    Attributes:
        failures: what has to be fixed.
        advice: what could be better: near twins that are labelled unlike, chapters and levels without exemplars.
        prompt: how long the prompts are; None where the model is not installed.
        model: the model that ``prompt`` is of.
    """

    failures: "tuple[Finding, ...]"
    advice: "tuple[Finding, ...]"
    prompt: "PromptLength | None"
    model: str


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


class Questions(Data):
    """What is done with the question of a workspace."""

    def check_question(self, *, model: str | None = None) -> QuestionCheck:
        """Check the question's exemplars, gold labels and prompts; its files were checked when it was read.

        Args:
            model: ``BASE`` or ``BASE+ADAPTER`` whose prompts are measured; the question's by default.

        Raises:
            BadInputError: a file of gold labels is wrong.
            ModelError: the model that is named is not installed.
        """
        from aitrade.llm.prompt_length import prompt_length
        from aitrade.models.adapter_files import base_and_adapter
        from aitrade.models.installed import list_installed
        from aitrade.question.exemplar_checks import Finding, check_exemplars, coverage_advice, near_twins_advice

        question, chosen = self.question, model or self.question.settings.model
        failures = check_exemplars(question)
        length = None
        if model or base_and_adapter(chosen)[0] in list_installed():
            length = prompt_length(question, chosen, self.method.prompt_neighbours)
            if not length.fits:
                failures.append(Finding("prompt", chosen, f"the prompt is longer than the model reads: {length}"))
        advice = (*near_twins_advice(question), *coverage_advice(question))
        return QuestionCheck(tuple(failures), advice, length, chosen)

    def question_summary(self) -> dict[str, Any]:
        """Say what the question is: rubric, labels, settings, hashes, and how many exemplars and gold labels it has."""
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
            "gold": len(read_gold(question.folder, question.labels)),
        }

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
